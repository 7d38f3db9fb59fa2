"""what a snapshot was computed from"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'snapshot', sa.Column('manifest', sa.JSON(), nullable=False, server_default='{}')
    )

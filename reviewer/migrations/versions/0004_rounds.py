"""rounds"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('round', sa.Column('cap', sa.Integer(), nullable=False, server_default='2'))
    op.add_column(
        'round', sa.Column('second_readings', sa.Integer(), nullable=False, server_default='0')
    )

"""visits that were ended, and requests for a new password"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'ended_visit',
        sa.Column('key_hash', sa.String(64), nullable=False),
        sa.Column('ended_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_ended_visit')),
    )
    op.create_table(
        'forgotten',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('address', sa.String(254), nullable=False),
        sa.Column('asked_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_forgotten')),
    )

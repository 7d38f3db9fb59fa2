"""mergers and splits of systems"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'merger',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=False),
        sa.Column('made_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['made_by_id'], ['person.id'], name=op.f('fk_merger_made_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_merger')),
    )
    op.create_table(
        'merged_system',
        sa.Column('system_id', sa.Integer(), nullable=False),
        sa.Column('merger_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['system_id'], ['system.id'], name=op.f('fk_merged_system_system_id_system')
        ),
        sa.ForeignKeyConstraint(
            ['merger_id'], ['merger.id'], name=op.f('fk_merged_system_merger_id_merger')
        ),
        sa.PrimaryKeyConstraint('system_id', name=op.f('pk_merged_system')),
    )
    op.create_index(op.f('ix_merged_system_merger_id'), 'merged_system', ['merger_id'])

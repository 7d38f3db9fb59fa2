"""snapshots of closed rounds"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

TIME = reviewer.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'snapshot',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('made_at', TIME, nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=True),
        sa.Column('instrument_version_id', sa.Integer(), nullable=False),
        sa.Column('systems_reviewed', sa.Integer(), nullable=False),
        sa.Column('systems_total', sa.Integer(), nullable=False),
        sa.Column('counts', sa.JSON(), nullable=False),
        sa.Column('reopened_at', TIME, nullable=True),
        sa.Column('reopened_by_id', sa.Integer(), nullable=True),
        sa.Column('reopened_because', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_snapshot_round_id_round')),
        sa.ForeignKeyConstraint(
            ['made_by_id'], ['person.id'], name=op.f('fk_snapshot_made_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['reopened_by_id'], ['person.id'], name=op.f('fk_snapshot_reopened_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['instrument_version_id'],
            ['instrument_version.id'],
            name=op.f('fk_snapshot_instrument_version_id_instrument_version'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshot')),
        sa.UniqueConstraint('round_id', 'number', name=op.f('uq_snapshot_round_id_number')),
    )

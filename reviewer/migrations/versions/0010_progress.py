"""reminders, and letters about a round"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'round',
        sa.Column('reminder_days', sa.String(60), nullable=False, server_default='14, 7, 1'),
    )
    op.create_table(
        'round_letter',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('mark', sa.String(10), nullable=False),
        sa.Column('written_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_round_letter_round_id_round')
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_round_letter_person_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_round_letter')),
        sa.UniqueConstraint('round_id', 'person_id', 'kind', 'mark', name=op.f('uq_round_letter')),
    )

"""the exercise before the real work"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'calibration_answer',
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('instrument', sa.String(60), nullable=False),
        sa.Column('question', sa.String(60), nullable=False),
        sa.Column('first', sa.String(60), nullable=False),
        sa.Column('latest', sa.String(60), nullable=False),
        sa.Column('answered_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_calibration_answer_person_id_person')
        ),
        sa.PrimaryKeyConstraint(
            'person_id', 'instrument', 'question', name=op.f('pk_calibration_answer')
        ),
    )

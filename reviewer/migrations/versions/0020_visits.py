"""visits as their person sees them, and what costs much counted for each person"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'visit',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('key_hash', sa.String(64), nullable=False),
        sa.Column('sessions', sa.Integer(), nullable=False),
        sa.Column('browser', sa.String(60), nullable=False),
        sa.Column('began_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('seen_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_visit_person_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_visit')),
        sa.UniqueConstraint('key_hash', name=op.f('uq_visit_key_hash')),
    )
    op.create_index(op.f('ix_visit_person_id'), 'visit', ['person_id'])
    op.create_table(
        'spent',
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('cost', sa.String(20), nullable=False),
        sa.Column('minute', sa.Integer(), nullable=False),
        sa.Column('times', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_spent_person_id_person')
        ),
        sa.PrimaryKeyConstraint('person_id', 'cost', name=op.f('pk_spent')),
    )

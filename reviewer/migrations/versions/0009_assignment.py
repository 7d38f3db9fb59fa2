"""assignment: offers that are accepted or declined, conflicts of interest, hand-overs"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('review', reflect_kwargs={'resolve_fks': False}) as batch_op:
        batch_op.add_column(
            sa.Column('accepted_at', reviewer.db.UtcDateTime(timezone=True), nullable=True)
        )
    # Whoever began has accepted.
    op.execute(
        "UPDATE review SET accepted_at = assigned_at "
        "WHERE stage <> 'assigned' AND reviewer_id IS NOT NULL"
    )
    op.create_table(
        'conflict',
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('system_id', sa.Integer(), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('declared_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f('ck_conflict_reason')),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_conflict_person_id_person')
        ),
        sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_conflict_by_id_person')),
        sa.ForeignKeyConstraint(
            ['system_id'], ['system.id'], name=op.f('fk_conflict_system_id_system')
        ),
        sa.PrimaryKeyConstraint('person_id', 'system_id', name=op.f('pk_conflict')),
    )
    op.create_table(
        'declined',
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('system_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('declined_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f('ck_declined_reason')),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_declined_person_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['round_id', 'system_id'],
            ['round_system.round_id', 'round_system.system_id'],
            name=op.f('fk_declined_round_id_round_system'),
        ),
        sa.PrimaryKeyConstraint('round_id', 'system_id', 'person_id', name=op.f('pk_declined')),
    )
    op.create_table(
        'hand_over',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('review_id', sa.Integer(), nullable=False),
        sa.Column('former_id', sa.Integer(), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('handed_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['review_id'], ['review.id'], name=op.f('fk_hand_over_review_id_review')
        ),
        sa.ForeignKeyConstraint(
            ['former_id'], ['person.id'], name=op.f('fk_hand_over_former_id_person')
        ),
        sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_hand_over_by_id_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_over')),
    )
    op.create_index(op.f('ix_hand_over_review_id'), 'hand_over', ['review_id'], unique=False)

"""a system's own assessments of its drafts"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'private_entry',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=True),
        sa.Column('outside', sa.String(20), nullable=False),
        sa.Column('noun', sa.String(40), nullable=False),
        sa.Column('row_id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('system_id', sa.Integer(), nullable=True),
        sa.Column('before', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('after', sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_private_entry_person_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_private_entry_round_id_round')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_private_entry')),
    )
    op.create_index(op.f('ix_private_entry_round_id'), 'private_entry', ['round_id'])
    op.create_table(
        'assessment',
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('title', sa.String(200), nullable=False),
        sa.Column('begun_by_id', sa.Integer(), nullable=False),
        sa.Column('begun_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_assessment_round_id_round')
        ),
        sa.ForeignKeyConstraint(
            ['begun_by_id'], ['person.id'], name=op.f('fk_assessment_begun_by_id_person')
        ),
        sa.PrimaryKeyConstraint('round_id', name=op.f('pk_assessment')),
    )
    op.create_table(
        'assessment_member',
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('added_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['round_id'],
            ['assessment.round_id'],
            name=op.f('fk_assessment_member_round_id_assessment'),
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_assessment_member_person_id_person')
        ),
        sa.PrimaryKeyConstraint('round_id', 'person_id', name=op.f('pk_assessment_member')),
    )
    op.create_index(op.f('ix_assessment_member_person_id'), 'assessment_member', ['person_id'])
    op.create_table(
        'assessment_share',
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('what', sa.String(12), nullable=False),
        sa.Column('until', sa.Date(), nullable=False),
        sa.Column('shared_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['round_id'],
            ['assessment.round_id'],
            name=op.f('fk_assessment_share_round_id_assessment'),
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_assessment_share_person_id_person')
        ),
        sa.PrimaryKeyConstraint('round_id', 'person_id', name=op.f('pk_assessment_share')),
    )
    op.create_index(op.f('ix_assessment_share_person_id'), 'assessment_share', ['person_id'])
    op.create_table(
        'assessment_draft',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('begun_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('answers', sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['round_id'],
            ['assessment.round_id'],
            name=op.f('fk_assessment_draft_round_id_assessment'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_draft')),
        sa.UniqueConstraint(
            'round_id', 'number', name=op.f('uq_assessment_draft_round_id_number')
        ),
    )
    op.create_table(
        'assessment_action',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('question', sa.String(60), nullable=False),
        sa.Column('document', sa.String(40), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('what', sa.String(), nullable=False),
        sa.Column('who', sa.String(200), nullable=False),
        sa.Column('due', sa.Date(), nullable=True),
        sa.Column('status', sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ['round_id'],
            ['assessment.round_id'],
            name=op.f('fk_assessment_action_round_id_assessment'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_action')),
        sa.UniqueConstraint(
            'round_id',
            'question',
            'document',
            name=op.f('uq_assessment_action_round_id_question_document'),
        ),
    )

"""decisions and returns"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('review', reflect_kwargs={'resolve_fks': False}) as batch_op:
        batch_op.add_column(
            sa.Column('first_submitted_at', reviewer.db.UtcDateTime(timezone=True), nullable=True)
        )
    # Nothing could be changed after submitting, so what was submitted was the first.
    op.execute('UPDATE review SET first_submitted_at = submitted_at')
    op.create_table('decision_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('document', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=15), nullable=False),
    sa.Column('options', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('changed_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_decision_change_author_id_person')),
    sa.ForeignKeyConstraint(['question_id', 'document'], ['question_document.question_id', 'question_document.document'], name=op.f('fk_decision_change_question_id_document_question_document')),
    sa.ForeignKeyConstraint(['round_id', 'system_id'], ['round_system.round_id', 'round_system.system_id'], name=op.f('fk_decision_change_round_id_system_id_round_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_change')),
    sa.UniqueConstraint('round_id', 'system_id', 'question_id', 'document', 'version', name=op.f('uq_decision_change_version'))
    )
    op.create_table('review_return',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('returned_by_id', sa.Integer(), nullable=False),
    sa.Column('returned_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['returned_by_id'], ['person.id'], name=op.f('fk_review_return_returned_by_id_person')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_return_review_id_review')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_return'))
    )
    with op.batch_alter_table('review_return', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_return_review_id'), ['review_id'], unique=False)
    op.create_table('returned_answer',
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('document', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['question_id', 'document'], ['question_document.question_id', 'question_document.document'], name=op.f('fk_returned_answer_question_id_document_question_document')),
    sa.ForeignKeyConstraint(['return_id'], ['review_return.id'], name=op.f('fk_returned_answer_return_id_review_return')),
    sa.PrimaryKeyConstraint('return_id', 'question_id', 'document', name=op.f('pk_returned_answer'))
    )

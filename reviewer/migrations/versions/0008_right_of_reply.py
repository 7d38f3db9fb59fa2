"""right of reply"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

TIME = reviewer.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'reply_window',
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.CheckConstraint('first_day <= last_day', name=op.f('ck_reply_window_days')),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_reply_window_round_id_round')
        ),
        sa.PrimaryKeyConstraint('round_id', name=op.f('pk_reply_window')),
    )
    op.create_table(
        'reply',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('system_id', sa.Integer(), nullable=False),
        sa.Column('contact_id', sa.Integer(), nullable=False),
        sa.Column('invited_at', TIME, nullable=False),
        sa.Column('sent_at', TIME, nullable=True),
        sa.Column('sent_by_id', sa.Integer(), nullable=True),
        sa.CheckConstraint(
            '(sent_at IS NULL) = (sent_by_id IS NULL)', name=op.f('ck_reply_sent')
        ),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_reply_round_id_round')),
        sa.ForeignKeyConstraint(
            ['system_id'], ['system.id'], name=op.f('fk_reply_system_id_system')
        ),
        sa.ForeignKeyConstraint(
            ['contact_id'], ['person.id'], name=op.f('fk_reply_contact_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['sent_by_id'], ['person.id'], name=op.f('fk_reply_sent_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['round_id', 'system_id'],
            ['round_system.round_id', 'round_system.system_id'],
            name=op.f('fk_reply_round_id_system_id_round_system'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reply')),
        sa.UniqueConstraint('round_id', 'system_id', name=op.f('uq_reply_round_id_system_id')),
    )
    op.create_table(
        'reply_point',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('reply_id', sa.Integer(), nullable=False),
        sa.Column('question_id', sa.Integer(), nullable=False),
        sa.Column('document', sa.String(length=40), nullable=False),
        sa.Column('state', sa.String(length=15), nullable=False),
        sa.Column('options', sa.String(), nullable=False),
        sa.Column('view', sa.String(length=10), nullable=False),
        sa.Column('cited_id', sa.Integer(), nullable=True),
        sa.Column('page', sa.Integer(), nullable=True),
        sa.Column('text', sa.String(length=1000), nullable=False),
        sa.Column('written_by_id', sa.Integer(), nullable=False),
        sa.Column('written_at', TIME, nullable=False),
        sa.Column('outcome', sa.String(length=10), nullable=True),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('outcome_by_id', sa.Integer(), nullable=True),
        sa.Column('outcome_at', TIME, nullable=True),
        sa.CheckConstraint(
            "view IN ('agree', 'partly', 'disagree')", name=op.f('ck_reply_point_view')
        ),
        sa.CheckConstraint("view = 'agree' OR text <> ''", name=op.f('ck_reply_point_text')),
        sa.CheckConstraint(
            '(page IS NULL) = (cited_id IS NULL) AND (page IS NULL OR page >= 1)',
            name=op.f('ck_reply_point_page'),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL AND outcome_by_id IS NULL AND outcome_at IS NULL AND reason = '')"
            " OR (outcome IN ('changed', 'stands') AND view <> 'agree' AND reason <> ''"
            ' AND outcome_by_id IS NOT NULL AND outcome_at IS NOT NULL)',
            name=op.f('ck_reply_point_outcome'),
        ),
        sa.ForeignKeyConstraint(
            ['reply_id'], ['reply.id'], name=op.f('fk_reply_point_reply_id_reply')
        ),
        sa.ForeignKeyConstraint(
            ['question_id', 'document'],
            ['question_document.question_id', 'question_document.document'],
            name=op.f('fk_reply_point_question_id_document_question_document'),
        ),
        sa.ForeignKeyConstraint(
            ['cited_id'], ['document.id'], name=op.f('fk_reply_point_cited_id_document')
        ),
        sa.ForeignKeyConstraint(
            ['written_by_id'], ['person.id'], name=op.f('fk_reply_point_written_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['outcome_by_id'], ['person.id'], name=op.f('fk_reply_point_outcome_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_point')),
        sa.UniqueConstraint(
            'reply_id',
            'question_id',
            'document',
            name=op.f('uq_reply_point_reply_id_question_id_document'),
        ),
    )

"""comments tagged, quotes chosen, findings written"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'draft_mark',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('marked_by_id', sa.Integer(), nullable=True),
        sa.Column('marked_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('numbers', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ['marked_by_id'], ['person.id'], name=op.f('fk_draft_mark_marked_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_draft_mark_round_id_round')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_mark')),
    )
    op.create_index(op.f('ix_draft_mark_round_id'), 'draft_mark', ['round_id'], unique=False)
    op.create_table(
        'recommendation',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('audience', sa.String(15), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column('bears_on', sa.String(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('written_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('written_by_id', sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "audience IN ('government', 'systems')", name=op.f('ck_recommendation_audience')
        ),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_recommendation_round_id_round')
        ),
        sa.ForeignKeyConstraint(
            ['written_by_id'], ['person.id'], name=op.f('fk_recommendation_written_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation')),
    )
    op.create_index(
        op.f('ix_recommendation_round_id'), 'recommendation', ['round_id'], unique=False
    )
    op.create_table(
        'tag',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(60), nullable=False),
        sa.Column('key', sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_tag_round_id_round')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_tag')),
        sa.UniqueConstraint('round_id', 'key', name=op.f('uq_tag_round_id_key')),
    )
    op.create_table(
        'written_finding',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('criterion', sa.String(60), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('heading', sa.String(), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column('rests_on', sa.String(), nullable=False),
        sa.Column('charts', sa.String(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('written_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('written_by_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_written_finding_round_id_round')
        ),
        sa.ForeignKeyConstraint(
            ['written_by_id'], ['person.id'], name=op.f('fk_written_finding_written_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_written_finding')),
    )
    op.create_index(
        op.f('ix_written_finding_round_id'), 'written_finding', ['round_id'], unique=False
    )
    op.create_table(
        'example',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('system_id', sa.Integer(), nullable=True),
        sa.Column('kind', sa.String(15), nullable=False),
        sa.Column('criterion', sa.String(60), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('heading', sa.String(), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('allowed_words', sa.String(), nullable=False),
        sa.Column('allowed_found', sa.JSON(), nullable=False),
        sa.Column('allowed_at', reviewer.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('allowed_by_id', sa.Integer(), nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('written_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('written_by_id', sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind = 'case-study' OR system_id IS NOT NULL", name=op.f('ck_example_good_practice_of')
        ),
        sa.CheckConstraint("kind IN ('good-practice', 'case-study')", name=op.f('ck_example_kind')),
        sa.ForeignKeyConstraint(
            ['allowed_by_id'], ['person.id'], name=op.f('fk_example_allowed_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['round_id', 'system_id'],
            ['round_system.round_id', 'round_system.system_id'],
            name=op.f('fk_example_round_id_system_id_round_system'),
        ),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_example_round_id_round')),
        sa.ForeignKeyConstraint(
            ['system_id'], ['system.id'], name=op.f('fk_example_system_id_system')
        ),
        sa.ForeignKeyConstraint(
            ['written_by_id'], ['person.id'], name=op.f('fk_example_written_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_example')),
    )
    op.create_index(op.f('ix_example_round_id'), 'example', ['round_id'], unique=False)
    op.create_table(
        'passage',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('system_id', sa.Integer(), nullable=False),
        sa.Column('criterion', sa.String(60), nullable=False),
        sa.Column('question', sa.String(60), nullable=False),
        sa.Column('document', sa.String(40), nullable=False),
        sa.Column('kind', sa.String(15), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('fingerprint', sa.String(64), nullable=False),
        sa.Column('marked_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['round_id', 'system_id'],
            ['round_system.round_id', 'round_system.system_id'],
            name=op.f('fk_passage_round_id_system_id_round_system'),
        ),
        sa.ForeignKeyConstraint(
            ['system_id'], ['system.id'], name=op.f('fk_passage_system_id_system')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passage')),
        sa.UniqueConstraint(
            'round_id',
            'system_id',
            'criterion',
            'question',
            'document',
            'kind',
            'fingerprint',
            name='uq_passage_place',
        ),
    )
    op.create_table(
        'naming_agreement',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('example_id', sa.Integer(), nullable=False),
        sa.Column('system_id', sa.Integer(), nullable=False),
        sa.Column('agreed_by', sa.String(200), nullable=False),
        sa.Column('agreed_on', sa.Date(), nullable=False),
        sa.Column('heading', sa.String(), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('recorded_by_id', sa.Integer(), nullable=True),
        sa.Column('recorded_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('withdrawn_at', reviewer.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ['example_id'], ['example.id'], name=op.f('fk_naming_agreement_example_id_example')
        ),
        sa.ForeignKeyConstraint(
            ['recorded_by_id'],
            ['person.id'],
            name=op.f('fk_naming_agreement_recorded_by_id_person'),
        ),
        sa.ForeignKeyConstraint(
            ['system_id'], ['system.id'], name=op.f('fk_naming_agreement_system_id_system')
        ),
        sa.ForeignKeyConstraint(
            ['withdrawn_by_id'],
            ['person.id'],
            name=op.f('fk_naming_agreement_withdrawn_by_id_person'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_naming_agreement')),
    )
    op.create_index(
        op.f('ix_naming_agreement_example_id'), 'naming_agreement', ['example_id'], unique=False
    )
    op.create_table(
        'passage_tag',
        sa.Column('passage_id', sa.Integer(), nullable=False),
        sa.Column('tag_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['passage_id'], ['passage.id'], name=op.f('fk_passage_tag_passage_id_passage')
        ),
        sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('fk_passage_tag_tag_id_tag')),
        sa.PrimaryKeyConstraint('passage_id', 'tag_id', name=op.f('pk_passage_tag')),
    )
    op.create_table(
        'quote',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('passage_id', sa.Integer(), nullable=False),
        sa.Column('chosen_by_id', sa.Integer(), nullable=True),
        sa.Column('chosen_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('allowed_words', sa.String(), nullable=False),
        sa.Column('allowed_found', sa.JSON(), nullable=False),
        sa.Column('allowed_at', reviewer.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('allowed_by_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ['allowed_by_id'], ['person.id'], name=op.f('fk_quote_allowed_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['chosen_by_id'], ['person.id'], name=op.f('fk_quote_chosen_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['passage_id'], ['passage.id'], name=op.f('fk_quote_passage_id_passage')
        ),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_quote_round_id_round')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_quote')),
    )
    op.create_index(op.f('ix_quote_round_id'), 'quote', ['round_id'], unique=False)
    op.create_table(
        'finding_quote',
        sa.Column('finding_id', sa.Integer(), nullable=False),
        sa.Column('quote_id', sa.Integer(), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['finding_id'],
            ['written_finding.id'],
            name=op.f('fk_finding_quote_finding_id_written_finding'),
        ),
        sa.ForeignKeyConstraint(
            ['quote_id'], ['quote.id'], name=op.f('fk_finding_quote_quote_id_quote')
        ),
        sa.PrimaryKeyConstraint('finding_id', 'quote_id', name=op.f('pk_finding_quote')),
    )

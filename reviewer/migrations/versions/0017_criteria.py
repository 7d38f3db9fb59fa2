"""drafts of criteria, and mappings between versions"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'instrument_draft',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(60), nullable=False),
        sa.Column('title', sa.String(300), nullable=False),
        sa.Column('content', sa.JSON(), nullable=False),
        sa.Column('based_on_id', sa.Integer()),
        sa.Column('edit', sa.Integer(), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=False),
        sa.Column('made_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('changed_by_id', sa.Integer(), nullable=False),
        sa.Column('changed_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['based_on_id'],
            ['instrument_version.id'],
            name=op.f('fk_instrument_draft_based_on_id_instrument_version'),
        ),
        sa.ForeignKeyConstraint(
            ['made_by_id'], ['person.id'], name=op.f('fk_instrument_draft_made_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['changed_by_id'], ['person.id'], name=op.f('fk_instrument_draft_changed_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument_draft')),
    )
    op.create_table(
        'upgrade',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('from_version_id', sa.Integer(), nullable=False),
        sa.Column('to_version_id', sa.Integer(), nullable=False),
        sa.Column('mapping', sa.JSON(), nullable=False),
        sa.Column('edit', sa.Integer(), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=False),
        sa.Column('made_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('applied_by_id', sa.Integer()),
        sa.Column('applied_at', reviewer.db.UtcDateTime(timezone=True)),
        sa.Column('kept_round_id', sa.Integer()),
        sa.Column('reviews', sa.JSON(), nullable=False),
        sa.Column('answers', sa.Integer(), nullable=False),
        sa.Column('carried', sa.Integer(), nullable=False),
        sa.Column('person', sa.Integer(), nullable=False),
        sa.Column('readable', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_upgrade_round_id_round')
        ),
        sa.ForeignKeyConstraint(
            ['from_version_id'],
            ['instrument_version.id'],
            name=op.f('fk_upgrade_from_version_id_instrument_version'),
        ),
        sa.ForeignKeyConstraint(
            ['to_version_id'],
            ['instrument_version.id'],
            name=op.f('fk_upgrade_to_version_id_instrument_version'),
        ),
        sa.ForeignKeyConstraint(
            ['made_by_id'], ['person.id'], name=op.f('fk_upgrade_made_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['applied_by_id'], ['person.id'], name=op.f('fk_upgrade_applied_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['kept_round_id'], ['round.id'], name=op.f('fk_upgrade_kept_round_id_round')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_upgrade')),
        sa.UniqueConstraint(
            'round_id',
            'from_version_id',
            'to_version_id',
            name=op.f('uq_upgrade_round_id_from_version_id_to_version_id'),
        ),
    )
    op.create_index(op.f('ix_upgrade_round_id'), 'upgrade', ['round_id'])
    op.create_index(op.f('ix_upgrade_kept_round_id'), 'upgrade', ['kept_round_id'])

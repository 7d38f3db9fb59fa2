"""tokens that read a snapshot, charts in a ZIP and how they look, Word files of the team"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

TIME = reviewer.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        'report_file', sa.Column('template', sa.String(100), nullable=False, server_default='')
    )
    op.create_table(
        'word_template',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(100), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
        sa.Column('added_at', TIME, nullable=False),
        sa.Column('added_by_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['added_by_id'], ['person.id'], name=op.f('fk_word_template_added_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_word_template')),
        sa.UniqueConstraint('name', name=op.f('uq_word_template_name')),
    )
    op.create_table(
        'chart_theme',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(40), nullable=False),
        sa.Column('definition', sa.Text(), nullable=False),
        sa.Column('added_at', TIME, nullable=False),
        sa.Column('added_by_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['added_by_id'], ['person.id'], name=op.f('fk_chart_theme_added_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_chart_theme')),
        sa.UniqueConstraint('name', name=op.f('uq_chart_theme_name')),
    )
    op.create_table(
        'chart_archive',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('theme', sa.String(40), nullable=False),
        sa.Column('state', sa.String(10), nullable=False),
        sa.Column('done', sa.Integer(), nullable=False),
        sa.Column('of', sa.Integer(), nullable=False),
        sa.Column('asked_by_id', sa.Integer(), nullable=False),
        sa.Column('made_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_chart_archive_round_id_round')
        ),
        sa.ForeignKeyConstraint(
            ['asked_by_id'], ['person.id'], name=op.f('fk_chart_archive_asked_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_chart_archive')),
        sa.UniqueConstraint('round_id', 'theme', name=op.f('uq_chart_archive_round_id_theme')),
    )
    op.create_table(
        'reading_token',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('snapshot_id', sa.Integer(), nullable=False),
        sa.Column('purpose', sa.String(100), nullable=False),
        sa.Column('token_hash', sa.String(64), nullable=False),
        sa.Column('made_at', TIME, nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=False),
        sa.Column('last_used_at', TIME, nullable=True),
        sa.Column('revoked_at', TIME, nullable=True),
        sa.Column('revoked_by_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ['snapshot_id'], ['snapshot.id'], name=op.f('fk_reading_token_snapshot_id_snapshot')
        ),
        sa.ForeignKeyConstraint(
            ['made_by_id'], ['person.id'], name=op.f('fk_reading_token_made_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['revoked_by_id'], ['person.id'], name=op.f('fk_reading_token_revoked_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reading_token')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_reading_token_token_hash')),
    )
    op.create_index(op.f('ix_reading_token_snapshot_id'), 'reading_token', ['snapshot_id'])

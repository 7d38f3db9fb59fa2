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

"""reports that were asked for"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'report_file',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('format', sa.String(4), nullable=False),
        sa.Column('state', sa.String(10), nullable=False),
        sa.Column('done', sa.Integer(), nullable=False),
        sa.Column('of', sa.Integer(), nullable=False),
        sa.Column('asked_by_id', sa.Integer(), nullable=False),
        sa.Column('made_at', reviewer.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['round_id'], ['round.id'], name=op.f('fk_report_file_round_id_round')
        ),
        sa.ForeignKeyConstraint(
            ['asked_by_id'], ['person.id'], name=op.f('fk_report_file_asked_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_report_file')),
        sa.UniqueConstraint('round_id', 'format', name=op.f('uq_report_file_round_id_format')),
    )

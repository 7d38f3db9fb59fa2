"""rounds"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

# Written out, since SQLite would alter the table by copying it, and other tables look at it.
COLUMNS = (
    'cap INTEGER NOT NULL DEFAULT 2 CONSTRAINT ck_round_cap CHECK (cap >= 1)',
    'second_readings INTEGER NOT NULL DEFAULT 0 '
    'CONSTRAINT ck_round_second_readings CHECK (second_readings >= 0)',
    'opens_on DATE CONSTRAINT ck_round_dates CHECK (closes_on >= opens_on)',
    'opened_by_id INTEGER CONSTRAINT fk_round_opened_by_id_person REFERENCES person (id)',
    'earlier_id INTEGER CONSTRAINT fk_round_earlier_id_round REFERENCES round (id)',
)


def upgrade() -> None:
    for column in COLUMNS:
        op.execute(f'ALTER TABLE round ADD COLUMN {column}')
    op.add_column(
        'round', sa.Column('opened_at', reviewer.db.UtcDateTime(timezone=True), nullable=True)
    )
    op.add_column(
        'round',
        sa.Column('kinds_left_out', sa.String(length=500), nullable=False, server_default=''),
    )
    op.execute('UPDATE round SET opened_at = created_at')  # there were no drafts before
    op.add_column(
        'answer', sa.Column('checked_at', reviewer.db.UtcDateTime(timezone=True), nullable=True)
    )
    op.create_table('not_published',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('marked_by_id', sa.Integer(), nullable=False),
    sa.Column('marked_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['marked_by_id'], ['person.id'], name=op.f('fk_not_published_marked_by_id_person')),
    sa.ForeignKeyConstraint(['round_id', 'system_id'], ['round_system.round_id', 'round_system.system_id'], name=op.f('fk_not_published_round_id_system_id_round_system')),
    sa.PrimaryKeyConstraint('round_id', 'system_id', 'kind', name=op.f('pk_not_published'))
    )
    op.create_table('correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('from_version_id', sa.Integer(), nullable=False),
    sa.Column('to_version_id', sa.Integer(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['from_version_id'], ['instrument_version.id'], name=op.f('fk_correction_from_version_id_instrument_version')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_correction_made_by_id_person')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_correction_round_id_round')),
    sa.ForeignKeyConstraint(['to_version_id'], ['instrument_version.id'], name=op.f('fk_correction_to_version_id_instrument_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction')),
    sa.UniqueConstraint('round_id', 'to_version_id', name=op.f('uq_correction_round_id_to_version_id'))
    )
    op.create_index(op.f('ix_correction_round_id'), 'correction', ['round_id'], unique=False)

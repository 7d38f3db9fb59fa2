"""the logbook, which only grows"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the logbook only grows'); END
"""
POSTGRESQL = """
CREATE FUNCTION logbook_only_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the logbook only grows'; END $$
"""


def upgrade() -> None:
    op.create_table(
        'logbook_entry',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=True),
        sa.Column('outside', sa.String(length=20), nullable=False),
        sa.Column('noun', sa.String(length=40), nullable=False),
        sa.Column('row_id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=True),
        sa.Column('system_id', sa.Integer(), nullable=True),
        sa.Column('before', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('after', sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_logbook_entry_person_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_logbook_entry')),
    )
    for column in ('at', 'person_id', 'round_id'):
        op.create_index(op.f(f'ix_logbook_entry_{column}'), 'logbook_entry', [column])
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('UPDATE', 'DELETE'):
            op.execute(SQLITE.format(table='logbook_entry', verb=verb))
    else:
        op.execute(POSTGRESQL)
        op.execute(
            'CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON logbook_entry '
            'FOR EACH ROW EXECUTE FUNCTION logbook_only_grows()'
        )

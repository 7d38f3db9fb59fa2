"""visits that were ended, requests for a new password, entries that can be emptied"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

# The one change of an entry: what it says of a person is taken out. Who, when and where stay.
SAME = 'id', 'at', 'person_id', 'outside', 'noun', 'row_id', 'round_id', 'system_id'
EMPTIED = '{"personal data": "removed"}'
SQLITE = """
CREATE TRIGGER logbook_entry_no_UPDATE BEFORE UPDATE ON logbook_entry
WHEN NOT (OLD.noun IN ('person', 'conflict', 'declined') AND %s
  AND (NEW."before" = '%s' OR NEW."before" IS OLD."before")
  AND (NEW."after" = '%s' OR NEW."after" IS OLD."after"))
BEGIN SELECT RAISE(ABORT, 'the logbook only grows'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION logbook_only_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF TG_OP = 'UPDATE' AND OLD.noun IN ('person', 'conflict', 'declined') AND %s
  AND (NEW."before"::text = '%s' OR NEW."before"::text IS NOT DISTINCT FROM OLD."before"::text)
  AND (NEW."after"::text = '%s' OR NEW."after"::text IS NOT DISTINCT FROM OLD."after"::text)
THEN RETURN NEW; END IF;
RAISE EXCEPTION 'the logbook only grows'; END $$
"""


def upgrade() -> None:
    op.create_table(
        'ended_visit',
        sa.Column('key_hash', sa.String(64), nullable=False),
        sa.Column('ended_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_ended_visit')),
    )
    op.create_table(
        'forgotten',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('address', sa.String(254), nullable=False),
        sa.Column('asked_at', reviewer.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_forgotten')),
    )
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TRIGGER logbook_entry_no_UPDATE')
        same = ' AND '.join(f'NEW.{name} IS OLD.{name}' for name in SAME)
        # As text: a colon would be taken for a parameter.
        op.get_bind().exec_driver_sql(SQLITE % (same, EMPTIED, EMPTIED))
    else:
        same = ' AND '.join(f'NEW.{name} IS NOT DISTINCT FROM OLD.{name}' for name in SAME)
        op.get_bind().exec_driver_sql(POSTGRESQL % (same, EMPTIED, EMPTIED))

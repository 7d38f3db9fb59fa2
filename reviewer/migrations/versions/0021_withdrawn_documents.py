"""documents that were withdrawn"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = reviewer.db.UtcDateTime(timezone=True)
    because = sa.Column('withdrawn_because', sa.String(500), nullable=False, server_default='')
    op.add_column('document', sa.Column('withdrawn_at', moment))
    # As text: SQLite would copy the table for a key, and lose the index over an expression.
    op.execute(
        'ALTER TABLE document ADD COLUMN withdrawn_by_id INTEGER '
        'CONSTRAINT fk_document_withdrawn_by_id_person REFERENCES person (id)'
    )
    op.add_column('document', because)
    op.add_column(
        'document', sa.Column('emptied', sa.Boolean, nullable=False, server_default=sa.false())
    )

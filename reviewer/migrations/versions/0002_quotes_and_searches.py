"""quotes and searches as evidence, and pages in the history"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('answer_change', reflect_kwargs={'resolve_fks': False}) as batch_op:
        batch_op.add_column(sa.Column('pages', sa.String(), nullable=True))
    with op.batch_alter_table('evidence', reflect_kwargs={'resolve_fks': False}) as batch_op:
        batch_op.add_column(
            sa.Column('kind', sa.String(length=10), nullable=False, server_default='page')
        )
        batch_op.add_column(sa.Column('quote', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('searched', sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column('pages_read', sa.String(), nullable=False, server_default='')
        )
        batch_op.add_column(sa.Column('found', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('author_id', sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column('added_at', reviewer.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column('removed_at', reviewer.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column('newer_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('newer_first_page', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('newer_last_page', sa.Integer(), nullable=True))
        batch_op.alter_column('first_page', existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column('last_page', existing_type=sa.Integer(), nullable=True)
        batch_op.create_check_constraint(
            op.f('ck_evidence_place'),
            "kind = 'search' OR (first_page IS NOT NULL AND last_page IS NOT NULL)",
        )
        batch_op.create_foreign_key(
            op.f('fk_evidence_author_id_person'), 'person', ['author_id'], ['id']
        )
        batch_op.create_foreign_key(
            op.f('fk_evidence_newer_id_document'), 'document', ['newer_id'], ['id']
        )
        batch_op.create_index(op.f('ix_evidence_document_id'), ['document_id'], unique=False)

    # Pages were given with the answer, so they are of its author and its time.
    op.execute(
        'UPDATE evidence SET '
        'author_id = (SELECT author_id FROM answer WHERE answer.id = evidence.answer_id), '
        'added_at = (SELECT answered_at FROM answer WHERE answer.id = evidence.answer_id)'
    )
    with op.batch_alter_table('evidence', reflect_kwargs={'resolve_fks': False}) as batch_op:
        batch_op.alter_column('kind', existing_type=sa.String(length=10), server_default=None)
        batch_op.alter_column('pages_read', existing_type=sa.String(), server_default=None)
        batch_op.alter_column(
            'added_at', existing_type=reviewer.db.UtcDateTime(timezone=True), nullable=False
        )
    _pages_of_today()


def _pages_of_today() -> None:
    """The pages of an answer's last version are known; those of earlier ones were not kept."""
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE answer_change SET pages = '' WHERE version = "
            '(SELECT version FROM answer WHERE answer.id = answer_change.answer_id)'
        )
    )
    pages: dict[int, list[str]] = {}
    for row in connection.execute(
        sa.text(
            'SELECT answer_id, first_page, last_page FROM evidence '
            'ORDER BY answer_id, first_page, last_page'
        )
    ):
        pages.setdefault(row.answer_id, []).append(f'{row.first_page}-{row.last_page}')
    if pages:
        connection.execute(
            sa.text(
                'UPDATE answer_change SET pages = :pages WHERE answer_id = :answer '
                'AND version = (SELECT version FROM answer WHERE answer.id = :answer)'
            ),
            [{'answer': answer, 'pages': ';'.join(found)} for answer, found in pages.items()],
        )

"""people invitations and mail"""

import sqlalchemy as sa
from alembic import op
import reviewer.db

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TIME = reviewer.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    # Plain ADD COLUMN, which SQLite can: a copy of `person` would have to drop the table that
    # everything else refers to.
    op.execute(
        'ALTER TABLE person ADD COLUMN home_system_id INTEGER '
        'CONSTRAINT fk_person_home_system_id_system REFERENCES system (id)'
    )
    op.add_column('person', sa.Column('entered_at', TIME, nullable=True))
    op.add_column('person', sa.Column('removed_at', TIME, nullable=True))
    op.add_column(
        'person', sa.Column('sessions_ended', sa.Integer(), nullable=False, server_default='0')
    )
    op.add_column(
        'sign_in_link',
        sa.Column('kind', sa.String(length=10), nullable=False, server_default='sign-in'),
    )
    op.add_column('sign_in_link', sa.Column('token', sa.String(length=64), nullable=True))
    op.add_column('job', sa.Column('not_before', TIME, nullable=True))
    # Who has been here before: the last link used, else whoever has set a password.
    op.execute(
        'UPDATE person SET entered_at = '
        '(SELECT max(used_at) FROM sign_in_link WHERE sign_in_link.person_id = person.id)'
    )
    op.execute(
        'UPDATE person SET entered_at = created_at '
        'WHERE entered_at IS NULL AND password_hash IS NOT NULL'
    )

    op.create_table(
        'letter_wording',
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('subject', sa.String(length=200), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column('changed_by_id', sa.Integer(), nullable=False),
        sa.Column('changed_at', TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ['changed_by_id'], ['person.id'], name=op.f('fk_letter_wording_changed_by_id_person')
        ),
        sa.PrimaryKeyConstraint('kind', name=op.f('pk_letter_wording')),
    )
    op.create_table(
        'message',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('address', sa.String(length=254), nullable=False),
        sa.Column('subject', sa.String(length=300), nullable=False),
        sa.Column('body', sa.String(), nullable=False),
        sa.Column('link_id', sa.Integer(), nullable=True),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('error', sa.String(), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('written_at', TIME, nullable=False),
        sa.Column('sent_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_message_person_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['link_id'], ['sign_in_link.id'], name=op.f('fk_message_link_id_sign_in_link')
        ),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f('ck_message_sent')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    )
    op.create_index(op.f('ix_message_person_id'), 'message', ['person_id'])
    op.create_table(
        'second_factor',
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('secret', sa.String(length=64), nullable=False),
        sa.Column('set_up_at', TIME, nullable=True),
        sa.Column('last_step', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_second_factor_person_id_person')
        ),
        sa.PrimaryKeyConstraint('person_id', name=op.f('pk_second_factor')),
    )
    op.create_table(
        'recovery_code',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('code_hash', sa.String(length=64), nullable=False),
        sa.Column('used_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_recovery_code_person_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
        sa.UniqueConstraint(
            'person_id', 'code_hash', name=op.f('uq_recovery_code_person_id_code_hash')
        ),
    )
    op.create_table(
        'wrong_try',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('who', sa.String(length=64), nullable=False),
        sa.Column('at', TIME, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_wrong_try')),
    )
    op.create_index(op.f('ix_wrong_try_who'), 'wrong_try', ['who'])

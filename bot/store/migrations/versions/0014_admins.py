"""What admins need: corrections, audiences, schedules, roles, an audit log, questions, logins"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.types import UTCDateTime

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def one_of(column: str, *values: str) -> str:
    return ' OR '.join(f"{column} = '{value}'" for value in values)


BEFORE = {
    'state': one_of('state', 'draft', 'sending', 'paused', 'done', 'cancelled'),
    'pause_reason': one_of('pause_reason', 'admin', 'failures'),
}
AFTER = {
    'state': one_of(
        'state', 'draft', 'waiting', 'scheduled', 'sending', 'paused', 'done', 'cancelled'
    ),
    'pause_reason': one_of('pause_reason', 'admin', 'failures', 'correction'),
    'kind': one_of('kind', 'message', 'edit', 'recall'),
    'late': one_of('late', 'next_day', 'skip'),
}
ROLE = one_of('role', 'editor', 'viewer')


def upgrade() -> None:
    _make_tables()
    op.add_column(
        'subscriber',
        sa.Column('announcements', sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column('subscriber', sa.Column('active_on', sa.Date(), nullable=True))
    op.add_column('delivery', sa.Column('album', sa.String(length=256), nullable=True))
    for column in _of_broadcasts():
        op.add_column('broadcast', column)
    _check_broadcasts(BEFORE, AFTER)


def _of_broadcasts() -> list[sa.Column[Any]]:
    return [
        sa.Column('kind', sa.String(length=8), server_default='message', nullable=False),
        sa.Column('corrects', sa.BigInteger(), nullable=True),
        sa.Column('content', sa.Text(), nullable=True),
        sa.Column('filter', sa.Text(), nullable=True),
        sa.Column('wanted', sa.Text(), nullable=True),
        sa.Column('send_at', UTCDateTime(), nullable=True),
        sa.Column('local_date', sa.Date(), nullable=True),
        sa.Column('local_minute', sa.SmallInteger(), nullable=True),
        sa.Column('late', sa.String(length=8), nullable=True),
        sa.Column('approved_by', sa.BigInteger(), nullable=True),
        sa.Column('media_group', sa.String(length=64), nullable=True),
    ]


def _check_broadcasts(before: dict[str, str], after: dict[str, str]) -> None:
    """Give the table of broadcasts other conditions; SQLite has to copy it for that."""
    with op.batch_alter_table('broadcast') as batch:
        for name in before:
            batch.drop_constraint(batch.f(f'ck_broadcast_{name}'), type_='check')
        for name, condition in after.items():
            batch.create_check_constraint(batch.f(f'ck_broadcast_{name}'), condition)


def _made(name: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...]) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=op.f(f'pk_{name}')))


def _of_subscriber(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ['chat_id'],
        ['subscriber.chat_id'],
        name=op.f(f'fk_{table}_chat_id_subscriber'),
        onupdate='CASCADE',
        ondelete='CASCADE',
    )


def _make_tables() -> None:
    _made(
        'segment',
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('filter', sa.Text(), nullable=False),
        sa.Column('made_by', sa.BigInteger(), nullable=False),
        sa.Column('made_at', UTCDateTime(), nullable=False),
        key=('name',),
    )
    _made(
        'listed',
        sa.Column('list_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('chat_id', sa.BigInteger(), nullable=False),
        _of_subscriber('listed'),
        key=('list_id', 'chat_id'),
    )
    _made(
        'admin',
        sa.Column('user_id', BIG_ID, autoincrement=False, nullable=False),
        sa.Column('role', sa.String(length=8), nullable=False),
        sa.Column('invited_by', sa.BigInteger(), nullable=False),
        sa.Column('since', UTCDateTime(), nullable=False),
        sa.CheckConstraint(ROLE, name=op.f('ck_admin_role')),
        key=('user_id',),
    )
    _made(
        'invitation',
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('role', sa.String(length=8), nullable=False),
        sa.Column('made_by', sa.BigInteger(), nullable=False),
        sa.Column('made_at', UTCDateTime(), nullable=False),
        sa.Column('expires_at', UTCDateTime(), nullable=False),
        sa.Column('used_by', sa.BigInteger(), nullable=True),
        sa.Column('used_at', UTCDateTime(), nullable=True),
        sa.CheckConstraint(ROLE, name=op.f('ck_invitation_role')),
        key=('token_hash',),
    )
    _made(
        'dialogue',
        sa.Column('user_id', BIG_ID, autoincrement=False, nullable=False),
        sa.Column('expects', sa.String(length=16), nullable=False),
        sa.Column('about', sa.BigInteger(), nullable=True),
        key=('user_id',),
    )
    _made(
        'audit',
        sa.Column('id', BIG_ID, nullable=False),
        sa.Column('at', UTCDateTime(), nullable=False),
        sa.Column('actor', sa.BigInteger(), nullable=False),
        sa.Column('act', sa.String(length=32), nullable=False),
        sa.Column('subject', sa.String(length=96), nullable=False),
        sa.Column('before', sa.Text(), nullable=True),
        sa.Column('after', sa.Text(), nullable=True),
        key=('id',),
    )
    op.create_index(op.f('ix_audit_at'), 'audit', ['at'])
    _made(
        'login',
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('session', sa.Boolean(), nullable=False),
        sa.Column('user_id', sa.BigInteger(), nullable=False),
        sa.Column('made_at', UTCDateTime(), nullable=False),
        sa.Column('expires_at', UTCDateTime(), nullable=False),
        key=('token_hash',),
    )
    op.create_index(op.f('ix_login_expires_at'), 'login', ['expires_at'])
    op.create_table(
        'question',
        sa.Column('id', BIG_ID, nullable=False),
        sa.Column('chat_id', sa.BigInteger(), nullable=False),
        sa.Column('words', sa.LargeBinary(), nullable=False),
        sa.Column('message_id', sa.BigInteger(), nullable=True),
        sa.Column('state', sa.String(length=9), nullable=False),
        sa.Column('grouped', sa.BigInteger(), nullable=True),
        sa.Column('answer', sa.Text(), nullable=True),
        sa.Column('asked_at', UTCDateTime(), nullable=False),
        sa.Column('closed_at', UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            one_of('state', 'open', 'sending', 'answered', 'dismissed'), name=op.f('ck_question_state')
        ),
        _of_subscriber('question'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f('ix_question_asked_at'), 'question', ['asked_at'])
    op.create_index(op.f('ix_question_chat_id'), 'question', ['chat_id'])
    _made(
        'withdrawn_tip',
        sa.Column('tip_id', sa.String(length=64), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('by', sa.BigInteger(), nullable=False),
        sa.Column('at', UTCDateTime(), nullable=False),
        key=('tip_id',),
    )


def downgrade() -> None:
    op.execute("DELETE FROM delivery WHERE broadcast_id IN (SELECT id FROM broadcast WHERE kind <> 'message')")
    op.execute("DELETE FROM broadcast_tally WHERE broadcast_id IN (SELECT id FROM broadcast WHERE kind <> 'message')")
    op.execute("DELETE FROM broadcast WHERE kind <> 'message'")
    op.execute("UPDATE broadcast SET state = 'draft' WHERE state IN ('waiting', 'scheduled')")
    op.execute("UPDATE broadcast SET pause_reason = 'admin' WHERE pause_reason = 'correction'")
    _check_broadcasts(AFTER, BEFORE)
    for column in _of_broadcasts():
        op.drop_column('broadcast', column.name)
    op.drop_column('delivery', 'album')
    op.drop_column('subscriber', 'active_on')
    op.drop_column('subscriber', 'announcements')
    tables = (
        'withdrawn_tip', 'question', 'login', 'audit', 'dialogue', 'invitation', 'admin', 'listed',
        'segment',
    )  # fmt: skip
    for table in tables:
        op.drop_table(table)

"""First tables"""

from alembic import op
import sqlalchemy as sa
from bot.store.types import UTCDateTime

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('broadcast',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('admin_id', sa.BigInteger(), nullable=False),
    sa.Column('source_chat_id', sa.BigInteger(), nullable=False),
    sa.Column('source_message_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('audience', sa.String(length=16), nullable=False),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.Column('confirmed_at', UTCDateTime(), nullable=True),
    sa.Column('finished_at', UTCDateTime(), nullable=True),
    sa.Column('not_after', UTCDateTime(), nullable=True),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('cursor', sa.BigInteger(), nullable=True),
    sa.Column('frozen', sa.Boolean(), nullable=False),
    sa.Column('pause_reason', sa.String(length=10), nullable=True),
    sa.Column('progress_chat_id', sa.BigInteger(), nullable=True),
    sa.Column('progress_message_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("pause_reason = 'admin' OR pause_reason = 'failures'", name=op.f('ck_broadcast_pause_reason')),
    sa.CheckConstraint("state = 'draft' OR state = 'sending' OR state = 'paused' OR state = 'done' OR state = 'cancelled'", name=op.f('ck_broadcast_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_broadcast'))
    )
    op.create_table('counter',
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('at', 'name', name=op.f('pk_counter'))
    )
    op.create_table('heartbeat',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    op.create_table('inbox',
    sa.Column('update_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('chat_id', sa.BigInteger(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('received_at', UTCDateTime(), nullable=False),
    sa.Column('done_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('update_id', name=op.f('pk_inbox'))
    )
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.create_index('ix_inbox_pending', ['update_id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_inbox_received_at'), ['received_at'], unique=False)

    op.create_table('slot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('local_minute', sa.SmallInteger(), nullable=False),
    sa.Column('next_at', UTCDateTime(), nullable=False),
    sa.Column('next_date', sa.Date(), nullable=False),
    sa.Column('cursor', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot')),
    sa.UniqueConstraint('zone', 'local_minute', name=op.f('uq_slot_zone_local_minute'))
    )
    with op.batch_alter_table('slot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_slot_next_at'), ['next_at'], unique=False)

    op.create_table('subscriber',
    sa.Column('chat_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('state_before', sa.String(length=8), nullable=True),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=True),
    sa.Column('local_minute', sa.SmallInteger(), nullable=True),
    sa.Column('weekdays', sa.SmallInteger(), nullable=False),
    sa.Column('themes', sa.BigInteger(), nullable=False),
    sa.Column('audience', sa.String(length=8), nullable=False),
    sa.Column('source', sa.String(length=64), nullable=True),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.Column('joined_at', UTCDateTime(), nullable=True),
    sa.Column('left_at', UTCDateTime(), nullable=True),
    sa.Column('consent_version', sa.String(length=64), nullable=True),
    sa.Column('consent_at', UTCDateTime(), nullable=True),
    sa.Column('paused_until', UTCDateTime(), nullable=True),
    sa.Column('expecting', sa.String(length=16), nullable=True),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('seen', sa.LargeBinary(), nullable=False),
    sa.Column('last_topic', sa.String(length=64), nullable=True),
    sa.Column('last_number', sa.Integer(), nullable=True),
    sa.CheckConstraint("audience = 'both' OR audience = 'adult' OR audience = 'parent'", name=op.f('ck_subscriber_audience')),
    sa.CheckConstraint("state = 'new' OR state = 'active' OR state = 'paused' OR state = 'stopped' OR state = 'blocked' OR state = 'gone'", name=op.f('ck_subscriber_state')),
    sa.CheckConstraint('local_minute BETWEEN 0 AND 1439', name=op.f('ck_subscriber_local_minute')),
    sa.CheckConstraint('weekdays BETWEEN 1 AND 127', name=op.f('ck_subscriber_weekdays')),
    sa.PrimaryKeyConstraint('chat_id', name=op.f('pk_subscriber'))
    )
    with op.batch_alter_table('subscriber', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscriber_paused_until'), ['paused_until'], unique=False, sqlite_where=sa.text('paused_until IS NOT NULL'), postgresql_where=sa.text('paused_until IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_subscriber_state_chat_id'), ['state', 'chat_id'], unique=False)

    op.create_table('answer_vote',
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('answer_id', sa.String(length=64), nullable=False),
    sa.Column('vote', sa.SmallInteger(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.CheckConstraint('vote IN (-1, 1)', name=op.f('ck_answer_vote_vote')),
    sa.ForeignKeyConstraint(['chat_id'], ['subscriber.chat_id'], name=op.f('fk_answer_vote_chat_id_subscriber'), onupdate='CASCADE', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('chat_id', 'answer_id', name=op.f('pk_answer_vote'))
    )
    op.create_table('broadcast_tally',
    sa.Column('broadcast_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('reason', sa.String(length=64), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcast.id'], name=op.f('fk_broadcast_tally_broadcast_id_broadcast')),
    sa.PrimaryKeyConstraint('broadcast_id', 'state', 'reason', name=op.f('pk_broadcast_tally'))
    )
    op.create_table('delivery',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=9), nullable=False),
    sa.Column('subscription_id', sa.BigInteger(), nullable=True),
    sa.Column('broadcast_id', sa.BigInteger(), nullable=True),
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('local_date', sa.Date(), nullable=True),
    sa.Column('content', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('reason', sa.String(length=64), nullable=True),
    sa.Column('due_at', UTCDateTime(), nullable=False),
    sa.Column('ready_at', UTCDateTime(), nullable=False),
    sa.Column('not_after', UTCDateTime(), nullable=False),
    sa.Column('attempts', sa.SmallInteger(), nullable=False),
    sa.Column('doubts', sa.SmallInteger(), nullable=False),
    sa.Column('lease_owner', sa.String(length=16), nullable=True),
    sa.Column('lease_until', UTCDateTime(), nullable=True),
    sa.Column('sent_at', UTCDateTime(), nullable=True),
    sa.Column('message_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("kind = 'tip' OR kind = 'broadcast'", name=op.f('ck_delivery_kind')),
    sa.CheckConstraint("state = 'queued' OR state = 'leased' OR state = 'sent' OR state = 'failed' OR state = 'in_doubt' OR state = 'too_old' OR state = 'cancelled'", name=op.f('ck_delivery_state')),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcast.id'], name=op.f('fk_delivery_broadcast_id_broadcast')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_lease', ['lease_until'], unique=False, sqlite_where=sa.text("state = 'leased'"), postgresql_where=sa.text("state = 'leased'"))
        batch_op.create_index('ix_delivery_queue', ['broadcast_id', 'ready_at'], unique=False, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.create_index('uq_delivery_day', ['local_date', 'subscription_id'], unique=True, sqlite_where=sa.text('subscription_id IS NOT NULL'), postgresql_where=sa.text('subscription_id IS NOT NULL'))
        batch_op.create_index('uq_delivery_recipient', ['broadcast_id', 'chat_id'], unique=True, sqlite_where=sa.text('broadcast_id IS NOT NULL'), postgresql_where=sa.text('broadcast_id IS NOT NULL'))

    op.create_table('miss',
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('answer_id', sa.String(length=64), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['chat_id'], ['subscriber.chat_id'], name=op.f('fk_miss_chat_id_subscriber'), onupdate='CASCADE', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('chat_id', 'answer_id', name=op.f('pk_miss'))
    )
    op.create_table('saved',
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('tip_id', sa.String(length=64), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['chat_id'], ['subscriber.chat_id'], name=op.f('fk_saved_chat_id_subscriber'), onupdate='CASCADE', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('chat_id', 'tip_id', name=op.f('pk_saved'))
    )
    op.create_table('subscription',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('slot_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('weekdays', sa.SmallInteger(), nullable=False),
    sa.Column('snoozed_until', UTCDateTime(), nullable=False),
    sa.Column('not_before', sa.Date(), nullable=False),
    sa.Column('spread', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind = 'tip'", name=op.f('ck_subscription_kind')),
    sa.CheckConstraint("state = 'active' OR state = 'off'", name=op.f('ck_subscription_state')),
    sa.CheckConstraint('spread BETWEEN 0 AND 65535', name=op.f('ck_subscription_spread')),
    sa.ForeignKeyConstraint(['chat_id'], ['subscriber.chat_id'], name=op.f('fk_subscription_chat_id_subscriber'), onupdate='CASCADE', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_subscription_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription')),
    sa.UniqueConstraint('chat_id', 'kind', name=op.f('uq_subscription_chat_id_kind'))
    )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.create_index('ix_subscription_slot', ['slot_id', 'id', 'state', 'weekdays', 'snoozed_until', 'not_before', 'spread', 'chat_id'], unique=False)

    op.create_table('tip_vote',
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('tip_id', sa.String(length=64), nullable=False),
    sa.Column('vote', sa.SmallInteger(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.CheckConstraint('vote IN (-1, 1)', name=op.f('ck_tip_vote_vote')),
    sa.ForeignKeyConstraint(['chat_id'], ['subscriber.chat_id'], name=op.f('fk_tip_vote_chat_id_subscriber'), onupdate='CASCADE', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('chat_id', 'tip_id', name=op.f('pk_tip_vote'))
    )


def downgrade() -> None:
    op.drop_table('tip_vote')
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_index('ix_subscription_slot')

    op.drop_table('subscription')
    op.drop_table('saved')
    op.drop_table('miss')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('uq_delivery_recipient', sqlite_where=sa.text('broadcast_id IS NOT NULL'), postgresql_where=sa.text('broadcast_id IS NOT NULL'))
        batch_op.drop_index('uq_delivery_day', sqlite_where=sa.text('subscription_id IS NOT NULL'), postgresql_where=sa.text('subscription_id IS NOT NULL'))
        batch_op.drop_index('ix_delivery_queue', sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.drop_index('ix_delivery_lease', sqlite_where=sa.text("state = 'leased'"), postgresql_where=sa.text("state = 'leased'"))

    op.drop_table('delivery')
    op.drop_table('broadcast_tally')
    op.drop_table('answer_vote')
    with op.batch_alter_table('subscriber', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_subscriber_state_chat_id'))
        batch_op.drop_index(batch_op.f('ix_subscriber_paused_until'), sqlite_where=sa.text('paused_until IS NOT NULL'), postgresql_where=sa.text('paused_until IS NOT NULL'))

    op.drop_table('subscriber')
    with op.batch_alter_table('slot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_slot_next_at'))

    op.drop_table('slot')
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inbox_received_at'))
        batch_op.drop_index('ix_inbox_pending', sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))

    op.drop_table('inbox')
    op.drop_table('heartbeat')
    op.drop_table('counter')
    op.drop_table('broadcast')

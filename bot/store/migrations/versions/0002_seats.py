"""Seats: whoever is planned together lies together"""

from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

COVERING = ['slot_id', 'id', 'state', 'weekdays', 'snoozed_until', 'not_before', 'spread', 'chat_id']
# Slot, place in the spread window, and the old number in the last 24 bits.
SEAT = "slot_id * 1099511627776 + CAST(spread AS BIGINT) * 16777216 + id % 16777216"


def upgrade() -> None:
    op.execute(
        f"UPDATE delivery SET subscription_id = (SELECT {SEAT} FROM subscription "
        "WHERE subscription.id = delivery.subscription_id) "
        "WHERE subscription_id IN (SELECT id FROM subscription)"
    )
    op.execute(f"UPDATE subscription SET id = {SEAT}")
    # A slot in the middle of its plan begins again; who has a tip already gets no second one.
    op.execute("UPDATE slot SET cursor = 0 WHERE cursor <> 0")
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_index('ix_subscription_slot')
        batch_op.create_index(batch_op.f('ix_subscription_slot_id'), ['slot_id'], unique=False)
        batch_op.create_check_constraint(
            batch_op.f('ck_subscription_seat'), 'id / 1099511627776 = slot_id'
        )
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("ALTER TABLE subscription ALTER COLUMN id DROP DEFAULT")
        op.execute("DROP SEQUENCE IF EXISTS subscription_id_seq")


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("CREATE SEQUENCE subscription_id_seq OWNED BY subscription.id START 1")
        op.execute(
            "ALTER TABLE subscription ALTER COLUMN id SET DEFAULT nextval('subscription_id_seq')"
        )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_subscription_seat'), type_='check')
        batch_op.drop_index(batch_op.f('ix_subscription_slot_id'))
        batch_op.create_index('ix_subscription_slot', COVERING, unique=False)

"""Flood waits: each chat's own, and those of a lane beside them"""

from alembic import op
import sqlalchemy as sa
from bot.store.types import UTCDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('flood_wait',
    sa.Column('lane', sa.String(length=8), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('chat_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('told_at', UTCDateTime(), nullable=False),
    sa.Column('until', UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('lane', 'kind', 'chat_id', name=op.f('pk_flood_wait'))
    )
    # When a lane was told to wait was not kept; what lies in the past is believed.
    long_ago = '0' if op.get_bind().dialect.name == 'sqlite' else 'to_timestamp(0)'
    op.execute(
        "INSERT INTO flood_wait (lane, kind, chat_id, told_at, until) "
        f"SELECT substr(name, 6), 'all', 0, {long_ago}, at FROM heartbeat WHERE name LIKE 'held:%'"
    )
    op.execute("DELETE FROM heartbeat WHERE name LIKE 'held:%'")


def downgrade() -> None:
    op.execute(
        "INSERT INTO heartbeat (name, at, detail) "
        "SELECT 'held:' || lane, until, '' FROM flood_wait WHERE kind = 'all'"
    )
    op.drop_table('flood_wait')

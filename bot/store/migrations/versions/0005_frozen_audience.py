"""Broadcasts: a frozen audience, what was shown before the confirmation, and the last report"""

import sqlalchemy as sa
from alembic import op

from bot.store.types import UTCDateTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('broadcast', sa.Column('ordinal', sa.BigInteger(), nullable=True))
    op.add_column('broadcast', sa.Column('shown_at', UTCDateTime(), nullable=True))
    op.add_column(
        'broadcast',
        sa.Column('shown_audience', sa.BigInteger(), server_default='0', nullable=False),
    )
    op.add_column(
        'broadcast', sa.Column('shown_stars', sa.Float(), server_default='0', nullable=False)
    )
    op.add_column('broadcast', sa.Column('reported_at', UTCDateTime(), nullable=True))
    op.add_column(
        'subscriber', sa.Column('joined_after', sa.BigInteger(), server_default='0', nullable=False)
    )
    op.execute("UPDATE broadcast SET ordinal = 1 WHERE confirmed_at IS NOT NULL")
    # Reports of before are not shown again.
    op.execute(
        "UPDATE broadcast SET reported_at = COALESCE(finished_at, created_at) "
        "WHERE state IN ('done', 'cancelled')"
    )


def downgrade() -> None:
    with op.batch_alter_table('subscriber', schema=None) as batch_op:
        batch_op.drop_column('joined_after')
    with op.batch_alter_table('broadcast', schema=None) as batch_op:
        for column in ('reported_at', 'shown_stars', 'shown_audience', 'shown_at', 'ordinal'):
            batch_op.drop_column(column)

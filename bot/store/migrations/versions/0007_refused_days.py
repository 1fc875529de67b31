"""Why a subscriber left, and on how many days Telegram knew no such chat"""

import sqlalchemy as sa
from alembic import op
from bot.store.types import UTCDateTime

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # One by one and not as a batch, which would copy the whole table on SQLite.
    op.add_column('subscriber', sa.Column('left_reason', sa.String(length=16), nullable=True))
    op.add_column(
        'subscriber', sa.Column('refused_days', sa.SmallInteger(), server_default='0', nullable=False)
    )
    op.add_column('subscriber', sa.Column('refused_at', UTCDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column('subscriber', 'refused_at')
    op.drop_column('subscriber', 'refused_days')
    op.drop_column('subscriber', 'left_reason')

"""Whether tips come without a sound, and whether a pause ended that no tip has spoken of yet"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

ADDED = ('pause_ended', 'quiet')


def upgrade() -> None:
    # One by one and not as a batch, which would copy the whole table on SQLite.
    for column in ADDED:
        op.add_column(
            'subscriber',
            sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False),
        )


def downgrade() -> None:
    for column in reversed(ADDED):
        op.drop_column('subscriber', column)

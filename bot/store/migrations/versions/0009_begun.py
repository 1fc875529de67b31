"""What of a broadcast was begun is marked so"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'delivery', sa.Column('begun', sa.Boolean(), server_default=sa.text('false'), nullable=False)
    )
    # What was leased by the version before may have been begun.
    op.execute("UPDATE delivery SET begun = true WHERE state = 'leased'")


def downgrade() -> None:
    op.drop_column('delivery', 'begun')

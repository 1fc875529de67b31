"""How often an update was begun after a crash, and did not end"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'inbox', sa.Column('tries', sa.Integer(), server_default=sa.text('0'), nullable=False)
    )


def downgrade() -> None:
    op.drop_column('inbox', 'tries')

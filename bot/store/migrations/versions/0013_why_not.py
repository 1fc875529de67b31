"""Why a tip was not for somebody, and what comes last because of it"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # One by one and not as a batch, which would copy the whole table on SQLite.
    op.add_column('tip_vote', sa.Column('why_not', sa.String(length=16), nullable=True))
    op.add_column('subscriber', sa.Column('put_off', sa.String(length=1024), nullable=True))


def downgrade() -> None:
    op.drop_column('subscriber', 'put_off')
    op.drop_column('tip_vote', 'why_not')

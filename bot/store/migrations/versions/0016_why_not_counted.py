"""An index of the reasons for thumbs down, which a page that shows tips counts"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    given = sa.text('why_not IS NOT NULL')
    op.create_index(
        'ix_tip_vote_why_not',
        'tip_vote',
        ['tip_id', 'why_not', 'at'],
        sqlite_where=given,
        postgresql_where=given,
    )


def downgrade() -> None:
    op.drop_index('ix_tip_vote_why_not', table_name='tip_vote')

"""The tips that a subscriber got last, so that none comes again soon"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    nothing = "x''" if op.get_bind().dialect.name == 'sqlite' else "''"
    column = sa.Column('recent', sa.LargeBinary(), server_default=sa.text(nothing), nullable=False)
    op.add_column('subscriber', column)


def downgrade() -> None:
    with op.batch_alter_table('subscriber', schema=None) as batch_op:
        batch_op.drop_column('recent')

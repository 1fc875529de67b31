"""Whoever has all themes has those to come, too"""

from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

# The bits of the themes there have been until now, and of those that there can be.
UNTIL_NOW, EVERY = 0xFF, 0x7FFFFFFF


def upgrade() -> None:
    op.execute(f"UPDATE subscriber SET themes = {EVERY} WHERE themes & {UNTIL_NOW} = {UNTIL_NOW}")


def downgrade() -> None:
    op.execute(f"UPDATE subscriber SET themes = {UNTIL_NOW} WHERE themes = {EVERY}")

"""What is thought of single tips, day by day; and counters of what was counted from rows"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

MICROSECONDS_A_DAY = 86_400_000_000
COUNTED = ('tip_up', 'tip_down', 'answer_up', 'answer_down', 'missed')


def _day(column: str, sqlite: bool) -> str:
    if sqlite:
        return f'{column} - {column} % {MICROSECONDS_A_DAY}'
    return f"date_trunc('day', {column}, 'UTC')"


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == 'sqlite'
    instant = sa.BigInteger() if sqlite else sa.DateTime(timezone=True)
    op.create_table(
        'tip_tally',
        sa.Column('tip_id', sa.String(length=64), nullable=False),
        sa.Column('day', instant, nullable=False),
        sa.Column('up', sa.BigInteger(), nullable=False),
        sa.Column('down', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('tip_id', 'day', name=op.f('pk_tip_tally')),
        sqlite_with_rowid=False,
    )
    day, confirmed = _day('at', sqlite), _day('b.confirmed_at', sqlite)
    op.execute(
        'INSERT INTO tip_tally (tip_id, day, up, down) '
        f'SELECT tip_id, {day}, sum(CASE WHEN vote > 0 THEN 1 ELSE 0 END), '
        f'sum(CASE WHEN vote < 0 THEN 1 ELSE 0 END) FROM tip_vote GROUP BY tip_id, {day}'
    )
    for name, table, which in (
        ('tip_up', 'tip_vote', 'vote > 0'),
        ('tip_down', 'tip_vote', 'vote < 0'),
        ('answer_up', 'answer_vote', 'vote > 0'),
        ('answer_down', 'answer_vote', 'vote < 0'),
        ('missed', 'miss', '1 = 1'),
    ):
        op.execute(
            'INSERT INTO counter (at, name, value) '
            f"SELECT {day}, '{name}', count(*) FROM {table} WHERE {which} GROUP BY {day}"
        )
    # Whom a broadcast reached is counted as of its confirmation, whose hour is not needed.
    op.execute(
        'INSERT INTO counter (at, name, value) '
        f"SELECT {confirmed}, 'reach.' || b.id, sum(r.reached) FROM broadcast b JOIN ("
        "SELECT broadcast_id, count(*) AS reached FROM delivery WHERE state = 'sent' "
        'AND broadcast_id IS NOT NULL GROUP BY broadcast_id UNION ALL '
        "SELECT broadcast_id, count AS reached FROM broadcast_tally WHERE state = 'sent'"
        ') r ON r.broadcast_id = b.id WHERE b.confirmed_at IS NOT NULL GROUP BY b.id, 1'
    )


def downgrade() -> None:
    op.execute("DELETE FROM counter WHERE name LIKE 'reach.%'")
    for name in COUNTED:
        op.execute(f"DELETE FROM counter WHERE name = '{name}'")
    op.drop_table('tip_tally')

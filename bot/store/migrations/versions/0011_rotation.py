"""Which tips a subscriber has had lies apart from them, in the order of seats"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

BELOW_ALL_SEATS = -(2**62)
MOVED = ('seen', 'recent', 'last_topic', 'last_number')


def upgrade() -> None:
    op.create_table(
        'rotation',
        sa.Column(
            'seat',
            sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column('seen', sa.LargeBinary(), nullable=False),
        sa.Column('recent', sa.LargeBinary(), nullable=False),
        sa.Column('last_topic', sa.String(length=64), nullable=True),
        sa.Column('last_number', sa.Integer(), nullable=True),
        sa.Column('chat_id', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['chat_id'],
            ['subscriber.chat_id'],
            name=op.f('fk_rotation_chat_id_subscriber'),
            onupdate='CASCADE',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('seat', name=op.f('pk_rotation')),
        sa.UniqueConstraint('chat_id', name=op.f('uq_rotation_chat_id')),
    )
    moved = ', '.join(MOVED)
    op.execute(
        f"INSERT INTO rotation (seat, chat_id, {moved}) "
        f"SELECT coalesce(subscription.id, {BELOW_ALL_SEATS} + subscriber.chat_id), "
        f"subscriber.chat_id, {moved} FROM subscriber "
        "LEFT JOIN subscription ON subscription.chat_id = subscriber.chat_id "
        "AND subscription.kind = 'tip' ORDER BY 1"
    )
    # One by one and not as a batch, which would copy the whole table on SQLite.
    for column in MOVED:
        op.drop_column('subscriber', column)


def downgrade() -> None:
    nothing = "x''" if op.get_bind().dialect.name == 'sqlite' else "''"
    for column in ('seen', 'recent'):
        made = sa.Column(column, sa.LargeBinary(), server_default=sa.text(nothing), nullable=False)
        op.add_column('subscriber', made)
    op.add_column('subscriber', sa.Column('last_topic', sa.String(length=64), nullable=True))
    op.add_column('subscriber', sa.Column('last_number', sa.Integer(), nullable=True))
    for column in MOVED:
        op.execute(
            f"UPDATE subscriber SET {column} = (SELECT {column} FROM rotation "
            "WHERE rotation.chat_id = subscriber.chat_id)"
        )
    op.drop_table('rotation')

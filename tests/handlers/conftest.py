"""The bot, its Telegram and its people, for the tests of the whole bot."""

from tests.bot_fixtures import (
    admin,
    harness,
    newcomer,
    slow_reading,
    subscriber,
    unused_tcp_port,
)

__all__ = ["admin", "harness", "newcomer", "slow_reading", "subscriber", "unused_tcp_port"]

"""The ``gutskin`` command. Rooms are opened only by the command that needs them."""

from __future__ import annotations

import typer

from bot.cli import content, data, database, operate

app = typer.Typer(
    name="gutskin",
    help="One sourced lifestyle tip a day for people with eczema, on Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty traceback shows local variables, secrets included
)
operate.register(app)
content.register(app)
data.register(app)
database.register(app)


def main() -> None:
    """Entry point of the ``gutskin`` command."""
    app()

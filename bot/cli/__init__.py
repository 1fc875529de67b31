"""The ``gutskin`` command. Rooms are opened only by the command that needs them."""

from __future__ import annotations

import os

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
    # The matrices of a question are small: shared out among threads, which wait for each other
    # by turning, they cost the processor several times as much. Read when numpy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()

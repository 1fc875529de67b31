"""The commands. Heavy modules are imported only by the command that needs them."""

from __future__ import annotations

import typer

from bot.cli import audit, broadcasts, composing, content, data, database, operate, subscriber

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
broadcasts.register(app)
composing.register(broadcasts.broadcast_app)
audit.register(app)
database.register(app)
subscriber.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"gutskin {version('gutskin')}")
        raise typer.Exit


@app.callback()
def gutskin(
    version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_version, help="Print the version and end."
    ),
) -> None:
    """The options of all commands."""

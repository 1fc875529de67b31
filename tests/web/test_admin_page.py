"""The admin page over HTTP: who gets in, who may do what, and what every answer carries."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.admins.logins import LINK_LASTS, SESSION_LASTS
from bot.admins.roles import Role
from tests.bot_harness import ADMIN, BotHarness, open_harness
from tests.web.page_stage import (
    VIEWER,
    Window,
    draft,
    edit,
    link_for,
    log_in,
    page_of,
    window,
    with_role,
)

PAGES = ("/", "/?days=30", "/broadcasts", "/calendar", "/content", "/questions", "/audit",
         "/health")  # fmt: skip
STARTS = "import sys, bot.app; print('jinja2' in sys.modules)"


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


class TestFigures:
    async def test_the_picture_is_the_one_of_the_chat(self, paged: BotHarness) -> None:
        admin, _ = await paged.admin(), await paged.subscriber()
        await paged.to_next_tip()
        async with page_of(paged, admin) as view:
            await admin.say("/stats")
            sent = (await admin.messages())[-1]["media"]["photo"][-1]["file_id"]
            _, page = await view.get("/")
            assert "/figures/7-light.png" in page
            assert "/figures/7-dark.png" in page
            assert await picture_at(view, "7-light") == paged.sandbox.world.files.by_id(sent).data
            drawn = {await picture_at(view, f"{days}-dark") for days in (7, 30, 365)}
            assert len(drawn) == 3
            assert (await view.get("/figures/8-light.png"))[0] == 404

    async def test_whoever_cannot_see_it_reads_the_same(self, paged: BotHarness) -> None:
        admin, rita = await paged.admin(), await paged.subscriber()
        await paged.to_next_tip()
        await rita.say("How do I repair my car's gearbox?")
        async with page_of(paged, admin) as view:
            _, page = await view.get("/?days=30")
        assert "Charts of the last 30 days: 1 subscriber, 1 more than 30 days ago." in page
        steps = page.partition('class="steps"')[2].partition("</table>")[0].split("<tr>")[2:]
        assert len(steps) == 7
        cells = [re.findall(r'<td class="number">([^<]+)', step) for step in steps]
        counted = [sum(int(row[column]) for row in cells) for column in (1, 3, 7)]
        assert counted == [1, 1, 1], "joined, tips sent, questions without an answer"
        assert cells[-1][0] == "1"

    async def test_where_it_cannot_be_drawn_the_words_are_there(self, paged: BotHarness) -> None:
        admin = await paged.admin()
        paged.app.services.painter.close()
        async with page_of(paged, admin) as view:
            assert (await view.get("/figures/7-light.png"))[0] == 503
            assert "Tips sent" in (await view.get("/"))[1]

    async def test_a_stranger_gets_no_picture(self, paged: BotHarness) -> None:
        async with window(paged) as view:
            assert (await view.get("/figures/7-light.png"))[0] == 401


async def picture_at(view: Window, name: str) -> bytes:
    async with view.session.get(f"{view.base}/figures/{name}.png") as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        return await answer.read()


async def test_without_its_address_there_is_no_page(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        admin = await harness.admin()
        await admin.say("/page")
        await admin.sees("switched off", "GUTSKIN_ADMIN_PAGE_URL")


def test_whoever_has_no_page_does_not_wait_for_its_templates() -> None:
    done = subprocess.run([sys.executable, "-c", STARTS], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


async def test_the_team_is_shown_by_numbers_where_telegram_tells_no_names(
    paged: BotHarness,
) -> None:
    admin = await paged.admin()
    async with page_of(paged, admin) as view:
        await paged.fault("error", method="getChat", error_code=400, description="Not found")
        _, page = await view.get("/audit")
        assert f"<li>number {ADMIN}: owner (you)</li>" in page


async def test_the_audit_log_says_in_words_what_was_done(paged: BotHarness) -> None:
    admin = await paged.admin()
    await admin.say("/withdraw fermented-does-not-mean-alive wrong dose")
    async with page_of(paged, admin) as view:
        await draft(view)
        await edit(view, audience="zone=Asia/* for=child")
        _, page = await view.get("/audit")
        assert "<li>Ada: owner (you)</li>" in page
        assert "Ada withdrew tip fermented-does-not-mean-alive" in page
        assert "wrong dose" in page
        assert "audience tips for children; in Asia" in page
        assert "{" not in page.partition("<main")[2], "no JSON"

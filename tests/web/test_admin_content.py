"""Content on the admin page: found as in the chat, with claims, sources and thumbs."""

from __future__ import annotations

import html

from tests.bot_harness import BotHarness
from tests.web.page_stage import page_of


async def test_a_tip_leads_to_its_claims_and_sources(paged: BotHarness) -> None:
    admin = await paged.admin()
    library = paged.app.services.content.library
    tip = library.tips[0]
    async with page_of(paged, admin) as view:
        _, page = await view.get(f"/content/tips/{tip.id}")
        source = library.source(library.claim(tip.claims[0]).sources[0])
        assert source.year in page
        _, found = await view.get("/content?q=moisturiser")
        assert "oisturiser" in found


async def test_what_people_thought_of_a_tip_is_shown_with_their_reasons(
    paged: BotHarness,
) -> None:
    admin = await paged.admin()
    rita, tom = await paged.subscriber(), await paged.subscriber("Tom")
    await paged.to_next_tip()
    got = (await rita.tips())[-1]["text"]
    tip = next(one for one in paged.app.services.content.library.tips if one.title in got)
    async with page_of(paged, admin) as view:
        _, page = await view.get(f"/content/tips/{tip.id}")
        assert "No thumbs in the last 365 days." in page
        await rita.tap("👎 Not for me")
        await rita.tap("Too obvious")
        assert (await tom.tips())[-1]["text"] == got, "both begin with the same tip"
        await tom.tap("👍 Helpful")
        said = "👍 1 · 👎 1 (Too obvious: 1)"
        _, page = await view.get(f"/content/tips/{tip.id}")
        assert said in page
        _, page = await view.get("/content")
        (line,) = [line for line in page.split("<li>") if f'/content/tips/{tip.id}"' in line]
        assert said in line
        assert str(rita.id) not in page
        await tom.tap("✓ 👍 Helpful")
        _, page = await view.get(f"/content/tips/{tip.id}")
        assert "👍 0 · 👎 1 (Too obvious: 1)" in page


async def test_words_find_what_they_find_in_the_chat(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    await rita.say("/search wool")
    in_chat = [label for label in await rita.labels() if "wool" in label.lower()]
    assert in_chat
    async with page_of(paged, admin) as view:
        _, page = await view.get("/content?q=wool")
        for label in in_chat:
            assert label.rstrip("…")[:30] in html.unescape(page), label
        _, page = await view.get("/content?q=carburettor")
        assert "0 tips" in page
        assert "0 answers" in page


async def test_a_withdrawn_tip_is_not_found_and_still_has_its_page(paged: BotHarness) -> None:
    admin = await paged.admin()
    await admin.say("/withdraw fermented-does-not-mean-alive wrong")
    async with page_of(paged, admin) as view:
        _, page = await view.get("/content?q=live+yoghurt")
        assert "How to pick a live yoghurt" not in page
        _, page = await view.get("/content/tips/fermented-does-not-mean-alive")
        assert "Withdrawn: nobody gets it." in page

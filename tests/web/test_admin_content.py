"""Content on the admin page: found as in the chat, with claims, sources and thumbs."""

from __future__ import annotations

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

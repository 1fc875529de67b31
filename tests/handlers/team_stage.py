"""An owner, an editor, a viewer and a stranger before the real bot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.bot_harness import BotHarness, Person

LINK = re.compile(r"https://t\.me/(\w+)\?start=(invite_[\w-]+)")


@dataclass
class Team:
    """People with roles, and one without."""

    harness: BotHarness
    owner: Person
    editor: Person
    viewer: Person
    stranger: Person

    async def role_of(self, person: Person) -> str | None:
        return await self.harness.app.services.admins.role_of(person.id)

    async def acts(self) -> list[str]:
        """What the audit log holds, oldest first."""
        entries = await self.harness.app.services.audit.entries(100)
        return [entry.act for entry in reversed(entries)]


async def link_for(owner: Person, role: str) -> str:
    """The parameter of a new invitation's link, as the owner gets it."""
    await owner.say(f"/invite {role}")
    found = LINK.search((await owner.sees("works once"))["text"])
    assert found is not None
    return found[2]


async def gather(harness: BotHarness) -> Team:
    owner = await harness.admin()
    people = [await harness.person(name) for name in ("Eve", "Vic", "Sam")]
    for person, role in zip(people, ("editor", "viewer"), strict=False):
        await person.say(f"/start {await link_for(owner, role)}")
    return Team(harness, owner, *people)

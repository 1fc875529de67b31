"""The content without a deploy: reload, preview, withdraw, on a folder of one's own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot_harness import BotHarness, Person, open_harness
from tips.loading import CONTENT

TITLE = "How to pick a live yoghurt or kefir"
TIP = "fermented-does-not-mean-alive"
TIPS = Path("en/tips/fermented.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


@pytest.fixture
async def own(tmp_path: Path, folder: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(tmp_path, content_dir=folder) as harness:
        yield harness


def change(folder: Path, old: str, new: str) -> None:
    file = folder / TIPS
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


async def test_changed_texts_are_sent_from_the_reload_on(own: BotHarness, folder: Path) -> None:
    admin, reader = await own.admin(), await own.subscriber()
    change(folder, TITLE, "Which yoghurt is alive, and which isn't")
    await admin.say(f"/preview {TIP}")
    await admin.sees("Which yoghurt is alive", "People don't get it before /reload")
    await reader.say("/search which yoghurt is alive")
    assert "Which yoghurt is alive, and" not in str(await reader.labels())
    await admin.say("/reload")
    await admin.sees("From now on I send what's in the folder")
    await reader.say("/search which yoghurt is alive")
    assert any(label.startswith("Which yoghurt is alive") for label in await reader.labels())
    await admin.say(f"/preview {TIP}")
    await admin.sees("Which yoghurt is alive", "this is what people get")


async def test_with_mistakes_the_old_stays_and_each_is_named(
    own: BotHarness, folder: Path
) -> None:
    admin = await own.admin()
    before = own.app.services.library
    change(folder, f"title: {TITLE}", "titel: x")
    broken = folder / "en/tips/sleep.yaml"
    broken.write_text("- id: : :\n" + broken.read_text("utf-8"), "utf-8")
    loose = folder / "en/tips/fibre.yaml"
    loose.write_text(
        loose.read_text("utf-8").replace("claims: [", "claims: [no-such, ", 1), "utf-8"
    )
    await admin.say("/reload")
    told = await admin.hears("I've changed nothing", "mistakes in the folder")
    file = own.sandbox.world.files.by_id("sandbox-document-000001").data.decode()
    for place, what in (
        ("en/tips/fermented.yaml, line ", f"({TIP}): titel"),
        ("en/tips/sleep.yaml, line 1", "mapping values are not allowed"),
        ("en/tips/fibre.yaml, line ", "no claim 'no-such'"),
    ):
        assert any(place in line and what in line for line in file.splitlines()), (place, file)
    assert "fermented.yaml" in told
    assert own.app.services.library is before


async def test_a_misspelt_word_is_a_mistake(own: BotHarness, folder: Path) -> None:
    admin = await own.admin()
    change(folder, TITLE, TITLE.replace("yoghurt", "yoghrut"))
    await admin.say("/reload")
    await admin.hears("I've changed nothing", "unknown word 'yoghrut'")


async def test_a_number_never_comes_to_mean_another_tip(own: BotHarness, folder: Path) -> None:
    admin = await own.admin()
    library = own.app.services.library
    one = library.tip(TIP)
    change(folder, f"- id: {TIP}", "- id: quite-another-tip")
    await admin.say("/reload")
    await admin.hears("I've changed nothing", f"number {one.number} belonged to {TIP}")


async def test_a_new_question_is_found_by_its_words(own: BotHarness, folder: Path) -> None:
    admin, reader = await own.admin(), await own.subscriber()
    file = folder / "en/answers/itch.yaml"
    text = file.read_text("utf-8")
    asked = "Hedgehogs in opera houses?"
    first = text[text.index("- id: stop-scratching") : text.index("- id: itch-fast-relief")]
    new = first.replace("stop-scratching", "hedgehog-opera", 1)
    new = new.replace("How can I stop scratching?", asked, 1)
    wordings = "".join(f"  - opera houses and hedgehogs {number}\n" for number in range(5))
    begin, end = new.index("  given:"), new.index("  headline:")
    text += f"{new[:begin]}  given: []\n  wordings:\n{wordings}{new[end:]}"
    file.write_text(text, "utf-8")
    questions = folder / "questions.yaml"
    questions.write_text(
        questions.read_text("utf-8")
        + f"""
- id: hedgehog-opera
  question: {asked}
  variants: []
  topic: itch
  claims: [scratch-alternatives]
""",
        "utf-8",
    )
    await admin.say("/reload")
    await admin.sees("From now on I send what's in the folder")
    await reader.say("hedgehogs in opera houses")
    assert any(label.startswith("Hedgehogs") for label in await reader.labels())


async def test_without_a_folder_it_says_how(harness: BotHarness, admin: Person) -> None:
    await admin.say("/reload")
    await admin.sees("There's no content folder", "GUTSKIN_CONTENT_DIR")
    await admin.say("/preview")
    await admin.sees("Which one?")
    await admin.say("/preview fermented-does-not-mean-aliv")
    await admin.sees("I can't find", TIP)
    await admin.say("/preview stop-scratching")
    await admin.sees("How can I stop scratching?", "this is what people get")


async def test_a_withdrawn_tip_is_gone_everywhere_and_comes_back(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await harness.to_next_tip()
    got = (await subscriber.tips())[-1]["text"]
    tip = next(one for one in harness.app.services.library.tips if one.title in got)
    title = tip.title
    await subscriber.tap("Save")
    await admin.say(f"/withdraw {tip.id}")
    await admin.sees("Why?")
    await admin.say(f"/withdraw {tip.id} the dose is wrong")
    await admin.sees("Withdrawn. Nobody gets it any more.", "the dose is wrong", "1 person")
    await subscriber.say("/week")
    assert title not in str(await subscriber.answers())
    for command in ("/saved", f"/search {title}"):
        await subscriber.say(command)
        assert title not in await subscriber.labels(), command
    found = await subscriber.ask_inline(title)
    assert title not in [result["title"] for result in found.get("results", ())]
    newcomer = await harness.subscriber("New")
    await harness.to_next_tip()
    assert title not in str(await newcomer.tips())
    await admin.say("/withdraw")
    await admin.sees("Withdrawn at the moment", tip.id)
    await admin.say(f"/preview {tip.id}")
    await admin.sees("withdrawn, nobody gets it", "the dose is wrong")
    await admin.say(f"/unwithdraw {tip.id}")
    await admin.sees("It's back")
    await subscriber.say("/week")
    await subscriber.hears(title)


async def test_a_viewer_may_look_and_not_withdraw(harness: BotHarness, subscriber: Person) -> None:
    await subscriber.say(f"/withdraw {TIP} because")
    await subscriber.sees("I don't know that one")
    await subscriber.forge("1cw:restore:5")
    assert harness.app.services.content.latest.withdrawn == frozenset()


async def test_a_withdrawal_outlives_a_restart(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        admin = await harness.admin()
        await admin.say(f"/withdraw {TIP} it is wrong")
    async with open_harness(tmp_path) as harness:
        assert TIP not in {tip.id for tip in harness.app.services.library.tips}


async def test_a_withdrawn_tip_is_corrected_where_it_went(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await harness.to_next_tip()
    got = (await subscriber.tips())[-1]
    tip = next(one for one in harness.app.services.library.tips if one.title in got["text"])
    await admin.say(f"/withdraw {tip.id} the dose is wrong")
    await admin.tap("Correct it for 1 person")
    await admin.hears("We've withdrawn this tip", "\n\nThe dose is wrong.\n\n")
    await admin.tap("Change it now")
    await harness.settle()
    now = next(
        one for one in await subscriber.messages() if one["message_id"] == got["message_id"]
    )
    assert "We've withdrawn this tip" in now["text"]
    assert "From the GutSkin team" in now["text"]
    assert tip.body not in now["text"]
    await admin.sees("1")

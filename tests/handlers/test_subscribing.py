"""From /start to the first tip: zone, hour, done."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from bot.store.queries import subscribers as subscriber_queries
from bot.texts.privacy import CONSENT_VERSION
from tests.bot_harness import BotHarness, Person, open_harness
from tips.models import Audience

NOW_AGREED = str(CONSENT_VERSION)


async def test_start_says_in_three_lines_what_this_is_and_asks(newcomer: Person) -> None:
    await newcomer.say("/start")
    message = await newcomer.sees("GutSkin", "don't replace your doctor", "/privacy")
    first = message["text"].split("\n\n")[0]
    assert len(first.splitlines()) == 3
    await newcomer.sees("may say something about your health", "Is that OK?")
    assert await newcomer.labels() == ["Yes, start"]


async def test_four_acts_make_a_subscription_and_the_first_tip_comes_at_once(
    newcomer: Person,
) -> None:
    await newcomer.begin()
    await newcomer.say("Berlin")
    await newcomer.sees("It's 13:00 where you are, right?")
    await newcomer.tap("08:00")
    await newcomer.hears(
        "You're all set.", "tomorrow, Tuesday, about 08:00", "Try today:", "Everyday advice"
    )
    assert len(await newcomer.tips()) == 1


async def test_the_daily_tip_comes_the_next_morning_and_every_morning(harness: BotHarness) -> None:
    subscriber = await harness.subscriber(place="New York", hour="08:00")
    assert f"{await harness.to_next_tip():%d %H:%M}" == "03 13:00"
    assert len(await subscriber.tips()) == 2
    await harness.pass_time(days=3)
    texts = [tip["text"] for tip in await subscriber.tips()]
    assert len(texts) == len(set(texts)) == 5


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("Muenchen", "13:00"),
        ("São Paulo", "09:00"),
        ("new york", "07:00"),
        ("CET", "13:00"),
        ("Europe/Lisbon", "12:00"),
        ("Japan", "21:00"),
        ("  TOKIO ", "21:00"),
    ],
)
async def test_a_place_may_be_typed_in_many_ways(newcomer: Person, typed: str, clock: str) -> None:
    await newcomer.begin()
    await newcomer.say(typed)
    await newcomer.sees(f"It's {clock} where you are, right?")


async def test_a_location_may_be_shared_with_the_button(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.tap("Share my location", latitude=-33.87, longitude=151.21)
    await newcomer.hears("Sydney")
    await newcomer.sees("It's 23:00 where you are, right?")


async def test_a_place_from_the_keyboard_will_do(harness: BotHarness) -> None:
    person = await harness.person(language="de")
    await person.begin()
    message = (await person.messages())[-1]
    rows = message["reply_keyboard"]["rows"]
    labels = [button["label"] for row in rows for button in row]
    await person.tap(labels[-1])
    await person.sees("where you are, right?")


async def test_a_location_at_sea_is_told_kindly(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.share(0.0, -170.0)
    answers = await newcomer.hears()
    assert "I can't tell the time zone" in answers or "where you are" in answers


async def test_a_place_that_is_unknown_is_asked_for_again(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Xqzwvutopia")
    await newcomer.sees("I can't find “Xqzwvutopia”")
    await newcomer.say("Berlin")
    await newcomer.sees("where you are, right?")


async def test_several_places_of_one_name_are_offered_with_their_clocks(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Australia")
    message = await newcomer.sees("a few places called")
    assert message["keyboard"]
    await newcomer.tap((await newcomer.labels())[0])
    await newcomer.sees("where you are, right?")


async def test_the_wrong_clock_leads_back_to_the_places(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Berlin")
    await newcomer.tap("That's not my time")
    await newcomer.sees("What time zone")
    await newcomer.say("Lisbon")
    await newcomer.sees("It's 12:00 where you are")
    await newcomer.tap("08:00")
    await newcomer.hears("You're all set.")


async def test_another_hour_may_be_typed(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Berlin")
    await newcomer.tap("Another time")
    await newcomer.sees("What time would you like?")
    await newcomer.say("whenever")
    await newcomer.sees("catch a time")
    await newcomer.say("quarter")
    await newcomer.say("6:45")
    await newcomer.hears("You're all set.", "about 06:45", "Try today:")


async def test_an_hour_may_be_typed_without_being_asked(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Berlin")
    await newcomer.say("9pm")
    await newcomer.hears("You're all set.", "tomorrow, Tuesday, about 21:00")


async def test_a_question_in_between_is_answered_and_the_way_goes_on(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Do probiotics help children with eczema?")
    await newcomer.hears("Probably not much")
    await newcomer.say("Berlin")
    await newcomer.sees("where you are, right?")


async def test_a_second_start_greets_and_changes_nothing(
    harness: BotHarness, subscriber: Person
) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.say("/start again")
    await subscriber.sees("still signed up", "08:00", "Berlin", "tomorrow, Tuesday, about 08:00")
    assert await harness.app.services.subscribers.find(subscriber.id) == before
    assert len(await subscriber.tips()) == 1


async def test_start_goes_on_where_it_was_left(newcomer: Person) -> None:
    await newcomer.say("/start")
    await newcomer.begin()
    await newcomer.sees("What time zone")
    await newcomer.say("/start")
    await newcomer.sees("What time zone")
    await newcomer.say("Berlin")
    await newcomer.say("/start")
    await newcomer.sees("where you are, right?")


async def test_nothing_is_stored_before_the_tap(harness: BotHarness, newcomer: Person) -> None:
    for act in ("/start leaflet-7", "Berlin", "8:00", "/settings", "/resume"):
        await newcomer.say(act)
    await newcomer.forge("1zp:Europe/Berlin")
    await newcomer.forge("1hp:480")
    await newcomer.share(52.5, 13.4)
    assert await harness.app.services.privacy.export(newcomer.id) == {}
    await harness.pass_time(days=2)
    assert await newcomer.tips() == []


async def test_agreeing_is_a_tap_and_what_was_agreed_to_is_kept(
    harness: BotHarness, newcomer: Person
) -> None:
    await newcomer.say("/start leaflet-7")
    await harness.pass_time(hours=1)
    await newcomer.tap("Yes, start")
    agreed_at = harness.clock.now()
    await newcomer.hears("You said yes", "/forget", "Who are the tips for?")
    assert "Yes, start" not in await newcomer.labels()
    await newcomer.say("Berlin")
    await newcomer.say("/start another")
    subscriber = await harness.app.services.subscribers.find(newcomer.id)
    assert subscriber is not None
    assert (subscriber.source, subscriber.consent_version) == ("leaflet-7", NOW_AGREED)
    assert subscriber.consent_at is not None
    assert abs((subscriber.consent_at - agreed_at).total_seconds()) < 10


async def test_the_words_of_an_older_button_are_the_ones_agreed_to(
    harness: BotHarness, newcomer: Person
) -> None:
    """The bot was upgraded in between; a number from the future is not believed."""
    await newcomer.say("/start")
    await newcomer.forge("1ag:2:leaflet")
    subscriber = await harness.app.services.subscribers.find(newcomer.id)
    assert subscriber is not None
    assert (subscriber.source, subscriber.consent_version) == ("leaflet", "2")
    other = await harness.person("Ole")
    await other.say("/start")
    await other.forge("1ag:99:")
    forged = await harness.app.services.subscribers.find(other.id)
    assert forged is not None
    assert (forged.source, forged.consent_version) == (None, NOW_AGREED)


async def test_the_longest_link_is_cut_to_what_a_button_holds(
    harness: BotHarness, newcomer: Person
) -> None:
    await newcomer.begin("a" * 64)
    subscriber = await harness.app.services.subscribers.find(newcomer.id)
    assert subscriber is not None
    assert subscriber.source == "a" * 55


async def test_an_old_button_to_agree_changes_nothing(
    harness: BotHarness, subscriber: Person
) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.forge(f"1ag:{NOW_AGREED}:elsewhere")
    await subscriber.hears("still signed up")
    assert await harness.app.services.subscribers.find(subscriber.id) == before


async def test_who_was_half_way_when_this_was_not_asked_yet_is_asked(
    harness: BotHarness, newcomer: Person
) -> None:
    subscribers = harness.app.services.subscribers
    await subscribers.arrive(newcomer.id, "en", source="leaflet")
    await subscribers.expect(newcomer.id, "zone")
    await newcomer.say("Berlin")
    await newcomer.sees("Is that OK?")
    assert (await subscribers.arrive(newcomer.id, "en")).zone is None
    await newcomer.tap("Yes, start")
    await newcomer.say("Berlin")
    await newcomer.tap("08:00")
    found = await subscribers.find(newcomer.id)
    assert found is not None
    assert (found.subscribed, found.consent_version, found.source) == (True, NOW_AGREED, "leaflet")


async def test_new_words_leave_present_readers_in_peace(
    harness: BotHarness, subscriber: Person
) -> None:
    async with harness.app.services.db.write() as session:
        await subscriber_queries.change(session, subscriber.id, {"consent_version": "1"})
    before = await harness.app.services.subscribers.find(subscriber.id)
    assert before is not None
    for said in ("/start", "/settings"):
        await subscriber.say(said)
        assert "/privacy" not in await subscriber.hears()
    await subscriber.tap("Time zone")
    await subscriber.say("Tokyo")
    await subscriber.hears("Time zone: Tokyo")
    after = await harness.app.services.subscribers.find(subscriber.id)
    assert after is not None
    assert (after.consent_version, after.consent_at) == ("1", before.consent_at)


async def test_an_hour_chosen_before_the_zone_waits_for_the_zone(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.forge("1hp:480")
    await newcomer.sees("What time zone")
    await newcomer.say("Berlin")
    await newcomer.hears("You're all set.", "Try today:")


@pytest.mark.parametrize("act", ["/settings", "/pause", "/pause 3"])
async def test_who_never_started_is_led_to_start(newcomer: Person, act: str) -> None:
    await newcomer.say(act)
    await newcomer.sees("/start")


@pytest.mark.parametrize("button", ["1ap:both", "1za", "1zp:Europe/Berlin", "1ha", "1hp:480"])
async def test_a_button_without_a_subscription_leads_to_start_and_nowhere_else(
    newcomer: Person, button: str
) -> None:
    await newcomer.say("/help")
    await newcomer.forge(button)
    answers = await newcomer.hears("/start")
    assert answers.count("/start") == 1
    assert "Something went wrong" not in answers


async def test_a_location_without_a_subscription_leads_to_start_and_nowhere_else(
    newcomer: Person,
) -> None:
    await newcomer.share(52.5, 13.4)
    answers = await newcomer.hears("/start")
    assert "Something went wrong" not in answers


async def test_resume_without_a_subscription_begins_one(newcomer: Person) -> None:
    await newcomer.say("/resume")
    await newcomer.tap("Yes, start")
    await newcomer.sees("Who are the tips for?")


async def test_the_operators_zone_and_hour_are_proposed_first(tmp_path: Path) -> None:
    set_ = {"default_timezone": "Africa/Nairobi", "default_time": time(6, 45)}
    async with open_harness(tmp_path, **set_) as harness:
        person = await harness.person(language="")
        await person.begin()
        first = (await person.messages())[-1]["reply_keyboard"]["rows"][1][0]["label"]
        assert first == "Africa/Nairobi"
        await person.say(first)
        await person.sees("It's 15:00 where you are, right?")
        assert (await person.labels())[0] == "06:45"
        await person.tap("06:45")
        await person.hears("You're all set.", "tomorrow, Tuesday, about 06:45")


async def test_a_tip_before_subscribing_stores_nothing_and_leads_to_one_a_day(
    harness: BotHarness, newcomer: Person
) -> None:
    await newcomer.say("/tip")
    message = await newcomer.sees("Try today:")
    week = harness.app.services.library.first_week(Audience.ADULT)
    titles = {harness.app.services.library.by_number(number).title for number in week[1:]}
    assert message["text"].splitlines()[1] in titles
    await newcomer.sees("Keep in mind", "Sources")
    assert await newcomer.labels() == ["Get one every day"]
    await newcomer.say("/tip")
    assert await harness.app.services.privacy.export(newcomer.id) == {}
    await newcomer.tap("Get one every day")
    await newcomer.sees("Is that OK?")


async def test_four_taps_lead_from_start_to_the_first_tip(harness: BotHarness) -> None:
    person = await harness.person(language="de")
    await person.say("/start")
    for label in ("Yes, start", "Just my child", "Berlin", "08:00"):
        await person.tap(label)
    tip = (await person.tips())[0]["text"]
    library = harness.app.services.library
    first = library.by_number(library.first_week(Audience.PARENT)[0])
    assert tip.splitlines()[1] == first.title
    found = await harness.app.services.subscribers.find(person.id)
    assert found is not None
    assert found.audience == "parent"


READING_WORDS_A_MINUTE = 238
"""Silent reading of English prose by adults (Brysbaert 2019)."""


async def test_the_way_to_the_first_tip_is_read_in_half_a_minute(newcomer: Person) -> None:
    await newcomer.say("/start")
    read = set()
    for label in ("Yes, start", "Just me", "Berlin", "08:00"):
        read |= {message["text"] for message in await newcomer.messages()}
        await newcomer.tap(label) if label != "Berlin" else await newcomer.say(label)
    read -= {"/start", "Berlin"}
    words = " ".join(text.split("\n\n")[-1] if "You said yes" in text else text for text in read)
    assert len(words.split()) <= READING_WORDS_A_MINUTE / 2


@pytest.mark.parametrize(
    ("typed", "audience"),
    [
        ("me", "adult"),
        ("Just me!", "adult"),
        ("my daughter", "parent"),
        ("for my little boy please", "parent"),
        ("Both", "both"),
        ("me and my son", "both"),
    ],
)
async def test_who_it_is_for_may_be_typed(
    harness: BotHarness, newcomer: Person, typed: str, audience: str
) -> None:
    await newcomer.say("/start")
    await newcomer.tap("Yes, start")
    await newcomer.say(typed)
    await newcomer.sees("What time zone are you in?")
    found = await harness.app.services.subscribers.find(newcomer.id)
    assert found is not None
    assert found.audience == audience


async def test_a_place_may_be_typed_before_it_is_asked_for(newcomer: Person) -> None:
    await newcomer.say("/start")
    await newcomer.tap("Yes, start")
    await newcomer.say("Berlin")
    await newcomer.sees("where you are, right?")

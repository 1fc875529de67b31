"""What the bot says of itself: commands by scope and language, texts, menu button."""

from typing import Any

import pytest

from tests.sandbox.conftest import Hand


def commands(*names: str) -> list[dict[str, str]]:
    return [{"command": name, "description": f"does {name}"} for name in names]


async def seen(hand: Hand, user: int, **where: int) -> list[str]:
    query = "".join(f"&{name}={value}" for name, value in where.items())
    return [c["command"] for c in await hand.look(f"commands?user={user}{query}")]


async def test_the_narrowest_scope_and_the_own_language_win(hand: Hand) -> None:
    ada = await hand.user(language_code="de-AT")
    bob = await hand.user("Bob", language_code="en")
    assert await seen(hand, ada) == []
    await hand.ok("setMyCommands", commands=commands("all"))
    await hand.ok("setMyCommands", commands=commands("alle"), language_code="de")
    assert (await seen(hand, ada), await seen(hand, bob)) == (["alle"], ["all"])

    await hand.ok(
        "setMyCommands", commands=commands("private"), scope={"type": "all_private_chats"}
    )
    assert (await seen(hand, ada), await seen(hand, bob)) == (["private"], ["private"])

    admin = {"type": "chat", "chat_id": bob}
    await hand.ok("setMyCommands", commands=commands("stats"), scope=admin)
    assert (await seen(hand, ada), await seen(hand, bob)) == (["private"], ["stats"])
    assert await hand.ok("getMyCommands", scope=admin) == commands("stats")

    await hand.ok("deleteMyCommands", scope=admin)
    await hand.ok("deleteMyCommands", scope=admin)
    assert await seen(hand, bob) == ["private"]
    assert await hand.ok("getMyCommands", scope=admin) == []


async def test_groups_have_scopes_of_their_own(hand: Hand) -> None:
    ada, bob = await hand.user(), await hand.user("Bob")
    group = (await hand.control("groups", title="G", type="supergroup", member=ada))["id"]
    for scope in (
        {"type": "default"},
        {"type": "all_group_chats"},
        {"type": "all_chat_administrators"},
        {"type": "chat", "chat_id": group},
        {"type": "chat_administrators", "chat_id": group},
        {"type": "chat_member", "chat_id": group, "user_id": ada},
    ):
        await hand.ok("setMyCommands", commands=commands(str(scope["type"])), scope=scope)

    assert await seen(hand, ada, chat=group) == ["chat_member"]
    assert await seen(hand, bob, chat=group) == ["chat"]
    await hand.look("commands?user=5", status=404)
    await hand.look(f"commands?user={ada}&chat=5", status=404)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"commands": commands("Start")}, "BOT_COMMAND_INVALID"),
        ({"commands": commands("x" * 33)}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a", "description": " "}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": commands(*(f"c{i}" for i in range(101)))}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [{"command": "a"}]},
         "can't parse BotCommand: Can't find field \"description\""),
        ({"commands": ["a"]}, "can't parse BotCommand: BotCommand must be an Object"),
        ({"commands": "["}, "can't parse commands JSON object"),
        ({"commands": {}}, "expected an Array of BotCommand"),
        ({}, 'parameter "commands" is required'),
        ({"commands": [], "language_code": "german"}, "LANG_CODE_INVALID"),
        ({"commands": [], "scope": {"type": "moon"}},
         "can't parse BotCommandScope: Unsupported type specified"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
    ],
)  # fmt: skip
async def test_what_is_no_menu(hand: Hand, given: dict[str, Any], error: str) -> None:
    assert await hand.refused("setMyCommands", **given) == f"Bad Request: {error}"


@pytest.mark.parametrize(
    ("method", "field", "longest"),
    [("Name", "name", 64), ("Description", "description", 512),
     ("ShortDescription", "short_description", 120)],
)  # fmt: skip
async def test_texts_by_language(hand: Hand, method: str, field: str, longest: int) -> None:
    await hand.ok(f"setMy{method}", **{field: "for all"})
    await hand.ok(f"setMy{method}", language_code="de", **{field: "für alle"})

    assert await hand.ok(f"getMy{method}") == {field: "for all"}
    assert await hand.ok(f"getMy{method}", language_code="de") == {field: "für alle"}
    assert await hand.ok(f"getMy{method}", language_code="pt") == {field: "for all"}

    await hand.ok(f"setMy{method}", **{field: ""})
    assert (await hand.ok(f"getMy{method}"))[field] == ("GutSkin" if field == "name" else "")
    refusal = await hand.refused(f"setMy{method}", **{field: "x" * (longest + 1)})
    assert refusal == f"Bad Request: {field.replace('_', ' ')} is too long"


async def test_the_menu_button_of_one_chat_and_of_all(hand: Hand, ada: int) -> None:
    web = {"type": "web_app", "text": "Open", "web_app": {"url": "https://a.org"}}
    assert await hand.ok("getChatMenuButton", chat_id=ada) == {"type": "commands"}

    await hand.ok("setChatMenuButton", chat_id=ada, menu_button=web)
    await hand.ok("setChatMenuButton")

    assert await hand.ok("getChatMenuButton", chat_id=ada) == web
    assert await hand.ok("getChatMenuButton") == {"type": "default"}
    assert (await hand.look(f"chats/{ada}"))["menu_button"] == web


async def test_chats_and_members_can_be_looked_up(hand: Hand) -> None:
    ada = await hand.subscriber(last_name="Lovelace", username="ada")
    bob = await hand.user("Bob")
    group = (await hand.control("groups", title="G", type="group", member=ada))["id"]

    chat = await hand.ok("getChat", chat_id=ada)
    assert (chat["first_name"], chat["username"], chat["type"]) == ("Ada", "ada", "private")
    assert chat["accent_color_id"] == 1
    place = {"chat_id": group}
    statuses = [
        (await hand.ok("getChatMember", user_id=who, **place))["status"]
        for who in (ada, bob, 4242)
    ]
    assert statuses == ["creator", "left", "member"]
    assert (await hand.ok("getChatMember", chat_id=ada, user_id=ada))["status"] == "member"
    assert await hand.ok("getChatMemberCount", **place) == 2
    (admin,) = await hand.ok("getChatAdministrators", **place)
    assert admin["user"]["last_name"] == "Lovelace"
    assert await hand.refused("getChatMember", user_id=5, **place) == (
        "Bad Request: PARTICIPANT_ID_INVALID"
    )
    assert await hand.refused("getChatAdministrators", chat_id=ada) == (
        "Bad Request: there are no administrators in the private chat"
    )


async def test_there_is_no_other_server_to_go_to(hand: Hand) -> None:
    assert await hand.ok("logOut") is True
    assert await hand.ok("close") is True

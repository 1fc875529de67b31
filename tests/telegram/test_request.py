"""PTB's calls over real sockets: bodies, uploads, what errors mean, and no secret told."""

from __future__ import annotations

import asyncio
import gc
import traceback
from collections.abc import AsyncIterator
from datetime import timedelta

import orjson
import pytest
from pydantic import SecretStr
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.telegram.client import Client, build_client
from bot.telegram.errors import InDoubt, NotSent
from bot.telegram.request import AiohttpRequest, FloodWait
from tests.telegram.faulty_server import (
    TOKEN,
    FaultyServer,
    answer,
    drops,
    keeps_silent,
    says,
    says_after,
    says_then_closes,
)

ME = {"id": 123456, "is_bot": True, "first_name": "Gut", "username": "gut_bot"}
MESSAGE = {"message_id": 7, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "hi"}


def gives(result: object) -> bytes:
    return answer(orjson.dumps({"ok": True, "result": result}))


def refuses(code: int, description: str, **parameters: object) -> bytes:
    body = {"ok": False, "error_code": code, "description": description}
    return answer(
        orjson.dumps(body | ({"parameters": parameters} if parameters else {})), f"{code} No"
    )


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.fixture
async def bot(server: FaultyServer) -> AsyncIterator[Client]:
    server.script.append(says(gives(ME)))
    bot = build_client(TOKEN, server.address)
    async with bot:
        server.requests.clear()
        yield bot


@pytest.fixture
async def request_(server: FaultyServer) -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest(connect_timeout=0.2, read_timeout=0.1) as request:
        yield request


class TestACall:
    async def test_goes_out_as_json_with_nested_values(
        self, bot: Client, server: FaultyServer
    ) -> None:
        server.script.append(says(gives(MESSAGE)))
        keys = InlineKeyboardMarkup([[InlineKeyboardButton("Why?", callback_data="w")]])

        message = await bot.send_message(5, "hi", reply_markup=keys)

        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert message.message_id == 7
        assert b"application/json" in head
        assert orjson.loads(body)["reply_markup"] == keys.to_dict()

    async def test_shares_one_kept_connection_with_the_next(
        self, bot: Client, server: FaultyServer
    ) -> None:
        for _ in range(10):
            server.script.append(says(gives(True)))
            await bot.send_chat_action(5, "typing")

        assert len(server.visitors) == 1

    async def test_with_a_file_goes_out_as_a_form(self, bot: Client, server: FaultyServer) -> None:
        server.script.append(says(gives(MESSAGE)))

        await bot.send_document(5, InputFile(b"name,count", filename="report.csv"), caption="Hi")

        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert b"multipart/form-data" in head
        assert b'filename="report.csv"' in body
        assert b"name,count" in body
        assert b"Hi" in body

    @pytest.mark.parametrize(
        ("given", "sent"),
        [
            ("Zürich.json", "Zürich.json"),
            ("доклад 🌿.csv", "доклад 🌿.csv"),
            ('a "b".csv', "a %22b%22.csv"),
            ("a\r\nX: b.csv", "a%0D%0AX: b.csv"),
            ("a;b\\c.csv", "a%3Bb%5Cc.csv"),
        ],
    )
    async def test_names_its_file_in_utf_8_and_within_its_quotes(
        self, bot: Client, server: FaultyServer, given: str, sent: str
    ) -> None:
        server.script.append(says(gives(MESSAGE)))

        await bot.send_document(5, InputFile(b"x", filename=given))

        assert f'; filename="{sent}"\r\n'.encode() in server.requests[0]

    async def test_reads_a_file_from_the_files_address(
        self, bot: Client, server: FaultyServer
    ) -> None:
        found = {"file_id": "f", "file_unique_id": "u", "file_path": "documents/a.txt"}
        server.script += [says(gives(found)), says(answer(b"content"))]

        file = await bot.get_file("f")

        assert await file.download_as_bytearray() == b"content"
        assert server.requests[1].startswith(b"GET /file/bot")

    async def test_held_poll_may_last_longer_than_other_calls(
        self, bot: Client, server: FaultyServer
    ) -> None:
        short = AiohttpRequest(read_timeout=0.05)
        polling = Client(
            TOKEN.get_secret_value(),
            base_url=server.address,
            request=short,
            get_updates_request=AiohttpRequest(read_timeout=0.05),
        )
        server.script.append(says(gives(ME)))
        async with polling:
            server.script.append(says_after(0.2, gives([])))
            assert await polling.get_updates(timeout=timedelta(seconds=1)) == ()


class TestTelegramsRefusal:
    async def test_keeps_its_words(self, bot: Client, server: FaultyServer) -> None:
        server.script.append(says(refuses(400, "Bad Request: chat not found")))

        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(5, "hi")

    async def test_by_429_says_for_how_long(self, bot: Client, server: FaultyServer) -> None:
        server.script.append(says(refuses(429, "Too Many Requests", retry_after=3)))

        with pytest.raises(FloodWait) as caught:
            await bot.send_message(5, "hi")
        assert caught.value.seconds == 3.0
        assert caught.value.retry_after == timedelta(seconds=3)

    async def test_that_is_no_json_is_not_repeated(
        self, bot: Client, server: FaultyServer
    ) -> None:
        server.script.append(says(answer(b"<html>secret words")))

        with pytest.raises(TelegramError) as caught:
            await bot.send_message(5, "hi")
        assert "secret words" not in "".join(traceback.format_exception(caught.value))

    async def test_of_the_token_does_not_repeat_it(self, server: FaultyServer) -> None:
        server.script.append(says(refuses(401, "Unauthorized")))
        bot = build_client(TOKEN, server.address)

        with pytest.raises(InvalidToken) as caught:
            await bot.initialize()
        await bot.shutdown()
        assert TOKEN.get_secret_value() not in "".join(traceback.format_exception(caught.value))


class TestAFailure:
    @pytest.mark.parametrize(
        ("behaviour", "late"),
        [
            (drops, False),
            (keeps_silent, True),
            (says(b"garbage\r\n\r\n"), False),
            (says_then_closes(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), False),
        ],
        ids=["dropped", "silent", "garbage", "cut short"],
    )
    async def test_after_sending_is_in_doubt(
        self, request_: AiohttpRequest, server: FaultyServer, behaviour: object, late: bool
    ) -> None:
        server.script.append(behaviour)  # type: ignore[arg-type]

        with pytest.raises(NetworkError) as caught:
            await request_.do_request(f"{server.address}x/sendMessage", "POST")

        assert isinstance(caught.value, InDoubt)
        assert caught.value.sent is None
        assert isinstance(caught.value, TimedOut) is late
        assert server.copies == 1

    async def test_to_connect_is_certainly_not_sent(self, request_: AiohttpRequest) -> None:
        async with FaultyServer() as gone:
            address = gone.address

        with pytest.raises(NetworkError) as caught:
            await request_.do_request(f"{address}x/sendMessage", "POST")

        assert isinstance(caught.value, NotSent)
        assert caught.value.sent is False

    async def test_to_get_a_connection_in_time_is_certainly_not_sent(
        self, server: FaultyServer
    ) -> None:
        async with AiohttpRequest(1, connect_timeout=0.05, read_timeout=0.5) as request:
            server.script.append(keeps_silent)
            first = asyncio.ensure_future(request.do_request(f"{server.address}x/a", "POST"))
            await server.arrived.wait()

            with pytest.raises(TimedOut) as caught:
                await request.do_request(f"{server.address}x/b", "POST")

            assert isinstance(caught.value, NotSent)
            assert server.copies == 1
            with pytest.raises(InDoubt):
                await first

    async def test_tells_neither_token_nor_password(self, server: FaultyServer) -> None:
        secrets = (TOKEN.get_secret_value(), "hunter2")
        proxy = SecretStr(f"http://joe:hunter2@127.0.0.1:{server.port}")
        server.script += [
            says(answer(b"", "407 No")),
            drops,
            keeps_silent,
            says(b"garbage\r\n\r\n"),
        ]
        bot = build_client(TOKEN, "http://telegram.invalid/bot", proxy=proxy)
        texts = [repr(bot), repr(bot.request)]
        for _ in range(4):
            with pytest.raises(TelegramError) as caught:
                await bot.request.post(
                    f"http://telegram.invalid/bot{TOKEN.get_secret_value()}/getMe",
                    read_timeout=0.1,
                )
            texts += traceback.format_exception(caught.value)
            texts += [repr(caught.value), repr(caught.value.__context__)]
        await bot.shutdown()
        await bot.request.shutdown()

        assert not [text for text in texts for secret in secrets if secret in text]


class TestAProxy:
    async def test_is_asked_with_its_password(self, server: FaultyServer) -> None:
        proxy = SecretStr(f"http://joe:hunter2@127.0.0.1:{server.port}")
        async with AiohttpRequest(proxy=proxy) as request:
            await request.do_request("http://telegram.invalid/botx/getMe", "POST")

        assert server.requests[0].startswith(b"POST http://telegram.invalid/botx/getMe ")
        assert b"Proxy-Authorization: Basic am9lOmh1bnRlcjI=" in server.requests[0]

    async def test_that_is_away_means_certainly_not_sent(self) -> None:
        async with FaultyServer() as gone:
            proxy = SecretStr(f"http://127.0.0.1:{gone.port}")
        async with AiohttpRequest(proxy=proxy) as request:
            with pytest.raises(NotSent, match="proxy unreachable"):
                await request.do_request("http://telegram.invalid/botx/getMe", "POST")

    async def test_of_another_kind_is_refused_without_its_address(self) -> None:
        async with AiohttpRequest(proxy=SecretStr("socks5://joe:hunter2@127.0.0.1")) as request:
            with pytest.raises(ValueError, match="http://") as caught:
                await request.do_request("http://telegram.invalid/botx/getMe", "POST")
        assert "hunter2" not in str(caught.value)


async def test_closing_is_clean_and_final(server: FaultyServer) -> None:
    request = AiohttpRequest()
    await request.initialize()
    await request.do_request(f"{server.address}x/getMe", "POST")
    await request.shutdown()
    await request.shutdown()
    gc.collect()  # an unclosed session would warn here, and warnings are errors

    with pytest.raises(RuntimeError, match="shut down"):
        await request.do_request(f"{server.address}x/getMe", "POST")
    await request.initialize()
    assert (await request.do_request(f"{server.address}x/getMe", "POST"))[0] == 200
    await request.shutdown()

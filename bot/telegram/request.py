"""HTTP to Telegram for the bot's own calls: PTB's request interface on one aiohttp session.

PTB's own request class stays out, because its errors do not tell what was certainly not sent, and
may be sent again at once, from what is in doubt, and may already be on a phone.
"""

from __future__ import annotations

import re
import ssl
from datetime import timedelta
from typing import Any, Self

import aiohttp
import orjson
from pydantic import SecretStr
from telegram.error import (
    BadRequest,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData

from bot.telegram.bulk.connection import Reply
from bot.telegram.errors import InDoubt, NoAnswerError, NotSent
from bot.telegram.responses import classify, is_bot_api
from bot.telegram.session import Attempt, open_session, read_reply

Timeout = Any  # PTB's private "a number, None or not given"
UNSAFE_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f";\\]')
SUCCESS = b'{"ok":true,'  # as the Bot API server writes it
JSON = {"Content-Type": "application/json"}


class _FailedError(NetworkError, NoAnswerError):
    """PTB's error and ours in one, so that neither side needs to know the other's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @classmethod
    def of(cls, failure: NoAnswerError) -> Self:
        return cls(failure.reason)


class UnsentError(_FailedError, NotSent):
    """Certainly not sent."""


class DoubtfulError(_FailedError, InDoubt):
    """Maybe sent."""


class UnsentTimeoutError(_FailedError, TimedOut, NotSent):
    """Certainly not sent, since no connection was made in time."""


class DoubtfulTimeoutError(_FailedError, TimedOut, InDoubt):
    """Maybe sent; no answer came in time."""


class FloodWait(RetryAfter):
    """Telegram asks to wait. Unlike PTB's own it is made without a deprecation warning."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        TelegramError.__init__(self, f"flood control: retry in {seconds:g} s")

    @property
    def retry_after(self) -> timedelta:
        return timedelta(seconds=self.seconds)


def _failure(attempt: Attempt, error: BaseException) -> TelegramError:
    failure = attempt.failure(error)
    late = isinstance(error, TimeoutError)
    if isinstance(failure, NotSent):
        return (UnsentTimeoutError if late else UnsentError).of(failure)
    return (DoubtfulTimeoutError if late else DoubtfulError).of(failure)


def _refusal(reply: Reply) -> TelegramError | None:
    """What to raise for a 429, a failed server, and a refusal by somebody between Telegram and us.

    PTB goes by the status alone: it would take a login page's 403 for a subscriber who blocked the
    bot and its 404 for a wrong token, and repeat the page.
    """
    meaning = classify(*reply)
    reason = meaning.reason.replace("_", " ")
    if meaning.kind == "flood":
        return FloodWait(meaning.retry_after)
    if meaning.kind == "in_doubt":
        return DoubtfulError(reason)
    if meaning.kind == "retry":
        return UnsentError(reason)
    if is_bot_api(reply.body):
        return None
    return BadRequest(reason) if meaning.kind == "refused" else UnsentError(reason)


def _meant(reply: Reply) -> Reply:
    """A refusal under the status of a success, with its own status."""
    if reply.status >= 300 or reply.body.startswith(SUCCESS) or not is_bot_api(reply.body):
        return reply
    code = orjson.loads(reply.body).get("error_code")
    return reply._replace(status=code if isinstance(code, int) and code >= 300 else 500)


class AiohttpRequest(BaseRequest):
    """Calls over one session with kept connections; opened at the first call.

    Every failure is a :class:`telegram.error.NetworkError` (a ``TimedOut`` for timeouts) and also
    a :class:`NotSent` or an :class:`InDoubt`; none repeats the address, which holds the token.

    Args:
        connections: how many connections there may be at once.
        proxy: an HTTP proxy's address, with its password if it has one.
        tls: how servers are verified; the system's certificates by default.
        connect_timeout: seconds for getting a connection, waiting in the pool included.
        read_timeout: seconds for the answer, and between its parts.
        write_timeout: seconds for handing over the request.
        media_write_timeout: the same when files are uploaded.
    """

    def __init__(
        self,
        connections: int = 64,
        *,
        proxy: SecretStr | None = None,
        tls: ssl.SSLContext | None = None,
        connect_timeout: float = 5.0,
        read_timeout: float = 20.0,
        write_timeout: float = 5.0,
        media_write_timeout: float = 60.0,
    ) -> None:
        self._connections = connections
        self._proxy = proxy
        self._tls = tls
        self._connect = connect_timeout
        self._read = read_timeout
        self._write = write_timeout
        self._media_write = media_write_timeout
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self.answered_on = ""
        """The ``Date`` of the last answer, as the server gave it."""

    def __repr__(self) -> str:
        return f"AiohttpRequest(connections={self._connections})"

    @property
    def read_timeout(self) -> float:
        return self._read

    async def initialize(self) -> None:
        self._closed = False

    async def shutdown(self) -> None:
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Timeout = BaseRequest.DEFAULT_NONE,
        write_timeout: Timeout = BaseRequest.DEFAULT_NONE,
        connect_timeout: Timeout = BaseRequest.DEFAULT_NONE,
        pool_timeout: Timeout = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        files = request_data is not None and request_data.contains_files
        body, headers = _body(request_data)
        timeout = _client_timeout(
            connect=_given(connect_timeout, self._connect),
            queue=_given(pool_timeout, 0.0),
            write=_given(write_timeout, self._media_write if files else self._write),
            read=_given(read_timeout, self._read),
        )
        reply = _meant(await self._call(method, url, data=body, headers=headers, timeout=timeout))
        if reply.status >= 300 and (refusal := _refusal(reply)):
            raise refusal
        return reply.status, reply.body

    async def _call(self, method: str, url: str, **options: Any) -> Reply:
        attempt = Attempt()
        try:
            # A redirect would carry the token to a host that nobody chose.
            async with self._opened().request(
                method, url, allow_redirects=False, trace_request_ctx=attempt, **options
            ) as response:
                self.answered_on = response.headers.get("Date", "")
                return await read_reply(response)
        except (aiohttp.ClientError, OSError) as error:
            failure = _failure(attempt, error)
        # Raised out here, so that the error that holds the address is not even its context.
        raise failure

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise RuntimeError("this request is shut down")
        if self._session is None:
            self._session = open_session(self._connections, self._proxy, self._tls)
        return self._session

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = orjson.loads(payload)
        except orjson.JSONDecodeError:
            # Not repeated: whatever it is, it may be somebody's words.
            raise DoubtfulError("answer unreadable") from None
        if isinstance(answer, dict) and (answer.get("ok") is False or "result" in answer):
            return answer
        raise DoubtfulError("answer without result")


def _given(value: Timeout, default: float) -> float | None:
    return default if value is BaseRequest.DEFAULT_NONE else value


def _client_timeout(
    *, connect: float | None, queue: float | None, write: float | None, read: float | None
) -> aiohttp.ClientTimeout:
    parts = (connect, queue, write, read)
    whole = None if None in parts else sum(part or 0.0 for part in parts)
    first = None if connect is None or queue is None else connect + queue
    # aiohttp has no limit for writing alone; the whole call's limit stands in for it.
    return aiohttp.ClientTimeout(total=whole, connect=first, sock_connect=connect, sock_read=read)


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    if data is None:
        return None, {}
    if not data.contains_files:
        return orjson.dumps(data.parameters, option=orjson.OPT_NON_STR_KEYS), JSON
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, content, mime_type) in data.multipart_data.items():
        form.add_field(name, content, filename=_escaped(filename), content_type=mime_type)
    return form, {}


def _escaped(filename: str) -> str:
    """In UTF-8 as browsers send it, with what would end the name or its line as ``%22``.

    The Bot API server unescapes nothing and cuts at a semicolon even between quotes (tdlib,
    ``HttpReader.cpp``).
    """
    return UNSAFE_IN_A_NAME.sub(lambda found: f"%{ord(found[0]):02X}", filename)

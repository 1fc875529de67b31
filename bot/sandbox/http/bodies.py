"""Parameters of a Bot API call from query string, form, JSON or multipart body."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.values import Upload


async def read_parameters(request: web.Request) -> dict[str, Any]:
    """Everything given, the body over the query string; ApiError 400 when it cannot be read."""
    given: dict[str, Any] = _from_form(
        request.rel_url.raw_query_string.encode("utf-8", "surrogateescape")
    )
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        given.update(await _from_multipart(request))
        return given
    body = await request.read()
    if kind == "application/json" and body:
        given.update(_from_json(body))
    elif kind == "application/x-www-form-urlencoded":
        given.update(_from_form(body))
    return given


def _from_form(encoded: bytes) -> dict[str, Any]:
    if not encoded:
        return {}
    try:
        return dict(parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError as error:
        raise bad_request("strings must be encoded in UTF-8") from error


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(given, dict):
        raise bad_request("object expected as parameters")
    return given


async def _from_multipart(request: web.Request) -> dict[str, Any]:
    try:
        return {name: _value(given) for name, given in (await request.post()).items()}
    except ValueError as error:
        raise bad_request("can't parse multipart body") from error


def _value(given: str | bytes | bytearray | web.FileField) -> str | Upload:
    if isinstance(given, web.FileField):
        with given.file as file:
            return Upload(given.filename, given.content_type, file.read())
    return given if isinstance(given, str) else given.decode()

"""Parameters of a Bot API call from query string, form, JSON or multipart body."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.values import Upload


async def read_parameters(request: Request) -> dict[str, Any]:
    """Everything given, the body over the query string; ApiError 400 when it cannot be read."""
    given: dict[str, Any] = _from_form(request.scope["query_string"])
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        given.update(await _from_multipart(request))
        return given
    body = await request.body()
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


async def _from_multipart(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = {}
    try:
        async with request.form() as form:
            for name, value in form.multi_items():
                given[name] = await _upload(value) if isinstance(value, UploadFile) else value
    except HTTPException as error:
        raise bad_request("can't parse multipart body") from error
    return given


async def _upload(file: UploadFile) -> Upload:
    data = await file.read()
    return Upload(file.filename or "file", file.content_type or "application/octet-stream", data)

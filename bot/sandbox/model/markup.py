"""Telegram's HTML mode: from markup to text and entities, refused in Telegram's words.

Which tags, attributes and entities exist: core.telegram.org/bots/api#html-style. What is said of
broken markup follows the observed behaviour of the official server.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from bot.sandbox.model.entities import Entity, FormattedText, sort_entities, utf16_length
from bot.sandbox.model.errors import ApiError, bad_request

_KIND_BY_TAG: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "span": "spoiler", "tg-spoiler": "spoiler", "a": "text_link", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE: Final = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,8})|#([0-9]{1,9})|([a-zA-Z]+));?")
_SPACE: Final = " \t\r\n\v"
_SPACES: Final = re.compile(r"[ \t\r\n\v]*")
_TAG_NAME: Final = re.compile(r"[^ \t\r\n\v>]*")
_ATTRIBUTE_NAME: Final = re.compile(r"[^ \t\r\n\v>=]*")
_TOKEN: Final = re.compile(r"[A-Za-z0-9.\-]*")
_PLAIN: Final = re.compile(r"[^<]+")
_SURROGATES: Final = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)


def parse_html(source: str) -> FormattedText:
    """Text and entities of `source`; ApiError 400 "can't parse entities: …" when it is broken."""
    return _Parser(source).parse()


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    piece: int


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._pieces: list[str] = []
        self._length = 0
        self._open: list[_Open] = []
        self._entities: list[Entity] = []

    def parse(self) -> FormattedText:
        while self._at < len(self._source):
            if self._source[self._at] != "<":
                self._text()
            elif self._source.startswith("</", self._at):
                self._end_tag()
            else:
                self._start_tag()
        if self._open:
            tag = self._open[-1].tag
            raise _broken(f'Can\'t find end tag corresponding to start tag "{tag}"')
        entities = _with_code_languages(sort_entities(self._entities))
        return FormattedText("".join(self._pieces), entities)

    def _text(self) -> None:
        match = _PLAIN.match(self._source, self._at)
        piece = _decode(match.group() if match else "")
        self._at = match.end() if match else self._at
        self._pieces.append(piece)
        self._length += utf16_length(piece)

    def _start_tag(self) -> None:
        begin = self._at
        tag = self._take(_TAG_NAME, begin + 1).lower()
        if self._ended():
            raise self._error("Unclosed start tag", begin)
        if tag not in _KIND_BY_TAG:
            raise self._error(f'Unsupported start tag "{tag}"', begin)
        argument = ""
        while self._next_attribute(tag, begin):
            name = self._attribute_name(tag, begin)
            value = self._attribute_value(tag, begin)
            argument = _argument(tag, name, value) or argument
        if tag == "span" and argument != "spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self._open.append(_Open(tag, argument, self._length, len(self._pieces)))

    def _next_attribute(self, tag: str, begin: int) -> bool:
        self._take(_SPACES, self._at)
        if self._ended():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        if self._source[self._at] == ">":
            self._at += 1
            return False
        return True

    def _attribute_name(self, tag: str, begin: int) -> str:
        name = self._take(_ATTRIBUTE_NAME, self._at)
        if not name:
            raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
        self._take(_SPACES, self._at)
        return name.lower()

    def _attribute_value(self, tag: str, begin: int) -> str:
        if not self._source.startswith("=", self._at):
            return ""
        self._take(_SPACES, self._at + 1)
        if self._ended():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        quote = self._source[self._at]
        return self._quoted(quote, begin) if quote in "\"'" else self._bare()

    def _quoted(self, quote: str, begin: int) -> str:
        end = self._source.find(quote, self._at + 1)
        if end < 0:
            raise self._error("Unclosed start tag", begin)
        value = self._source[self._at + 1 : end]
        self._at = end + 1
        if self._ended():
            raise self._error("Unclosed start tag", begin)
        return _decode(value)

    def _bare(self) -> str:
        begin = self._at
        value = self._take(_TOKEN, begin)
        if self._ended() or self._source[self._at] not in _SPACE + ">":
            raise self._error("Unexpected end of name token", begin)
        return value.lower()

    def _end_tag(self) -> None:
        begin = self._at
        if not self._open:
            raise self._error("Unexpected end tag", begin)
        tag = self._take(_TAG_NAME, begin + 2).lower()
        self._take(_SPACES, self._at)
        if not self._source.startswith(">", self._at):
            raise self._error("Unclosed end tag", begin)
        self._at += 1
        expected = self._open[-1].tag
        if tag and tag != expected:
            error = self._error("Unmatched end tag", begin)
            error.description += f', expected "</{expected}>", found "</{tag}>"'
            raise error
        self._close(self._open.pop())

    def _close(self, opened: _Open) -> None:
        length = self._length - opened.offset
        entity: Entity = {
            "type": _KIND_BY_TAG[opened.tag],
            "offset": opened.offset,
            "length": length,
        }
        shown = "".join(self._pieces[opened.piece :])
        if length > 0 and _complete(entity, opened, shown):
            self._entities.append(entity)

    def _take(self, pattern: re.Pattern[str], begin: int) -> str:
        match = pattern.match(self._source, begin)
        self._at = match.end() if match else begin
        return match.group() if match else ""

    def _ended(self) -> bool:
        return self._at >= len(self._source)

    def _error(self, text: str, position: int) -> ApiError:
        offset = len(self._source[:position].encode("utf-8", "surrogatepass"))
        return _broken(f"{text} at byte offset {offset}")


def _broken(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")


def _decode(piece: str) -> str:
    return _REFERENCE.sub(_character, piece) if "&" in piece else piece


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED.get(name, match.group())
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if 0xD800 <= code <= 0xDFFF:
        raise _broken(_SURROGATES)
    return chr(code) if 0 < code < 0x10FFFF else match.group()


def _argument(tag: str, name: str, value: str) -> str:
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case ("code", "class") if value.startswith("language-"):
            return value.removeprefix("language-")
        case ("span", "class") if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case ("blockquote", "expandable"):
            return "expandable"
    return ""


def _complete(entity: Entity, opened: _Open, shown: str) -> bool:
    """Add what the tag's argument says; False when the entity is dropped without a word."""
    match opened.tag:
        case "a":
            url = normal_url(opened.argument or shown)
            entity["url"] = url
            return bool(url)
        case "tg-emoji":
            if not (opened.argument.isascii() and opened.argument.isdigit()):
                raise _broken("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = opened.argument
        case "blockquote" if opened.argument:
            entity["type"] = "expandable_blockquote"
        case "code" if opened.argument:
            entity["language"] = opened.argument
    return True


def _with_code_languages(entities: list[Entity]) -> list[Entity]:
    """A code element with a language that fills a pre element gives the pre its language."""
    languages = {
        (e["offset"], e["length"]): e["language"]
        for e in entities
        if e["type"] == "code" and "language" in e
    }
    filled = {(e["offset"], e["length"]) for e in entities if e["type"] == "pre"}
    result = []
    for entity in entities:
        stretch = (entity["offset"], entity["length"])
        if entity["type"] == "pre" and stretch in languages:
            result.append({**entity, "language": languages[stretch]})
        elif not (entity["type"] == "code" and stretch in languages and stretch in filled):
            result.append({k: v for k, v in entity.items() if k != "language"})
    return result


def normal_url(url: str) -> str:
    """The link as Telegram keeps it (scheme added, host in small letters); "" when it is none."""
    url = url.strip()
    if url.lower().startswith(("tg://", "ton://", "mailto:", "tel:")):
        return url
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or " " in host:
        return ""
    if "." not in host and host != "localhost":
        return ""
    netloc = parts.netloc.lower() if "@" not in parts.netloc else parts.netloc
    rest = url[url.index("://") + 3 + len(parts.netloc) :]
    return f"{parts.scheme.lower()}://{netloc}{rest if rest.startswith('/') else '/' + rest}"

"""The subscribers' languages: gettext catalogues, read from their ``.po`` files when first needed.

English is the source language and needs no file. Another language is one file more,
``locales/<language>/LC_MESSAGES/gutskin.po``, and nothing else: no build step, no code.
``make template`` writes the sentences to translate.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from pathlib import Path
from string import Formatter

from babel import Locale
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"
LOCALES = Path(__file__).parent / "locales"
DOMAIN_FILE = Path("LC_MESSAGES/gutskin.po")


class Translator:
    """Says a source sentence in one language: ``_("…")``, ``_.many("one", "many", n)``.

    ``locale`` is the one for dates; English is the British one, as in all our texts.
    """

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        self.language = language
        self.locale = Locale.parse("en_GB" if language == "en" else language.replace("-", "_"))
        self._translations = translations

    def __call__(self, sentence: str) -> str:
        return self._translations.gettext(sentence)

    def many(self, one: str, more: str, count: int) -> str:
        """The form of the sentence that fits ``count``; its ``{count}`` is left to be filled."""
        return self._translations.ngettext(one, more, count)


def mark(sentence: str) -> str:
    """Mark a sentence of a table for the catalogue; it is translated where it is shown."""
    return sentence


@cache
def languages() -> tuple[str, ...]:
    """The languages there are texts for, the source language first."""
    found = sorted(file.parent.parent.name for file in LOCALES.glob(f"*/{DOMAIN_FILE}"))
    return (SOURCE_LANGUAGE, *(name for name in found if name != SOURCE_LANGUAGE))


def choose(code: str | None) -> str:
    """The language we have that fits Telegram's ``language_code`` ("pt-BR", "de", None) best."""
    wanted = (code or "").replace("_", "-").lower()
    known = {name.replace("_", "-").lower(): name for name in languages()}
    return known.get(wanted) or known.get(wanted.partition("-")[0]) or SOURCE_LANGUAGE


def translator(code: str | None) -> Translator:
    """The translator for the language that fits best."""
    return _translator(choose(code))


@cache
def _translator(language: str) -> Translator:
    file = LOCALES / language / DOMAIN_FILE
    if not file.is_file():
        return Translator(SOURCE_LANGUAGE, gettext.NullTranslations())
    return read_catalogue(file, language)


def read_catalogue(file: Path, language: str) -> Translator:
    """A translator from a ``.po`` file. A sentence whose ``{slots}`` are not those of its source
    is left out and reads as English: a slip in a translation must not cost a subscriber the
    message.

    Raises:
        babel.messages.pofile.PoFileError: the file is no .po file.
    """
    with file.open("rb") as po:
        catalogue = read_po(po, locale=language.replace("-", "_"), abort_invalid=True)
    for message in [entry for entry in catalogue if entry.id and not _slots_agree(entry)]:
        catalogue.delete(message.id, message.context)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translator(language, gettext.GNUTranslations(compiled))


def _slots_agree(message: Message) -> bool:
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    allowed = set().union(*map(_slots, sources))
    try:
        return all(_slots(form) <= allowed for form in said if form)
    except ValueError:  # a brace without its partner
        return False


def _slots(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}

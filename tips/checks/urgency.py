"""Warning signs: each with its one urgency, wherever it is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tips.checks.context import Context, texts_of
from tips.checks.text import phrase_pattern, sentences
from tips.findings import Finding

NOW = re.compile(r"\bambulance\b", re.IGNORECASE)
LATER = re.compile(r"\b(?:soon|appointment|this week|next visit)\b", re.IGNORECASE)


def signs(context: Context) -> Iterator[Finding]:
    """Who reads of a warning sign reads in the same text how fast to act on it."""
    pairs = [
        (phrase_pattern(pair.sign), phrase_pattern(pair.say), pair.say)
        for pair in context.words.urgencies
    ]
    for item in context.items:
        fields = texts_of(item)
        text = "\n\n".join(text for name, text in fields.items() if name != "details")
        for sign, urgency, say in pairs:
            hit = sign.search(text)
            if hit and not urgency.search(text):
                remedy = f"Say it: {', '.join(say)}"
                yield context.finding(item, "sign", f"'{hit[0]}' without its urgency", remedy)


def one_urgency(context: Context) -> Iterator[Finding]:
    """An ambulance and an appointment do not stand in one sentence."""
    for item in context.items:
        for name, text in texts_of(item).items():
            for sentence in sentences(text):
                if NOW.search(sentence) and LATER.search(sentence):
                    remedy = "Say what is urgent in a sentence of its own"
                    yield context.finding(
                        item, "urgency", f"two in the {name}: {sentence}", remedy
                    )


RULES = (signs, one_urgency)

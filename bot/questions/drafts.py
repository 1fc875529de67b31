"""Writes the draft of an answer in the content's format, for its author to finish."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

HEAD = """\
# A draft, made from a question that people put to the team ({count}), on {on:%Y-%m-%d}.
# Nobody's own words are in it. To make it an answer:
# 1. Write the question and how else people ask it, and give it an id.
# 2. Put id, question, topic, variants and claims into questions.yaml.
# 3. Name the claims of claims.yaml that every sentence rests on, and two related answers.
# 4. Move it to en/answers/{topic}.yaml, check it (gutskin tips check --dir DIR), /reload.
# The search finds it by its words at once; to be found by its meaning, too, the index has to be
# trained again: docs/CONTENT.md.
"""
TO_WRITE = "TO BE WRITTEN"


def draft(question_id: int, count: int, topic: str, answer: str, on: datetime) -> str:
    """The YAML of one answer: what the team has answered, and what its author has to add."""
    headline, _blank, body = answer.strip().partition("\n")
    item: dict[str, Any] = {
        "id": name_of(question_id),
        "topic": topic,
        "question": TO_WRITE,
        "given": [],
        "wordings": [],
        "headline": headline.strip() or TO_WRITE,
        "body": body.strip() or (headline.strip() or TO_WRITE),
        "doctor": TO_WRITE,
        "claims": [],
        "related": [],
    }
    written = yaml.safe_dump([item], sort_keys=False, allow_unicode=True, width=95)
    return HEAD.format(count=count, on=on, topic=topic) + written


def name_of(question_id: int) -> str:
    """The id of the draft, and the name of its file."""
    return f"draft-{question_id}"


def keep(folder: Path, question_id: int, written: str) -> Path:
    """Write the draft into the folder, without touching one that is there; where it is.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        name = name_of(question_id) + (f"-{number}" if number > 1 else "")
        try:
            with (folder / f"{name}.yaml").open("x", encoding="utf-8") as file:
                file.write(written)
        except FileExistsError:
            number += 1
            continue
        return folder / f"{name}.yaml"

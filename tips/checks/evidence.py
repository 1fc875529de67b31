"""The paper trail: text -> claim -> source, and nothing of the evidence left untold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tips.checks.context import Context
from tips.findings import Finding
from tips.models import Claim, Source

MOST_TIP_CLAIMS = 3
MOST_ANSWER_CLAIMS = 12
# https://www.doi.org/doi-handbook: prefix 10.NNNN, suffix without spaces.
DOI = re.compile(r"10\.\d{4,9}/[^\s<>\"]+")
# https://pubmed.ncbi.nlm.nih.gov: one to eight digits, no leading zero.
PMID = re.compile(r"[1-9]\d{0,7}")
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def only_usable(context: Context) -> Iterator[Finding]:
    """Background claims carry no text."""
    claims = context.content.claims
    for item in context.items:
        for name in item.claims:
            if name in claims and not claims[name].usable:
                remedy = "Rest the text on a usable claim and say no more than that one"
                yield context.finding(item, "usable", f"{name} is background only", remedy)


def claims_once(context: Context) -> Iterator[Finding]:
    """A text rests on few claims, each named once."""
    for item in context.items:
        most = MOST_TIP_CLAIMS if item in context.content.tips else MOST_ANSWER_CLAIMS
        if len(set(item.claims)) < len(item.claims):
            yield context.finding(item, "claims", "a claim is named twice", "Name it once")
        if len(item.claims) > most:
            message = f"rests on {len(item.claims)} claims"
            remedy = f"Keep the at most {most} that the text really needs"
            yield context.finding(item, "claims", message, remedy)


def shows_a_source(context: Context) -> Iterator[Finding]:
    """Every text can send the subscriber to at least one source."""
    content = context.content
    for item in context.items:
        keys = [
            k
            for name in item.claims
            if name in content.claims
            for k in content.claims[name].sources
        ]
        if not any(key in content.sources and content.sources[key].show for key in keys):
            remedy = "Add a claim with a source that can be shown"
            yield context.finding(item, "source", "no source can be shown", remedy)


def well_formed(context: Context) -> Iterator[Finding]:
    """DOIs, PMIDs and addresses look like what they are, and a shown source leads somewhere."""
    for source in context.content.sources.values():
        for name, value, pattern in _references(source):
            if value is not None and not pattern.fullmatch(value):
                remedy = "Look it up at the publisher and mend it"
                yield Finding("sources.yaml", source.key, name, f"malformed: {value!r}", remedy)
        if source.show and not (source.doi or source.pmid or source.url):
            remedy = "Give it a DOI, PMID or address, or set show: false"
            yield Finding("sources.yaml", source.key, "source", "nothing to link to", remedy)


def _references(source: Source) -> Iterator[tuple[str, str | None, re.Pattern[str]]]:
    yield "doi", source.doi, DOI
    yield "pmid", source.pmid, PMID
    yield "url", source.url, WEB_ADDRESS


def everything_used(context: Context) -> Iterator[Finding]:
    """At full size every usable claim is told, the seed ones in a tip, and no source lies idle."""
    if not context.complete:
        return
    in_tips = {name for tip in context.content.tips for name in tip.claims}
    used = in_tips | {name for answer in context.content.answers for name in answer.claims}
    for claim in context.content.claims.values():
        if claim.usable and claim.id not in used:
            yield _unused(claim, "no tip or answer rests on it")
        elif claim.usable and claim.seed and claim.id not in in_tips:
            yield _unused(claim, "it is a seed claim, and no tip rests on it")
    yield from _unreachable(context, used)


def _unused(claim: Claim, message: str) -> Finding:
    return Finding("claims.yaml", claim.id, "unused", message, "Write a tip that rests on it")


def _unreachable(context: Context, used: set[str]) -> Iterator[Finding]:
    """Shown sources that no text leads to; those of background claims alone may rest."""
    claims = context.content.claims.values()
    reached = {key for claim in claims if claim.id in used for key in claim.sources}
    resting = {key for claim in claims if not claim.usable for key in claim.sources}
    for source in context.content.sources.values():
        if source.show and source.key not in reached | resting:
            message = "no tip or answer leads to it"
            remedy = "Use a claim that rests on it, or take the source out"
            yield Finding("sources.yaml", source.key, "unreached", message, remedy)


RULES = (only_usable, claims_once, shows_a_source, well_formed, everything_used)

"""Alert rules and dashboard name only metrics, labels and values that the running bot emits."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as parsed

from bot import app, jobs
from bot.clock import MovableClock
from bot.metrics import Metrics
from tests.bot_harness import open_harness
from tests.deploy.promql import Read, Selector, read
from tests.docs.tables import ROOT, families
from tests.postgres import Cluster

DEPLOY = ROOT / "deploy"
OF_PROMETHEUS = {"up": {"job", "instance"}}
EVERYWHERE = {"job", "instance"}

Emitted = dict[str, dict[str, set[str]]]
"""By metric: its labels, and the values that each has."""


def documented() -> set[str]:
    made = Metrics(MovableClock(datetime(2026, 6, 1, tzinfo=UTC)))
    return {name for name, _, _ in families(made)}


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    board: dict[str, Any] = json.loads((DEPLOY / "dashboard.json").read_text("utf-8"))
    return board


def expressions() -> Iterator[str]:
    for rule in alerts():
        yield rule["expr"]
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]


@pytest.fixture
async def bot(tmp_path: Path, postgres: Cluster) -> Emitted:
    """What a bot emits that has lived a little: a broadcast of it was refused."""
    url = postgres.migrated_database()
    async with open_harness(tmp_path, database_url=url) as harness:
        subscriber = await harness.subscriber()
        admin = await harness.admin()
        await admin.say("/broadcast Hello")
        await harness.fault("error", method="sendMessage", chat=subscriber.id, error_code=400)
        await admin.tap("Send it now")
        await harness.app.beat()
        return await _scraped(f"{harness.app.web_url}/metrics")


async def _scraped(url: str) -> Emitted:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        text = await response.text()
    found: Emitted = defaultdict(lambda: defaultdict(set))
    for family in parsed(text):
        if not family.samples:
            _ = found[family.name + "_total" * (family.type == "counter")]  # nothing counted yet
        for sample in family.samples:
            labels = found[sample.name]
            for label, value in sample.labels.items():
                labels[label].add(value)
    return found


@pytest.mark.postgres
async def test_what_the_bot_emits_is_what_the_docs_list(bot: Emitted) -> None:
    histogram = re.compile(r"(_seconds)_(bucket|sum|count)$")
    assert {histogram.sub(r"\1", name) for name in bot} == documented()


@pytest.mark.postgres
async def test_alerts_and_dashboard_name_only_what_is_emitted(bot: Emitted) -> None:
    wrong = [
        complaint
        for expression in expressions()
        for complaint in complaints(read(expression), bot)
    ]
    assert wrong == []


def complaints(named: Read, bot: Emitted) -> Iterator[str]:
    known_labels = set(EVERYWHERE)
    for selector in named.selectors:
        labels = bot.get(selector.metric)
        if labels is None and selector.metric not in OF_PROMETHEUS:
            yield f"{selector.metric} is not emitted"
            continue
        known_labels |= set(labels or ())
        yield from _wrong_matchers(selector, labels or {})
    for label in named.grouped - known_labels:
        yield f"none of {[one.metric for one in named.selectors]} has a label {label}"


def _wrong_matchers(selector: Selector, labels: dict[str, set[str]]) -> Iterator[str]:
    for label, sign, wanted in selector.matchers:
        if label in EVERYWHERE:
            continue
        values = wanted.split("|") if sign.endswith("~") else [wanted]
        for value in values:
            if value not in labels.get(label, set()):
                yield f"{selector.metric} has no {label}={value!r}"


def test_every_alert_says_what_happened_and_what_to_do() -> None:
    for rule in alerts():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "action"}, rule["alert"]
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names)) >= 15


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ("a > 1", ["a"]),
        ('sum by (le) (rate(a_bucket{x="}", y=~"p|q"}[5m])) / 2', ["a_bucket"]),
        ("a and on (x) b unless c", ["a", "b", "c"]),
        ("histogram_quantile(0.95, sum(rate(a[1h]))) > 1.5e9", ["a"]),
    ],
)
def test_the_reader_of_promql_finds_the_metrics(expression: str, metrics: list[str]) -> None:
    assert [one.metric for one in read(expression).selectors] == metrics


@pytest.mark.parametrize("expression", ["sum(a", "nonsense(a)", "a ~ b", "a{x}"])
def test_the_reader_of_promql_knows_what_is_none(expression: str) -> None:
    with pytest.raises(ValueError, match=r"brackets|function|PromQL|matcher|unpack"):
        read(expression)


def test_a_name_that_is_not_emitted_is_found() -> None:
    bot: Emitted = {"gutskin_ready": {}, "gutskin_holds_total": {"lane": {"bulk"}}}
    for expression in (
        "gutskin_redy == 0",
        'gutskin_holds_total{lane="bilk"}',
        "sum by (x) (gutskin_ready)",
    ):
        assert list(complaints(read(expression), bot)), expression


def test_a_stop_takes_little_of_the_time_that_a_container_is_given() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    given = [one["stop_grace_period"] for one in services.values() if "stop_grace_period" in one]
    longest = jobs.STOP_S + app.IN_FLIGHT_S + 2 * app.SETTLE_S
    assert given == ["20s"]
    assert longest <= 12.0

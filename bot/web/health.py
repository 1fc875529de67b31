"""Is the process alive, is it doing its work, and how much of it (Prometheus text format)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from aiohttp import web

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Sample:
    """One figure: its name without prefix, what it means, its value, and labels."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()
    kind: str = "gauge"


@dataclass(frozen=True)
class Health:
    """``troubles`` names what is wrong now (nothing: ready); ``samples`` are the figures."""

    troubles: Callable[[], Awaitable[list[str]]]
    samples: Callable[[], Awaitable[Iterable[Sample]]]


def health_routes(health: Health) -> list[web.RouteDef]:
    """``/healthz``: the loop turns; ``/readyz``: the work is done; ``/metrics``: figures."""

    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_request: web.Request) -> web.Response:
        troubles = await health.troubles()
        return web.Response(
            status=503 if troubles else 200, text="".join(f"{t}\n" for t in troubles) or "ok\n"
        )

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(
            body=exposition(await health.samples()).encode(),
            headers={"Content-Type": METRICS_TYPE},
        )

    return [
        web.get("/healthz", alive),
        web.get("/readyz", ready),
        web.get("/metrics", metrics),
    ]


def exposition(samples: Iterable[Sample]) -> str:
    """The samples in Prometheus' text format, each name explained once."""
    by_name: dict[str, list[Sample]] = {}
    for sample in samples:
        by_name.setdefault(f"gutskin_{sample.name}", []).append(sample)
    lines: list[str] = []
    for name, group in by_name.items():
        family = name.removesuffix("_bucket") if group[0].kind == "histogram" else name
        lines += [f"# HELP {family} {group[0].help}", f"# TYPE {family} {group[0].kind}"]
        lines += [f"{name}{_labels(dict(s.labels))} {s.value:g}" for s in group]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    shown = (f'{key}="{_escape(value)}"' for key, value in labels.items())
    return "{" + ",".join(shown) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

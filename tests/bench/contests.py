"""The comparisons. Each prints what it saw and returns its figures by their published names."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.lab import Contest, Figures, Server, cpu_each, interleaved, median, rate

Keys = dict[str, float]
FAR = 0.05  # seconds that the server takes to answer, as from another continent


@dataclass(frozen=True)
class Size:
    """How much is run: rounds of the contests, of the slow ones, and a share of the counts."""

    rounds: int
    slow_rounds: int
    share: float

    def of(self, count: int) -> int:
        return max(100, round(count * self.share))


FULL = Size(rounds=5, slow_rounds=5, share=1.0)
QUICK = Size(rounds=3, slow_rounds=1, share=0.4)


def _line(name: str, runs: Sequence[Figures]) -> None:
    rates = sorted(rate(run) for run in runs)
    spread = f"{rates[0]:,.0f} to {rates[-1]:,.0f}"
    each = median(runs, cpu_each) * 1e6
    print(
        f"  {name:<38}{statistics.median(rates):>10,.0f}/s  ({spread}) {each:>8.0f} us of CPU each"
    )


def _ceiling(runs: Sequence[Figures]) -> None:
    """What the server could do: requests it answered per second of its own processor time."""
    best = max(run["books"]["requests"] / run["books"]["cpu"] for run in runs)
    print(f"  {'(the server by itself)':<38}{best:>10,.0f}/s")


def throughput(server: Server, size: Size) -> Keys:
    """Items 1 to 3: the whole path against the peers, near and far."""
    near = [
        Contest("ours", "ours", "bulk", size.of(40_000), 64),
        Contest("without durable outcomes", "ours", "forgetful", size.of(40_000), 64),
        Contest("raw aiohttp on uvloop", "peers", "raw", size.of(30_000), 64),
        Contest("aiogram 3, semaphore 64", "peers", "aiogram", size.of(5_000), 64),
        Contest("an ORM session a message", "peers", "orm", size.of(3_000), 64),
        Contest("PTB default, gather, semaphore 64", "peers", "ptb", size.of(1_500), 64),
    ]
    far = [
        Contest("ours", "ours", "bulk", size.of(50_000), 256),
        Contest("without durable outcomes", "ours", "forgetful", size.of(50_000), 256),
        Contest("aiogram 3, semaphore 256", "peers", "aiogram", size.of(5_000), 256),
        # Fewer would flatter it: it slows down while its connections add up.
        Contest("PTB default, gather, semaphore 64", "peers", "ptb", 500, 64),
    ]
    at_0 = _contest("1-3. The whole path, an answer in 0 ms", server, near, size)
    at_50 = _contest("1-3. The whole path, an answer in 50 ms", server, far, size, delay=FAR)
    near_ratio, far_ratio = _ratios(at_0, near), _ratios(at_50, far)
    sent = [*at_0["ours"], *at_50["ours"]]
    raw = at_0[near[2].name]
    return {
        "bulk_vs_ptb_0ms": near_ratio(0, 5),
        "bulk_vs_ptb_50ms": far_ratio(0, 3),
        "bulk_vs_aiogram_0ms": near_ratio(0, 3),
        "bulk_vs_aiogram_50ms": far_ratio(0, 2),
        "lost": sum(run["count"] - run["books"]["chats"] for run in sent),
        "doubled": sum(run["books"]["doubled"] for run in sent),
        "cpu_vs_raw_aiohttp": median(at_0["ours"], cpu_each) / median(raw, cpu_each),
        "durable_vs_not": far_ratio(0, 1),
        "durable_vs_not_0ms": near_ratio(0, 1),
        "durable_vs_orm": near_ratio(0, 4),
    }


def _contest(
    title: str, server: Server, contests: Sequence[Contest], size: Size, **rules: float
) -> dict[str, list[Figures]]:
    print(title)
    results = interleaved(server, contests, size.rounds, **rules)
    for contest in contests:
        _line(contest.name, results[contest.name])
    _ceiling(results["ours"])
    return results


def _ratios(
    results: dict[str, list[Figures]], contests: Sequence[Contest]
) -> Callable[[int, int], float]:
    rates = [median(results[contest.name], rate) for contest in contests]
    return lambda one, other: rates[one] / rates[other]


def sustained(server: Server, size: Size) -> Keys:
    """Item 4: the pace kept against a server that enforces it with a bucket of three."""
    print("4. The pace, against a server that enforces it with a bucket of 3")
    kept: dict[int, list[Figures]] = {}
    for per_second, seconds in ((30, 20), (1000, 20)):
        count = size.of(per_second * seconds)
        contest = Contest(f"{per_second}/s", "ours", "paced", count, per_second)
        results = interleaved(server, [contest], size.slow_rounds, rate=per_second)
        kept[per_second] = results[contest.name]
        _line(contest.name, kept[per_second])
    runs = [*kept[30], *kept[1000]]
    return {
        "sustained_30": median(kept[30], _kept) / 30,
        "sustained_1000": median(kept[1000], _kept) / 1000,
        "answers_429": sum(run["books"]["floods"] for run in runs),
        "core_at_1000": median(kept[1000], lambda run: run["cpu"] / run["seconds"]),
    }


def _kept(run: Figures) -> float:
    """Messages a second between the first and the last to arrive."""
    books = run["books"]
    return float((books["copies"] - 1) / (books["last"] - books["first"]))


def planning(server: Server, size: Size) -> Keys:
    """Item 5: ticks, readiness and memory among many subscribers."""
    print("5. Planning 1,000 due, and being among many")
    many, fewer, due = 1_000_000, 100_000, 1000
    registered = fewer if size is FULL else fewer // 5
    ticks = [
        Contest("tick among 1,000,000", "ours", "tick", many, due),
        Contest("tick among 100,000", "ours", "tick", fewer, due),
        Contest("tick of an ORM among 1,000,000", "peers", "orm_tick", many, due),
    ]
    seen = interleaved(server, ticks, size.slow_rounds)
    once = [
        Contest("ready among 1,000,000", "ours", "ready", many, 0),
        Contest(f"PTB registering {registered:,}", "peers", "registration", registered, 0),
    ]
    seen |= interleaved(server, once, 1)
    for contest in (*ticks, *once):
        print(f"  {contest.name:<38}{_seconds(seen, contest) * 1e3:>12,.2f} ms")
    registration = _seconds(seen, once[1]) * fewer / registered
    return {
        "tick_vs_orm": _seconds(seen, ticks[0]) / _seconds(seen, ticks[2]),
        "tick_growth": _seconds(seen, ticks[0]) / _seconds(seen, ticks[1]),
        "ready_vs_registration": _seconds(seen, once[0]) / registration,
        "memory_1m_vs_1k": _memory(server),
    }


def _seconds(seen: dict[str, list[Figures]], contest: Contest) -> float:
    return median(seen[contest.name], lambda run: run["seconds"])


def _memory(server: Server) -> float:
    contests = [
        Contest("among 1,000", "ours", "memory", 1000, 1000),
        Contest("among 1,000,000", "ours", "memory", 1_000_000, 200_000),
    ]
    seen = interleaved(server, contests, 1)
    few, many = (seen[contest.name][0] for contest in contests)
    for name, run in (("among 1,000", few), ("among 1,000,000", many)):
        megabytes = (run["idle"] / 2**20, run["busy"] / 2**20)
        print(f"  memory {name:<31}{megabytes[0]:>8.1f} MiB idle {megabytes[1]:>8.1f} MiB sending")
    return float(max(many["idle"] / few["idle"], many["busy"] / few["busy"]))


def replying(server: Server, size: Size) -> Keys:
    """Item 6: replies beside a broadcast at the full free rate, 25 of 30 a second."""
    print("6. A reply, idle and beside a broadcast")
    contest = Contest("replies", "ours", "replies", size.of(100), 4)
    runs = interleaved(server, [contest], size.slow_rounds)[contest.name]
    idle = sorted(taken for run in runs for taken in run["idle"])
    busy = sorted(taken for run in runs for taken in run["busy"])
    for name, taken in (("idle", idle), ("beside a broadcast", busy)):
        parts = (_part(taken, 0.5), _part(taken, 0.9), _part(taken, 0.99))
        shown = ", ".join(f"{part * 1e3:.2f}" for part in parts)
        print(f"  {name:<38}{shown} ms (half, 90 %, 99 %)")
    return {
        "reply_p90_vs_idle": _part(busy, 0.90) / _part(idle, 0.90),
        "reply_p99_over_idle_s": _part(busy, 0.99) - _part(idle, 0.99),
        "max_second_over_rate": max(run["books"]["busiest_second"] for run in runs) - 30,
    }


def _part(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

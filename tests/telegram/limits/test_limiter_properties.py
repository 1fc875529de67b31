"""Whatever comes in whatever order, the limiter's promises hold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.telegram.limits.moved_limiter import Lane, Stage, Traffic, busiest, refused

moments = st.floats(0.0, 4.0)
rates = st.sampled_from([(30.0, 25.0), (30.0, 30.0), (5.0, 4.0), (100.0, 100.0), (7.5, 7.5)])
traffics = st.builds(
    Traffic,
    asked=st.lists(st.tuples(moments, st.integers(-3, 12)), max_size=60),
    floods=st.lists(st.tuples(moments, st.sampled_from(Lane), st.floats(0.1, 2.0)), max_size=3),
    given_up=st.lists(moments, max_size=4),
    stalls=st.lists(st.floats(0.01, 3.0), max_size=3),
)


@settings(max_examples=40, deadline=None)
@given(rates, traffics)
async def test_no_second_holds_more_than_the_rate_and_every_flood_is_honoured(
    rate: tuple[float, float], traffic: Traffic
) -> None:
    total, bulk = rate
    async with Stage(total, bulk) as stage:
        await stage.live_through(stage.broadcast, traffic)

    assert busiest(stage.starts) <= total + 1
    assert refused(stage.starts, total, burst=3) == 0
    for at, lane, seconds in traffic.floods:
        begun = stage.bulk if lane is Lane.BULK else stage.replies
        assert not [start for start in begun if at + 0.002 < start < at + seconds - 0.002]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([(30.0, 25.0), (30.0, 30.0), (60.0, 60.0)]),
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12),
)
async def test_a_lone_reply_waits_one_slot_at_most(
    rate: tuple[float, float], gaps: list[float]
) -> None:
    total, bulk = rate
    async with Stage(total, bulk) as stage:
        stage.broadcast()
        await stage.pass_time(1.5)
        for chat, gap in enumerate(gaps):
            await stage.pass_time(3 / total + gap)
            stage.reply(chat)
        await stage.pass_time(0.2)

    assert len(stage.waits) == len(gaps)
    assert max(stage.waits) <= 1 / total + 0.002

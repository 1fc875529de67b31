"""The script player: a dialogue that reads like a chat, and says where it went wrong."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.sandbox.script.play import play, read_script
from bot.sandbox.script.scene import ScriptError
from tests.sandbox.conftest import BEGIN, Hand, Start, inline
from tests.sandbox.echo_bot import EchoBot

SHORT = 0.2  # seconds; what has not come by then does not come

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a script of these lines."""

    def to_file(*lines: str) -> Path:
        path = tmp_path / "play.txt"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return to_file


class Player:
    """Plays scripts in one sandbox and keeps what was printed."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.printed = ""

    async def play(self, path: Path, patience: float = 5.0) -> int:
        out = io.StringIO()
        code = await play(path, self.hand.sandbox.base_url, out, patience=patience)
        self.printed = out.getvalue()
        return code

    async def fails(self, path: Path) -> str:
        """Play what must go wrong; the last lines printed."""
        assert await self.play(path, SHORT) == 1
        return self.printed[self.printed.index(str(path)) :]


@pytest.fixture
async def player(hand: Hand) -> AsyncIterator[Player]:
    """A stage with Anna in Berlin, Ben without a zone, and a bot that repeats."""
    await hand.user("Anna", id=1, zone="Europe/Berlin")
    await hand.user("Ben B.", id=2)
    bot = asyncio.create_task(EchoBot(hand).run())
    yield Player(hand)
    bot.cancel()
    await asyncio.wait({bot})


class TestPrints:
    async def test_a_dialogue_that_reads_like_a_chat(self, player: Player, write: Write) -> None:
        path = write(
            "# Anna says hello.",
            "",
            "Anna says Hello there",
            'Anna sees "You said: Hello there"',
        )

        assert await player.play(path) == 0
        assert player.printed.splitlines() == [
            "",
            "— Friday 27 March —".center(78),
            "",
            "08:00 Anna",
            "      Hello there",
            "08:00 GutSkin to Anna",
            "      You said: Hello there",
            "      [Nod] [Edit]",
            "",
            "All 2 steps came true.",
        ]

    async def test_each_person_in_their_own_time(self, player: Player, write: Write) -> None:
        path = write("Ben says Hi", 'Ben sees "Hi"', "the clock moves 1 day", "Anna says Hi")

        assert await player.play(path) == 0
        assert "07:00 Ben\n" in player.printed
        assert "— Saturday 28 March —" in player.printed
        assert "08:00 Anna\n" in player.printed

    async def test_taps_edits_and_notes(self, player: Player, write: Write) -> None:
        path = write(
            "Anna says Hi",
            'Anna sees "You said"',
            'Anna taps "Nod"',
            'Anna sees "Noted"',
            'Anna taps "edit"',
            'Anna sees "Changed"',
        )

        assert await player.play(path) == 0
        assert "Anna\n      taps [Nod]" in player.printed
        assert "GutSkin to Anna (note)\n      Noted" in player.printed
        assert "GutSkin to Anna (edited)\n      Changed" in player.printed
        assert player.printed.count("(note)") == 1

    async def test_what_has_no_words(self, player: Player, write: Write) -> None:
        path = write(
            "Anna shares 52.52, 13.405",
            'Anna sees "something"',
            "Ben says Hi",
            "Ben blocks the bot",
            "Ben unblocks the bot",
        )

        assert await player.play(path) == 0
        assert "Anna\n      (location)" in player.printed
        assert "Ben\n      blocks the bot" in player.printed
        assert "Ben\n      unblocks the bot" in player.printed

    async def test_what_happens_in_a_group_stands_without_a_name(
        self, player: Player, write: Write
    ) -> None:
        await player.hand.control("groups", title="Parents", type="group", member=1)

        assert await player.play(write("Anna says Hi", 'Anna sees "Hi"')) == 0

    async def test_long_lines_are_wrapped_and_empty_ones_kept(
        self, player: Player, write: Write
    ) -> None:
        path = write(f"Anna says one\\n\\n{'word ' * 30}end", 'Anna sees "end"')

        assert await player.play(path) == 0
        assert "      one\n\n      word word" in player.printed
        assert max(map(len, player.printed.splitlines())) <= 78


class TestSteps:
    async def test_a_reply_goes_to_the_newest_message_with_these_words(
        self, player: Player, write: Write
    ) -> None:
        path = write(
            "Anna says Dinner at 7",
            'Anna sees "You said: Dinner at 7"',
            'Anna replies "/broadcast" to "You said"',
            'Anna sees "to: You said: Dinner at 7"',
        )

        assert await player.play(path) == 0

    async def test_the_clock_moves_by_spans_and_to_the_next_tip(
        self, player: Player, write: Write
    ) -> None:
        path = write(
            "the clock shows 08:00 in Europe/Berlin",
            "the clock moves 1.5 hours",
            "the clock shows 08:30 in UTC",
            "the clock moves 30 minutes",
            "the clock moves 2 weeks",
            "the clock moves to the next tip",
            "the clock shows 09:00 in Etc/GMT",
        )

        assert await player.play(path) == 0
        assert (player.hand.clock.now() - BEGIN).days == 15

    async def test_seeing_waits_for_what_is_on_its_way(self, start: Start, write: Write) -> None:
        hand = await start()
        await hand.user("Anna", id=1)
        path = write("Anna says Hi", 'Anna sees "late"')
        playing = asyncio.create_task(Player(hand).play(path))
        await hand.updates(timeout=20)
        await hand.ok("sendMessage", chat_id=1, text="I am late")

        assert await playing == 0

    async def test_a_tap_waits_for_its_button(self, start: Start, write: Write) -> None:
        hand = await start()
        await hand.user("Anna", id=1)
        playing = asyncio.create_task(Player(hand).play(write("Anna says Hi", 'Anna taps "Late"')))
        await hand.updates(timeout=20)
        await hand.ok("sendMessage", chat_id=1, text="Now", reply_markup=inline("Late"))

        assert await playing == 0

    async def test_only_what_is_new_counts_as_seen(self, player: Player, write: Write) -> None:
        path = write(
            "Anna says one", 'Anna sees "one"', "the clock moves 1 day", 'Anna does not see "one"'
        )

        assert await player.play(path) == 0


class TestFailures:
    async def test_what_does_not_come_is_named_with_file_and_line_and_what_came(
        self, player: Player, write: Write
    ) -> None:
        path = write("# opening", "Anna says Hi", 'Anna sees "You said"', 'Anna sees "Goodbye"')

        assert await player.fails(path) == (
            f'{path}:4: Anna sees "Goodbye"\n'
            "Anna does not see 'Goodbye'. What came:\n"
            "  You said: Hi Nod Edit\n"
        )
        assert "All" not in player.printed

    async def test_so_is_silence(self, player: Player, write: Write) -> None:
        assert "What came:\n  nothing" in await player.fails(write('Ben sees "Hi"'))

    async def test_and_what_should_not_have_come(self, player: Player, write: Write) -> None:
        path = write("Anna says Hi", 'Anna does not see "You said"')

        assert await player.play(path) == 1
        assert f"{path}:2:" in player.printed
        assert "Anna sees 'You said', and should not" in player.printed

    @pytest.mark.parametrize(
        ("step", "complaint"),
        [
            ("Zoe says Hi", "nobody here is called Zoe: there are Anna, Ben"),
            ("Anna dances", "a step reads like: Anna says /start"),
            ("Anna shares 1.2.3, 4", "a step reads like"),
            ('Anna taps "Never"', "no button 'Never'"),
            ('Anna replies "Yes" to "never said"', "Anna has no message with 'never said'"),
            ("the clock shows 09:00 in Europe/Berlin", "shows 08:00 in Europe/Berlin, not 09:00"),
            ("the clock shows 09:00 in Europe/Atlantis", "Europe/Atlantis is not a time zone"),
            ("the clock shows 09:00 in /etc", "/etc is not a time zone"),
            ("the clock moves 3 fortnights", "a step reads like"),
        ],
    )
    async def test_a_step_that_cannot_be_done(
        self, player: Player, write: Write, step: str, complaint: str
    ) -> None:
        told = await player.fails(write(step))

        assert told.splitlines()[0].endswith(f"play.txt:1: {step}")
        assert complaint in told

    async def test_nothing_after_the_failure_is_played(self, player: Player, write: Write) -> None:
        await player.fails(write("Zoe says Hi", "Anna says Hi"))

        assert await player.hand.messages(1) == []

    async def test_a_stage_without_a_clock_to_move(self, start: Start, write: Write) -> None:
        hand = await start(stage=None)
        await hand.user("Anna", id=1)

        assert "no clock to move" in await Player(hand).fails(write("the clock moves 1 day"))

    async def test_a_file_that_is_not_there(self, player: Player, tmp_path: Path) -> None:
        missing = tmp_path / "missing.txt"

        assert await player.fails(missing) == f"{missing}: No such file or directory\n"

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [(b"# only a remark\n\n", "the script has no steps"), (b"\xff\xfe\x00", "UTF-8")],
    )
    def test_a_file_that_is_no_script(
        self, tmp_path: Path, content: bytes, complaint: str
    ) -> None:
        path = tmp_path / "odd.txt"
        path.write_bytes(content)

        with pytest.raises(ScriptError, match=complaint):
            read_script(path)

    async def test_printed_on_standard_output_unless_told_otherwise(
        self, player: Player, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = write("the clock shows 08:00 in Europe/Berlin")

        assert await play(path, player.hand.sandbox.base_url) == 0
        assert capsys.readouterr().out == "\nThe one step came true.\n"

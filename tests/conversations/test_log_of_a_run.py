"""What a whole run at DEBUG leaves in the log, tracebacks included, and in the metrics."""

from __future__ import annotations

from pathlib import Path

from theatre import TOKEN, open_theatre

from tests.logbook import captured

SECRETS = (
    "my secret skin story",
    "Rumpelstilzchen",
    "Atlantis-am-See",
    "wherever-i-came-from",
)


async def test_the_log_of_a_whole_run_holds_no_token_and_no_word_of_a_reader(
    tmp_path: Path,
) -> None:
    with captured("DEBUG") as log:
        async with open_theatre(tmp_path) as theatre:
            reader = await theatre.person(SECRETS[1])
            await reader.begin(SECRETS[3])
            await reader.say(SECRETS[2])
            await reader.say("Berlin")
            await reader.tap("08:00")
            await theatre.to_next_tip()
            await reader.say(SECRETS[0])
            await reader.say(f"/nonsense {SECRETS[0]}")
            await reader.forge(SECRETS[0])
            for kind in ("500", "drop_before", "drop_after", "error"):
                more = {"error_code": 400, "description": f"Bad Request: “{SECRETS[0]}”"}
                given = more if kind == "error" else {}
                await theatre.fault(kind, method="sendMessage", **given)
                await reader.say(f"{SECRETS[0]} {kind}")
            await theatre.post("update", update={"message": {"text": SECRETS[0], "chat": 5}})
            await theatre.settle()
            admin = await theatre.admin()
            await admin.say(f"/broadcast {SECRETS[0]}")
            await admin.tap("Send it now")
            async with theatre.session.get(f"{theatre.app.web_url}/metrics") as response:
                metrics = await response.text()
            theatre.app.house.db.look = None  # type: ignore[method-assign,assignment]
            await theatre.post("say", user=reader.id, text=SECRETS[0])
            await theatre.get("idle", timeout=5, settle=0.1)
    text = log.getvalue() + metrics
    assert "Traceback" in text
    assert "gutskin_updates_total" in text
    for secret in (*SECRETS, TOKEN, TOKEN.partition(":")[2]):
        assert secret not in text

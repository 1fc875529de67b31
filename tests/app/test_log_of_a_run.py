"""What a whole run at DEBUG leaves in the log, tracebacks included, and in the metrics."""

from __future__ import annotations

from pathlib import Path

from tests.bot_harness import TOKEN, open_harness
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
        async with open_harness(tmp_path) as harness:
            subscriber = await harness.person(SECRETS[1])
            await subscriber.begin(SECRETS[3])
            await subscriber.say(SECRETS[2])
            await subscriber.say("Berlin")
            await subscriber.tap("08:00")
            await harness.to_next_tip()
            await subscriber.say(SECRETS[0])
            await subscriber.say(f"/nonsense {SECRETS[0]}")
            await subscriber.forge(SECRETS[0])
            for kind in ("500", "drop_before", "drop_after", "error"):
                more = {"error_code": 400, "description": f"Bad Request: “{SECRETS[0]}”"}
                given = more if kind == "error" else {}
                await harness.fault(kind, method="sendMessage", **given)
                await subscriber.say(f"{SECRETS[0]} {kind}")
            await harness.post("update", update={"message": {"text": SECRETS[0], "chat": 5}})
            await harness.settle()
            admin = await harness.admin()
            await admin.say(f"/broadcast {SECRETS[0]}")
            await admin.tap("Send it now")
            async with harness.session.get(f"{harness.app.web_url}/metrics") as response:
                metrics = await response.text()
            harness.app.services.db.read = None  # type: ignore[method-assign,assignment]
            await harness.post("say", user=subscriber.id, text=SECRETS[0])
            await harness.get("idle", timeout=5, settle=0.1)
    text = log.getvalue() + metrics
    assert "Traceback" in text
    assert "gutskin_updates_total" in text
    for secret in (*SECRETS, TOKEN, TOKEN.partition(":")[2]):
        assert secret not in text

"""What every act on a broadcast leaves: a line in the log, and its subject in the audit log."""

from __future__ import annotations

import structlog

log = structlog.get_logger("bot.delivery.broadcasts")


def log_act(
    act: str, broadcast_id: int, admin_id: int, *, changed: bool = True, **more: int
) -> None:
    """Who did what to which broadcast, and whether that changed anything."""
    log.info(
        "an admin's act on a broadcast",
        act=act,
        broadcast=broadcast_id,
        admin=admin_id,
        changed=changed,
        **more,
    )


def subject_of(broadcast_id: int) -> str:
    """How the audit log names a broadcast."""
    return f"broadcast {broadcast_id}"

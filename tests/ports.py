"""A port for a server that has to be told one before it listens."""

from __future__ import annotations

import random
import socket

# Below those that the system gives away by itself (Linux: from 32768 on): between the look and the
# server's start, connections of the other process of a run would take one of these.
OURS = range(20_000, 32_000)


def unused_port() -> int:
    """A port of this machine's loopback that nobody listens on."""
    while True:
        port = random.choice(OURS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port

"""Advisories about what is installed, and the list of what the image carries."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.install import audit, locks

FAULT = "GHSA-0000-0000-0000"


class Service(ThreadingHTTPServer):
    """Speaks as much of OSV's protocol as is asked; knows of a fault in one package, or none."""

    def __init__(self, faulty: str | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faulty = faulty
        self.asked: set[tuple[str, str]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def result(self, query: dict[str, Any]) -> dict[str, Any]:
        name = query["package"]["name"]
        self.asked.add((name, query["version"]))
        known = [{"id": FAULT, "modified": "2026-01-01T00:00:00Z"}]
        return {"vulns": known} if name == self.faulty else {}


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        self._answer({"results": [self.server.result(query) for query in queries]})

    def do_GET(self) -> None:
        package = {"ecosystem": "PyPI", "name": self.server.faulty}
        events = [{"introduced": "0"}, {"fixed": "999"}]
        affected = [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
        self._answer({"id": FAULT, "summary": "It leaks.", "modified": "2026-01-01T00:00:00Z",
                      "affected": affected})  # fmt: skip

    def _answer(self, what: object) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def service(faulty: str | None = None) -> Iterator[Service]:
    with Service(faulty) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class TestAdvisories:
    def test_every_package_of_the_widest_lock_is_asked_about(self) -> None:
        with service() as asked:
            assert audit.main(["advisories", "--service", asked.url]) == 0
        every = {(pin.name, pin.version) for pin in locks.pins(locks.LOCKS["dev"])}
        assert asked.asked == every

    def test_a_known_fault_is_told_and_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        with service("aiohttp") as knowing:
            assert audit.main(["advisories", "--service", knowing.url]) == 1
            told = capsys.readouterr().out
            assert "aiohttp" in told
            assert FAULT in told
            given = ["advisories", "--service", knowing.url, "--ignore", FAULT]
            assert audit.main(given) == 0

    def test_where_nobody_can_be_asked_it_says_so_and_passes(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with service() as gone:
            url = gone.url
        assert audit.main(["advisories", "--service", url]) == 0
        assert capsys.readouterr().out == (
            "Not asked: the advisory service cannot be reached from here.\n"
        )


def test_the_list_has_all_that_the_image_carries_from_python() -> None:
    made = json.loads(audit.sbom())
    assert (made["bomFormat"], made["metadata"]["component"]["name"]) == ("CycloneDX", "gutskin")
    listed = {
        (one["name"], one["version"]): {known["content"] for known in one["hashes"]}
        for one in made["components"]
    }
    pins = locks.pins(locks.LOCKS["run"])
    assert listed == {
        (pin.name, pin.version): {one.removeprefix("sha256:") for one in pin.hashes}
        for pin in pins
    }
    assert all(
        one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}" for one in made["components"]
    )
    needs = {one["ref"].split("-")[0]: one.get("dependsOn", []) for one in made["dependencies"]}
    assert any(one.startswith("mako-") for one in needs["alembic"])

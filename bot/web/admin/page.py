"""The admin page as a part of a web server: who may open what, and how every answer is guarded.

Nothing is public but the login, which a one-time link from the bot opens. Answers carry a content
policy under which nothing inline runs and nothing is fetched from elsewhere; forms carry a token
that only their own session knows.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.admins.logins import SESSION_LASTS, Logins, Visitor
from bot.admins.roles import What
from bot.web.admin.rendering import Templates
from tips.current import CurrentContent

log = structlog.get_logger(__name__)

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # under "no-referrer" browsers hide whose form it is
    "X-Content-Type-Options": "nosniff",
}
LOGIN = "/login"
CSRF_FIELD = "csrf"

Respond = Callable[[web.Request, Visitor], Awaitable[web.StreamResponse]]


class View(NamedTuple):
    """A page or an act: its method, its path below the page's own, and the role that it takes."""

    method: str
    path: str
    what: What
    respond: Respond


class Subject(Protocol):
    """Some pages about one subject."""

    def views(self) -> Iterable[View]:
        """Its pages and acts."""
        ...


@dataclass(frozen=True)
class Place:
    """Where the page is: ``url`` is what people open, ``path`` what its paths begin with."""

    url: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path.rstrip("/")

    @property
    def origin(self) -> str:
        address = urlsplit(self.url)
        return f"{address.scheme}://{address.netloc}"

    @property
    def is_secure(self) -> bool:
        """Whether it is reached by TLS; only on the machine itself it may be without."""
        return self.url.startswith("https://")

    @property
    def cookie(self) -> str:
        # Browsers take a cookie of this prefix from this very host alone, and by TLS.
        return "__Host-gutskin" if self.is_secure else "gutskin"

    def login_link(self, secret: str) -> str:
        """What the bot sends to an admin."""
        return f"{self.url.rstrip('/')}{LOGIN}?key={secret}"


class AdminPage:
    """Serves the subjects to whoever is logged in and has the role."""

    def __init__(
        self,
        place: Place,
        logins: Logins,
        templates: Templates,
        content: CurrentContent,
        subjects: Iterable[Subject],
    ) -> None:
        self._place = place
        self._logins = logins
        self._templates = templates
        self._content = content
        self._views = [view for subject in subjects for view in subject.views()]

    def routes(self) -> list[web.RouteDef]:
        """All that is served."""
        base = self._place.path
        return [
            web.get(base + LOGIN, self._ask),
            web.post(base + LOGIN, self._enter),
            web.post(
                base + "/logout", self._guarded(View("POST", "/logout", "look", self._leave))
            ),
            web.get(base + "/static/{name}", self._static),
            *(web.route(v.method, base + v.path, self._guarded(v)) for v in self._views),
        ]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Guard every answer, those that say no included."""
        try:
            answer = await handler(request)
        except web.HTTPMethodNotAllowed as refused:
            answer = self._said("not_found", refused.status)
        except web.HTTPNotFound:
            answer = self._said("not_found", 404)
        except web.HTTPRequestEntityTooLarge:
            answer = self._said("too_large", 413)
        answer.headers.update(HEADERS)
        if self._place.is_secure:
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        return answer

    def _said(self, what: str, status: int) -> web.Response:
        return self._templates.response(f"{what}.html", None, status=status)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        file = STATIC / request.match_info["name"]
        if file.parent != STATIC or not file.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(file)

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        """The link's page. What looks at links before people do must not use them up."""
        key = request.query.get("key", "")
        return self._templates.response("login.html", None, key=key)

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        self._check_origin(request)
        key = str((await request.post()).get("key", ""))
        session = await self._logins.enter(key) if key else None
        if session is None:
            return self._said("login_over", 403)
        answer = self._to("/")
        answer.set_cookie(
            self._place.cookie,
            session,
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=self._place.is_secure,
            path="/",
        )
        return answer

    async def _leave(self, request: web.Request, _visitor: Visitor) -> web.StreamResponse:
        await self._logins.leave(request.cookies.get(self._place.cookie, ""))
        answer = self._to(LOGIN)
        answer.del_cookie(self._place.cookie, path="/")
        return answer

    def _to(self, path: str) -> web.Response:
        return web.Response(status=303, headers={"Location": self._place.path + path})

    def _guarded(self, view: View) -> Handler:
        async def respond(request: web.Request) -> web.StreamResponse:
            visitor = await self._logins.visitor(request.cookies.get(self._place.cookie, ""))
            if visitor is None:
                return self._said("login_needed", 401)
            if not visitor.role.may(view.what):
                return self._templates.response("not_allowed.html", visitor, status=403)
            if view.method == "POST":
                self._check_origin(request)
                if not await _carries_token(request, visitor):
                    return self._templates.response("form_over.html", visitor, status=403)
            with self._content.held():
                return await view.respond(request, visitor)

        return respond

    def _check_origin(self, request: web.Request) -> None:
        """Refuse what another site's page sends; browsers say whose it is."""
        origin = request.headers.get("Origin")
        if origin is not None and origin != self._place.origin:
            log.warning("a form of another site was refused")
            raise web.HTTPNotFound


async def _carries_token(request: web.Request, visitor: Visitor) -> bool:
    given = str((await request.post()).get(CSRF_FIELD, ""))
    return hmac.compare_digest(given.encode(), visitor.csrf.encode())

"""The web server of ``teamtop serve``: textual-serve, closed to everybody but pages that it served itself.

Listening at the loopback address keeps other machines out, but not web pages in a browser of this machine:
any page may open a WebSocket to it, or reach it through a name that it lets point here. So both the address
that a request was sent to and the page that it comes from have to be of this machine.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_loopback(host: str) -> bool:
    """Whether the name is of this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def admitted(host: str, origin: str | None, port: int) -> bool:
    """Whether a request with these headers comes from a page of ours: right machine, right port."""
    for address in (f"//{host}", *([origin] if origin is not None else [])):
        try:
            parts = urlsplit(address)
            if not is_loopback(parts.hostname or "") or parts.port != port:
                return False
        except ValueError:
            return False
    return True


class LocalServer(Server):
    """Serves ``command`` to browsers on this machine."""

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not admitted(request.host, request.headers.get("Origin"), self.port):
                raise web.HTTPForbidden(text="teamtop serves pages of this machine only.")
            return await handler(request)

        app.middlewares.append(guard)
        return app

"""The web server: textual-serve's, on a page without anything from elsewhere, for nobody but its own pages."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import signal
import socket
from collections.abc import Awaitable, Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, web
from textual_serve.server import Server

from lmstudio_tui.web.config import WebError
from lmstudio_tui.web.guard import Guard, origin_of
from lmstudio_tui.web.running import PageApp

if TYPE_CHECKING:
    from lmstudio_tui.web.config import WebConfig

_HERE: Final = Path(__file__).parent
_PAGE: Final = {"page.css": "text/css", "page.js": "text/javascript"}
_FONT_SIZES: Final = range(6, 73)
_HEADERS: Final = {
    # Within a page from elsewhere it would be of its own origin, and clicks on that page would go to the app.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # The address holds the secret.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve_version() -> str:
    """The version of textual-serve."""
    return version("textual-serve")


def run(config: WebConfig, *, ready: Callable[[str], None], complain: Callable[[str], None]) -> None:
    """Serve the app until a signal asks for the end.

    Args:
        config: how.
        ready: is told the address as soon as it can be opened.
        complain: is told what an app has said that did not come to open.

    Raises:
        WebError: when it cannot listen there.
    """
    with contextlib.closing(_listening(config.host, config.port)) as listening:
        asyncio.run(_serve(config, listening, ready, complain))


def _listening(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise WebError(_why_not(error, host, port)) from error


def _why_not(error: OSError, host: str, port: int) -> str:
    import errno

    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is in use: stop what runs there or choose another with --port."
        case errno.EACCES:
            return f"Port {port} on {host} needs rights that you do not have: choose one from 1024 on with --port."
        case _:
            return f"It cannot listen on {host}: {(error.strerror or str(error)).lower()}."


async def _serve(
    config: WebConfig,
    listening: socket.socket,
    ready: Callable[[str], None],
    complain: Callable[[str], None],
) -> None:
    port: int = listening.getsockname()[1]
    server = PageServer(config, port, complain)
    runner = web.AppRunner(server.application(), handle_signals=False, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        wanted = _end_wanted(server)
        ready(server.address)
        await wanted.wait()
        await server.end()
    finally:
        server.kill()
        await runner.cleanup()


def _end_wanted(server: PageServer) -> asyncio.Event:
    """Is set by a signal that asks for the end; a second one does not wait for the apps."""
    wanted, loop = asyncio.Event(), asyncio.get_running_loop()

    def want() -> None:
        if wanted.is_set():
            server.kill()
        wanted.set()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # One that is ignored (nohup) stays so. Windows has no handlers in its loop; there Ctrl+C is an exception.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, want)
    return wanted


class PageServer(Server):
    """Serves the page, and an app for each of its visits.

    Args:
        config: how.
        port: at which it listens.
        complain: is told what an app has said that did not come to open.
    """

    def __init__(self, config: WebConfig, port: int, complain: Callable[[str], None]) -> None:
        name = "lmstudio-tui"
        super().__init__(name, config.host, port, public_url="")  # pyright: ignore[reportUnknownMemberType] - as it is
        self._config, self._complain = config, complain
        self._prefix = f"/{config.secret}" if config.secret else ""
        self._running: set[tuple[PageApp, web.WebSocketResponse]] = set()
        self._guard = _guard(config)

    @property
    def address(self) -> str:
        """What is opened in a browser on this machine, or at the proxy."""
        public = self._config.public_url
        host = self._config.host
        if public is None:
            # "All addresses" is none that could be opened.
            name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
            public = f"http://{name}:{self.port}"
        return f"{public.rstrip('/')}{self._prefix}/"

    def application(self) -> web.Application:
        """What aiohttp runs."""
        application = web.Application(middlewares=[self._checked])
        application.add_routes(
            [
                web.get(f"{self._prefix}/", self.handle_index),
                web.get(f"{self._prefix}/ws", self.handle_websocket),
                web.get(f"{self._prefix}/page/{{name}}", self.handle_own),
                web.static(f"{self._prefix}/static", self.statics_path),
                # Here textual.js looks for them; nobody can guess the key.
                web.get("/download/{key}", self.handle_download),
            ]
        )
        return application

    @web.middleware
    async def _checked(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        socket_wanted = request.path == f"{self._prefix}/ws"
        refusal = self._guard.refusal(
            request.headers.get("Host"), request.headers.get("Origin"), needs_origin=socket_wanted
        )
        if refusal or not self._knows_secret(request.path):
            text = refusal or "Open the address that `lmstudio-tui web` has printed, to the last letter."
            return web.Response(status=403, text=f"{text}\n", headers=_HEADERS)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(_HEADERS)
            raise
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _knows_secret(self, path: str) -> bool:
        """Whether a path is one of those that only who was told the address knows."""
        if not self._config.secret or path.startswith("/download/"):
            return True
        given = path.split("/")[1] if "/" in path else ""
        return hmac.compare_digest(given.encode(), self._config.secret.encode())

    async def handle_index(self, request: web.Request) -> Any:
        """The page."""
        wanted = request.query.get("fontsize", "")
        size = int(wanted) if wanted.isdecimal() and int(wanted) in _FONT_SIZES else 16
        template = Template((_HERE / "page.html").read_text(encoding="utf-8"))
        text = template.substitute(font_size=size, exposed="" if self._config.exposed else "hidden")
        return web.Response(text=text, content_type="text/html")

    async def handle_own(self, request: web.Request) -> web.Response:
        """What belongs to the page."""
        kind = _PAGE.get(name := request.match_info["name"])
        if kind is None:
            raise web.HTTPNotFound
        return web.Response(text=(_HERE / name).read_text(encoding="utf-8"), content_type=kind)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run an app for as long as the page is there."""
        connection = web.WebSocketResponse(heartbeat=15)
        await connection.prepare(request)
        app = PageApp(
            self._config.arguments,
            self._config.environ,
            self._complain,
            write_bytes=connection.send_bytes,
            write_str=connection.send_str,
            close=connection.close,
            download_manager=self.download_manager,
        )
        running = (app, connection)
        self._running.add(running)
        try:
            await app.start(_cells(request, "width", 80), _cells(request, "height", 24))
            # What is no message of the page ends it.
            with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, AssertionError):
                await self._process_messages(connection, app)
        finally:
            await app.stop()
            self._running.discard(running)
            await connection.close()
        return connection

    async def end(self) -> None:
        """End every app in order, and tell its page."""
        everybody = list(self._running)
        await asyncio.gather(*(app.stop() for app, _ in everybody), return_exceptions=True)
        closing = (connection.close(code=WSCloseCode.GOING_AWAY) for _, connection in everybody)
        await asyncio.gather(*closing, return_exceptions=True)

    def kill(self) -> None:
        """End every app on the spot."""
        for app, _ in self._running:
            app.kill()


def _cells(request: web.Request, name: str, usual: int) -> int:
    """A size of the terminal that the page has asked for."""
    given = request.query.get(name, "")
    return max(1, min(1000, int(given))) if given.isdecimal() and len(given) < 6 else usual


def _guard(config: WebConfig) -> Guard:
    names = {config.host.lower(), *(_own_names() if config.exposed else ())}
    public = None if config.public_url is None else origin_of(config.public_url)
    if public is not None:
        names.add(urlsplit(public).hostname or "")
    return Guard(frozenset(names), everywhere=config.exposed, public=public)


def _own_names() -> Iterable[str]:
    """What this machine is called."""
    name = socket.gethostname().lower()
    return {name, f"{name}.local", socket.getfqdn().lower()}

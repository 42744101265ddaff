"""From the wire to the handlers and back: the only file, with `hosting`, that knows ASGI."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lmstudio_tui.simulator.answers import Answer, Call, Frame, Handler, Made, Pause, Script, Signal
from lmstudio_tui.simulator.config import FINGERPRINT, SimulatorConfig
from lmstudio_tui.simulator.journal import Journal, RecordedRequest, kept_length
from lmstudio_tui.simulator.surfaces import Surface, surface_for
from lmstudio_tui.simulator.uploads import Upload
from lmstudio_tui.simulator.workers import Workers
from lmstudio_tui.simulator.world import World

_BREATH = 0.03


class _Connection(Protocol):
    def reset(self) -> None: ...
    def close(self) -> None: ...


class _Scripted(Response):
    """A response that plays the steps of a `Script`."""

    def __init__(self, script: Script, headers: dict[str, str], speed: float, workers: Workers) -> None:
        super().__init__(headers=headers, media_type=script.media_type)
        # A stream has no length: starlette noted that of the empty body.
        del self.headers["content-length"]
        self._script = script
        self._speed = speed
        self._workers = workers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        wire = _Wire(scope, send, self, self._speed)
        with contextlib.closing(self._script.steps) as steps:
            for step in steps:
                match step:
                    case Frame():
                        await wire.write(step)
                    case Made():
                        await wire.write(Frame(await self._workers.do(step.make, step.upload)))
                    case Pause():
                        await asyncio.sleep(step.seconds)
                    case Signal.OPEN:
                        await wire.open()
                    case Signal.HANG:
                        await asyncio.Event().wait()
                    case Signal.RESET | Signal.CLOSE:
                        await wire.cut(step)
                        return
        await wire.finish()


class _Wire:
    """One response being written, token frames at the pace of a schedule."""

    def __init__(self, scope: Scope, send: Send, response: Response, speed: float) -> None:
        self._connection = cast("_Connection", scope["state"]["connection"])
        self._send = send
        self._response = response
        self._speed = speed
        self._opened = False
        self._first_due: float | None = None
        self._tokens = 0

    async def open(self) -> None:
        if not self._opened:
            self._opened = True
            headers = self._response.raw_headers
            await self._send({"type": "http.response.start", "status": self._response.status_code, "headers": headers})

    async def write(self, frame: Frame) -> None:
        await self.open()
        # Sleeping zero seconds too lets a leaving client be noticed.
        await asyncio.sleep(self._wait() if frame.token else 0)
        if frame.data:
            await self._send({"type": "http.response.body", "body": frame.data, "more_body": True})

    def _wait(self) -> float:
        """Seconds until the next token is due, counted from the first one: delays do not add up."""
        if self._speed == 0:
            return 0.0
        now = asyncio.get_running_loop().time()
        if self._first_due is None:
            self._first_due = now
        due = self._first_due + self._tokens / self._speed
        self._tokens += 1
        return max(0.0, due - now)

    async def finish(self) -> None:
        await self.open()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def cut(self, how: Signal) -> None:
        await self._send({"type": "simulator.cut"})
        if self._opened:
            # What was written before must arrive: a reset would overtake it.
            await asyncio.sleep(_BREATH)
        if how is Signal.RESET:
            self._connection.reset()
        else:
            self._connection.close()


class _Recorder:
    """Writes each request into the journal, and ends the work on it when the client leaves."""

    def __init__(self, app: ASGIApp, journal: Journal) -> None:
        self._app = app
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        upload = Upload()
        try:
            complete = await _received(receive, upload)
            number = self._journal.add(_recorded(scope, upload))
            if complete:
                scope["state"]["upload"] = upload
                await self._answer(number, scope, receive, send)
            else:
                self._journal.mark(number, disconnected=True)
        finally:
            upload.release()

    async def _answer(self, number: int, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = _Exchange(send)
        work = asyncio.ensure_future(self._app(scope, exchange.receive, exchange.send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({work, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if exchange.complete:
                self._journal.mark(number, finished=True)
            elif not exchange.cut and leaving.done():
                self._journal.mark(number, disconnected=True)
            elif work.done():
                work.result()
        finally:
            work.cancel()
            leaving.cancel()
            await asyncio.gather(work, leaving, return_exceptions=True)


class _Exchange:
    """The ASGI channels of one request, whose body has been read, with an eye on what the application sends."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.complete = False
        self.cut = False

    async def receive(self) -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "simulator.cut":
            self.cut = True
            return
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.complete = True


async def _received(receive: Receive, upload: Upload) -> bool:
    """Take the body into `upload`; return False when the client left before it was complete."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return False
        upload.add(message.get("body", b""))
        if not message.get("more_body", False):
            return True


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _recorded(scope: Scope, upload: Upload) -> RecordedRequest:
    request = Request(scope)
    path, query, body = request.url.path, request.url.query, upload.head(kept_length(upload.size))
    return RecordedRequest(request.method, path, query, dict(request.headers), body, size=upload.size)


def build_app(config: SimulatorConfig, journal: Journal) -> ASGIApp:
    """The ASGI application of a simulator that starts afresh."""
    world = World(config)
    surface = surface_for(config)

    def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            call = _call(request, world)
            answer = surface.gate(call) or await handler(call)
            return _response(answer, call, surface)

        return respond

    async def unknown(request: Request, _: Exception) -> Response:
        call = _call(request, world)
        return _response(surface.gate(call) or surface.unknown(call), call, surface)

    routes = [
        Route(path, endpoint(handler), methods=[method], include_in_schema=False)
        for method, path, handler in surface.routes
    ]
    app = Starlette(routes=routes, exception_handlers={404: unknown, 405: unknown, HTTPException: unknown})
    app.router.redirect_slashes = False
    return _Recorder(app, journal)


def _call(request: Request, world: World) -> Call:
    query, headers = dict(request.query_params), dict(request.headers)
    upload, origin = request.scope["state"]["upload"], f"{request.url.scheme}://{request.url.netloc}"
    return Call(request.method, request.url.path, query, headers, upload, world, origin)


def _response(answer: Answer, call: Call, surface: Surface) -> Response:
    headers = {**surface.headers_for(call), **answer.headers, "x-simulator": FINGERPRINT}
    if isinstance(answer, Script):
        return _Scripted(answer, headers, call.world.config.speed, call.world.workers)
    return Response(answer.body, answer.status, headers, answer.media_type)

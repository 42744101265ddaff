"""The simulator on uvicorn: stops at once, logs nothing, and lets a response reach its own connection.

Uvicorn's own shutdown waits for open streams. A simulator must not: a test that stalls on purpose would wait for ever.
"""

import asyncio
import logging
import socket
import struct
import threading
from typing import cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from lmstudio_tui.simulator.app import build_app
from lmstudio_tui.simulator.config import SimulatorConfig
from lmstudio_tui.simulator.journal import Journal

_NO_LINGER = struct.pack("ii", 1, 0)


class Connection:
    """What a response may do to the TCP connection it travels on."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def reset(self) -> None:
        """Cut the connection with a TCP reset: linger of zero seconds makes the close send RST."""
        peer = cast("socket.socket", self._transport.get_extra_info("socket"))
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()

    def close(self) -> None:
        """Close the connection in order, once what was written has left."""
        self._transport.close()


class _Protocol(H11Protocol):
    """Uvicorn's HTTP/1.1, which puts the connection into the state of each request."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "connection": Connection(transport)}


class _Server(uvicorn.Server):
    """Uvicorn without polling: it sleeps until told to stop, and then drops everything."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._halt = asyncio.Event()
        self._lock = threading.Lock()
        self._halted = False

    def halt(self) -> None:
        """Stop, from any thread, whether or not the server has begun."""
        with self._lock:
            self._halted = True
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._halt.set)

    async def main_loop(self) -> None:
        with self._lock:
            self._loop = asyncio.get_running_loop()
            if self._halted:
                self._halt.set()
        await self.on_tick(0)
        self.ready.set()
        await self._halt.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's signature
        with self._lock:
            self._loop = None
        for server in self.servers:
            server.close()
        # Connections first: a task that is cancelled would still send a 500 to a client that waits for an answer.
        for connection in list(self.server_state.connections):
            cast("_Protocol", connection).transport.abort()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.5)
        # One turn for the transports to close their sockets, one for what was called back by them.
        await asyncio.sleep(0)
        await asyncio.sleep(0)


class Host:
    """A server around one listening socket, to be run once."""

    def __init__(self, config: SimulatorConfig, journal: Journal, listener: socket.socket) -> None:
        self._listener = listener
        settings = uvicorn.Config(
            build_app(config, journal),
            loop="asyncio",
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=60,
            ssl_certfile=config.ssl_certfile,
            ssl_keyfile=config.ssl_keyfile,
        )
        # Loaded here and not in the thread, so that a bad certificate is an error of the caller.
        settings.load()
        self._server = _Server(settings)
        self.ready = self._server.ready

    def run(self) -> None:
        """Serve until `stop`; for a thread of its own."""
        try:
            asyncio.run(self._server.serve(sockets=[self._listener]))
        finally:
            self._listener.close()

    def stop(self) -> None:
        """End `run`, from any thread."""
        self._server.halt()

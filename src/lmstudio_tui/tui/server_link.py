"""The app's line to the server in use: connects in a thread, watches it there, and tells what it sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.features.health import HealthMonitor
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.tui.commands import key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioSDK
    from lmstudio_tui.tui.worker_bridge import Run, Runs


@dataclass(frozen=True)
class LinkListener:
    """Who is told, in the app's own loop.

    Args:
        connected: there is a client for the server now; whether it answers is another matter.
        seen: the server was looked at.
        failed: no client could be made, or the watching has ended by a defect of ours; a sentence.
    """

    connected: Callable[[LMStudioSDK], None]
    seen: Callable[[ServerView], None]
    failed: Callable[[str], None]


class ServerLink:
    """One server at a time.

    Args:
        runs: of the app.
        connect: makes a client for a config. It takes a while, since the HTTP library is imported.
        config: of the first server.
        listener: is told.
        every: seconds between two looks at a server that is there; None takes the usual ones.
    """

    def __init__(
        self,
        runs: Runs,
        connect: Callable[[ClientConfig], LMStudioSDK],
        config: ClientConfig,
        listener: LinkListener,
        *,
        every: float | None = None,
    ) -> None:
        self.config = config
        self.client: LMStudioSDK | None = None
        self._runs = runs
        self._connect = connect
        self._tell = listener
        self._every = every
        self._connecting: Run[None, LMStudioSDK] | None = None
        self._watching: Run[ServerView, None] | None = None
        self._monitor: HealthMonitor | None = None

    def use(self, config: ClientConfig) -> None:
        """Talk to this server from now on. Answers under way from the one before go on."""
        self.close()
        self.config = config

        def connect(emit: object, scope: CancelScope) -> LMStudioSDK:
            del emit, scope
            return self._connect(config)

        self._connecting = self._runs.start(
            connect, finished=self._connected, crashed=self._not_connected, name="connect"
        )

    def look(self) -> None:
        """Look at the server at once."""
        if self._monitor is not None:
            self._monitor.poke()
        elif self.client is not None:
            self._look_after(self.client)

    def close(self) -> None:
        """End whatever waits for the server."""
        for run in (self._connecting, self._watching):
            if run is not None:
                run.drop()
        if self._monitor is not None:
            self._monitor.stop()
            self._monitor = None
        if self.client is not None:
            self.client.close()
            self.client = None

    def _connected(self, client: LMStudioSDK) -> None:
        self.client = client
        self._tell.connected(client)
        self._look_after(client)

    def _look_after(self, client: LMStudioSDK) -> None:
        """Look at the server for as long as it is the one in use."""

        def look(emit: Callable[[ServerView], None], scope: CancelScope) -> None:
            del scope
            monitor.run(emit)

        self._monitor = monitor = HealthMonitor(client, every=self._every)
        self._watching = self._runs.start(look, items=self._seen, crashed=self._blind, name="health")

    def _seen(self, views: list[ServerView]) -> None:
        for view in views:
            self._tell.seen(view)

    def _blind(self, error: BaseException) -> None:
        """What the header says would no longer be true."""
        self._monitor = None
        self._tell.seen(ServerView(self.config.base_url, presence=Presence.STRANGE))
        self._tell.failed(
            f"The server is no longer watched ({type(error).__name__}); {key_of('app.retry_server')} looks again."
        )

    def _not_connected(self, error: BaseException) -> None:
        self._tell.failed(f"No client could be made for {self.config.base_url}: {error}")

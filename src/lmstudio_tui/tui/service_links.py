"""The app's lines to the servers of audio and of images: the main server, or one of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.profiles import ProfileError
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.features.service_view import ServiceView
from lmstudio_tui.sdk import LMStudioError
from lmstudio_tui.tui.server_link import LinkListener, ServerLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.features.service_view import Service
    from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioSDK
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.worker_bridge import Run, Runs

    Tell = Callable[[Service, LMStudioSDK | None, ServiceView], None]
    Prepared = ClientConfig | ProfileError | LMStudioError | None


_EVERY = 20.0
"""Seconds: they stand beside the main server, and a request that fails makes one look at once."""
SERVICES: tuple[Service, ...] = ("audio", "images")


class ServiceLinks:
    """Who serves audio and images. A server of their own is looked for once somebody needs it, and not before.

    Args:
        runs: of the app.
        services: makes clients, and knows who has a server of its own.
        profile: gives the name of the profile in use.
        tell: is told of every change, for each service that somebody needs.
    """

    def __init__(self, runs: Runs, services: Services, profile: Callable[[], str | None], tell: Tell) -> None:
        self._runs = runs
        self._services = services
        self._profile = profile
        self._tell = tell
        self._main = services.config
        self._client: LMStudioSDK | None = None
        self._view = ServerView(services.config.base_url)
        self._lines: dict[Service, _Line] = {}

    def use(self, config: ClientConfig) -> None:
        """The main server is another one now."""
        self._main, self._client, self._view = config, None, ServerView(config.base_url)
        for service in tuple(self._lines):
            self._lines.pop(service).close()
            self.want(service)

    def connected(self, client: LMStudioSDK) -> None:
        """There is a client for the main server now."""
        self._client = client
        self._tell_main()

    def seen(self, view: ServerView) -> None:
        """The main server was looked at."""
        self._view = view
        self._tell_main()

    def want(self, service: Service) -> None:
        """Somebody needs this service. Who is told of it already is told again."""
        line = self._lines.get(service)
        if line is None:
            line = self._lines[service] = _Line(service, self._runs, self._services, self._told_of)
            line.open(self._main, self._profile())
        line.repeat()

    def look(self) -> None:
        """Look at the servers of their own at once."""
        for line in self._lines.values():
            line.look()

    def close(self) -> None:
        """End whatever waits for a server."""
        for line in self._lines.values():
            line.close()

    @property
    def views(self) -> dict[Service, ServiceView]:
        """Who serves what, as far as that is known."""
        return {name: self._view_of(line) for name, line in self._lines.items() if line.settled}

    def _view_of(self, line: _Line) -> ServiceView:
        view = line.view if line.own else self._view
        return ServiceView(line.service, view.base_url, own=line.own, view=view)

    def _tell_main(self) -> None:
        for line in self._lines.values():
            line.repeat()

    def _told_of(self, line: _Line) -> None:
        if line.settled:
            self._tell(line.service, line.client if line.own else self._client, self._view_of(line))


class _Line:
    """Who serves one of the two.

    Args:
        service: which.
        runs: of the app.
        services: as those of `ServiceLinks`.
        tell: is told that something has changed.
    """

    def __init__(self, service: Service, runs: Runs, services: Services, tell: Callable[[_Line], None]) -> None:
        self.service: Service = service
        self.settled = False
        """Whether it is known who serves it."""
        self.own = False
        """Whether it has a server of its own."""
        self.view = ServerView("")
        self._runs = runs
        self._services = services
        self._tell = tell
        self._link: ServerLink | None = None
        self._preparing: Run[None, Prepared] | None = None

    @property
    def client(self) -> LMStudioSDK | None:
        """For the server of its own."""
        return None if self._link is None else self._link.client

    def open(self, main: ClientConfig, profile: str | None) -> None:
        """Find out who serves it, and talk to them from now on."""

        def prepare(emit: object, scope: CancelScope) -> Prepared:
            del emit, scope
            try:
                return self._services.service_config(self.service, main, profile)
            except (ProfileError, LMStudioError) as error:
                return error

        self._preparing = self._runs.start(prepare, finished=self._prepared, name=f"{self.service} server")

    def look(self) -> None:
        """Look at the server of its own at once."""
        if self._link is not None:
            self._link.look()

    def repeat(self) -> None:
        """Tell how things are."""
        self._tell(self)

    def close(self) -> None:
        """End whatever waits for a server."""
        if self._preparing is not None:
            self._preparing.drop()
        if self._link is not None:
            self._link.close()

    def _prepared(self, config: Prepared) -> None:
        self.settled = True
        if config is None:
            self.repeat()
            return
        self.own = True
        if isinstance(config, ProfileError | LMStudioError):
            refused = LMStudioError(config.message, hint=config.hint)
            self.view = ServerView("", presence=Presence.STRANGE, error=refused)
            self.repeat()
            return
        self.view = ServerView(config.base_url)
        listener = LinkListener(lambda _: self.repeat(), self._seen, self._failed)
        self._link = ServerLink(self._runs, self._services.connect, config, listener, every=_EVERY)
        self._link.use(config)
        self.repeat()

    def _seen(self, view: ServerView) -> None:
        self.view = view
        self.repeat()

    def _failed(self, sentence: str) -> None:
        self.view = ServerView(self.view.base_url, presence=Presence.STRANGE, error=LMStudioError(sentence))
        self.repeat()

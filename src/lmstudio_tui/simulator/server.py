"""Starting and stopping a simulator: in the background for tests and the demo, or in the foreground."""

import errno
import socket
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lmstudio_tui.simulator.config import SimulatorConfig, SimulatorError
from lmstudio_tui.simulator.journal import Journal, RecordedRequest

if TYPE_CHECKING:
    from lmstudio_tui.simulator.hosting import Host

_START_SECONDS = 15.0
_STOP_SECONDS = 5.0


class SimulatorServer:
    """A simulator that runs in a thread of its own.

    Use it as a context manager, or call `start` and `stop`. It can be started from any thread, sets no signal handlers
    and may be started again after it was stopped.
    """

    def __init__(self, config: SimulatorConfig | None = None) -> None:
        self.config = config or SimulatorConfig()
        self._journal = Journal()
        self._host: Host | None = None
        self._thread: threading.Thread | None = None
        self._base_url: str | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """The address to reach the server at, such as ``http://127.0.0.1:54321``.

        Raises:
            SimulatorError: The server does not run.
        """
        if self._base_url is None:
            message = "The simulator does not run: start it before asking for its address."
            raise SimulatorError(message)
        return self._base_url

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests that have arrived, oldest first: a copy that does not change."""
        return self._journal.snapshot()

    def clear_requests(self) -> None:
        """Forget the requests that have arrived."""
        self._journal.clear()

    def wait_for(self, predicate: Callable[["SimulatorServer"], bool], timeout: float) -> bool:
        """Wait until `predicate` is true of this server, at most `timeout` seconds; return whether it is.

        It is looked at whenever a request arrives or ends.
        """
        return self._journal.wait_for(lambda: predicate(self), timeout)

    def start(self) -> None:
        """Start the server; on return it accepts connections.

        Raises:
            SimulatorError: It runs already, or the address cannot be had, or the certificate cannot be read.
        """
        if self._thread is not None:
            message = "The simulator runs already: stop it before starting it again."
            raise SimulatorError(message)
        listener = _listen(self.config)
        # Imported here: starlette and uvicorn cost a tenth of a second that most runs of the program need not spend.
        from lmstudio_tui.simulator.hosting import Host

        try:
            host = Host(self.config, self._journal, listener)
        except OSError as error:
            listener.close()
            message = f"The certificate cannot be used ({error}): check ssl_certfile and ssl_keyfile."
            raise SimulatorError(message) from error
        self._base_url = _url(self.config, listener)
        self._host = host
        self._thread = threading.Thread(target=host.run, name="lmstudio-tui-simulator", daemon=True)
        self._thread.start()
        if not host.ready.wait(_START_SECONDS):
            self.stop()
            message = "The simulator did not start in time: try again when the machine is less busy."
            raise SimulatorError(message)

    def stop(self) -> None:
        """Stop the server and close every connection at once, streams included. Harmless when it does not run."""
        host, thread = self._host, self._thread
        self._host = self._thread = self._base_url = None
        if host is not None and thread is not None:
            host.stop()
            thread.join(_STOP_SECONDS)

    def join(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for the server to end; return whether it still runs."""
        thread = self._thread
        if thread is None:
            return False
        thread.join(timeout)
        return thread.is_alive()


def run_forever(config: SimulatorConfig, on_ready: Callable[[str], None] | None = None) -> None:
    """Run a simulator until Ctrl+C, and return then.

    Args:
        config: How it behaves.
        on_ready: Called once with the base URL, when connections are accepted.

    Raises:
        SimulatorError: It cannot start.
    """
    with SimulatorServer(config) as server:
        try:
            if on_ready is not None:
                on_ready(server.base_url)
            # In slices, because on Windows a wait without a time-out cannot be interrupted.
            while server.join(0.5):
                pass
        except KeyboardInterrupt:
            return


def _listen(config: SimulatorConfig) -> socket.socket:
    """A listening socket at the configured address."""
    try:
        found = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        message = f"The host {config.host!r} is not known here: use 127.0.0.1 or the name of this machine."
        raise SimulatorError(message) from error
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":
            # Elsewhere this allows a restart at once; on Windows it would allow two servers on one port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise SimulatorError(_refusal(config, error)) from error
    return listener


def _refusal(config: SimulatorConfig, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {config.port} on {config.host} is in use: stop what runs there or choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {config.port} may not be opened by this user: choose one above 1023 with --port."
    return f"Cannot listen on {config.host}, port {config.port} ({error.strerror}): choose another --host or --port."


def _url(config: SimulatorConfig, listener: socket.socket) -> str:
    port = int(listener.getsockname()[1])
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(config.host, config.host)  # noqa: S104
    scheme = "https" if config.ssl_certfile else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

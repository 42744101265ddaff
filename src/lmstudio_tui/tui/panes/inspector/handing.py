"""Handing a request on: as code, as text, as an archive. What takes a while is done in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.inspector.curl import as_curl
from lmstudio_tui.features.inspector.har import as_har
from lmstudio_tui.features.inspector.python_httpx import as_httpx
from lmstudio_tui.features.inspector.python_openai import as_openai
from lmstudio_tui.features.inspector.sending import NotExportableError
from lmstudio_tui.features.inspector.words import count_of
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.messages import CopyWanted, SaveWanted
from lmstudio_tui.tui.panes.inspector.choice import ExportChoice
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual.widget import Widget

    from lmstudio_tui.features.inspector.exchange import Exchange
    from lmstudio_tui.features.inspector.log import ExchangeLog
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.panes.inspector.detail import Detail

_FORMS: Final[dict[str, tuple[Callable[[Exchange], str], str]]] = {
    "curl": (as_curl, "curl command"),
    "httpx": (as_httpx, "Python code for httpx"),
    "openai": (as_openai, "Python code for openai"),
}


class Handing:
    """Copies and exports for a widget.

    Args:
        owner: posts the messages, and says what cannot be done.
        log: where the requests are.
        now: the time of day.
    """

    def __init__(self, owner: Widget, log: ExchangeLog, now: Callable[[], datetime]) -> None:
        self._owner = owner
        self._log = log
        self._now = now
        self._runs = Runs(owner)

    def stop(self) -> None:
        """End what is under way."""
        self._runs.drop_all()

    def copy_as(self, form: str, exchange: Exchange) -> None:
        """Copy a request as code.

        Args:
            form: `curl`, `httpx` or `openai`.
        """
        write, what = _FORMS[form]

        def make(emit: Callable[[None], None], scope: CancelScope) -> str | NotExportableError:
            del emit, scope
            try:
                return write(exchange)
            except NotExportableError as error:
                return error

        def made(found: str | NotExportableError) -> None:
            if isinstance(found, NotExportableError):
                self._owner.notify(clean_line(str(found)), severity="warning")
            else:
                self._owner.post_message(CopyWanted(found, what))

        self._runs.start(make, finished=made, name="code")

    def copy_text(self, marked: str | None, detail: Detail) -> None:
        """Copy what is marked, else all of the section that is shown."""
        if marked:
            self._owner.post_message(CopyWanted(marked, "selection"))
            return
        make_text, what = detail.all_text(), f"the section {detail.section}"

        def make(emit: Callable[[None], None], scope: CancelScope) -> str:
            del emit, scope
            return make_text()

        def made(text: str) -> None:
            self._owner.post_message(CopyWanted(text, what))

        self._runs.start(make, finished=made, name="section")

    def export(self, exchange: Exchange, shown: Sequence[str]) -> None:
        """Export one request, or all that are shown; asks which, where that is not the same."""
        one = exchange.summary.call_id
        if len(shown) <= 1:
            self._write([one])
            return

        def chosen(what: str | None) -> None:
            if what is not None:
                self._write([one] if what == "one" else list(shown))

        name = f"{exchange.summary.method} {clean_line(exchange.summary.path)}, the one under the cursor"
        app_of(self._owner).push_screen(ExportChoice(name, len(shown)), chosen)

    def _write(self, call_ids: list[str]) -> None:
        def make(emit: Callable[[None], None], scope: CancelScope) -> str:
            del emit, scope
            found = (self._log.get(call_id) for call_id in call_ids)
            return as_har([exchange for exchange in found if exchange is not None])

        def made(text: str) -> None:
            name = Path(f"lmstudio-tui-{self._now():%Y%m%d-%H%M%S}.har")
            self._owner.post_message(SaveWanted(text, f"HAR of {count_of(len(call_ids), 'request')}", name))

        self._runs.start(make, finished=made, name="har")

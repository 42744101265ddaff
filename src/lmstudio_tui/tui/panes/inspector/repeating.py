"""Sending a request again, from the question to the result in words."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from lmstudio_tui.features.inspector.replay import caution, refusal, replay, result_of
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import key_of, told
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.notifications import SeverityLevel

    from lmstudio_tui.features.inspector.exchange import Exchange, Summary
    from lmstudio_tui.features.inspector.log import ExchangeLog
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.sdk.raw import RawAnswer
    from lmstudio_tui.tui.panes.inspector.view import InspectorView


class Repeating:
    """One request at a time.

    Args:
        owner: the pane; its last line says how it goes.
        log: where it is recorded.
    """

    def __init__(self, owner: InspectorView, log: ExchangeLog) -> None:
        self._owner = owner
        self._log = log
        self._runs = Runs(owner)
        self._run: Run[None, RawAnswer | LMStudioError] | None = None
        self._exchange: Exchange | None = None
        self._known: set[str] | None = None
        self._began_at = 0.0

    @property
    def running(self) -> bool:
        """Whether a request is being sent again."""
        return self._run is not None

    def stop(self) -> None:
        """End it, and hear no more of it."""
        self._runs.drop_all()
        self._run = None

    def cancel(self) -> None:
        """End it; its result says so."""
        if self._run is not None:
            self._run.cancel()

    def ask(self, client: LMStudioSDK | None, exchange: Exchange) -> None:
        """Send a request again; before a model is set to work, it is asked whether to."""
        if self._run is not None:
            self._owner.notify(told("One request is being sent again already: {inspector.back} stops it."), timeout=3)
            return
        if client is None:
            self._owner.notify("There is no server yet.", severity="warning")
            return
        reason = refusal(exchange, client.config.base_url)
        if reason:
            self._owner.notify(clean_line(reason), severity="warning")
            return
        if exchange.summary.method == "GET":
            self._start(client, exchange)
            return

        def answered(yes: bool | None) -> None:
            if yes and self._run is None:
                self._start(client, exchange)

        path = clean_line(exchange.summary.path)
        question = f"POST {path} goes to {client.config.base_url} once more: the server does its work again."
        more = caution(exchange)
        app_of(self._owner).push_screen(
            Confirm("Send again", f"{question} {more}".strip(), "Send", no="Leave"), answered
        )

    def _start(self, client: LMStudioSDK, exchange: Exchange) -> None:
        def send(emit: Callable[[None], None], scope: CancelScope) -> RawAnswer | LMStudioError:
            del emit
            try:
                return replay(client, self._log, exchange, scope=scope)
            except LMStudioError as error:
                return error

        self._exchange, self._began_at = exchange, monotonic()
        self._known = {summary.call_id for summary in self._log.snapshot()}
        self._run = self._runs.start(send, finished=self._finished, crashed=self._crashed, name="replay")
        self.tick()
        self._owner.refresh_now()
        self._owner.refresh_bindings()

    def follow(self, summaries: Sequence[Summary]) -> None:
        """Put the cursor on the replay as soon as it is in the list."""
        if self._known is None or self._exchange is None:
            return
        of = self._exchange.summary.call_id
        new = next((one for one in summaries if one.replay_of == of and one.call_id not in self._known), None)
        if new is not None:
            self._known = None
            self._owner.select(new.call_id)

    def tick(self) -> None:
        """Say for how long it has been under way."""
        if self._run is not None and self._exchange is not None:
            summary = self._exchange.summary
            seconds = int(monotonic() - self._began_at)
            what = f"{summary.method} {clean_line(summary.path)}"
            self._owner.note(f"Sending {what} again … {seconds} s   {key_of('inspector.back')} stops it")

    def _finished(self, found: RawAnswer | LMStudioError) -> None:
        exchange = self._exchange
        if isinstance(found, RequestCancelledError):
            self._say("Stopped: the request was not sent to its end.")
        elif isinstance(found, LMStudioError):
            self._say(f"Sent again, without an answer: {found.message} {found.hint}", "error")
        elif exchange is not None:
            bad = bool(found.complaint) or not 200 <= found.status < 300
            self._say(result_of(found, exchange), "warning" if bad else "information")

    def _crashed(self, error: BaseException) -> None:
        self._say(f"Something went wrong in the app itself ({type(error).__name__}).", "error")

    def _say(self, text: str, severity: SeverityLevel = "information") -> None:
        self._run = None
        self._owner.note("")
        self._owner.notify(clean_line(text), severity=severity)
        self._owner.refresh_now()
        self._owner.refresh_bindings()

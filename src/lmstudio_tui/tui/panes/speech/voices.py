"""The voices of a server, fetched once for each model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.speech.wishes import first_voice

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.sdk.types.audio import Voice
    from lmstudio_tui.tui.worker_bridge import Runs

_NO_LIST = "This server has no list of voices: type the name of one, such as alloy."


class Voices:
    """What is known of voices.

    Args:
        runs: the threads of the pane.
        changed: is called when more is known.
    """

    def __init__(self, runs: Runs, changed: Callable[[], None]) -> None:
        self._runs = runs
        self._changed = changed
        self._known: dict[tuple[str, str], tuple[Voice, ...]] = {}
        self._problems: dict[tuple[str, str], str] = {}
        self._asking: set[tuple[str, str]] = set()

    def of(self, server: str, model: str) -> tuple[Voice, ...]:
        """The voices of a model, as far as they are known."""
        return self._known.get((server, model), ())

    def about(self, server: str, model: str) -> str:
        """What there is to say about the list, in a sentence; empty when it is there."""
        which = (server, model)
        if which in self._asking:
            return "The voices are being fetched …"
        if which in self._problems:
            return f"The voices could not be fetched: {self._problems[which]} The name of one can be typed."
        return "" if self._known.get(which) else _NO_LIST

    def want(self, client: LMStudioSDK, model: str) -> None:
        """Fetch them, unless they are known. A list that was empty may have filled."""
        which = (client.config.base_url, model)
        if self._known.get(which) or which in self._asking:
            return
        self._asking.add(which)

        def work(emit: object, scope: CancelScope) -> str:
            del emit
            try:
                self._fetch(client, model, scope)
            except LMStudioError as error:
                return clean_line(error.message)
            return ""

        def done(problem: str) -> None:
            self._asking.discard(which)
            self._problems.pop(which, None)
            if problem:
                self._problems[which] = problem
            self._changed()

        self._runs.start(work, finished=done, crashed=lambda _: done("something went wrong in the app itself."))

    def forget(self, server: str) -> None:
        """Know nothing of a server any more: it was away, and may be another one."""
        for known in (self._known, self._problems):
            for which in [one for one in known if one[0] == server]:
                del known[which]

    def first(self, client: LMStudioSDK, model: str, scope: CancelScope) -> str:
        """The voice to ask for when none was chosen; empty for the server's own choice. Blocks.

        Raises:
            RequestCancelledError: by the scope.
        """
        known = self._known.get((client.config.base_url, model))
        if not known:
            try:
                known = self._fetch(client, model, scope)
            except RequestCancelledError:
                raise
            except LMStudioError:
                # Whatever is the matter, the request for the speech says it better.
                return ""
        return first_voice(known, model)

    def _fetch(self, client: LMStudioSDK, model: str, scope: CancelScope) -> tuple[Voice, ...]:
        found = tuple(client.list_voices(model or None, scope=scope))
        self._known[client.config.base_url, model] = found
        return found

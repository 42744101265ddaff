"""What the app does on the side, in threads, for which nobody waits."""

from __future__ import annotations

import gc
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.models import RememberedModels

if TYPE_CHECKING:
    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.worker_bridge import Runs

TIDIED_AFTER: Final = 10.0
"""Seconds after the start: then what was deleted long ago is removed, unless the app is left before."""
_FOR_AN_ANSWER: Final = ("markdown_it", "pygments.lexers")


class Upkeep:
    """Gets ready what is needed soon, remembers what a server had, removes what nobody can bring back any more.

    Args:
        runs: of the app; what has not ended when it is left is given up.
        services: keeps it.
    """

    def __init__(self, runs: Runs, services: Services) -> None:
        self._runs = runs
        self._services = services
        self._warm = False

    def settle(self) -> None:
        """Have no more than what comes later looked over by the garbage collector."""

        def settle(emit: object, scope: CancelScope) -> None:
            del emit, scope
            _settle_memory()

        self._runs.start(settle, name="settle")

    def warm_up(self) -> None:
        """Import what an answer needs while its prompt is still being typed."""
        if self._warm:
            return
        self._warm = True

        def warm_up(emit: object, scope: CancelScope) -> None:
            del emit, scope
            for module in _FOR_AN_ANSWER:
                import_module(module)

        self._runs.start(warm_up, name="warm-up")

    def remember(self, view: ServerView) -> None:
        """Keep the list for when the server is away. The simulator is gone with the app, and its list with it."""
        if view.status is not None and view.status.simulator:
            return
        url, models = view.base_url, RememberedModels(view.models, self._services.now())

        def keep(emit: object, scope: CancelScope) -> None:
            del emit, scope
            self._services.remember(url, models)

        self._runs.start(keep, name="remember")

    def tidy(self) -> None:
        """Remove sets of texts that were deleted long ago, and vectors that none uses."""
        shelf = self._services.embeddings

        def tidy(emit: object, scope: CancelScope) -> None:
            del emit
            from lmstudio_tui.store.embeddings import StoreError

            # It is done the next time; who needs the file is told then what is wrong with it.
            with suppress(StoreError, OSError):
                shelf.tidy(lambda: scope.cancelled)

        self._runs.start(tidy, name="tidy")


def _settle_memory() -> None:
    """Let the garbage collector pass by what was made at the start, which stays: modules, classes, styles, the widgets.

    Each of its full rounds, during which the screen stands still, would look at all of that again. Once for a process:
    what is frozen is never collected, and an app that is opened later has those before it to be rid of.
    """
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()

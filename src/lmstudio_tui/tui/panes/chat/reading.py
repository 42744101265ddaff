"""What the tabs want from the library: read in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lmstudio_tui.store.library import Library
    from lmstudio_tui.store.library.records import Conversation, Loaded, Preset
    from lmstudio_tui.tui.worker_bridge import Runs


@dataclass(frozen=True, slots=True)
class AtStart:
    """What is wanted at the start.

    Args:
        prompts: those that were sent before, the oldest first.
        presets: parameters by name.
        conversations: those that are open, by their ids; None for one that is not there.
    """

    prompts: tuple[str, ...]
    presets: tuple[Preset, ...]
    conversations: Mapping[str, Conversation | None]


class Reading:
    """Reads from the library.

    Args:
        runs: for the threads.
        library: where everything is kept.
    """

    def __init__(self, runs: Runs, library: Library) -> None:
        self._runs = runs
        self._library = library

    def read_start(self, ids: Sequence[str], known: Callable[[AtStart], None]) -> None:
        """Read what is wanted at the start, with these conversations."""
        library = self._library

        def look(emit: object, scope: object) -> AtStart:
            del emit, scope
            return AtStart(library.prompts(), library.presets(), {one: library.find(one) for one in ids})

        self._runs.start(look, finished=known, name="library")

    def read_conversation(self, conversation_id: str, loaded: Callable[[Loaded | None], None]) -> None:
        """Read what a conversation holds; None when it is not there."""

        def load(emit: object, scope: object) -> Loaded | None:
            del emit, scope
            return self._library.load(conversation_id)

        self._runs.start(load, finished=loaded, name="load")

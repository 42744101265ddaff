"""What the conversations of the chat pane share: the library, the server, and what was undone last."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lmstudio_tui.features.server_view import ServerView

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.store.library import Library
    from lmstudio_tui.store.library.records import Preset
    from lmstudio_tui.tui.panes.chat.base import ConversationBase


@dataclass(frozen=True, slots=True)
class Undo:
    """A way back.

    Args:
        sentence: what it brings back, as it is said afterwards.
        run: does it.
    """

    sentence: str
    run: Callable[[], None]


@dataclass(slots=True)
class ChatDesk:
    """What every conversation on the screen works with.

    Args:
        library: where everything is kept.
        now: the time of day.
        tools_folder: where the user's tools are.
        approvals_file: remembers which commands may answer by themselves.
        client: the server in use; None before the first connection.
        server: what it is like.
        model: the model that a new conversation asks.
        presets: parameters by name.
        undos: what can be brought back, the latest last.
        newcomer: whether nobody has used the app here before.
        touring: whether the empty conversation shows the tour.
        views: the conversations that are on the screen, by their ids.
    """

    library: Library
    now: Callable[[], datetime]
    tools_folder: Path
    approvals_file: Path
    client: LMStudioSDK | None = None
    server: ServerView = field(default_factory=lambda: ServerView(""))
    model: str | None = None
    presets: tuple[Preset, ...] = ()
    prompts: list[str] = field(default_factory=list[str])
    undos: list[Undo] = field(default_factory=list[Undo])
    newcomer: bool = False
    touring: bool = False
    views: dict[str, ConversationBase] = field(default_factory=dict[str, "ConversationBase"])

    def preset(self, name: str) -> Preset | None:
        """The parameters of that name."""
        return next((one for one in self.presets if one.name == name), None)

    def undo(self) -> str:
        """Bring back what was deleted or closed last; says what, or that there is nothing."""
        if not self.undos:
            return "There is nothing to bring back."
        last = self.undos.pop()
        last.run()
        return last.sentence

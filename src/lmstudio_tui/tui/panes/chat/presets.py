"""Parameters by name: used, kept and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.store.library.records import Preset
from lmstudio_tui.tui.panes.chat.desk import Undo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lmstudio_tui.tui.panes.chat.base import ConversationBase
    from lmstudio_tui.tui.panes.chat.desk import ChatDesk


class Presets:
    """Parameters that have a name.

    Args:
        desk: has them, and the library in which they are kept.
        changed: is called when there are others.
    """

    def __init__(self, desk: ChatDesk, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._changed = changed

    def use(self, name: str, view: ConversationBase) -> bool:
        """Ask with the parameters of that name in a conversation; False when there are none. It can be undone."""
        preset = self._desk.preset(name)
        if preset is None:
            return False
        before, conversation = view.parameters, view.conversation.id

        def back() -> None:
            if (view := self._desk.views.get(conversation)) is not None:
                view.use_parameters(before)

        self._desk.undos.append(Undo("The parameters are as before.", back))
        view.use_parameters(Parameters.from_json(preset.parameters))
        return True

    def save(self, name: str, parameters: Parameters) -> None:
        """Keep parameters by name."""
        preset = Preset(name, parameters.to_json())
        self._desk.library.save_preset(preset)
        self._have([*self._others(name), preset])

    def delete(self, name: str) -> None:
        """Forget parameters; it can be undone."""
        gone = self._desk.preset(name)
        if gone is None:
            return

        def back() -> None:
            self.save(name, Parameters.from_json(gone.parameters))

        self._desk.library.delete_preset(name)
        self._desk.undos.append(Undo(f"The preset {name} is back.", back))
        self._have(self._others(name))

    def _others(self, name: str) -> list[Preset]:
        return [one for one in self._desk.presets if one.name != name]

    def _have(self, presets: Iterable[Preset]) -> None:
        self._desk.presets = tuple(sorted(presets, key=lambda one: one.name.casefold()))
        self._changed()

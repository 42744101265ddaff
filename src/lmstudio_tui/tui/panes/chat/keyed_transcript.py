"""The transcript of a conversation, with its keys in the order in which they were typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Key

from lmstudio_tui.tui.commands import keys_of
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from lmstudio_tui.tui.typed import WidgetOptions


class KeyedTranscript(Transcript):
    """Does what a key means at once.

    Textual serves a key's binding after the key has gone up to the app. Of keys that come in one burst (a slow line, a
    quick hand) the later ones would still go to the transcript, where they are commands, though the first one has
    opened the search or begun a prompt.

    Args:
        begin_prompt: is given what is typed and is no key of the transcript.
    """

    def __init__(self, begin_prompt: Callable[[str], None], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._begin_prompt = begin_prompt

    async def on_key(self, event: Key) -> None:
        """Run the binding, or begin to type, or hand the key to what has the cursor by now.

        Textual calls the one of `Transcript` as well, unless this one prevents it.
        """
        if self.marking and event.key in keys_of("transcript.end_select"):
            return
        focused = self.screen.focused
        if focused is not None and focused is not self:
            event.stop()
            event.prevent_default()
            focused.post_message(Key(event.key, event.character))
            return
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.enabled and not active.binding.priority:
            event.stop()
            event.prevent_default()
            await app_of(self).run_action(active.binding.action, active.node)
        elif active is None and event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            self._begin_prompt(event.character)

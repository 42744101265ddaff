"""A prompt that was sent already, back where prompts are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.store.library.records import Message
    from lmstudio_tui.tui.widgets.composer import Composer


class PromptEditing:
    """Puts a prompt into the composer once more, and what was being typed there aside.

    Args:
        composer: gives the composer, once it is there.
    """

    def __init__(self, composer: Callable[[], Composer]) -> None:
        self.prompt: Message | None = None
        """The one that is edited; None while none is."""
        self.put_aside = ""
        """What was being typed before."""
        self._composer = composer

    def begin(self, prompt: Message) -> None:
        """Edit a prompt; sent, it is another branch."""
        composer = self._composer()
        if self.prompt is None:
            # Where it was asked for by a command, that is done with.
            self.put_aside = "" if composer.is_command else composer.text_to_keep
        self.prompt = prompt
        composer.put(prompt.text)
        composer.show_editing(True)
        composer.focus()

    def end(self) -> Message | None:
        """Leave it, and bring back what was being typed before. Gives the prompt; None when none was edited."""
        edited, self.prompt = self.prompt, None
        if edited is not None:
            composer = self._composer()
            composer.show_editing(False)
            composer.put(self.put_aside)
            self.put_aside = ""
        return edited

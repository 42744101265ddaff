"""Files that are sent along with the next prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.panes.chat.opening import open_screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lmstudio_tui.features.chat.attaching import Attached
    from lmstudio_tui.features.chat.images import AttachError
    from lmstudio_tui.store.library.records import Attachment, Message
    from lmstudio_tui.tui.panes.chat.base import ConversationBase
    from lmstudio_tui.tui.worker_bridge import Runs


class SentAlong:
    """What goes along with the next prompt of a conversation; the prompt says how much that is.

    Args:
        view: the conversation.
        runs: of it.
    """

    def __init__(self, view: ConversationBase, runs: Runs) -> None:
        self._view = view
        self._runs = runs
        self._attached: list[Attached] = []

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All of them; the library need not have their bytes."""
        return tuple(one.attachment for one in self._attached)

    def keep(self) -> tuple[Attachment, ...]:
        """All of them; the library has their bytes from now on."""
        for one in self._attached:
            self._view.desk.library.put_blob(one.data)
        return self.attachments

    def take(self) -> tuple[Attachment, ...]:
        """The same; the prompt after that begins without."""
        attachments = self.keep()
        self._use(())
        return attachments

    def clear(self) -> None:
        """Send nothing along after all."""
        self._use(())

    def _use(self, attached: Sequence[Attached]) -> None:
        from lmstudio_tui.features.chat.attaching import words

        self._attached = list(attached)
        self._view.composer.show_attachments(words(self.attachments) if attached else "")

    def attach(self, paths: Sequence[Path], instead: Callable[[], object] | None = None) -> None:
        """Send files along.

        Args:
            paths: where they are.
            instead: what to do where none of them can be sent.
        """

        def read(emit: object, scope: object) -> tuple[tuple[Attached, ...], tuple[AttachError, ...]]:
            del emit, scope
            from lmstudio_tui.features.chat.attaching import attach_all

            return attach_all(paths)

        def take(found: tuple[tuple[Attached, ...], tuple[AttachError, ...]]) -> None:
            attached, failed = found
            for error in failed:
                self._view.notify(f"{error.message} {error.hint}".strip(), severity="error")
            if not attached and instead is not None:
                instead()
            self._use([*self._attached, *(one for one in attached if self._is_welcome(one))])

        self._runs.start(read, finished=take, name="attach")

    def _is_welcome(self, one: Attached) -> bool:
        """Whether the model can be sent it; what speaks against it is said."""
        from lmstudio_tui.features.chat.attaching import caution, refusal

        view = self._view
        server, model = view.desk.server, view.listed_model()
        vision = server.status.capabilities.get("vision") if server.status is not None else None
        if no := refusal(one.attachment, model, vision):
            view.notify(no, severity="error")
            return False
        if doubt := caution(one.attachment, model, vision):
            view.notify(doubt, severity="warning")
        if one.note:
            view.notify(one.note, timeout=5)
        return True

    def look(self) -> None:
        """Look at what is sent along; it can be taken out there."""
        from lmstudio_tui.tui.screens.look import Look

        data = {one.attachment.id: one.data for one in self._attached}

        def take_out(removed: str | None) -> None:
            self._use([one for one in self._attached if one.attachment.id != removed])

        shown = Look(list(self.attachments), lambda one: data.get(one.id), removable=True)
        open_screen(self._view, shown, take_out)

    def look_at(self, message: Message) -> None:
        """Look at what was sent along with a prompt before."""
        from lmstudio_tui.tui.screens.look import Look

        if not message.attachments:
            self._view.notify("Nothing was sent along with this prompt.", timeout=3)
            return
        open_screen(self._view, Look(message.attachments, lambda one: self._view.desk.library.blob(one.sha256)))

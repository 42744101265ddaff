"""Looking at what is sent along: an image in the terminal, or a text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Container, Vertical
from textual.widgets import Static, TextArea

from lmstudio_tui.features.chat.attaching import line_of
from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.commands import bindings, bound, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.screens.save_file import SaveFile
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.picture import Picture
from lmstudio_tui.tui.widgets.steady_text_area import SteadyTextArea
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.library.records import Attachment
    from lmstudio_tui.tui.widgets.picture import Way

_SHOWN = 100_000
"""Characters of a text that are shown; all of it is sent."""


class SaveData(SaveFile):
    """Saves bytes instead of a text.

    Args:
        what: says what is saved.
        suggested: where it may go.
        data: the content.
    """

    def __init__(self, what: str, suggested: Path, data: bytes) -> None:
        super().__init__(what, suggested, "")
        self._content = data


class Look(Dialog[str | None]):
    """Shows one attachment after the other. Gives the id of the one that is to be removed, or None.

    Args:
        attachments: at least one.
        fetch: gives the bytes of one, None when they are lost. Called in a thread.
        start: the place of the one to begin with.
        removable: whether it may still be taken away.
        way: how images are drawn; None finds out.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.close", "look.previous", "look.next", "look.save", "look.remove"),
        # What has opened it closes it.
        bound("transcript.look", "leave"),
    ]
    AUTO_FOCUS = ""

    DEFAULT_CSS = """
    Look {
        & > .frame { width: 94%; max-width: 140; height: 94%; max-height: 60; padding: 0 1; }
        & #facts { color: $text-muted; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & #content { height: 1fr; margin-top: 1; align: center middle; color: $text-muted; }
        & TextArea, & TextArea:focus { border: none; background: transparent; padding: 0; scrollbar-size-vertical: 1; }
        & TextArea .text-area--cursor-line { background: transparent; }
        & .words { width: auto; }
    }
    """

    def __init__(
        self,
        attachments: Sequence[Attachment],
        fetch: Callable[[Attachment], bytes | None],
        *,
        start: int = 0,
        removable: bool = False,
        way: Way | None = None,
    ) -> None:
        super().__init__()
        self._attachments = tuple(attachments)
        self._fetch = fetch
        self._at = max(0, min(start, len(self._attachments) - 1))
        self._removable = removable
        self._way: Way | None = way
        self._data: bytes | None = None
        self._runs = Runs(self)
        self._run: Run[None, bytes | None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(id="facts", markup=False)
            yield Container(id="content")

    def on_mount(self) -> None:
        """Show the first."""
        self._show()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._runs.drop_all()

    @property
    def _attachment(self) -> Attachment:
        return self._attachments[self._at]

    def _show(self) -> None:
        if self._run is not None:
            self._run.drop()
        attachment, fetch = self._attachment, self._fetch
        self._data = None
        several = len(self._attachments) > 1
        place = f"  ({self._at + 1} of {len(self._attachments)})" if several else ""
        frame = self.query_one(".frame")
        frame.border_title = Text(clean_line(attachment.name) + place)
        keys = ["{look.previous} {look.next} previous, next"] * several + ["{look.save} save"]
        keys += ["{look.remove} remove"] * self._removable + ["{dialog.leave} back"]
        frame.border_subtitle = Text(told("   ".join(keys)))
        facts = line_of(attachment).removeprefix(clean_line(attachment.name)).strip()
        self.query_one("#facts", Static).update(f"{facts}  {clean_line(attachment.media_type)}")
        self._fill(_words("…"))

        def get(emit: Callable[[None], None], scope: CancelScope) -> bytes | None:
            del emit, scope
            return fetch(attachment)

        self._run = self._runs.start(get, finished=self._fetched, crashed=self._crashed, name="attachment")

    def _fetched(self, data: bytes | None) -> None:
        self._run, self._data = None, data
        if data is None:
            self._fill(_words("Its content is no longer in the library."))
        elif self._attachment.kind == "image":
            self._fill(Picture(data, self._way))
        else:
            self._fill(_text(data))

    def _crashed(self, error: BaseException) -> None:
        self._run = None
        self._fill(_words(f"It could not be fetched ({type(error).__name__})."))

    def _fill(self, content: Widget) -> None:
        room = self.query_one("#content", Container)

        async def swap() -> None:
            await room.remove_children()
            await room.mount(content)
            if isinstance(content, TextArea):
                content.focus()

        self.call_later(swap)

    def action_turn(self, step: int) -> None:
        """Look at the one before or after."""
        if len(self._attachments) > 1:
            self._at = (self._at + step) % len(self._attachments)
            self._show()

    def action_save(self) -> None:
        """Write it to a file."""
        if self._data is None:
            return
        name = clean_line(self._attachment.name)
        suffix = self._attachment.media_type.removeprefix("image/") if self._attachment.kind == "image" else ""
        path = Path(name)
        if suffix and path.suffix.lower().replace("jpg", "jpeg") != f".{suffix}":
            # It was converted when it was attached.
            path = path.with_suffix(f".{suffix}")

        def said(written: Path | None) -> None:
            if written is not None:
                self.notify(f"Saved to {clean_line(str(written))}.", markup=False)

        app_of(self).push_screen(SaveData(name, path, self._data), said)

    def action_remove(self) -> None:
        """Take it away."""
        if self._removable:
            self.dismiss(self._attachment.id)

    def action_leave(self) -> None:
        """Look no more."""
        self.dismiss(None)


def _words(text: str) -> Static:
    return Static(Text(text), classes="words")


def _text(data: bytes) -> TextArea:
    """A text to scroll through, and to select in."""
    text = clean(data.decode("utf-8", "replace"))
    more = len(text) - _SHOWN
    if more > 0:
        text = f"{text[:_SHOWN]}\n\n… and {more:,} characters more, which are sent, too."
    return SteadyTextArea(text, read_only=True, soft_wrap=True, show_cursor=False, highlight_cursor_line=False)

"""The chosen image, large, with what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import Static

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.images.files import UnshowableError, read_image
from lmstudio_tui.tui.panes.images.rows import facts_of
from lmstudio_tui.tui.panes.images.thumbnails import Thumbnails
from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.widgets.empty_state import EmptyState
from lmstudio_tui.tui.widgets.picture import Picture
from lmstudio_tui.tui.widgets.service_line import ServiceLine
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Unpack

    from PIL import Image
    from textual import events
    from textual.app import ComposeResult
    from textual.timer import Timer

    from lmstudio_tui.features.service_view import ServiceWords
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.media.records import ImageRecord
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.tui.widgets.picture import Way

_REST: Final = 0.08
"""Seconds that the cursor stands still before an image is read."""


class ReadyPicture(Picture):
    """A picture that says when there is something to see of it, so that the one before can stay until then."""

    class Ready(Message):
        """It is unpacked, or says why it cannot be."""

        def __init__(self, picture: ReadyPicture) -> None:
            super().__init__()
            self.picture = picture

    def _unpacked(self, found: Image.Image | str) -> None:
        super()._unpacked(found)
        self.post_message(self.Ready(self))

    def _crashed(self, error: BaseException) -> None:
        super()._crashed(error)
        self.post_message(self.Ready(self))


class Preview(Vertical):
    """One image and the facts of it; below, those that were made with it.

    Args:
        now: the time of day.
        way: how images are drawn; None finds out.
    """

    DEFAULT_CSS = """
    Preview {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        & > #picture { height: 1fr; align: center middle; }
        & > #hint { display: none; color: $text-muted; }
        & > #help { display: none; height: 1fr; max-height: 100%; padding: 1 1; }
        & > #facts { height: auto; max-height: 5; color: $text-muted; text-align: center; }
        & > Thumbnails { margin-top: 1; }
        &.-hinting #hint, &.-helping #help { display: block; }
        &.-hinting #picture, &.-helping #picture { display: none; }
    }
    """

    class Clicked(Message):
        """The picture was clicked."""

    def __init__(self, now: Callable[[], datetime], way: Way | None = None, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._now = now
        self._way: Way | None = way
        self._record: ImageRecord | None = None
        self._together: tuple[ImageRecord, ...] = ()
        self._runs = Runs(self)
        self._run: Run[None, bytes | str] | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Container(id="picture")
        yield EmptyState(id="hint")
        yield ServiceLine(id="help")
        yield Thumbnails()
        yield Static(id="facts", markup=False)

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._runs.drop_all()

    def show(self, record: ImageRecord, together: Sequence[ImageRecord]) -> None:
        """Show another image.

        Args:
            record: which one.
            together: those that were made with it, itself among them.
        """
        before, self._record, self._together = self._record, record, tuple(together)
        self.query_one(Thumbnails).show(together, record.id)
        self._entitle()
        if before is None or (before.id, before.path) != (record.id, record.path):
            self._stop()
            # Whoever holds a key down wants to see where they get to.
            self._timer = once(self, _REST, self._read)

    def show_nothing(self, hint: str, words: ServiceWords | None = None) -> None:
        """There is no image to show.

        Args:
            hint: what to do first.
            words: who makes images, or why nobody does and what to do about it; that is said instead, if it is given.
        """
        self._stop()
        self._record, self._together = None, ()
        self.query_one(Thumbnails).show((), "")
        self._entitle()
        if words is not None:
            self.query_one("#help", ServiceLine).show("images", words)
            self._turn("-helping")
        else:
            self._hint(hint)

    def _hint(self, words: str) -> None:
        self.query_one("#hint", EmptyState).update(words)
        self._turn("-hinting")

    def _turn(self, mode: str) -> None:
        for name in ("-hinting", "-helping"):
            self.set_class(name == mode, name)

    def _entitle(self) -> None:
        """What stands around the picture."""
        record, together = self._record, [one.id for one in self._together]
        self.border_title = Text(clean_line(record.prompt) if record is not None else "Image", no_wrap=True)
        place = together.index(record.id) + 1 if record is not None and len(together) > 1 else 0
        self.border_subtitle = f"← {place} of {len(together)} →" if place else ""
        lines: list[str] = []
        if record is not None:
            lines += facts_of(record, self._now().tzinfo, self.content_size.width)
            lines += [clean_line(record.problem)] if record.problem else []
            if record.revised_prompt and record.revised_prompt != record.prompt:
                lines.append(f"Drawn as: {clean_line(record.revised_prompt)}")
        facts = self.query_one("#facts", Static)
        facts.update("\n".join(lines))
        facts.display = bool(lines)

    def on_resize(self) -> None:
        """The facts are laid out for the room there is."""
        self._entitle()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._run is not None:
            self._run.drop()
            self._run = None

    def _read(self) -> None:
        record = self._record
        self._timer = None
        if record is None:
            return

        def read(emit: Callable[[None], None], scope: CancelScope) -> bytes | str:
            del emit, scope
            try:
                return read_image(record.path)
            except UnshowableError as error:
                return str(error)

        def show(found: bytes | str) -> None:
            self._run = None
            if isinstance(found, str):
                self._hint(found)
            else:
                self._bring(ReadyPicture(found, self._way))

        self._run = self._runs.start(read, finished=show, name="image")

    def _bring(self, picture: ReadyPicture) -> None:
        """Unpack it out of sight; the one before stays until then."""
        picture.display = False
        self.query_one("#picture", Container).mount(picture)

    async def on_ready_picture_ready(self, event: ReadyPicture.Ready) -> None:
        """Show it in place of what was there."""
        event.stop()
        children = list(self.query_one("#picture", Container).children)
        if event.picture not in children:
            return
        event.picture.display = True
        self._turn("")
        # Those that came after it are on their way, and stay.
        for child in children[: children.index(event.picture)]:
            await child.remove()

    def on_click(self, event: events.Click) -> None:
        """Look at it alone; the small ones below are chosen by a click."""
        event.stop()
        if self._record is not None and not isinstance(event.widget, Thumbnails):
            self.post_message(self.Clicked())

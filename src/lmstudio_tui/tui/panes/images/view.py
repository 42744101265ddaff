"""The images pane as it looks: what is asked for, what came of it, and the one that is chosen, large."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.text import Text
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from lmstudio_tui.features.service_view import Ability, ServiceWords
from lmstudio_tui.tui.commands import bound, told
from lmstudio_tui.tui.messages import ServerDoubted
from lmstudio_tui.tui.panes.images.album import Album
from lmstudio_tui.tui.panes.images.form import ImageForm
from lmstudio_tui.tui.panes.images.history import ImageList
from lmstudio_tui.tui.panes.images.making import Made, Making
from lmstudio_tui.tui.panes.images.picker import draws
from lmstudio_tui.tui.panes.images.preview import Preview
from lmstudio_tui.tui.panes.images.rows import made_together, matching, title_of
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.widgets.columns import Columns, Handle
from lmstudio_tui.tui.widgets.frames import framed
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.service_line import ServiceLine
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.notifications import SeverityLevel
    from textual.timer import Timer

    from lmstudio_tui.features.service_view import ServiceView
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.store.media.records import ImageRecord
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.tui.widgets.picture import Way

_SIDE_FROM = 66
"""Cells of the pane from which on the chosen image stands beside the list."""

_WIDE_FROM = 100
"""Cells from which on the chosen image has the larger half."""


class FilterInput(LineInput):
    """Where the filter is typed, while the list is walked through with the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("dialog.previous", "step(-1)"),
        bound("dialog.next", "step(1)"),
    ]

    @dataclass
    class Stepped(Message):
        """The list is walked through: so many rows."""

        step: int

    def action_step(self, step: int) -> None:
        """Walk through the list."""
        self.post_message(self.Stepped(step))


class ImagesView(Pane):
    """A prompt and its settings, the images made so far, and one of them large.

    Args:
        services: where images are kept, and the time of day.
        way: how images are drawn; None finds out.
    """

    DEFAULT_CSS = """
    ImagesView {
        & #left { width: 1fr; }
        & Preview { display: none; width: 1fr; }
        &.-side Preview { display: block; }
        &.-side #left { width: 56%; }
        &.-roomy #left { width: 48%; max-width: 90; }
        & #service { max-height: 6; padding: 0 2; }
        & #service.-brief { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & #work { display: none; height: auto; max-height: 5; padding: 0 2; color: $accent; }
        & #work.-some { display: block; }
        & #work.-bad { color: $text-error; }
        & #work.-good { color: $text-success; }
        & #history {
            height: 1fr;
            border: round $border-blurred;
            border-title-color: $text-muted;
            border-subtitle-color: $text-muted;
        }
        & #history:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
        & #filter, & #filter:focus { display: none; border: none; height: 1; padding: 0 1; background: $panel; }
        &.-filtering #filter { display: block; }
    }
    """

    def __init__(self, services: Services, *, way: Way | None = None, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._now = services.now
        self._way: Way | None = way
        self._client: LMStudioSDK | None = None
        self._service: ServiceView | None = None
        self._runs = Runs(self)
        shelf = services.media.images
        self._album = Album(self._runs, shelf, self._show_list, self._warn)
        self._making = Making(self._runs, shelf, services.now, self._made)
        self._ticker: Timer | None = None
        self._arrived = False
        self._watched: str | None = None

    def compose(self) -> ComposeResult:
        with Columns(id="both"):
            with Vertical(id="left"):
                yield ImageForm(id="form")
                yield ServiceLine(id="service")
                yield Static(id="work", markup=False)
                with Vertical(id="history"):
                    yield FilterInput(id="filter", placeholder="words, a model, a size, a seed", compact=True)
                    yield ImageList(self._now, id="list")
            yield Handle()
            yield Preview(self._now, self._way, id="preview")

    def on_mount(self) -> None:
        """Look right before anything is known."""
        self._show_list()
        self._album.load()

    def on_unmount(self) -> None:
        """Nothing goes on without the pane."""
        self._runs.drop_all()

    @property
    def form(self) -> ImageForm:
        """The prompt and its settings."""
        return self.query_one(ImageForm)

    @property
    def list(self) -> ImageList:
        """The images made so far."""
        return self.query_one(ImageList)

    @property
    def filter(self) -> FilterInput:
        """Where the filter is typed."""
        return self.query_one(FilterInput)

    # What it is told

    def use_service(self, service: Literal["audio", "images"], client: LMStudioSDK | None, view: ServiceView) -> None:
        """Take note of who makes images, and whether they can."""
        if service != "images":
            return
        if self._client is not None and client is not self._client and self._making.running:
            self._making.stop()
            self._warn("Another server makes images now; what was being made was stopped.")
        self._client, self._service = client, view
        if self.is_mounted:
            self._show_chosen()

    def at_stake(self) -> str:
        """Images that are waited for."""
        return "Images are being made: they would be lost." if self._making.running else ""

    def arrive(self) -> None:
        """Put the cursor into the prompt at first, then back to where it was; other windows make images, too."""
        focused = self.screen.focused
        if not self._arrived or focused is None or self not in focused.ancestors:
            (self.list if self._arrived and self._album.records else self.form.prompt).focus()
        if self._arrived:
            self._album.load()
        self._arrived = True

    # Showing

    @property
    def _words(self) -> ServiceWords:
        """Who makes images, or why nobody does."""
        if self._service is None:
            return ServiceWords(Ability.WAITING, "Looking for the server that makes images …")
        return self._service.words("images")

    def _show_service(self) -> None:
        words = self._words
        helped = words.ability is Ability.NO and self.has_class("-side") and self.list.chosen is None
        # All of it is said once: beside the list while there is no image to be seen there.
        brief = replace(words, reason="", next_step="", ways=()) if helped else words
        line = self.query_one("#service", ServiceLine)
        line.set_class(words.ability is not Ability.NO, "-brief")
        line.show("images", brief, ways=False)
        configured = self._client.config.default_model if self._client is not None else None
        self.form.show_default(self._artist or configured)

    @property
    def _artist(self) -> str | None:
        """The model that draws when none was chosen: the first of which the server says so."""
        models = self._service.view.models if self._service is not None else ()
        return next((model.id for model in models if draws(model)), None)

    def _show_list(self) -> None:
        if not self.is_mounted:
            return
        records = self._album.records
        shown = matching(records, self.filter.value)
        self.list.say(*self._notice())
        self.list.show(shown)
        frame = self.query_one("#history")
        frame.border_title = framed(title_of(len(shown), len(records)))
        frame.border_subtitle = told("{images.filter} filter") if records and not self.has_class("-filtering") else ""
        self.form.set_history([one.prompt for one in reversed(records)])
        self._show_chosen()
        self.refresh_bindings()

    def _notice(self) -> tuple[str, ...]:
        if self._album.records:
            return "No image matches the filter.", "", told("{images.back} clears it.")
        if not self._album.loaded:
            return ("…",)
        return "No image yet.", "", told("{images.make} makes one of the prompt."), "It is kept here, with its prompt."

    def _show_chosen(self) -> None:
        record = self.list.chosen
        preview = self.query_one(Preview)
        if record is not None:
            preview.show(record, made_together(record, self.list.shown))
        else:
            words = self._words
            nothing = "" if self._album.records else "Type what is to be seen, and press Enter."
            preview.show_nothing(nothing, words if words.ability is Ability.NO else None)
        self._show_service()

    def _show_work(self, words: str = "", tone: Literal["", "bad", "good"] = "") -> None:
        """Show how it stands, or what came of it."""
        line = self.query_one("#work", Static)
        running = self._making.running
        line.update(Text(self._making.words if running else words))
        line.set_class(bool(running or words), "-some")
        for name in ("bad", "good"):
            line.set_class(not running and tone == name, f"-{name}")
        if running and self._ticker is None:
            self._ticker = self.set_interval(1.0, self._show_work)
        elif not running and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def _made(self, made: Made) -> None:
        """It has ended."""
        self.form.show_making(False)
        tone = "bad" if not made.records and not made.stopped else "" if made.problems or made.stopped else "good"
        self._show_work(made.words, tone)
        if tone == "bad":
            self.post_message(ServerDoubted())
        if made.records:
            stays = self.list.has_focus and self._watched != (self.list.chosen.id if self.list.chosen else None)
            self._album.add(made.records)
            if not stays:
                self._reveal(made.records[0])
        self.refresh_bindings()

    def _reveal(self, record: ImageRecord) -> None:
        """Put the cursor on an image, whatever the filter is."""
        if record not in self.list.shown and self.filter.value:
            self.filter.value = ""
            self.remove_class("-filtering")
            self._show_list()
        self.list.choose(record.id)

    def _say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Say something in passing. It may hold a server's words, so that it is no markup."""
        self.notify(text, severity=severity, timeout=8 if severity == "warning" else 4, markup=False)

    def _warn(self, text: str) -> None:
        self._say(text, "warning")

    def on_resize(self) -> None:
        """The chosen image stands beside the list where there is room."""
        self.set_class(self.size.width >= _SIDE_FROM, "-side")
        self.set_class(self.size.width >= _WIDE_FROM, "-roomy")
        self.query_one(Columns).share_out()
        self._show_service()

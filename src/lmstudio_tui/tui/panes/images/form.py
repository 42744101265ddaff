"""The prompt, and how it is to be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.panes.images.fields import Field
from lmstudio_tui.tui.panes.images.prompt_box import PromptBox
from lmstudio_tui.tui.panes.images.reading import UnreadableFieldError, counted, problem_of, request_of, seeded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.app import ComposeResult

    from lmstudio_tui.sdk.types.images import ImageRequest
    from lmstudio_tui.store.media.records import ImageRecord


class MakeButton(Static):
    """Begins, and ends, for the mouse."""

    class Pressed(Message):
        """It was clicked."""

    def on_click(self, event: events.Click) -> None:
        """Say so."""
        event.stop()
        self.post_message(self.Pressed())


class ImageForm(Vertical):
    """What is to be seen, the size, the count, the seed and the model. What is wrong is said as it is typed."""

    DEFAULT_CSS = """
    ImageForm {
        height: auto;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        &:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
        & PromptBox, & PromptBox:focus {
            height: auto;
            min-height: 3;
            max-height: 8;
            border: none;
            padding: 0;
            margin-bottom: 1;
            background: transparent;
            scrollbar-size-vertical: 1;
        }
        & PromptBox .text-area--cursor-line { background: transparent; }
        & .row { height: 1; }
        & .field-size { width: 19; margin-right: 1; }
        & .field-count { width: 9; margin-right: 1; }
        & .field-model { margin-right: 1; }
        & MakeButton { width: auto; padding: 0 1; color: $accent; background: $panel; text-style: bold; }
        & MakeButton:hover { background: $accent 30%; }
        & #problem { display: none; height: auto; color: $text-error; }
        &.-wrong #problem { display: block; }
    }
    """

    class MakeWanted(Message):
        """It is to be made: `request` says what."""

    def compose(self) -> ComposeResult:
        self.border_title = "Prompt"
        self.border_subtitle = "Enter make"
        yield PromptBox(id="prompt")
        with Horizontal(classes="row"):
            yield Field("size", placeholder="any")
            yield Field("count", "1", step=counted)
            yield Field("seed", placeholder="any", step=seeded)
        with Horizontal(classes="row"):
            yield Field("model", placeholder="the server's own")
            yield MakeButton("Make")
        yield Static(id="problem", markup=False)

    @property
    def prompt(self) -> PromptBox:
        """Where it is typed."""
        return self.query_one(PromptBox)

    def value(self, name: str) -> str:
        """What was typed into a field."""
        return self.query_one(f"#{name}", Input).value

    def fill(self, name: str, value: str) -> None:
        """Put something into a field."""
        self.query_one(f"#{name}", Input).value = value

    def use(self, record: ImageRecord) -> None:
        """Take the prompt and the settings of an image."""
        self.prompt.put(record.prompt)
        self.fill("size", record.size or "")
        self.fill("seed", "" if record.seed is None else str(record.seed))
        self.fill("model", record.model or "")

    def set_history(self, prompts: Iterable[str]) -> None:
        """Take the prompts that the up key brings back, the oldest first."""
        self.prompt.set_history(prompts)

    def show_making(self, making: bool) -> None:
        """Offer to begin, or to end."""
        self.query_one(MakeButton).update("Stop" if making else "Make")
        self.border_subtitle = told("{images.back} stop") if making else "Enter make"

    def show_default(self, model: str | None) -> None:
        """Say which model draws when none is typed; None where the server decides."""
        self.query_one("#model", Input).placeholder = clean_line(model) if model else "the server's own"

    @property
    def _fields(self) -> dict[str, str]:
        return {name: self.value(name) for name in ("size", "count", "seed", "model")}

    def request(self) -> ImageRequest | None:
        """What is asked for; None when something is wrong with it, which is then said, with the cursor there."""
        try:
            return request_of(self.prompt.text, self._fields)
        except UnreadableFieldError as problem:
            self._say(problem)
            self.query_one(f"#{problem.field}").focus()
            return None

    def _say(self, problem: UnreadableFieldError | None) -> None:
        for field in self.query(Field):
            field.set_class(problem is not None and field.has_class(f"field-{problem.field}"), "-wrong")
        self.set_class(problem is not None, "-wrong")
        if problem is not None:
            self.query_one("#problem", Static).update(Text(str(problem)))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong."""
        event.stop()
        self._say(problem_of(self._fields))

    def on_text_area_changed(self) -> None:
        """The prompt is another one: that it was missing is no longer so."""
        self._say(problem_of(self._fields))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field makes it, too."""
        event.stop()
        self.post_message(self.MakeWanted())

    def on_submit_text_area_submitted(self, event: PromptBox.Submitted) -> None:
        """Make it."""
        event.stop()
        self.post_message(self.MakeWanted())

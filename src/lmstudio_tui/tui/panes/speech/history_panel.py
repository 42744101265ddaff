"""The list of what was spoken, with its filter and what is known of the one under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Input, Static

from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.panes.speech.utterance_list import UtteranceList
from lmstudio_tui.tui.panes.speech.words import facts_in_words, keeps
from lmstudio_tui.tui.widgets.filter_input import FilterInput
from lmstudio_tui.tui.widgets.fitting import home_path
from lmstudio_tui.tui.widgets.frame_keys import press_key_of
from lmstudio_tui.tui.widgets.frames import BETWEEN, framed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Unpack

    from textual import events
    from textual.app import ComposeResult

    from lmstudio_tui.store.media.records import UtteranceRecord
    from lmstudio_tui.tui.typed import WidgetOptions

_EMPTY: Final = (
    "Nothing was spoken yet.",
    "{speech.speak} speaks the text. It is kept here, to be heard again and saved.",
)
_NONE_FOUND: Final = ("None of them is like that.", "{speech.stop} filters no more.")
_MOST_OF_A_TEXT: Final = 2000
"""Characters of the text that is shown under the list."""


class FilterLine(FilterInput):
    """Where the filter is typed."""

    def __init__(self) -> None:
        super().__init__("Filter by text, voice, model or format", compact=True)

    def action_clear_filter(self) -> None:
        """Filter no more, and go to the list."""
        self.value = ""
        self.action_leave_filter()


class HistoryPanel(Vertical):
    """What was spoken.

    Args:
        now: the time of day.
    """

    DEFAULT_CSS = """
    HistoryPanel {
        height: 1fr;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        &:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
        & FilterLine, & FilterLine:focus { display: none; height: 1; border: none; padding: 0 1; background: $panel; }
        &.-filtering FilterLine { display: block; }
        & #about { height: 2; padding: 0 1; color: $text-muted; overflow-y: hidden; }
        & #about.-none { display: none; }
        &.-roomy #about { height: auto; max-height: 40%; overflow-y: auto; scrollbar-size-vertical: 1; }
        &.-roomy #about { border-top: solid $border-blurred; }
    }
    """

    def __init__(self, now: Callable[[], datetime], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._now = now
        self._records: tuple[UtteranceRecord, ...] = ()
        self._playing = ""
        self._fetched = False

    def compose(self) -> ComposeResult:
        yield FilterLine()
        yield UtteranceList(self._now)
        yield Static(id="about", markup=False, classes="-none")

    def on_mount(self) -> None:
        """Look right before the first list has come."""
        self._show()

    @property
    def list(self) -> UtteranceList:
        """The list."""
        return self.query_one(UtteranceList)

    @property
    def filter(self) -> FilterLine:
        """Where the filter is typed."""
        return self.query_one(FilterLine)

    def show(self, records: Sequence[UtteranceRecord], playing: str, *, loaded: bool) -> None:
        """Show these.

        Args:
            records: the newest first.
            playing: the id of the one that is heard; empty for none.
            loaded: whether these are what the disk holds.
        """
        wanted = tuple(records)
        if (wanted, playing, loaded) != (self._records, self._playing, self._fetched):
            self._records, self._playing, self._fetched = wanted, playing, loaded
            self._show()

    def show_roomy(self, roomy: bool) -> None:
        """Whether there is room to tell more of the one under the cursor."""
        self.set_class(roomy, "-roomy")
        self._describe()

    def _show(self) -> None:
        words = self.filter.value.casefold().split()
        shown = [record for record in self._records if keeps(record, words)] if words else self._records
        notice = _NONE_FOUND if words else _EMPTY if self._fetched else ("",)
        self.list.say(*map(told, notice))
        self.list.show_playing(self._playing)
        self.list.show(shown)
        count = f"{len(shown):,} of {len(self._records):,}" if words else f"{len(self._records):,}"
        self.border_title = framed(f"Spoken{BETWEEN}{count}" if self._records else "Spoken")
        self._describe()
        self._mark_filter()

    def on_click(self, event: events.Click) -> None:
        """What the frame says of its key can be clicked."""
        press_key_of(self, event, self.list)

    def _mark_filter(self) -> None:
        filtering = bool(self.filter.value) or self.filter.has_focus
        self.set_class(filtering, "-filtering")
        self.border_subtitle = "" if filtering or not self._records else told("{speech.filter} filter")

    def _describe(self) -> None:
        record = self.list.chosen
        about = self.query_one("#about", Static)
        about.set_class(record is None, "-none")
        if record is not None:
            about.update(self._about(record, roomy=self.has_class("-roomy")))

    def _about(self, record: UtteranceRecord, *, roomy: bool) -> Text:
        trouble = clean_line(record.problem or record.note)
        style = self.list.get_component_rich_style("records--warn", partial=True)
        if not roomy:
            second = Text(trouble, style) if trouble else Text(clean_line(record.text))
            first = Text(facts_in_words(record))
            for line in (first, second):
                line.no_wrap, line.overflow = True, "ellipsis"
            return Text("\n", no_wrap=True, overflow="ellipsis").join((first, second))
        text = clean(record.text).strip()
        shown = text if len(text) <= _MOST_OF_A_TEXT else f"{text[:_MOST_OF_A_TEXT]}…"
        parts = [Text(shown, "default" if text else ""), Text(facts_in_words(record))]
        if record.first_audio_ms is not None:
            parts.append(Text(f"the server began after {record.first_audio_ms:,.0f} ms"))
        if record.server:
            parts.append(Text(clean_line(record.server)))
        parts.append(Text(clean_line(home_path(record.path))))
        if trouble:
            parts.insert(0, Text(trouble, style))
        return Text("\n").join(part for part in parts if part.plain)

    def on_record_list_moved(self) -> None:
        """The cursor is on another one."""
        self._describe()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as one types."""
        event.stop()
        self._show()

    def on_filter_input_left(self, event: FilterLine.Left) -> None:
        """Go from the filter to the list."""
        event.stop()
        self.list.focus()

    def on_descendant_focus(self) -> None:
        """The filter is there while the cursor is."""
        self._mark_filter()

    def on_descendant_blur(self) -> None:
        """The same when the cursor goes."""
        self._mark_filter()

    def open_filter(self) -> None:
        """Come with the filter, and the keyboard in it."""
        self.add_class("-filtering")
        self.screen.set_focus(self.filter)

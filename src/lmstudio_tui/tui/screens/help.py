"""F1: the keys that work here, out of the one catalogue: those of what has the cursor first."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from rich.cells import cell_len
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, TextArea

from lmstudio_tui.tui.catalogue.command import by_parts
from lmstudio_tui.tui.catalogue.embeddings import TEXT_MARKS
from lmstudio_tui.tui.catalogue.places import PLACES
from lmstudio_tui.tui.commands import COMMANDS, Where, bindings, commands, readable_key, told
from lmstudio_tui.tui.keyed import bindings_of
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.filter_input import FilterInput
from lmstudio_tui.tui.widgets.options import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from textual.app import ComposeResult, RenderResult
    from textual.binding import BindingType
    from textual.geometry import Size

_FIRST: Final[dict[str, tuple[Where, ...]]] = {
    "chat": ("prompt", "chat", "transcript", "conversations", "everywhere"),
}
"""What somebody in this pane wants to read first; in the others it is the pane's place."""
_SIGNS: Final[dict[tuple[Where, str], tuple[tuple[str, str], ...]]] = {("embeddings", "texts"): TEXT_MARKS}
"""What signs on the screen say, by the part of the place where they are."""
_CALLED: Final = {
    "Composer": "the prompt",
    "Transcript": "the transcript",
    "Absence": "the page without a server",
    "Rail": "the panes",
    "ConversationRows": "the conversations",
    "RequestList": "the requests",
    "SettingList": "the settings",
    "ServerList": "the servers",
    "ContestantList": "the models to compare",
    "RecordingList": "the recordings",
    "UtteranceList": "what was spoken",
    "ImageList": "the images",
    "SelectableRows": "what was heard",
    "PointMap": "the map",
    "HeatField": "the heat map",
    "DiffView": "the differences",
    "PlayerBar": "the player",
    "ActivityLine": "what is under way",
    "WireView": "the request",
    "Setting": "a choice",
    "FlagField": "a choice",
    "RecordList": "a list",
    "ItemRows": "a list",
    "LineView": "the lines",
    "ModelTable": "the models",
    "Input": "a field of text",
    "TextArea": "a field of text",
    "Button": "a button",
    "OptionList": "a list",
}
"""What widgets are called, by the name of their class, or of one that they are made of."""
_KEYS: Final = 24
_FEW_KEYS: Final = 14
"""Columns for the keys, and where there is little room."""
_NARROW: Final = 64
"""Columns of the list below which there is little."""
_REBIND: Final = (
    'Keys are changed in config.toml: [keys], then lines such as  "chat.send" = "ctrl+s".  '
    "lmstudio-tui keys lists the names, and --check finds what clashes."
)


class Section(NamedTuple):
    """Some keys with a title."""

    title: str
    rows: tuple[tuple[str, str], ...]


class KeyList(Widget):
    """The keys, with what they do beside them, however narrow it gets. Its text can be selected.

    Args:
        sections: the keys.
    """

    DEFAULT_CSS = "KeyList { height: auto; padding: 0 1; }"

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__()
        self._sections = tuple(sections)

    def show(self, sections: Sequence[Section]) -> None:
        """Show these."""
        self._sections = tuple(sections)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as it takes at this width."""
        del container, viewport
        return len(_rows(self._sections, width))

    def render(self) -> RenderResult:
        """The rows, broken for the width there is."""
        return Content("\n").join(_rows(self._sections, self.content_size.width))


class HelpScreen(Dialog[None]):
    """All keys, by where they work: those of what has the cursor, those of the pane in front, and all others.

    Args:
        pane: the name of that pane.
        focused: what has the cursor.
    """

    AUTO_FOCUS = "Reading"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave", "dialog.close", "dialog.filter")]
    DEFAULT_CSS = """
    HelpScreen {
        & Reading { height: 1fr; scrollbar-size-vertical: 1; }
        & > .frame { width: 96%; height: 90%; padding: 0 1; }
        & FilterInput { padding: 0 1; }
    }
    """

    def __init__(self, pane: str = "chat", focused: Widget | None = None) -> None:
        super().__init__()
        own: tuple[Where, ...] = tuple(where for where in PLACES if where == pane)
        usual: tuple[Where, ...] = (*own, "everywhere")
        first = _FIRST.get(pane, usual)
        others: tuple[Where, ...] = tuple(where for where in PLACES if where not in first)
        here = [] if focused is None else [Section(f"Here: {called(focused)}", tuple(_keys_of(focused)))]
        self._sections = [*(one for one in here if one.rows), *_sections((*first, *others))]

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Keys"
            frame.border_subtitle = told("{dialog.filter} filter   {dialog.leave} back")
            yield FilterInput(placeholder=told("{dialog.filter} and a word filters, such as: copy"))
            with Reading():
                yield KeyList(self._sections)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what has all these words."""
        words = event.value.lower().split()
        found = [
            Section(one.title, tuple(row for row in one.rows if _has(row, one.title, words))) for one in self._sections
        ]
        found = [one for one in found if one.rows]
        self.query_one(KeyList).show(found)
        self.query_one(Reading).scroll_home(animate=False)

    def on_filter_input_left(self) -> None:
        """Into the list."""
        self.query_one(Reading).focus()

    def action_filter(self) -> None:
        """Type what to look for."""
        self.query_one(FilterInput).focus()

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)


def called(widget: Widget) -> str:
    """What a widget is called: by its kind, or by the name of its class in words."""
    for kind in type(widget).__mro__:
        if kind.__name__ in _CALLED:
            return _CALLED[kind.__name__]
    return " ".join(re.findall(r"[A-Z][a-z]*", type(widget).__name__)).lower() or "this"


def _keys_of(widget: Widget) -> Iterator[tuple[str, str]]:
    """The keys of a widget itself, and those that Textual gives it, but for those with which a text is edited."""
    keys: dict[str, list[str]] = {}
    is_text = isinstance(widget, Input | TextArea)
    texts = {one.id: one.help for one in COMMANDS}
    before_all = {key for one in COMMANDS if one.where == "everywhere" and one.priority for key in one.keys_now}
    for key, found in bindings_of(widget).items():
        for one in found:
            told_here = one.description and not is_text and key not in before_all
            own = f"{one.description.capitalize()}." if told_here else ""
            text = texts.get(one.id or "", own)
            if text:
                keys.setdefault(text, []).append(readable_key(key))
    for text, names in keys.items():
        yield " or ".join(dict.fromkeys(names)), text


def _sections(places: Iterable[Where]) -> Iterator[Section]:
    for where in places:
        for part, rows in by_parts(commands(where)).items():
            title = PLACES[where][0]
            yield Section(f"{title}: {part}" if part else title, (*rows, *_SIGNS.get((where, part), ())))


def _has(row: tuple[str, str], title: str, words: list[str]) -> bool:
    text = f"{row[0]} {row[1]} {title}".lower()
    return all(word in text for word in words)


def _rows(sections: Sequence[Section], width: int) -> list[Content]:
    """The keys as rows of this width."""
    if not sections:
        return [Content("No key has to do with that.")]
    column = _KEYS if width >= _NARROW else _FEW_KEYS
    room = max(8, width - column - 4)
    rows: list[Content] = []
    for title, keys in sections:
        rows.append(Content.styled(title, "bold"))
        for names, text in keys:
            # Keys that are longer than their column begin beside what they do only where they fit.
            beside = wrap(text, room)
            above = wrap(names, column if width >= _NARROW else max(8, width - 2))
            if cell_len(above[-1]) > column:
                beside.insert(0, "")
            for at in range(max(len(above), len(beside))):
                key = above[at] if at < len(above) else ""
                said = beside[at] if at < len(beside) else ""
                gap = " " * max(0, column + 2 - cell_len(key)) if said else ""
                rows.append(Content.assemble("  ", (key, "$accent"), gap, said))
        rows.append(Content())
    rows += [Content.styled(row, "$text-muted") for row in wrap(_REBIND, max(8, width))]
    return rows

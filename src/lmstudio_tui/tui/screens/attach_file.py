"""Choosing files to send along: a path that completes itself as it is typed, and what is in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from lmstudio_tui.features.chat.browsing import UP, Entry, FileKind, Listing, completed, divided, list_for
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, key_of, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.screens.file_lines import LineStyles, folder_in_words, line_of, marked_in_words
from lmstudio_tui.tui.widgets.path_input import PathInput
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.sdk import CancelScope


class AttachFile(Dialog[list[Path]]):
    """Gives the files that were chosen; none when it was left.

    Args:
        here: the folder to begin in, and the one that relative paths count from; None for the current one.
        title: of the frame.
        take: what its button says.
        kind: of the files that are looked for; others can be had by typing their names. None for any.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.previous", "dialog.next", "dialog.page_up", "dialog.page_down")
    ]
    AUTO_FOCUS = "PathInput"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"attach--mark", "attach--quiet"}

    DEFAULT_CSS = """
    AttachFile {
        & > .attach--mark { color: $accent; text-style: bold; }
        & > .attach--quiet { color: $text-muted; }
        & > .frame { max-width: 100; height: 100%; max-height: 30; padding: 1 2; }
        & Input, & Input:focus { background: $panel; padding: 0 1; margin: 0 0 1 0; }
        & OptionList, & OptionList:focus {
            height: 1fr;
            border: none;
            background: transparent;
            padding: 0;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            scrollbar-size-vertical: 1;
            scrollbar-gutter: stable;
        }
        & #about { color: $text-muted; height: auto; max-height: 2; margin-top: 1; text-overflow: ellipsis; }
        & #about.-bad { color: $text-error; }
        & Horizontal { height: 1; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 2; min-width: 11; }
    }
    """

    def __init__(
        self,
        here: Path | None = None,
        *,
        title: str = "Attach",
        take: str = "Attach",
        kind: FileKind | None = None,
    ) -> None:
        super().__init__()
        self._kind = kind
        self._asked = title
        self._words = take
        self._here = here
        self._listing: Listing | None = None
        self._marked: dict[Path, int | None] = {}
        self._width = 0
        self._runs = Runs(self)
        self._run: Run[None, Listing] | None = None
        self._wanted: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = self._asked
            yield PathInput(
                placeholder=told("A path: type to filter, ↑↓ to walk, {path.complete} completes, ~ is home")
            )
            options = OptionList(compact=True)
            options.can_focus = False
            yield options
            yield Static(id="about", markup=False)
            with Horizontal():
                yield Button(Text("Back"), id="back", compact=True)
                yield Button(Text(self._words), id="attach", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Begin in the folder."""
        self.query_one(PathInput).select_on_focus = False
        self._say_keys()
        self._look()

    def on_unmount(self) -> None:
        """Nobody waits for a folder any more."""
        self._runs.drop_all()

    # The list

    def on_input_changed(self) -> None:
        """Filter by what is typed."""
        self.query_one(PathInput).walking = False
        self._look()

    def _look(self) -> None:
        typed = self.query_one(PathInput).value
        if self._run is not None:
            self._run.drop()
        here, kind = self._here, self._kind

        def look(emit: Callable[[None], None], scope: CancelScope) -> Listing:
            del emit, scope
            return list_for(typed, here or _current_folder(), kind)

        self._run = self._runs.start(look, finished=self._show, crashed=self._crashed, name="folder")

    def _crashed(self, error: BaseException) -> None:
        self._run = None
        self._say(f"Something went wrong in the app itself ({type(error).__name__}).", bad=True)

    def _show(self, listing: Listing) -> None:
        self._run, self._listing = None, listing
        self._draw()
        options = self.query_one(OptionList)
        if options.option_count:
            # What one looks for is hardly ever the way back.
            first = listing.entries[0].name == UP and options.option_count > 1
            options.highlighted = 1 if first else 0
            options.scroll_home(animate=False)
        self._explain()
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            wanted()

    def _draw(self) -> None:
        options = self.query_one(OptionList)
        entries = self._listing.entries if self._listing is not None else ()
        self._width = options.scrollable_content_region.width or 60
        at = options.highlighted
        options.clear_options()
        options.add_options([Option(self._line(entry)) for entry in entries])
        options.highlighted = at if at is not None and at < len(entries) else None

    def redraw(self) -> None:
        """Show them in other colours."""
        self._draw()

    def on_resize(self) -> None:
        """The columns move."""
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        if self.query_one(OptionList).scrollable_content_region.width != self._width:
            self._draw()

    def _line(self, entry: Entry) -> Text:
        styles = LineStyles(self._colour("attach--mark"), self._colour("attach--quiet"))
        return line_of(entry, self._width, styles, marked=self._key(entry) in self._marked)

    def _colour(self, component: str) -> Style:
        """The colour alone: the background is the cursor's."""
        return Style(color=self.get_component_rich_style(component).color)

    def _explain(self) -> None:
        """What is to be known of the folder and of what was marked."""
        listing = self._listing
        if listing is None:
            return
        if listing.problem:
            self._say(listing.problem, bad=True)
        elif self._marked:
            self._say(marked_in_words(self._marked))
        else:
            self._say(folder_in_words(listing, self._kind))

    def _say(self, text: str, *, bad: bool = False) -> None:
        about = self.query_one("#about", Static)
        about.update(text)
        about.set_class(bad, "-bad")

    def _say_keys(self) -> None:
        take = (
            f"Enter take {len(self._marked)}   {key_of('path.complete')} open folder"
            if self._marked
            else told("Enter take   {path.complete} complete")
        )
        self.query_one(
            ".frame"
        ).border_subtitle = f"{take}   ↑↓ {key_of('path.mark_walking')} mark   {key_of('dialog.leave')} back"

    # Walking, marking, completing

    def action_move(self, step: int) -> None:
        """Move the cursor of the list while that of the keyboard stays in the path."""
        options = self.query_one(OptionList)
        if options.option_count:
            self.query_one(PathInput).walking = True
            options.highlighted = max(0, min(options.option_count - 1, (options.highlighted or 0) + step))

    @property
    def _entry(self) -> Entry | None:
        at = self.query_one(OptionList).highlighted
        listing = self._listing
        return listing.entries[at] if listing is not None and at is not None and at < len(listing.entries) else None

    def _key(self, entry: Entry) -> Path:
        """A file that is reached by two ways is one."""
        return entry.path.absolute()

    def on_path_input_mark_wanted(self) -> None:
        """Mark the file under the cursor, or no longer, and go on to the next."""
        self._mark()
        self.action_move(1)

    def _mark(self) -> None:
        entry = self._entry
        if entry is None or entry.folder:
            return
        if self._marked.pop(self._key(entry), self) is self:
            self._marked[self._key(entry)] = entry.size
        self._draw()
        self._explain()
        self._say_keys()

    def on_path_input_completion_wanted(self) -> None:
        """Go on with the name that was begun; where it cannot go on, with the one under the cursor."""
        self._when_listed(self._complete)

    def _complete(self) -> None:
        listing, entry = self._listing, self._entry
        if listing is None:
            return
        longer = completed(listing)
        walking = self.query_one(PathInput).walking
        if (longer == listing.typed or walking) and entry is not None:
            longer = self._typed_for(entry)
        self._type(longer)

    def _typed_for(self, entry: Entry) -> str:
        """The path as it would be typed to get there."""
        start = divided(self._listing.typed if self._listing is not None else "")[0]
        if entry.name != UP:
            return start + entry.name + ("/" if entry.folder else "")
        return f"{(self._listing.folder if self._listing is not None else entry.path).resolve().parent}/".replace(
            "//", "/"
        )

    def _type(self, text: str) -> None:
        box = self.query_one(PathInput)
        if text != box.value:
            box.value = text
            box.cursor_position = len(text)

    # Taking

    def on_input_submitted(self) -> None:
        """Go into the folder, or take the file."""
        self._when_listed(self._take)

    def _when_listed(self, act: Callable[[], None]) -> None:
        """Act on the list that belongs to what was typed, even if it is still to come."""
        if self._run is None:
            act()
        else:
            self._wanted = act

    def _take(self) -> None:
        listing, entry = self._listing, self._entry
        box = self.query_one(PathInput)
        name = divided(listing.typed)[1] if listing is not None else ""
        typed = next((one for one in listing.entries if one.name == name), None) if listing is not None else None
        if typed is not None and not box.walking:
            entry = typed
        if self._marked and (typed is None or typed.folder or box.walking):
            self.dismiss(list(self._marked))
        elif entry is None:
            if listing is not None and not listing.problem:
                self._say(f"There is no {clean_line(name)} there." if name else "Choose a file.", bad=True)
        elif entry.folder:
            self._type(self._typed_for(entry))
        else:
            self.dismiss(list({**self._marked, self._key(entry): entry.size}))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click goes into a folder, and marks a file."""
        event.stop()
        entry = self._entry
        if entry is not None and entry.folder:
            self._type(self._typed_for(entry))
        else:
            self._mark()
        self.query_one(PathInput).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take them, or none."""
        if event.button.id == "attach":
            self._when_listed(self._take)
        else:
            self.dismiss([])

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss([])


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:
        # It was removed.
        return Path.home()

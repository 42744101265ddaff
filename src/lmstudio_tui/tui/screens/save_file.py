"""Writing a text to a file that the user names, and never over another one without asking."""

from __future__ import annotations

import errno
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, key_of, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.sdk import CancelScope

_REASONS = {
    errno.EACCES: "You may not write there.",
    errno.EPERM: "You may not write there.",
    errno.EROFS: "That disk cannot be written to.",
    errno.ENOSPC: "The disk is full.",
    errno.EDQUOT: "Your share of the disk is full.",
    errno.ENAMETOOLONG: "That name is too long.",
    errno.ENOTDIR: "A part of the path is a file, and no folder.",
    errno.ELOOP: "The links of that path lead in a circle.",
}


_PAUSE = 0.5
"""Seconds after the question in which a second click, or a key held down, is no answer."""


class Tried(NamedTuple):
    """What became of it: `written`; there is a file already (`exists`); or why not (`failed`), in a sentence."""

    how: Literal["written", "exists", "failed"]
    path: Path
    reason: str = ""


class SaveFile(Dialog[Path | None]):
    """Gives the path that was written, or None.

    Args:
        what: says what is saved, such as "HAR of 12 requests".
        suggested: where it may go; a relative path counts from the current folder.
        text: the content.
        write: puts the bytes into the file in one step. Blocks; raises OSError.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]
    AUTO_FOCUS = "Input"

    DEFAULT_CSS = """
    SaveFile {
        & > .frame { max-width: 84; padding: 1 2; }
        & Input, & Input:focus { background: $panel; padding: 0 1; margin: 0; }
        & #where { color: $text-muted; height: auto; min-height: 2; margin-top: 1; }
        & #where.-bad { color: $text-error; }
        & #where.-asked { color: $text-warning; }
        & Horizontal { height: 1; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 2; min-width: 11; }
    }
    """

    def __init__(
        self, what: str, suggested: Path, text: str, *, write: Callable[[Path, bytes], None] = write_atomic
    ) -> None:
        super().__init__()
        self._what = what
        self._suggested = suggested
        # Half of a surrogate pair has no UTF-8, and the rest of the text is not to be lost for it.
        self._content = text.encode("utf-8", "replace")
        self._write = write
        self._runs = Runs(self)
        self._run: Run[None, Tried] | None = None
        self._asked: Path | None = None
        self._asked_at = 0.0

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = clean_line(f"Save {self._what}")
            frame.border_subtitle = told("Enter save   {dialog.leave} back")
            yield LineInput(str(self._suggested), id="path", placeholder="a path")
            yield Static(id="where", markup=False)
            with Horizontal():
                yield Button(Text("Back"), id="back", compact=True)
                yield Button(Text("Save"), id="save", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The name is what one changes most often."""
        box = self.query_one(Input)
        box.select_on_focus = False
        box.cursor_position = len(box.value)
        self._say_where()

    def on_unmount(self) -> None:
        """A write under way is not cut short: it is done in one step."""
        self._runs.drop_all()

    # What is said

    def on_input_changed(self) -> None:
        """Another path: what was asked about the one before counts no more."""
        self._asked = None
        self._call_it("Save")
        self._say_where()

    def _say_where(self) -> None:
        typed = self.query_one(Input).value.strip()
        path = _path_of(typed) if typed else None
        size = f"{len(self._content):,} bytes"
        if path is None:
            self._say("Type a path." if not typed else "There is no such user.", "" if not typed else "-bad")
        elif path.is_absolute() and str(path) == typed:
            self._say(size)
        else:
            self._say(f"{size}, as {path}")

    def _say(self, text: str, kind: str = "") -> None:
        line = self.query_one("#where", Static)
        line.update(clean_line(text))
        for name in ("-bad", "-asked"):
            line.set_class(name == kind, name)

    def _call_it(self, word: str) -> None:
        self.query_one("#save", Button).label = Text(word)
        self.query_one(".frame").border_subtitle = f"Enter {word.lower()}   {key_of('dialog.leave')} back"

    # Saving

    def on_input_submitted(self) -> None:
        """Save."""
        self._save()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Save, or not."""
        if event.button.id == "save":
            self._save()
        else:
            self.dismiss(None)

    def _save(self) -> None:
        typed = self.query_one(Input).value.strip()
        path = _path_of(typed) if typed else None
        if path is None or self._run is not None:
            return
        replace = path == self._asked
        if replace and monotonic() < self._asked_at + _PAUSE:
            return
        content, write = self._content, self._write

        def attempt(emit: Callable[[None], None], scope: CancelScope) -> Tried:
            del emit, scope
            return _saved(path, content, write, replace=replace)

        self._say(f"Writing {path} …")
        self._run = self._runs.start(attempt, finished=self._tried, crashed=self._crashed, name="save")

    def _tried(self, found: Tried) -> None:
        self._run = None
        if found.how == "written":
            self.dismiss(found.path)
        elif found.how == "failed":
            self._say(found.reason, "-bad")
        elif _path_of(self.query_one(Input).value.strip()) == found.path:
            self._asked, self._asked_at = found.path, monotonic()
            self._call_it("Replace")
            self._say(f"{found.path.name} is there already. Enter replaces it; another name keeps it.", "-asked")

    def _crashed(self, error: BaseException) -> None:
        self._run = None
        self._say(f"Something went wrong in the app itself ({type(error).__name__}).", "-bad")

    def action_leave(self) -> None:
        """Save nothing."""
        self.dismiss(None)


def _path_of(typed: str) -> Path | None:
    """The whole path of what was typed; None when it names a user who is not there."""
    try:
        return Path.cwd() / Path(typed).expanduser()
    except RuntimeError:
        return None
    except OSError:
        # The current folder is gone.
        return Path(typed)


def _saved(path: Path, content: bytes, write: Callable[[Path, bytes], None], *, replace: bool) -> Tried:
    """Write the file, unless something is in the way. Blocks."""
    try:
        if path.is_dir():
            return Tried("failed", path, f"{path} is a folder: add a file name.")
        if not path.parent.is_dir():
            return Tried("failed", path, f"There is no folder {path.parent}.")
        if path.exists() and not path.is_file():
            return Tried("failed", path, f"{path} is no ordinary file.")
        if (path.exists() or path.is_symlink()) and not replace:
            return Tried("exists", path)
        write(path, content)
    except ValueError:
        return Tried("failed", path, "A path cannot hold such a character.")
    except OSError as error:
        said = _REASONS.get(error.errno or 0) or f"{(error.strerror or str(error)).rstrip('.')}."
        return Tried("failed", path, f"It could not be written: {said}")
    return Tried("written", path)

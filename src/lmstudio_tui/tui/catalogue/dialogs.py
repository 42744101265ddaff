"""What can be done in dialogs: in all of them, and in single ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.catalogue.command import Command, only_in

if TYPE_CHECKING:
    from collections.abc import Iterator


def _here(*rows: tuple[str, str, str, str, str]) -> Iterator[Command]:
    """Commands out of id, keys, action, title and help."""
    return (Command(id_, keys, action, title, text, "dialog", palette=False) for id_, keys, action, title, text in rows)


def _before_all(*rows: tuple[str, str, str, str, str]) -> Iterator[Command]:
    """The same, before the focused widget sees the key."""
    return (
        Command(id_, keys, action, title, text, "dialog", palette=False, priority=True)
        for id_, keys, action, title, text in rows
    )


DIALOGS: tuple[Command, ...] = (
    Command("dialog.leave", "escape", "leave", "Back", "Close it.", "dialog", show=True, palette=False),
    *_here(
        ("dialog.previous", "up", "move(-1)", "Previous", "The line before, from the line that is typed in, too."),
        ("dialog.next", "down", "move(1)", "Next", "The line after, from the line that is typed in, too."),
        ("dialog.page_up", "pageup", "move(-10)", "Page up", "Ten lines up."),
        ("dialog.page_down", "pagedown", "move(10)", "Page down", "Ten lines down."),
    ),
    *only_in(
        ("something to read",),
        *_here(
            ("dialog.close", "q", "leave", "Back", "Close it, where nothing is typed."),
            ("dialog.filter", "slash", "filter", "Filter", "Filter what is shown, as you type."),
        ),
    ),
    *only_in(
        ("a question",),
        *_here(
            ("confirm.yes", "y", "yes", "Yes", "Yes."),
            ("confirm.no", "n", "leave", "No", "No."),
            ("har.one", "1", "take('one')", "This one", "Export the request under the cursor."),
            ("har.all", "2", "take('all')", "All", "Export all requests."),
        ),
    ),
    *only_in(
        ("an image",),
        *_here(
            ("look.previous", "left_square_bracket,left,h", "turn(-1)", "Previous", "The image before."),
            ("look.next", "right_square_bracket,right,l", "turn(1)", "Next", "The image after."),
            ("look.save", "s", "save", "Save", "Write it to a file."),
            ("look.remove", "x,delete", "remove", "Remove", "Do not send it along."),
        ),
    ),
    *only_in(
        ("tools",),
        *_here(
            ("tools.tick", "space", "tick", "Tick", "Let the model call it, or no longer."),
            ("tools.all", "a", "tick_all", "All or none", "All of them, or none."),
            ("tools.reload", "r,f5", "reload", "Read again", "Read their files again."),
            ("tools.folder", "c", "copy_folder", "Copy path", "Copy the path of their folder."),
            ("tools.revoke", "x", "revoke", "Ask again", "Ask again before its command runs."),
            ("tools.teach", "question_mark", "teach", "How", "Show how one is made."),
        ),
        *_before_all(("tools.use", "enter", "take", "Use", "Use those that are ticked.")),
    ),
    *only_in(
        ("the call of a tool",),
        *_before_all(("tool.run", "ctrl+r", "run", "Run", "Run its command.")),
    ),
    *only_in(
        ("sets of texts",),
        *_before_all(
            ("sets.rename", "f2", "rename", "Rename", "Give the set another name."),
            ("sets.delete", "delete", "delete", "Delete", "Delete the set; undoing brings it back."),
            ("sets.undo", "f8", "undo", "Undo", "Bring back the set deleted last."),
            ("sets.new", "ctrl+n,alt+n", "new", "New", "Begin a new set."),
        ),
    ),
    *only_in(
        ("microphones",),
        *_here(("devices.again", "r", "again", "Look again", "Look for microphones again.")),
    ),
    *only_in(
        ("a transcript's text",),
        *_before_all(("editor.save", "ctrl+s,f10", "save", "Save", "Keep the text.")),
    ),
    *only_in(
        ("loading a model",),
        *_here(
            ("load.submit", "enter", "submit", "Load", "Load it so."),
            ("load.choice", "space", "step(1)", "Next", "The next choice."),
        ),
    ),
    *only_in(
        ("something went wrong",),
        *_here(
            ("mishap.copy", "c", "copy", "Copy", "Copy the path of the report."),
            ("mishap.quit", "q", "quit", "Quit", "Leave the app."),
        ),
    ),
)
"""Each by what is seen of the dialog, which is the part of the place."""

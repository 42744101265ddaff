"""What can be done in the list of conversations."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command

CONVERSATIONS: tuple[Command, ...] = (
    Command("list.rename", "f2,r", "rename", "Rename", "Give the conversation another title.", "conversations"),
    Command("list.pin", "p", "pin", "Pin", "Keep it at the top, or no longer.", "conversations"),
    Command(
        "list.delete",
        "delete,x",
        "delete",
        "Delete",
        "Delete the conversation; undoing brings it back.",
        "conversations",
    ),
    Command(
        "list.duplicate", "d", "duplicate", "Duplicate", "Make a second one with the same content.", "conversations"
    ),
    Command("list.export", "e", "export", "Export", "Write it to a file.", "conversations"),
    Command("list.import", "i", "import_file", "Import", "Read conversations from a file.", "conversations"),
    Command("list.search", "slash", "search", "Search", "Search titles and texts as you type.", "conversations"),
    Command("list.open", "enter", "open", "Open", "Open it.", "conversations", palette=False),
    Command("list.undo", "f8,u", "undo", "Undo", "Bring back the conversation deleted last.", "conversations"),
)
"""In the list of conversations; the keys of letters work where the cursor is in the list rather than in the search."""

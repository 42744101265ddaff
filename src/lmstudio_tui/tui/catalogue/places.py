"""The places of the catalogue, as they are called in the help, by the command line and in the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lmstudio_tui.tui.catalogue.command import Where

_NO_FIELD: Final = "Letters work where the cursor is in no field of text."

PLACES: Final[dict[Where, tuple[str, str]]] = {
    "everywhere": ("Everywhere", ""),
    "moving": (
        "In every list, table and text",
        "Where the cursor is in no field of text. In forms they go from one thing to the next.",
    ),
    "prompt": ("In the prompt", "Where a terminal does not pass Shift+Enter on, Ctrl+J does the same."),
    "chat": ("In the chat", "From the prompt and from the transcript; Tab goes between the two."),
    "transcript": ("In the transcript", ""),
    "parameters": ("In the panel of parameters", ""),
    "compare": ("Where models are compared", ""),
    "conversations": (
        "In the list of conversations",
        "Letters work where the cursor is in the list, not in the search.",
    ),
    "models": ("In the Models pane", "A click on a title sorts by it."),
    "embeddings": (
        "In the Embeddings pane",
        "Letters and numbers work where the cursor is in no field of text; Esc leaves it.",
    ),
    "transcribe": ("In the Transcribe pane", _NO_FIELD),
    "speech": ("In the Speech pane", _NO_FIELD),
    "images": ("In the Images pane", _NO_FIELD),
    "inspector": ("In the Inspector pane", "They concern the request under the cursor."),
    "player": ("On what plays a recording", ""),
    "servers": ("In the list of servers", "F4 opens it. Enter uses the server under the cursor."),
    "settings": ("In the settings", "Letters work where the cursor is in the list, not in the search."),
    "no server": ("On the page without a server", ""),
    "dialog": ("In a dialog", ""),
    "fields": ("In a field of text", "Besides those with which a text is edited, which are as everywhere."),
}
"""The title and a note, in the order in which they are told."""

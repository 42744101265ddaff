"""The keys as docs/keys.md and the README show them. `python tests/key_tables.py` writes both anew."""

from __future__ import annotations

import re
from pathlib import Path

from lmstudio_tui.tui.catalogue.command import by_parts
from lmstudio_tui.tui.commands import COMMANDS, Where, commands

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGE = ROOT / "docs" / "keys.md"

_HEAD = """# Keys

F1 shows them in the app, those of the pane in front first; Ctrl+P searches everything that can be done, by name.
Everything works without a mouse, and with one: click, wheel, select text.
"""
_PLACES: dict[Where, tuple[str, str]] = {
    "everywhere": ("Everywhere", ""),
    "prompt": ("In the prompt", "Where a terminal does not pass Shift+Enter on, Ctrl+J does the same."),
    "chat": ("In the chat", "From the prompt and from the transcript; Tab goes between the two."),
    "transcript": ("In the transcript", ""),
    "conversations": (
        "In the list of conversations",
        "Letters work where the cursor is in the list, not in the search.",
    ),
    "models": (
        "In the Models pane",
        "A click on a title sorts by it.",
    ),
    "embeddings": (
        "In the Embeddings pane",
        "Letters and numbers work where the cursor is in no field of text; Esc leaves it.",
    ),
    "transcribe": ("In the Transcribe pane", "Letters work where the cursor is in no field of text."),
    "speech": ("In the Speech pane", "Letters work where the cursor is in no field of text."),
    "images": ("In the Images pane", "Letters work where the cursor is in no field of text."),
    "inspector": (
        "In the Inspector pane",
        "They concern the request under the cursor.",
    ),
    "servers": ("In the list of servers", "F4 opens it. Enter uses the server under the cursor."),
    "no server": ("On the page without a server", ""),
    "dialog": ("In a list or a dialog", ""),
}
_UNTOLD: frozenset[Where] = frozenset({"dialog"})
"""Places whose keys are found without being told of in the README."""


def keys_page() -> str:
    """All keys, place by place."""
    parts = [_HEAD]
    for where, (title, note) in _PLACES.items():
        parts.append("\n".join([f"## {title}", "", *([note, ""] if note else [])]))
        for part, keys in by_parts(commands(where)).items():
            rows = [f"| {_escaped(shown)} | {text} |" for shown, text in keys]
            heading = [f"### {title}: {part}", ""] if part else []
            parts.append("\n".join([*heading, "| key | what it does |", "| --- | --- |", *rows, ""]))
    return "\n".join(parts)


def keys_table() -> str:
    """The keys that one wants to know at first: those of the footer and of the palette."""
    rows = ["| where | keys |", "| --- | --- |"]
    for where in _PLACES:
        if where not in _UNTOLD:
            told = [one for one in COMMANDS if one.where == where and (one.show or one.palette or where == "servers")]
            rows.append(f"| {where} | {' · '.join(f'`{_escaped(one.shown_keys)}` {one.title}' for one in told)} |")
    return "\n".join(rows)


def _escaped(keys: str) -> str:
    return keys.replace("|", "\\|")


def main() -> None:
    """Write both."""
    PAGE.write_text(keys_page(), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    table = re.compile(r"\| where \| keys \|\n(?:\|.*\n)+")
    README.write_text(table.sub(lambda _: keys_table() + "\n", text), encoding="utf-8")


if __name__ == "__main__":
    main()

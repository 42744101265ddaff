"""The keys as docs/keys.md and the README show them. `python tests/key_tables.py` writes both anew."""

from __future__ import annotations

import re
from pathlib import Path

from lmstudio_tui.tui.catalogue.command import Command, escaped
from lmstudio_tui.tui.catalogue.places import PLACES
from lmstudio_tui.tui.commands import COMMANDS, Where, commands

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGE = ROOT / "docs" / "keys.md"

_HEAD = """# Keys

F1 shows them in the app, those of what has the cursor first, and filters them (`/`). Ctrl+P searches everything that
can be done, by name or key, and conversations, models, servers, settings and themes. Everything works without a mouse,
and with one: click, wheel, select text.

## Going anywhere

Ctrl+O puts a letter on everything in sight that can have the cursor: lists, fields, buttons, in dialogs, too. The
letter goes there, and presses a button; where there are more than letters, it is two. Beside them stand the panes: a
digit goes to one. Esc stays.

![Letters on what can have the cursor, and the panes by number](../screenshots/jump.png)

`j` `k` `h` `l`, `g` `G`, Ctrl+D and Ctrl+U go through every list, table and text, `/` filters or searches, and where
something is searched for without being filtered, `n` and `N` go to the next place and the one before.

## Other keys

Every command below has a name, and `[keys]` in `config.toml` gives it other keys:

```toml
[keys]
"chat.send" = "alt+s"                  # another key
"chat.newline" = ["enter", "ctrl+j"]   # several
"chat.speak" = ""                      # none
"move.down" = ["down", "j", "alt+j"]   # in every list
```

What follows the line `[keys]` belongs to it, so it stands at the end, or before another table. Keys are written as
they are printed: `ctrl+s`, `alt+right`, `shift+tab`, `f8`, `G`, `/`, `pageup`, `space`, `escape`. A name that there
is not is refused, with those near to it. The footer, the palette, the help and every hint show the keys as they are
then.

`lmstudio-tui keys` lists names and keys, with a `*` where `config.toml` changes them; words after it filter
(`lmstudio-tui keys chat copy`), `--markdown` and `--json` print it for others. `lmstudio-tui keys --check` says which
keys clash where both commands work, and which never arrive, and exits with 1 if there are any; the app says it when
it opens, too.

Terminals send the same for Ctrl+I and Tab, Ctrl+M and Enter, Ctrl+H and Backspace, Ctrl+[ and Esc, and nothing of
their own for Ctrl+Enter, Shift+Enter, Ctrl+Tab and Ctrl+Shift with a letter: none of these is the only way to
anything. Some keep Alt (macOS's Terminal, unless Option is set to be Meta) or F11: what has such a key is in the
palette, too, or has a second one.

Not to be changed: Tab and Shift+Tab, the keys with which a text is edited, Enter on a button or in Textual's own
lists.
"""
_UNTOLD: frozenset[Where] = frozenset({"dialog", "fields", "moving", "parameters", "compare", "player", "settings"})
"""Places whose keys are found without being told of in the README."""
_IN_FULL: frozenset[Where] = frozenset({"everywhere", "chat", "conversations", "servers"})
"""Places of which the README tells more than their footer has."""


def keys_page() -> str:
    """All keys, place by place."""
    parts = [_HEAD]
    for where, (title, note) in PLACES.items():
        parts.append("\n".join([f"## {title}", "", *([note, ""] if note else [])]))
        here = commands(where)
        for part in sorted(dict.fromkeys(part for one in here for part in one.parts or ("",)), key=bool):
            found = [one for one in here if part in (one.parts or ("",))]
            rows = [f"| {escaped(one.shown_keys)} | {one.help} | `{one.id}` |" for one in found]
            heading = [f"### {title}: {part}", ""] if part else []
            parts.append("\n".join([*heading, "| key | what it does | name |", "| --- | --- | --- |", *rows, ""]))
    return "\n".join(parts)


def keys_table() -> str:
    """The keys that one wants to know at first: those of the footers, and a few places in full."""
    rows = ["| where | keys |", "| --- | --- |"]
    for where in PLACES:
        told = [one for one in COMMANDS if one.where == where and (one.show or _is_told(one))]
        if where not in _UNTOLD:
            rows.append(f"| {where} | {' · '.join(f'`{escaped(one.shown_keys)}` {one.title}' for one in told)} |")
    return "\n".join(rows)


def _is_told(command: Command) -> bool:
    return command.where in _IN_FULL and (command.palette or command.where == "servers")


def main() -> None:
    """Write both."""
    PAGE.write_text(keys_page(), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    table = re.compile(r"\| where \| keys \|\n(?:\|.*\n)+")
    README.write_text(table.sub(lambda _: keys_table() + "\n", text), encoding="utf-8")


if __name__ == "__main__":
    main()

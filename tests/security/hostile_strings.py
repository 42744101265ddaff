"""Strings that try to do something to a terminal or to the app, and what of a text could.

Every string stands between `OPEN` and `CLOSE`, so that a test sees that it was shown, and a server what was put into
the names it is asked by.
"""

from __future__ import annotations

import re
from typing import Final

OPEN, CLOSE = "⟪", "⟫"
TRAP: Final = "sprung"
"""Stands in everything that would be opened, run or copied."""

_ST = "\x1b\\"
_TITLES = (f"\x1b]0;{TRAP}\x07", f"\x1b]2;{TRAP}{_ST}", f"\x9d0;{TRAP}\x9c", f"\x1b]1;{TRAP}\x07", f"\x1bk{TRAP}{_ST}")
_CLIPBOARD = (
    "\x1b]52;c;c3BydW5n\x07", f"\x1b]52;p;c3BydW5n{_ST}", "\x9d52;c;c3BydW5n\x9c", "\x1b]52;c;?\x07",
    "\x1b]52;c;c3BydW5n", f"\x1bPtmux;\x1b\x1b]52;c;c3BydW5n\x07{_ST}",
    "\x1b]1337;CopyToClipboard=\x07sprung\x1b]1337;EndCopy\x07",
)  # fmt: skip
_LINKS = (
    f"\x1b]8;;https://{TRAP}.example{_ST}here\x1b]8;;{_ST}", f"\x1b]8;id=1;file:///{TRAP}\x07here\x1b]8;;\x07",
    f"\x9d8;;https://{TRAP}.example\x9chere\x9d8;;\x9c", f"[here](javascript:{TRAP})", f"<https://{TRAP}.example>",
    f"![picture](https://{TRAP}.example/a.png)", f"[here](https://{TRAP}.example \"title\")",
)  # fmt: skip
_QUESTIONS = (
    f"\x1bP$qm{_ST}", f"\x1bP+q544e{_ST}", "\x1b[c", "\x1b[>c", "\x1b[=c", "\x1b[5n", "\x1b[6n", "\x1b[?6n",
    "\x1b[21t", "\x1b[20t", "\x1b[18t", "\x1bZ", "\x05", f"\x1b]10;?{_ST}", "\x1b]4;1;?\x07", "\x1b[?1$p", "\x1b[x",
    "\x90$qm\x9c",
)  # fmt: skip
_SCREEN = (
    "\x1b[2J", "\x1b[H", "\x1b[1;1H", "\x1b[99A", "\x1b[99D", "\x1b[3J", "\x1b[K", "\x1b[10@", "\x1b[10P", "\x1b[10L",
    "\x1b[10M", "\x1b[10S", "\x1b[10T", "\x1b[2;3r", "\x1b7", "\x1b8", "\x1bM", "\x1bD", "\x1bE", "\x1bc", "\x1b#8",
    "\x1b[!p", "\x1b[99b", "\x9b2J", "\x9b1;1H", "\x9b31m", "\x9b?25l", "\x84", "\x85", "\x8d", "\x9a",
    "\x1b[31;5;7m", "\x1b[0;8m", "\x1b[38;2;1;2;3m", "\x1b[\n2J", "\x1b[\x182J", "\x1b\x1b[2J", "\x1b[2\x1b[2JJ",
    "\x1b]0;a\x1b[2J\x07", "\x1b[" + "1;" * 200 + "H", "\x1b[" + "9" * 300 + "A",
)  # fmt: skip
_MODES = (
    "\x1b[?1049l", "\x1b[?1049h", "\x1b[?25l", "\x1b[?1003h", "\x1b[?2004l", "\x1b[?1004h", "\x1b[?2026h", "\x1b[4h",
    "\x1b[20h", "\x1b[?5h", "\x1b[?7l", "\x1b[?47h", "\x1b[2 q", "\x1b[>1u", "\x1b[<u", "\x1b=", "\x1b>", "\x1b(0",
    "\x1b)0", "\x0e", "\x0f", "\x1bn", "\x1b%@", "\x1b[8;3;3t",
)  # fmt: skip
_STRINGS = (
    f"\x1bP0;1|17/ab{_ST}", f"\x1b_Ga=T,f=32;AAAA{_ST}", f"\x1b^{TRAP}{_ST}", f"\x1bX{TRAP}{_ST}",
    "\x1bPq#0;2;0;0;0#0~~@@\x1b\\", f"\x9f{TRAP}\x9c", f"\x98{TRAP}\x9c", f"\x9e{TRAP}\x9c", "\x1bP", "\x1b_",
    "\x1b^", "\x1bX", "\x1b]", "\x1b", "\x9b", "\x9d", "\x90", f"\x1b]9;{TRAP}\x07", f"\x1b]777;notify;{TRAP};a\x07",
    "\x1b]1337;File=name=c3BydW5n;inline=1:AAAA\x07", f"\x1b]7;file:///{TRAP}\x07", f"\x1b]50;{TRAP}\x07",
    "\x1b]133;A\x07", "\x1b]9;4;1;50\x07", "\x1b]1337;RequestUpload=format=tgz\x07", "\x1b]P0ff0000",
    "\x1b]0;" + "x" * 2000 + "\x07",
)  # fmt: skip
_CONTROLS = (
    "\x00", "\x07", "\x08\x08\x08\x08", "\x0b", "\x0c", "\x7f\x7f", "\x80\x81\x99", "a\rb", "a\r\nb", "a\nb",
    "a\n\n\nb", "a\tb", "a\u2028b", "a\u2029b", "\r\x1b[K", "\n\r\n", "\x1a", "\x04\x03", "\x11\x13",
    "\x1c\x1d\x1e\x1f",
)  # fmt: skip
_DIRECTIONS = (
    "\u202eabc\u202c", "\u202dabc", "\u202aabc", "\u202babc", "\u2066abc\u2069", "\u2067abc\u2069", "\u2068abc\u2069",
    "\u200eabc", "\u200fabc", "\u061cabc", "\u202e\u202e\u2067", "user\u202etxt.exe", "\u2069\u2069\u202c\u202c",
    "\u206aabc\u206f",
)  # fmt: skip
_UNSEEN = (
    "a\u200bb", "a\ufeffb", "a\u2060b", "a\u00adb", "a\u180eb", "".join(chr(0xE0000 + ord(one)) for one in TRAP),
    "\U000e0001\U000e007f", "a" + "\ufe0f" * 50, "a" + "\U000e0100" * 50, "\u200d" * 60, "\u200c" * 60,
    "a\u2062b\u2064", "\ufff9a\ufffab\ufffb", "e" + "\u0301" * 400,
    "".join(chr(0x300 + at % 0x70) for at in range(500)), "\u20dd" * 90, "\u0e01" + "\u0e47" * 200,
    "\u0627" + "\u064b" * 200, "\u1ab0" * 90, "\u0489" * 90,
)  # fmt: skip
_MARKUP = (
    f"[@click=app.{TRAP}]loud[/]", f"[@click=\"app.{TRAP}('a')\"]loud[/]",
    f"[link=https://{TRAP}.example]loud[/link]", f"[link='https://{TRAP}.example']loud[/]", "[red]loud[/red]",
    "[bold on red]loud[/]", "[/]", "[/red]", "[", "]", "[[", "[$error]loud[/]", "[blink]loud",
    f"[@click=screen.{TRAP}]loud", "$text[/]", "\\[red]loud", "[#ff0000]loud[/]", "[reverse]", "[on blue]", ":bomb:",
    "{TRAP}", "%s%n", "${HOME}", "<b>loud</b>", f"<img src=https://{TRAP}.example/>", f"<script>{TRAP}()</script>",
    "&#27;[2J", "&lt;",
)  # fmt: skip
_SIZES = (
    "w" * 3000,
    "界" * 1500,
    "👨‍👩‍👧‍👦" * 200,
    "﷽" * 200,
    "\u3000" * 900,
    " " * 2000,
    "🇩🇪" * 300,
    "ｗ" * 900,
    "a" * 90 + "\n" * 300,
    "\t" * 400,
)
_HALVES = ("\ud800", "\udfff", "\udc80\udc9b2J", "a\ud83d", "\ud83d\ude00", "\udcff" * 30)
PATHS: Final = (
    "../../../../etc/passwd", "/etc/passwd", "..\\..\\a", "a/../../b", "~/.ssh/id", "$(touch sprung)",
    "`touch sprung`", "; touch sprung", "-rf", "CON", "a\x00b", "." * 300, "../sprung", "..", "/tmp/sprung",
    "sprung/../../sprung",
)  # fmt: skip
"""What a program could take for a path, or a shell for a command."""

CORPUS: Final[tuple[str, ...]] = (
    *_TITLES, *_CLIPBOARD, *_LINKS, *_QUESTIONS, *_SCREEN, *_MODES, *_STRINGS, *_CONTROLS, *_DIRECTIONS, *_UNSEEN,
    *_MARKUP, *_SIZES, *_HALVES, *PATHS,
)  # fmt: skip

ACTIVE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""What may stand in no text that a terminal gets."""
_MARK = (
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d"
    r"\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
FLOOD: Final = re.compile(f"{_MARK}{{11}}")
"""More marks on one character than any writing has."""

# Textual's own: colours, where to write, modes on and off, the keyboard protocol, questions, the shape of the pointer.
_SGR = r"\x1b\[[\d;:]*m"
_ALLOWED = re.compile(
    rf"{_SGR}|\x1b\[\d+;\d+H|\x1b\[\??[\d;]*[hl]|\x1b\[[<>=]\d*u|\x1b\[\?u|\x1b\[\?(?:2026|2048)\$p"
    r"|\x1b\]22;[a-z-]+\x07"
)
_LINES = re.compile(rf"{_SGR}|\r?\x1b\[[1-9]A|\x1b\[2K|\x1b\[0J|\r(?=\x1b)")
"""What the command line writes to a terminal: dimmed thoughts, and lines of progress drawn anew."""
_PAINT = re.compile(rf"{_SGR}|\x1b\[\d+;\d+H|\x1b\[\?2026[hl]|\x1b\]22;[a-z-]+\x07")


def wrapped(text: str) -> str:
    """The string between its marks."""
    return f"{OPEN}{text}{CLOSE}"


def unwrapped(text: str) -> str:
    """What a server had said, before strings were put into it."""
    return re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", text)


def acts(text: str) -> list[str]:
    """What of a text, in which lines may end, could act on a terminal."""
    return [*ACTIVE.findall(text), *FLOOD.findall(text)]


def painted_acts(painted: str | bytes) -> list[str]:
    """What of the app's painting is more than text, colours and where they go, or was taken for markup."""
    if isinstance(painted, bytes):
        painted = painted.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    text = _PAINT.sub("", painted)
    return [*acts(text), *re.findall(f"{OPEN}loud", text)]


def terminal_acts(raw: bytes) -> list[str]:
    """What of everything that a terminal got is neither text nor an order that Textual gives."""
    text = raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    return acts(_ALLOWED.sub("", text))


def line_acts(text: str, *, floods: bool = True) -> list[str]:
    """What of the command line's output to a terminal is neither text nor an order of its own."""
    plain = _LINES.sub("", text)
    return [*(acts(plain) if floods else ACTIVE.findall(plain)), *re.findall(f"{OPEN}loud", plain)]

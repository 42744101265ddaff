"""The lines that divide a Markdown file into messages, and how a text keeps from looking like one of them."""

from __future__ import annotations

import re
from typing import Final, Literal

Speaker = Literal["user", "assistant", "system", "tool"]

CLOSED: Final = "<!-- lmstudio-tui: the text ends within a fence -->"
"""Stands after a fence that was closed for the sake of what follows."""
ANOTHER: Final = "# Another branch"
"""The heading above messages that are on no branch before."""
TOOL_CALL: Final = "**Tool call**"
REASONING: Final = "<summary>Reasoning</summary>"
ATTACHED: Final = "Attached: "

_SPEAKERS: Final[dict[str, Speaker]] = {
    **dict.fromkeys(("user", "human", "you"), "user"),
    **dict.fromkeys(("assistant", "ai", "bot"), "assistant"),
    "system": "system",
    "system prompt": "system",
    "tool": "tool",
}
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_SPEAKING = rf"#{{1,6}}[ \t]+({'|'.join(_SPEAKERS)})[ \t]*(?:\((.{{0,400}})\)[ \t]*)?:?[ \t#]*"
_HEADING = re.compile(rf" {{0,3}}{_SPEAKING}", re.IGNORECASE)
_DIVIDING = re.compile(
    rf"( {{0,3}})(\\*)(?={_SPEAKING}$|{re.escape(ANOTHER)}\b|{re.escape(TOOL_CALL)}[ \t]|<!-- lmstudio-tui"
    rf"|{re.escape(REASONING)}|<summary>{ATTACHED}|\*{ATTACHED})",
    re.IGNORECASE,
)


class Fences:
    """Follows the fences of a text, line by line."""

    def __init__(self) -> None:
        self.open = ""
        """The fence that is open; empty outside."""

    def outside(self, line: str) -> bool:
        """Whether the next line stands outside of every fence; the fences themselves do not."""
        found = _FENCE.match(line)
        if not self.open:
            self.open = found[1] if found else ""
            return not found
        if line.strip(" \t").startswith(self.open) and not line.strip(" \t").strip(self.open[0]) and found:
            self.open = ""
        return False


def heading_of(line: str) -> tuple[Speaker, str] | None:
    """Who speaks from a line on, and what the heading says about it in parentheses; None for any other line."""
    found = _HEADING.fullmatch(line)
    return (_SPEAKERS[found[1].lower()], unescaped_words(found[2] or "")) if found else None


def fenced(text: str, language: str = "") -> str:
    """A text in a fence that is longer than any in it."""
    longest = max((len(run[0]) for run in re.finditer("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def escaped(text: str) -> str:
    """A text in which no line divides the file, and in which every fence is closed."""
    fences, lines = Fences(), list[str]()
    for line in text.split("\n"):
        found = _DIVIDING.match(line) if fences.outside(line) else None
        lines.append(f"{found[1]}\\{line[found.end(1) :]}" if found else line)
    return "\n".join([*lines, fences.open, CLOSED] if fences.open else lines)


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    lines = text.split("\n")
    if lines[-1].strip() == CLOSED and len(lines) > 1:
        del lines[-2:]
    fences = Fences()
    for at, line in enumerate(lines):
        found = _DIVIDING.match(line) if fences.outside(line) else None
        if found and found[2]:
            lines[at] = f"{found[1]}{line[found.end(1) + 1 :]}"
    return "\n".join(lines)


def hidden_closing(text: str) -> str:
    """A text that does not end the `<details>` in which it stands."""
    return re.sub(r"<(\\*/details)", r"<\\\1", text, flags=re.IGNORECASE)


def shown_closing(text: str) -> str:
    """What `hidden_closing` was given."""
    return re.sub(r"<\\(\\*/details)", r"<\1", text, flags=re.IGNORECASE)


def escaped_words(text: str) -> str:
    """A few words on one line, in which Markdown finds nothing of its own."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)


def unescaped_words(text: str) -> str:
    """What `escaped_words` was given."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def heading(speaker: Speaker, about: str) -> str:
    """The line that says who speaks from here on."""
    name = speaker.capitalize()
    return f"## {name} ({about})" if about else f"## {name}"

"""What stands in a frame: the title in words, and after it how things are, each in a pill on the frame's line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from textual.content import Content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from textual.widget import Widget

Tone = Literal["plain", "good", "bad", "busy"]
Part = Literal["title", "line"] | Tone

BETWEEN: Final = " ─ "
"""Between the title and what is said of it; so it can be read without colours."""
_TINTS: Final[Mapping[Tone, str]] = {
    "plain": "not bold $foreground on $panel",
    "good": "not bold $text-success on $success-muted",
    "bad": "bold $text-error on $error-muted",
    "busy": "bold $text-warning on $warning-muted",
}
_LINE: Final = "not bold $border-blurred"


def pieces_of(words: str, tones: Mapping[str, Tone]) -> Iterator[tuple[str, Part]]:
    """The parts of what stands in a frame, as they are painted.

    Args:
        words: the title and what is said of it, with `BETWEEN` between them.
        tones: of what is said, by a word or a sign of it.
    """
    title, *pills = words.split(BETWEEN)
    yield title, "title"
    for number, pill in enumerate(pills):
        yield "─" if number else " ─", "line"
        yield f" {pill} ", _tone_of(pill, tones)


def _tone_of(pill: str, tones: Mapping[str, Tone]) -> Tone:
    for sign, tone in tones.items():
        if sign in pill:
            return tone
    return "plain"


def framed(words: str, tones: Mapping[str, Tone] | None = None) -> Content:
    """The same, for the title of a border. No words of it are markup."""
    return Content.assemble(
        *(
            text if kind == "title" else (text, _LINE if kind == "line" else _TINTS[kind])
            for text, kind in pieces_of(words, tones or {})
        )
    )


def entitle(widget: Widget, title: str, subtitle: str = "", tones: Mapping[str, Tone] | None = None) -> None:
    """Set what stands in a frame. Setting the same again would draw all that is within.

    Args:
        widget: whose frame.
        title: with `BETWEEN` between its parts.
        subtitle: as it is to stand at the bottom.
        tones: of the parts, by a word or a sign of them.
    """
    if widget.border_title != (content := framed(title, tones)).markup:
        widget.border_title = content
    if (widget.border_subtitle or "") != (content := Content(subtitle)).markup:
        widget.border_subtitle = content

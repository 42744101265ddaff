"""What the mouse has selected of a row."""

from __future__ import annotations

from itertools import accumulate

from rich.segment import Segment
from rich.style import Style


def marked(segments: list[Segment], span: tuple[int, int], highlight: Style) -> list[Segment]:
    """The segments with the characters of a selection in its style; an end of -1 is that of the row."""
    ends = list(accumulate(len(segment.text) for segment in segments))
    first, last = span[0], span[1] if span[1] >= 0 else (ends[-1] if ends else 0)
    found: list[Segment] = []
    for segment, end in zip(segments, ends, strict=True):
        start = end - len(segment.text)
        cuts = [min(max(at, start), end) - start for at in (first, last)]
        style = segment.style or Style.null()
        for text, own in (
            (segment.text[: cuts[0]], style),
            (segment.text[cuts[0] : cuts[1]], style + highlight),
            (segment.text[cuts[1] :], style),
        ):
            if text:
                found.append(Segment(text, own))
    return found

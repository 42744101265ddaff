"""What the body of a transcription is, which does not always say so: events, JSON on lines, or one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.sse import EventReader, ServerEvent, StrayLine
from lmstudio_tui.sdk.transcript_reading import begins_as_json
from lmstudio_tui.sdk.wire import is_object, json_or_none

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENOUGH = 64 * 1024
"""Bytes of a body that tell what it is."""
_STREAMS = (b"data:", b"event:", b"id:", b":")


def beginning(chunks: Iterator[bytes]) -> tuple[bytes, bool]:
    """As much of a body as tells whether it is a stream of events, although it does not say so; and whether it is."""
    head = b""
    for chunk in chunks:
        head += chunk
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if len(start) >= 6 and not start.startswith(_STREAMS):
            return head, False
        if _holds_events(EventReader().feed(head)):
            return head, True
        if len(head) > _ENOUGH:
            return head, False
    reader = EventReader()
    return head, _holds_events([*reader.feed(head), *reader.flush()])


def _holds_events(found: list[ServerEvent | StrayLine]) -> bool:
    """Whether it is events, and no text that happens to begin as one, such as `data: the new oil`."""
    events = [one.data for one in found if isinstance(one, ServerEvent) and one.data]
    sure = len(events) > 1 or any(begins_as_json(data.decode("utf-8", "replace")) for data in events)
    return sure and not any(isinstance(one, StrayLine) for one in found)


def is_half(event: ServerEvent | StrayLine, *, sense: bool, framed: bool) -> bool:
    """Whether what a stream ends with, without an empty line after it, is only the beginning of an event.

    Args:
        sense: whether there were events before.
        framed: whether the end of the body is known to be its end.
    """
    if isinstance(event, StrayLine):
        return sense and not framed
    data = event.data.strip()
    if data == b"[DONE]" or json_or_none(data) is not None:
        return False
    return not framed or begins_as_json(data.decode("utf-8", "replace"))


def json_lines(raw: bytes) -> list[Any]:
    """The objects of a body that has one on each line; none when it is something else."""
    lines = [line for line in raw.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.lstrip().startswith(b"{") for line in lines):
        return []
    rows = [json_or_none(line) for line in lines]
    return rows if all(is_object(row) for row in rows) else []

"""Which line of the list holds what: headings of days, titles, and what was found. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.store.library.records import Hit


class Line(NamedTuple):
    """A line of the list.

    Attributes:
        at: which conversation it belongs to; that below it for a heading.
        part: what of it.
        text: of a heading.
    """

    at: int
    part: Literal["heading", "title", "snippet"]
    text: str = ""


class Calendar:
    """Days as people call them.

    Args:
        now: the time of day, with its time zone.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._today, self._yesterday, self._week = ((midnight - timedelta(days=days)).timestamp() for days in (0, 1, 7))

    @property
    def day(self) -> float:
        """When today began, in seconds since 1970."""
        return self._today

    def group(self, moment: float) -> str:
        """The heading below which something of that moment stands.

        Args:
            moment: seconds since 1970.
        """
        if moment >= self._today:
            return "Today"
        if moment >= self._yesterday:
            return "Yesterday"
        if moment >= self._week:
            return "Previous 7 days"
        then = self._local(moment)
        if then is None:
            return "Earlier"
        return then.strftime("%B" if then.year == self._now.year else "%B %Y")

    def when(self, moment: float) -> str:
        """When that was, in nine characters at most. It stays true however long it is shown, but for another day."""
        then = self._local(moment)
        if then is None:
            return ""
        if moment >= self._today:
            return then.strftime("%H:%M")
        if moment >= self._week:
            return then.strftime("%a %H:%M")
        return f"{then.day} {then:%b}" if then.year == self._now.year else then.strftime("%b %Y")

    def _local(self, moment: float) -> datetime | None:
        """None for what cannot be a time: what was imported may say anything."""
        if moment <= 0:
            return None
        try:
            return datetime.fromtimestamp(moment, self._now.tzinfo or UTC)
        except (OverflowError, OSError, ValueError):
            return None


def lines_of(hits: Sequence[Hit], calendar: Calendar, *, searching: bool) -> tuple[list[Line], list[int]]:
    """The lines of these conversations, in their order, and the number of the first line of each.

    Args:
        hits: the conversations.
        calendar: of today.
        searching: whether they are what a search has found: then no headings, and below each what was found in it.
    """
    lines: list[Line] = []
    starts: list[int] = []
    heading = ""
    for at, hit in enumerate(hits):
        if not searching:
            one = hit.conversation
            group = "Pinned" if one.pinned else calendar.group(one.updated_at)
            if group != heading:
                lines.append(Line(at, "heading", group))
                heading = group
        starts.append(len(lines))
        lines.append(Line(at, "title"))
        if searching and hit.snippet:
            lines.append(Line(at, "snippet"))
    return lines, starts

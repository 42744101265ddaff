"""What stands around the list, and in its place while it is empty. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.inspector.words import count_of
from lmstudio_tui.tui.commands import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.inspector.exchange import Summary

_TO_THE_CHAT: Final = "{inspector.open} goes to the chat: ask something."


def title_for(shown: Sequence[Summary], theirs: Sequence[Summary]) -> str:
    """How many requests there are, and how many of them have failed.

    Args:
        shown: those that the filter leaves.
        theirs: those without the polls, unless these are shown.
    """
    failed = sum(summary.failed for summary in theirs)
    count = f"{len(shown):,}" if len(shown) == len(theirs) else f"{len(shown):,} of {len(theirs):,}"
    return " ─ ".join(["Requests", count, *([f"{failed:,} failed"] if failed else [])])


def subtitle_for(all_of_them: Sequence[Summary], *, polls_shown: bool) -> str:
    """How many polls there are, and the key for them; empty when there are none."""
    polls = sum(summary.background for summary in all_of_them)
    said = told("shown, {inspector.polls} hides them" if polls_shown else "hidden, {inspector.polls} shows them")
    return f"{count_of(polls, 'poll')} {said}" if polls else ""


def notice_for(query: str, theirs: int, hidden: int) -> tuple[str, ...]:
    """What to say, a line each, while nothing is in the list.

    Args:
        query: of the filter.
        theirs: how many requests there are before the filter.
        hidden: how many polls are not shown.
    """
    if theirs and query.strip():
        return "No request matches the filter.", "", told("{inspector.back} clears it.")
    if hidden:
        return f"Only polls so far: {hidden:,}.", "", told("{inspector.polls} shows them."), told(_TO_THE_CHAT)
    return (
        "Nothing has gone over the wire yet.",
        "",
        "Every request of the app appears here as it happens,",
        "with its headers, bodies, events and times.",
        "",
        told(_TO_THE_CHAT),
    )

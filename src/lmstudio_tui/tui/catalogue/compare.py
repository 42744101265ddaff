"""What can be done where models are compared, and with their differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.catalogue.command import Command, only_in

if TYPE_CHECKING:
    from collections.abc import Iterator


def _here(*rows: tuple[str, str, str, str, str]) -> Iterator[Command]:
    """Commands out of id, keys, action, title and help."""
    return (
        Command(id_, keys, action, title, text, "compare", palette=False, priority=id_ == "compare.begin")
        for id_, keys, action, title, text in rows
    )


COMPARE: tuple[Command, ...] = (
    *only_in(
        ("choosing models",),
        *_here(
            ("compare.begin", "ctrl+r", "begin", "Compare", "Ask them."),
            ("compare.add", "a,plus", "add", "Add", "Add a model."),
            ("compare.parameters", "p", "parameters", "Parameters", "Give the model parameters of its own."),
            ("compare.drop", "x,delete", "drop", "Remove", "Take the model off the list."),
        ),
    ),
    *only_in(
        ("answers",),
        *_here(
            ("compare.keep", "enter", "keep", "Keep", "Go on with this answer in the chat."),
            ("compare.again", "r", "again", "Again", "Ask this model again."),
        ),
    ),
    *only_in(
        ("answers", "differences"),
        *_here(
            ("compare.diff", "d", "diff", "Diff", "Show what is different, or the answers again."),
            ("compare.copy", "y,ctrl+y", "copy", "Copy", "Copy the answer."),
            ("compare.fold", "space", "fold", "Reasoning", "Show or fold the reasoning."),
            *(
                (
                    f"compare.look_{number}",
                    str(number),
                    f"look({number - 1})",
                    "Look",
                    "Look at the answer of that number.",
                )
                for number in range(1, 5)
            ),
        ),
    ),
    *only_in(
        ("differences",),
        *_here(
            ("compare.layout", "s", "turn", "Layout", "Side by side, or one below the other."),
            ("compare.next_change", "n", "change(1)", "Next change", "The next change."),
            ("compare.previous_change", "p,N", "change(-1)", "Change before", "The change before."),
        ),
    ),
)

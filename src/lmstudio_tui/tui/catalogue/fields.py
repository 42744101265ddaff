"""What can be done in a field of text, besides typing; in the panel of parameters; and with a recording that plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.catalogue.command import Command, only_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.tui.catalogue.command import Where


def _in(where: Where, *rows: tuple[str, str, str, str, str]) -> Iterator[Command]:
    """Commands out of id, keys, action, title and help."""
    return (Command(id_, keys, action, title, text, where, palette=False) for id_, keys, action, title, text in rows)


FIELDS: tuple[Command, ...] = (
    *only_in(
        ("several lines",),
        *_in(
            "fields",
            ("field.submit", "enter", "submit", "Take", "Take what is typed."),
            ("field.newline", "ctrl+j,shift+enter", "newline", "New line", "Start a new line."),
        ),
    ),
    *only_in(
        ("a filter",),
        *_in(
            "fields",
            ("filter.to_list", "down", "leave_filter", "To the list", "Go to the list."),
            ("filter.take", "enter", "leave_filter", "To the list", "Go to the list, with the filter as it is."),
            ("filter.clear", "escape", "clear_filter", "Clear", "Filter no more."),
        ),
    ),
    *only_in(
        ("searching the transcript",),
        *_in(
            "fields",
            ("find.next", "enter,down", "step(1)", "Next", "Go to the next place that was found."),
            ("find.previous", "shift+enter,up", "step(-1)", "Before", "Go to the place before."),
            ("find.close", "escape", "close", "Close", "End the search."),
        ),
    ),
    *only_in(
        ("a path",),
        *_in(
            "fields",
            ("path.complete", "tab", "complete", "Complete", "Go on with the name that was begun."),
            ("path.mark", "insert", "mark", "Mark", "Mark the file, to take several."),
            ("path.mark_walking", "space", "mark", "Mark", "Mark the file, while one walks through the list."),
        ),
    ),
    *only_in(
        ("a number",),
        *_in(
            "fields",
            ("number.more", "up", "step(1)", "More", "A step more."),
            ("number.less", "down", "step(-1)", "Less", "A step less."),
        ),
    ),
    *_in(
        "parameters",
        ("parameters.leave", "escape", "leave", "Close", "Close the panel."),
        ("parameters.unset", "ctrl+delete", "unset", "Unset", "Leave it to the server."),
        ("parameters.more", "alt+up,ctrl+up", "step(1)", "More", "A step more, or the choice before."),
        ("parameters.less", "alt+down,ctrl+down", "step(-1)", "Less", "A step less, or the choice after."),
    ),
    *_in(
        "player",
        ("player.pause", "space,enter", "play_pause", "Pause", "Pause, or go on."),
        ("player.start", "home", "start", "Start", "Go to the start."),
        ("player.louder", "plus,equals_sign,up", "volume(1)", "Louder", "Turn the volume up."),
        ("player.softer", "minus,down", "volume(-1)", "Softer", "Turn the volume down."),
    ),
)

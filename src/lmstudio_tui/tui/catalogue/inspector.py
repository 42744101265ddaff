"""What can be done with recorded requests."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command

_SECTIONS = (
    ("timing", "Where the time went."),
    ("headers", "The headers of both sides."),
    ("request", "The body of the request."),
    ("response", "The answer, a stream put together."),
    ("events", "Every event of a stream."),
)

INSPECTOR: tuple[Command, ...] = (
    Command(
        "inspector.open",
        "enter",
        "open",
        "Open",
        "Show the request, or an event whole.",
        "inspector",
        show=True,
        palette=False,
    ),
    Command("inspector.back", "escape", "back", "Back", "Stop, or go back.", "inspector", show=True, palette=False),
    Command("inspector.filter", "/", "filter", "Filter", "Filter the requests.", "inspector", show=True),
    Command("inspector.curl", "y", "copy_as('curl')", "curl", "Copy the request as curl.", "inspector", show=True),
    Command(
        "inspector.httpx",
        "Y",
        "copy_as('httpx')",
        "Python",
        "Copy the request as Python (httpx).",
        "inspector",
        show=True,
    ),
    Command("inspector.openai", "p", "copy_as('openai')", "openai", "Copy it as Python (openai).", "inspector"),
    Command("inspector.copy", "c", "copy_section", "Copy", "Copy what is marked, else the section.", "inspector"),
    Command("inspector.export", "e", "export", "HAR", "Export requests as HAR.", "inspector", show=True),
    Command("inspector.replay", "r", "replay", "Replay", "Send the request again.", "inspector", show=True),
    Command("inspector.raw", "w", "raw", "Raw", "Show bodies as they came, or laid out.", "inspector"),
    Command("inspector.polls", "b", "polls", "Polls", "Show or hide the app's own polls.", "inspector", show=True),
    Command("inspector.clear", "x", "clear", "Clear", "Clear the list of requests.", "inspector"),
    *(
        Command(
            f"inspector.{name}", str(number), f"section({number})", name.capitalize(), text, "inspector", palette=False
        )
        for number, (name, text) in enumerate(_SECTIONS, 1)
    ),
    Command("inspector.next", "right,l", "turn(1)", "Next", "The section after.", "inspector", palette=False),
    Command("inspector.previous", "left,h", "turn(-1)", "Previous", "The section before.", "inspector", palette=False),
    Command("inspector.tab", "tab", "turn(1)", "Next", "In a request: the section after.", "inspector", palette=False),
    Command(
        "inspector.back_tab",
        "shift+tab",
        "turn(-1)",
        "Previous",
        "In a request: the section before.",
        "inspector",
        palette=False,
    ),
)

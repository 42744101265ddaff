"""What an empty conversation says. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told

if TYPE_CHECKING:
    from lmstudio_tui.features.server_view import ServerView


def welcome_of(server: ServerView, model: str | None) -> Text:
    """What is said before anything was asked."""
    text = Text()
    if server.presence is Presence.CONNECTING:
        text.append(f"Looking for a server at {server.base_url} …\n\n", style="bold")
    elif reason := refusal_of(server):
        text.append(f"This server cannot chat.\n\n{reason}\n\n", style="bold")
        text.append(
            told(
                "{app.facts} explains what it can do, {app.servers} goes to another server, "
                "{app.simulator} to the simulator."
            )
        )
        return text
    elif model:
        text.append(f"{clean_line(model)} is listening.\n\n", style="bold")
    elif not server.models:
        text.append("This server lists no model.\n\n", style="bold")
        text.append(told("Load one in the server, or press {chat.model} and type a model's id.\n"))
    text.append(told("Type below; {chat.send} sends, {chat.newline} starts a new line, / begins a command.\n"))
    text.append(told("{chat.model} another model   {chat.list} conversations   {app.help} all keys"))
    return text


def refusal_of(server: ServerView) -> str:
    """Why this server cannot chat; empty where it may."""
    chat = server.status.capabilities.get("chat") if server.status else None
    return clean_line(f"{chat.reason} {chat.hint}") if chat is not None and chat.available is False else ""

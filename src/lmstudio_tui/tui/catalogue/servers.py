"""What can be done in the list of servers, and in the form for one."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command

SERVERS: tuple[Command, ...] = (
    Command("servers.add", "a", "add", "Add", "Add a server, or the found one under the cursor.", "servers"),
    Command("servers.edit", "e", "edit", "Edit", "Edit the server.", "servers", palette=False),
    Command("servers.test", "t", "test", "Test", "Ask the server who it is.", "servers", palette=False),
    Command(
        "servers.start", "s", "start_with", "Start with it", "Use it when the app starts.", "servers", palette=False
    ),
    Command("servers.remove", "x,delete", "remove", "Remove", "Remove the server.", "servers", palette=False),
    Command("servers.restore", "z", "restore", "Bring back", "Bring the removed server back.", "servers"),
    Command("servers.find", "f", "find", "Find", "Look for servers on this machine.", "servers"),
    Command("servers.filter", "slash", "filter", "Filter", "Filter the list.", "servers", palette=False),
    Command(
        "profile.save",
        "ctrl+s",
        "save",
        "Save",
        "In the form: save the server.",
        "servers",
        palette=False,
        priority=True,
    ),
    Command(
        "profile.test",
        "ctrl+t",
        "test",
        "Test",
        "In the form: try the server as it stands there.",
        "servers",
        palette=False,
        priority=True,
    ),
)

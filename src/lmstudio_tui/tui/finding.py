"""What the command palette can go to, as it is looked up when that opens."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from lmstudio_tui.features.profiles import ProfileError
from lmstudio_tui.features.settings_desk import TOP, SettingsDeskError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import key_of
from lmstudio_tui.tui.palette import Find
from lmstudio_tui.tui.widgets.conversation_list.painting import name_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime

    from lmstudio_tui.features.profiles import Profiles
    from lmstudio_tui.features.settings_desk import SettingsDesk
    from lmstudio_tui.sdk import ModelSummary
    from lmstudio_tui.store.library import Library
    from lmstudio_tui.store.library.records import Conversation


async def conversations(
    library: Library, now: datetime, open_kept: Callable[[Conversation], Awaitable[None]]
) -> list[Find]:
    """Every conversation by its title, the pinned ones and those used last first."""
    hits = await asyncio.to_thread(library.conversations)
    found: list[Find] = []
    for hit in hits:
        one = hit.conversation
        days = int((now.timestamp() - one.updated_at) // 86_400)
        used = "today" if days < 1 else "yesterday" if days == 1 else f"{days:,} days ago"
        said = f"Conversation, used {used} · {key_of('chat.list')}"
        found.append(Find(f"Open {name_of(one)}", said, partial(open_kept, one)))
    return found


def models(listed: Iterable[ModelSummary], ask: Callable[[str], Awaitable[None]]) -> list[Find]:
    """The models that can be chosen for the chat."""
    chosen = (one for one in listed if one.type != "embedding")
    return [
        Find(f"Ask {clean_line(one.id)}", f"Choose this model · {key_of('chat.model')}", partial(ask, one.id))
        for one in chosen
    ]


async def servers(
    profiles: Callable[[], Profiles] | None, is_other: Callable[[str], bool], use: Callable[[Profiles, str], None]
) -> list[Find]:
    """The servers by name, but for the one in use: `is_other` tells."""
    if profiles is None:
        return []
    known = profiles()
    try:
        entries = await asyncio.to_thread(known.entries)
    except ProfileError:
        return []  # the list of servers says what is wrong with the file
    return [
        Find(
            f"Use {clean_line(one.name) or 'the server without a profile'}",
            f"Server at {clean_line(one.base_url)} · {key_of('app.servers')}",
            partial(use, known, one.name),
        )
        for one in entries
        if not one.problem and is_other(one.name)
    ]


async def settings(
    read: Callable[[], SettingsDesk] | None, profile: str | None, show: Callable[[str], None]
) -> list[Find]:
    """Every setting by its name; what it is for is searched, too."""
    if read is None:
        return []
    try:
        rows = await asyncio.to_thread(lambda: read().rows(TOP, profile))
    except SettingsDeskError:
        return []  # the settings say what is wrong with the file
    return [
        Find(f"Setting {row.name}", f"{clean_line(row.meaning)} · {key_of('app.settings')}", partial(show, row.name))
        for row in rows
    ]


def themes(names: Iterable[str], use: Callable[[str], None]) -> list[Find]:
    """Every theme by its name."""
    return [Find(f"Theme {name}", "How the app looks", partial(use, name)) for name in sorted(names)]

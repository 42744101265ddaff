"""What the tests of the chat share: what the simulator was sent, and libraries and states to begin with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app_parts import NOW, Driver

from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.store.library import Conversation, Library, Loaded, Message
from lmstudio_tui.store.state import AppState, StateFile

PLAIN = "/v1/chat/completions"
NATIVE = "/api/v1/chat"


def sent(simulator: SimulatorServer) -> list[dict[str, Any]]:
    """The bodies of the chat requests, oldest first, with their messages as the ordinary endpoint has them."""
    return [_plain(json.loads(one.body)) for one in simulator.requests if one.path in {PLAIN, NATIVE}]


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    if "messages" in body:
        return body
    system = [{"role": "system", "content": body["system_prompt"]}] if "system_prompt" in body else []
    return {**body, "messages": [*system, {"role": "user", "content": body["input"]}]}


def roles(body: dict[str, Any]) -> list[str]:
    return [message["role"] for message in body["messages"]]


def library(folder: Path) -> Library:
    """The library of an app in that folder, as another program has it."""
    return Library(folder / "library.sqlite3", now=lambda: NOW.timestamp())


def said(*texts: str, of: str = "kept", **last: Any) -> list[Message]:
    """Prompts and answers in turn, one below the other; `last` are fields of the last."""
    messages: list[Message] = []
    for number, text in enumerate(texts):
        messages.append(
            Message(
                id=f"{of}{number}",
                conversation_id=of,
                parent_id=messages[-1].id if messages else None,
                role="assistant" if number % 2 else "user",
                text=text,
                created_at=NOW.timestamp() - 600 + number,
            )
        )
    messages[-1] = replace(messages[-1], **last)
    return messages


def keep(folder: Path, messages: Sequence[Message] = (), **fields: Any) -> None:
    """Have the library hold a conversation; its id is that of the messages, else `kept`."""
    kept = library(folder)
    fields = {"id": messages[0].conversation_id if messages else "kept", "title": "Kept", **fields}
    fields = {"created_at": NOW.timestamp() - 600, "updated_at": NOW.timestamp() - 500, **fields}
    kept.create(Conversation(**fields))
    for message in messages:
        kept.add(message)
    if messages and "head" not in fields:
        kept.update(fields["id"], head=messages[-1].id)
    assert kept.flush()
    kept.close()


def leave_open(folder: Path, *ids: str, front: str | None = None) -> None:
    """Have the last start of the app left these conversations open."""
    assert StateFile(folder / "state.json").save(AppState(open_chats=ids, front_chat=front or ids[-1]))


def loaded(folder: Path, conversation_id: str) -> Loaded:
    """What is in the library, once everything is."""
    kept = library(folder)
    found = kept.load(conversation_id)
    kept.close()
    assert found is not None
    return found


def path_texts(ui: Driver) -> list[str]:
    """What is said on the branch in front; nothing while one tab goes and another comes."""
    front = ui.pane._tabs.front_view  # pyright: ignore[reportPrivateUsage]
    return [] if front is None else [message.text for message in front.thread.path]


async def ask(ui: Driver, text: str) -> None:
    """Ask, and wait for the end of the answer."""
    before = len(ui.pane.thread.messages)
    await ui.ask(text)
    await ui.until(lambda: len(ui.pane.thread.messages) >= before + 2 and not ui.pane.streaming)


async def command(ui: Driver, text: str) -> None:
    """Have a slash command done: what is offered while it is typed is put aside first."""
    ui.composer.focus()
    ui.composer.put(text)
    await ui.pilot.pause()
    ui.composer.hush()
    await ui.press("enter")


async def told(ui: Driver, text: str) -> None:
    """Wait until this is said; a notification breaks its lines where it likes."""
    await ui.until(lambda: text in ui.told)

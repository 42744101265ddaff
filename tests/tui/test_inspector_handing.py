"""What is done with a request of the inspector pane: copied, exported, sent again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from inspector_pane_parts import OpenInspector, begun

from inspector_parts import KEY, finished, quietly
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import (
    ClientConfig,
    LMStudioClient,
)
from lmstudio_tui.tui.messages import CopyWanted, SaveWanted
from lmstudio_tui.tui.panes.inspector import InspectorPane
from lmstudio_tui.tui.screens.confirm import Confirm

pytestmark = pytest.mark.anyio


# Handing on


async def test_copies(open_inspector: OpenInspector) -> None:
    async with open_inspector(api_key=KEY) as ui:
        ui.chat(text="What's up?")
        await ui.shows("✓ 200")
        for key, text, what in (
            ("y", "curl -N", "curl command"),
            ("Y", "httpx.stream(", "Python code for httpx"),
            ("p", "client.chat.completions.create(", "Python code for openai"),
        ):
            await ui.press(key)
            copied = await ui.posts(CopyWanted)
            assert text in copied.text
            assert copied.what == what
            assert KEY[:10] not in copied.text
        await ui.press("c")
        await ui.press("enter", "2", "c")
        copied = await ui.posts(CopyWanted)
        assert copied.what == "the section headers"
        assert "authorization: Bearer [key]" in copied.text
        assert ui.app.posted == []


async def test_what_cannot_be_copied_says_why(open_inspector: OpenInspector) -> None:
    async with open_inspector() as ui:
        ui.client.list_models()
        await ui.shows("/api/v0/models")
        await ui.press("p")
        await ui.shows("The openai package has no")
        assert ui.app.posted == []


@pytest.mark.parametrize(("keys", "count"), [(["enter"], 1), (["1"], 1), (["down", "enter"], 3), (["2"], 3)])
async def test_an_archive_of_one_or_all(open_inspector: OpenInspector, keys: list[str], count: int) -> None:
    async with open_inspector() as ui:
        ui.client.list_models()
        await ui.shows("Requests ─ 3")
        await ui.press("e")
        await ui.shows("Export as HAR", "All 3 that are shown")
        await ui.press(*keys)
        saved = await ui.posts(SaveWanted)
        assert len(json.loads(saved.text)["log"]["entries"]) == count
        assert saved.what == ("HAR of 1 request" if count == 1 else "HAR of 3 requests")
        assert saved.suggested.suffix == ".har"
        assert saved.suggested == Path(saved.suggested.name)


async def test_an_archive_of_the_only_one_is_not_asked_about_and_escape_leaves(open_inspector: OpenInspector) -> None:
    async with open_inspector() as ui:
        ui.chat()
        await ui.shows("Requests ─ 1")
        await ui.press("e")
        assert (await ui.posts(SaveWanted)).what == "HAR of 1 request"
        ui.chat()
        await ui.shows("Requests ─ 2")
        await ui.press("e")
        await ui.shows("Export as HAR")
        await ui.press("escape")
        await ui.hides("Export as HAR")
        assert ui.app.posted == []


# Sending again


async def test_a_read_is_sent_again_at_once(open_inspector: OpenInspector) -> None:
    async with open_inspector() as ui:
        ui.client.list_models()
        await ui.shows("Requests ─ 3")
        await ui.press("end", "r")
        await ui.shows("↻ /v1/models", "Sent again: 200", "first time: 200", "Requests ─ 4")
        assert ui.list.chosen is not None
        assert ui.list.chosen.replay_of is not None


async def test_work_is_sent_again_after_asking(open_inspector: OpenInspector) -> None:
    async with open_inspector() as ui:
        ui.chat()
        await ui.shows("Requests ─ 1")
        await ui.press("r")
        await ui.shows("Send again", "the server does its work again", "Leave")
        await ui.press("enter")
        await ui.hides("does its work again")
        assert len(ui.list.shown) == 1
        await ui.press("r")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("y")
        await ui.shows("↻ …/chat/completions", "Sent again: 200")
        await ui.press("enter")
        await ui.shows("replay", "replay of")


async def test_it_is_stopped_and_says_so(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    async with open_inspector(log=log) as ui:
        url = f"{ui.client.config.base_url}/v1/chat/completions"
        request = {"model": "fault-stall", "stream": True, "messages": [{"role": "user", "content": "x"}]}
        body = json.dumps(request).encode()
        log.record(begun("a", url=url, path="/v1/chat/completions", at=1.0, body=body, stream=True))
        log.record(finished("a", 5.0))
        await ui.shows("Requests ─ 1")
        await ui.press("r")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("y")
        await ui.shows("Sending POST /v1/chat/completions again", "Esc stops it", "▸ 200 …")
        await ui.press("r")
        await ui.shows("One request is being sent")
        await ui.press("escape")
        await ui.shows("Stopped: the request was", "■ stopped")
        await ui.hides("Sending POST")
        assert ui.list.has_focus


async def test_what_fails_again_says_so(open_inspector: OpenInspector) -> None:
    async with open_inspector(base_url="http://127.0.0.1:9") as ui:
        quietly(ui.client.list_models)
        await ui.shows("✗ refused")
        await ui.press("r")
        await ui.shows("Sent again, without an answer")
        ui.app.query_one(InspectorPane).use_client(LMStudioClient(ClientConfig()))
        await ui.press("r")
        await ui.shows("the server in use is")

"""Bodies and events in the inspector pane: as they come, long ones, many, and marked with the mouse."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from inspector_pane_parts import Driver, OpenInspector, begun, call

from inspector_parts import finished
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import (
    EventReceived,
    HeadersReceived,
)
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.panes.inspector.wire_view import WireView

pytestmark = pytest.mark.anyio


async def test_a_stream_is_watched_as_it_comes(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    async with open_inspector(log=log) as ui:
        began = datetime.now(UTC).timestamp()
        log.record(begun("a", at=began, body=b"{}", stream=True))
        log.record(HeadersReceived("a", 5.0, 1, 200, ()))
        await ui.shows("▸ 200 …")
        await ui.press("enter", "5")
        await ui.shows("No event has come yet.")
        for number in range(40):
            log.record(EventReceived("a", number * 100.0, "delta", json.dumps({"n": number})))
            if number == 3:
                await ui.shows('+0.300  delta  {"n": 3}', "5 Events 4")
        await ui.shows("5 Events 40")
        # Whoever stands at the end sees what comes.
        await ui.press("end")
        log.record(EventReceived("a", 5000.0, "delta", '{"n": "last"}'))
        await ui.shows("+5.000", '"last"')
        # Whoever reads is left alone.
        await ui.press("home")
        log.record(EventReceived("a", 6000.0, "", '{"choices":[{"delta":{"content":"Grüße!"}}]}'))
        await ui.shows("5 Events 42")
        assert ui.view.scroll_offset.y == 0
        await ui.press("4")
        await ui.shows("Grüße!")
        log.record(EventReceived("a", 7000.0, "", '{"choices":[{"delta":{"content":" Noch was."}}]}'))
        await ui.shows("Grüße! Noch was.")
        log.record(finished("a", 8000.0))
        await ui.shows("✓ 200 ─ 8.00 s ─ stream")


async def test_ten_thousand_events_scroll(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    call(log, "a", events=10_000)
    async with open_inspector(log=log) as ui:
        await ui.press("enter", "5")
        await ui.shows("word 0 ", "5 Events 10,000")
        await ui.press("end")
        await ui.shows("word 9999 ")
        await ui.press("home", "pagedown", "down", "j", "up", "k", "pageup", "g")
        await ui.shows("word 0 ")
        assert ui.view.virtual_size.height >= 10_000
        # Only what is in view was ever broken into rows.
        assert len(ui.view._document._rows) < 500
        await ui.press("4")
        await ui.shows("word 0 word 1")


async def test_a_flood_beyond_the_bounds_can_be_watched(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    async with open_inspector(log=log) as ui:
        began = datetime.now(UTC).timestamp()
        log.record(begun("a", at=began, body=b"{}", stream=True))
        log.record(HeadersReceived("a", 5.0, 1, 200, ()))
        await ui.shows("▸ 200 …")
        await ui.press("enter", "5")
        for number in range(9_000):
            log.record(EventReceived("a", float(number), "", json.dumps({"n": number, "text": "x" * 2_000})))
        await ui.shows('"n": 0,', "5 Events 9,000")
        await ui.press("end")
        await ui.until(lambda: "left out in the middle" in "\n".join(_paragraphs(ui)))
        log.record(EventReceived("a", 9999.0, "", '{"n": "the last"}'))
        log.record(finished("a", 10_000.0))
        await ui.until(lambda: "the last" in _paragraphs(ui)[-1])
        await ui.press("4")
        await ui.shows("events left out in the middle")


async def test_a_long_body_is_laid_out_in_a_thread(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    body = json.dumps({"texts": [f"text {number}" for number in range(60_000)]}).encode()
    log.record(begun("a", at=1.0, body=body))
    log.record(finished("a", 5.0))
    async with open_inspector(log=log) as ui:
        await ui.press("enter", "3")
        await ui.shows('"text 0"')
        await ui.press("end")
        await ui.shows("c copies and e exports all of it")
        await ui.press("c")
        assert '"text 59999"' in (await ui.posts(CopyWanted)).text


async def test_text_is_marked_with_the_mouse_and_copied(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    body = json.dumps({"one": "ünï" * 60, "two": 2}, ensure_ascii=False).encode()
    log.record(begun("a", at=1.0, body=body))
    log.record(finished("a", 5.0))
    async with open_inspector(log=log) as ui:
        await ui.press("enter", "3")
        await ui.shows('"two": 2')
        await ui.pilot.mouse_down(WireView, offset=(2, 2))
        await ui.pilot.hover(WireView, offset=(10, 5))
        await ui.pilot.mouse_up(WireView, offset=(10, 5))
        await ui.press("c")
        copied = (await ui.posts(CopyWanted)).text
        assert copied == f'"one": "{"ünï" * 60}",\n  "two": 2'[: len(copied)]
        assert copied.count("\n") == 1


# Long events


def stream_of(log: ExchangeLog, *texts: str) -> None:
    log.record(begun("a", at=1.0, body=b"{}", stream=True))
    for number, text in enumerate(texts):
        log.record(EventReceived("a", number * 10.0, "", text))
    log.record(finished("a", 500.0))


async def test_a_long_event_is_folded_and_unfolds_with_keys(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    stream_of(log, "one", "x" * 20_000, "two", "y" * 5_000, "three")
    async with open_inspector(log=log) as ui:
        await ui.press("enter", "5")
        await ui.shows("19,700 more; Enter shows it whole", "4,700 more", "two", "three")
        await ui.press("down", "enter")
        await ui.until(lambda: len("".join(_paragraphs(ui))) > 5_000)
        assert "y" * 4_000 in "".join(_paragraphs(ui)).replace(" ", "")
        assert "19,700 more" in "".join(_paragraphs(ui))
        await ui.press("enter")
        await ui.shows("4,700 more", "19,700 more")
        await ui.press("up", "enter")
        await ui.until(lambda: "19,700 more" not in "".join(_paragraphs(ui)))
        # In the midst of it, too, Enter folds it, and its beginning is in view.
        await ui.press("pagedown", "pagedown", "enter")
        await ui.shows("19,700 more", "xxx")
        await ui.press("c")
        copied = (await ui.posts(CopyWanted)).text
        assert copied.count("x") == 20_000
        assert copied.count("y") == 5_000
        assert "Enter" not in copied


async def test_a_long_event_unfolds_with_the_mouse(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    stream_of(log, "one", "\n".join(f"line {number}" for number in range(12)), "two")
    async with open_inspector(log=log) as ui:
        await ui.press("enter", "5")
        await ui.shows("line 3", "more; Enter shows it whole")
        assert "line 4" not in ui.screen
        await ui.click(WireView, offset=(15, 5))
        await ui.shows("line 11", "Enter folds it again")
        await ui.click(WireView, offset=(15, 13))
        await ui.hides("line 11")


def _paragraphs(ui: Driver) -> list[str]:
    return [paragraph.text for paragraph in ui.view._document.paragraphs]

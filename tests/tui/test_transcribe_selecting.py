"""Selecting what was heard with the mouse, and copying it."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_parts import settled
from transcribe_parts import Hearing, keep, shelf, studio, transcribe_pane, transcript

from lmstudio_tui.store.media.records import SegmentRecord
from lmstudio_tui.tui.panes.transcribe.transcript_view import TranscriptView

pytestmark = pytest.mark.anyio

SAID = ("Good morning to all of you, and to those who are listening from far away.", "We begin at nine.", "Bye.")


async def drag(ui: Hearing, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Select with the mouse, from one place of the transcript to another."""
    await ui.pilot.mouse_down(TranscriptView, offset=start)
    await ui.pilot.hover(TranscriptView, offset=end)
    await ui.pilot.mouse_up(TranscriptView, offset=end)
    await ui.pilot.pause()


def place_of(ui: Hearing, text: str) -> tuple[int, int]:
    """Where a text stands in the transcript."""
    rows = [ui.text.render_line(y).text for y in range(ui.text.size.height)]
    return next((row.index(text), y) for y, row in enumerate(rows) if text in row)


async def test_what_was_heard_is_selected_without_its_times_and_copied(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    segments = tuple(SegmentRecord(at * 4.0, at * 4.0 + 4.0, said) for at, said in enumerate(SAID))
    keep(media, "Monday", transcript(" ".join(SAID), segments=segments))
    async with transcribe_pane(tmp_path, media=media, size=(70, 40)) as ui:
        ui.use()
        await ui.shows("Good morning", "Bye.")
        x, y = place_of(ui, "morning")
        last, below = place_of(ui, "begin")
        assert below > y + 1  # the first one is broken into rows
        await drag(ui, (x, y), (last + 4, below))
        # Rows are joined again, times are none of the text.
        wanted = f"{SAID[0].removeprefix('Good ')}\nWe begin"
        assert ui.app.screen.get_selected_text() == wanted
        highlight = ui.app.screen.get_component_rich_style("screen--selection").bgcolor
        shown = [part.text for part in ui.text.render_line(below) if part.style and part.style.bgcolor == highlight]
        assert "".join(shown) == "We begin"
        # The end of a selection neither moves the cursor nor plays.
        assert ui.text.cursor == 0
        ui.text.focus()
        await ui.press("y")
        await ui.until(lambda: ui.app.copied == [wanted])
        await ui.click(TranscriptView, offset=(last, below))
        await ui.until(lambda: not ui.app.screen.get_selected_text())
        assert ui.text.cursor == 1
        await drag(ui, (x, y), (x + 3, y))
        assert ui.app.screen.get_selected_text()
        await ui.pilot.resize_terminal(90, 40)
        await ui.until(lambda: not ui.app.screen.get_selected_text())


async def test_the_commands_for_a_server_can_be_selected(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, size=(120, 50)) as ui:
        ui.use(studio())
        await ui.shows("docker run")
        await settled()
        x, y = place_of(ui, "docker run")
        await drag(ui, (x, y), (x + 9, y))
        assert ui.app.screen.get_selected_text() == "docker run"

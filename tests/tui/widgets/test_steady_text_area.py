"""The text area that survives what Textual's own does not."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from lmstudio_tui.tui.widgets.steady_text_area import SteadyTextArea

pytestmark = pytest.mark.anyio


class OneText(App[None]):
    def compose(self) -> ComposeResult:
        yield SteadyTextArea("a text")


async def test_one_that_was_taken_away_is_drawn_once_more_without_a_word() -> None:
    app = OneText()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        area = app.query_one(SteadyTextArea)
        assert "a text" in "".join(strip.text for strip in area.render_lines(Region(0, 0, 20, 5)))
        await area.remove()
        # As the screen does when its timer comes before it has laid out anew.
        strips = area.render_lines(Region(0, 0, 20, 3))
        assert [strip.cell_length for strip in strips] == [20, 20, 20]

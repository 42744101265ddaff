"""Two columns: the handle between them is dragged, keys move it, it is remembered, and nothing is squeezed away."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_parts import Driver, OpenApp
from picture_parts import URL, PicturedServer, connect, exchanges

from lmstudio_tui.store.state import StateFile
from lmstudio_tui.tui.widgets.columns import Columns, Handle

pytestmark = pytest.mark.anyio


def columns_of(ui: Driver, pane: str) -> Columns:
    return ui.app.query_one(f"#{pane}").query_one(Columns)


def widths(columns: Columns) -> list[int]:
    """Of the columns in view."""
    return [one.outer_size.width for one in columns.children if one.display and not isinstance(one, Handle)]


async def drag(ui: Driver, handle: Handle, cells: int) -> None:
    """Take it, go that far to the right, and let go."""
    # Near its lower end: what stands above the columns may grow as the server is looked at.
    x, y = handle.region.x, handle.region.bottom - 4
    await ui.pilot.mouse_down(offset=(x, y))
    there = (max(0, min(ui.app.size.width - 1, x + cells)), y)
    await ui.pilot.hover(offset=there)
    await ui.pilot.mouse_up(offset=there)


@pytest.mark.parametrize("pane", ["models", "inspector", "embeddings", "transcribe", "speech", "images"])
async def test_dragged_remembered_and_put_back(open_app: OpenApp, tmp_path: Path, pane: str) -> None:
    more = {"connect": connect(PicturedServer()), "exchanges": exchanges(), "pane": pane}
    async with open_app(URL, size=(160, 40), **more) as ui:
        columns = columns_of(ui, pane)
        handle = columns.query_one(Handle)
        await ui.shows("14 models")
        await ui.until(lambda: columns.beside and handle.region.width == 1)
        before = widths(columns)
        await drag(ui, handle, -12)
        await ui.until(lambda: widths(columns) == [before[0] - 12, before[1] + 12])
        await ui.until(lambda: pane in StateFile(tmp_path / "state.json").load().columns)
        share = StateFile(tmp_path / "state.json").load().columns[pane]
        assert abs(share - (before[0] - 12) / sum(before)) < 0.001
        await ui.press("alt+greater_than_sign")
        await ui.until(lambda: widths(columns)[0] == before[0] - 8)
        await ui.click(handle, offset=(0, handle.region.height - 4), times=2)
        await ui.until(lambda: widths(columns) == before)
        await ui.until(lambda: pane not in StateFile(tmp_path / "state.json").load().columns)


async def test_each_column_keeps_some_room_and_the_share_outlives_a_small_terminal(open_app: OpenApp) -> None:
    async with open_app(URL, size=(160, 40), connect=connect(PicturedServer()), pane="models") as ui:
        columns = columns_of(ui, "models")
        await ui.until(lambda: columns.beside)
        await ui.until(lambda: columns.query_one(Handle).region.width == 1)
        await drag(ui, columns.query_one(Handle), -300)
        await ui.until(lambda: widths(columns)[0] == 18)
        await drag(ui, columns.query_one(Handle), 100)
        await ui.until(lambda: widths(columns)[1] == 18)
        first, second = widths(columns)
        await ui.pilot.resize_terminal(60, 20)
        await ui.until(lambda: not columns.beside and widths(columns) == [60])
        await ui.pilot.resize_terminal(160, 40)
        await ui.until(lambda: widths(columns) == [first, second])


async def test_the_parameters_beside_a_conversation(open_app: OpenApp, tmp_path: Path) -> None:
    async with open_app(URL, size=(160, 40), connect=connect(PicturedServer())) as ui:
        await ui.ready()
        assert not ui.app.check_action("widen", ())
        await ui.press("f10")
        await ui.shows("Parameters")
        columns = columns_of(ui, "chat")
        await ui.until(lambda: columns.beside and ui.app.check_action("widen", ()) is True)
        first = widths(columns)[0]
        await ui.press("alt+less_than_sign")
        await ui.until(lambda: widths(columns)[0] == first - 4)
        await ui.press("alt+equals_sign")
        await ui.until(lambda: widths(columns)[0] == first)
        await ui.press("f10")
        await ui.until(lambda: not columns.beside)


async def test_the_columns_are_as_they_were_left(open_app: OpenApp, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"columns": {"models": 0.5, "images": "wide", "speech": 7}}')
    async with open_app(URL, size=(160, 40), connect=connect(PicturedServer()), pane="models") as ui:
        columns = columns_of(ui, "models")
        await ui.until(lambda: columns.beside and abs(widths(columns)[0] - widths(columns)[1]) <= 1)
        assert ui.app._memory.state.columns == {"models": 0.5}  # pyright: ignore[reportPrivateUsage]

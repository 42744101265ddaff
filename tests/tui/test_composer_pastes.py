"""Pastes: placeholders of long ones, and files."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from app_parts import remarks
from composer_parts import Desk, open_composer
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.composer.pastes import Pastes, is_long, line_count

pytestmark = pytest.mark.anyio
LOG = "\n".join(f"line {number}" for number in range(120))
LABEL = "[pasted text #1, 120 lines]"


async def paste(desk: Desk, text: str) -> None:
    desk.app.post_message(events.Paste(text))
    await desk.pilot.pause()


async def test_a_long_paste_is_a_placeholder_and_is_sent_whole() -> None:
    async with open_composer() as desk:
        await desk.type("why ")
        await paste(desk, LOG)
        await desk.type(" ?")
        assert desk.composer.text == f"why {LABEL} ?"
        assert desk.composer.text_to_keep == f"why {LOG} ?"
        await desk.press("enter")
        await desk.until(lambda: desk.sent == [f"why {LOG} ?"])


async def test_a_short_paste_is_inserted_in_place_of_what_is_selected() -> None:
    async with open_composer() as desk:
        await desk.type("hello")
        desk.composer.select_all()
        await paste(desk, "a\r\nb")
        assert desk.composer.text == "a\nb"


@pytest.mark.parametrize(
    ("text", "long"), [("x\n" * 8, False), ("x\n" * 9, True), ("x" * 800, False), ("x" * 801, True)]
)
def test_what_counts_as_long(text: str, *, long: bool) -> None:
    assert is_long(text) is long


@pytest.mark.parametrize("key", ["backspace", "ctrl+w"])
async def test_it_is_deleted_as_a_whole_and_comes_back_with_undo(key: str) -> None:
    async with open_composer() as desk:
        await desk.type("a ")
        await paste(desk, LOG)
        await desk.press(key)
        assert desk.composer.text.strip() == "a"
        await desk.press("ctrl+z")
        assert desk.composer.text == f"a {LABEL}"
        assert desk.composer.text_to_keep == f"a {LOG}"
        await desk.press("ctrl+z")
        assert desk.composer.text.strip() in {"a", ""}
        await desk.press("ctrl+shift+z")
        assert desk.composer.text_to_keep == f"a {LOG}"


async def test_delete_from_before_it_takes_all_of_it() -> None:
    async with open_composer() as desk:
        await paste(desk, LOG)
        await desk.type("z")
        await desk.press("home", "delete")
        assert desk.composer.text == "z"


async def test_a_selection_that_ends_within_it_takes_all_of_it() -> None:
    async with open_composer() as desk:
        await desk.type("ab")
        await paste(desk, LOG)
        await desk.type("cd")
        desk.composer.delete((0, 1), (0, 10))
        assert desk.composer.text == "acd"


async def test_the_cursor_jumps_over_it() -> None:
    async with open_composer() as desk:
        await desk.type("a")
        await paste(desk, LOG)
        await desk.type("b")
        end = 1 + len(LABEL)
        await desk.press("left", "left")
        assert desk.composer.cursor_location == (0, 1)
        await desk.press("right")
        assert desk.composer.cursor_location == (0, end)
        await desk.press("ctrl+left", "ctrl+left")
        assert desk.composer.cursor_location[1] <= 1
        desk.composer.move_cursor((0, 4))
        assert desk.composer.cursor_location == (0, 1)
        desk.composer.move_cursor((0, end - 2))
        assert desk.composer.cursor_location == (0, end)
        await desk.press("home", "shift+right", "shift+right")
        assert desk.composer.selected_text == f"a{LOG}"


async def test_nothing_can_be_typed_into_it() -> None:
    async with open_composer() as desk:
        await paste(desk, LOG)
        desk.composer.insert("x", (0, 20))
        assert desk.composer.text == f"{LABEL}x"


async def test_ctrl_e_shows_its_text_and_undo_folds_it_again() -> None:
    async with open_composer() as desk:
        await desk.type("a")
        await paste(desk, LOG)
        await desk.press("ctrl+e")
        assert desk.composer.text == f"a{LOG}"
        await desk.press("ctrl+z")
        assert desk.composer.text == f"a{LABEL}"


async def test_what_is_too_long_to_be_shown_is_said() -> None:
    async with open_composer() as desk:
        await paste(desk, "x" * 2_000_000)
        await desk.press("ctrl+e")
        assert desk.composer.text == "[pasted text #1, 2,000,000 characters]"
        await desk.until(lambda: any("Ctrl+G" in one for one in remarks(desk.app)))


async def test_several_have_numbers_and_what_was_sent_comes_back_with_them() -> None:
    async with open_composer() as desk:
        await paste(desk, LOG)
        await paste(desk, "y\n" * 10)
        shown = f"{LABEL}[pasted text #2, 10 lines]"
        assert desk.composer.text == shown
        await desk.press("enter")
        await desk.until(lambda: desk.sent == [LOG + "y\n" * 10])
        await desk.press("up")
        assert desk.composer.text == shown
        await desk.press("enter")
        await desk.until(lambda: len(desk.sent) == 2)
        assert desk.sent[1] == desk.sent[0]
        desk.composer.give_back(desk.sent[1])
        assert desk.composer.text == shown


async def test_a_copy_of_it_is_its_text() -> None:
    async with open_composer() as desk:
        await paste(desk, LOG)
        desk.composer.select_all()
        await desk.press("ctrl+x")
        assert desk.app.clipboard == LOG
        assert desk.composer.text == ""
        await desk.press("ctrl+v")
        assert desk.composer.text_to_keep == LOG
        assert desk.composer.text.startswith("[pasted text #")


async def test_megabytes_do_not_slow_the_typing_down() -> None:
    async with open_composer() as desk:
        await paste(desk, "häß\n" * 1_000_000)
        assert "tok" in str(desk.composer.border_subtitle)
        begun = time.process_time()
        for _ in range(20):
            desk.composer.insert("x")
            desk.composer.on_text_area_changed()
        assert time.process_time() - begun < 1.0
        assert len(desk.composer.text_to_keep) == 4_000_020


async def test_a_very_long_text_from_outside_is_a_placeholder_too() -> None:
    async with open_composer() as desk:
        desk.composer.text = "x\n" * 5000
        assert desk.composer.text == "[pasted text #1, 5,000 lines]"
        assert desk.composer.text_to_keep == "x\n" * 5000
        desk.composer.text = "short"
        assert desk.composer.text_to_keep == "short"


async def test_a_label_that_somebody_typed_stands_for_nothing() -> None:
    async with open_composer() as desk:
        desk.composer.insert(LABEL)
        assert desk.composer.text_to_keep == LABEL
        await paste(desk, LOG)
        assert desk.composer.text_to_keep == f"{LABEL}{LOG}"


async def test_pasted_files_are_told_of_and_not_inserted(tmp_path: Path) -> None:
    picture, notes = tmp_path / "my picture.png", tmp_path / "notes.md"
    picture.write_bytes(b"x")
    notes.write_bytes(b"x")
    escaped = str(picture).replace(" ", "\\ ")
    wanted: dict[str, tuple[Path, ...]] = {
        str(notes): (notes,),
        f"'{picture}' ": (picture,),
        f"{escaped} {notes}": (picture, notes),
        picture.as_uri(): (picture,),
        f"{picture}\n{notes}\n": (picture, notes),
    }
    async with open_composer() as desk:
        for text, paths in wanted.items():
            desk.app.told.clear()
            await paste(desk, text)
            assert [one.paths for one in desk.app.told if isinstance(one, Composer.FilesPasted)] == [paths], text
            assert desk.composer.text == ""
        for text in (f"{notes} is wrong", str(tmp_path), str(tmp_path / "absent.md"), "notes.md"):
            desk.app.told.clear()
            desk.composer.clear()
            await paste(desk, text)
            assert desk.composer.text == text
            assert not any(isinstance(one, Composer.FilesPasted) for one in desk.app.told)


async def test_a_path_pasted_into_a_command_is_its_argument(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("x")
    async with open_composer() as desk:
        await desk.type("/attach ")
        await paste(desk, str(file))
        await desk.press("enter")
        await desk.until(lambda: desk.commands == [("attach", str(file))])


@given(st.lists(st.sampled_from(["text ", "\n", "[pasted text #1, 2 lines]", "paste a\n" * 20, "p" * 900]), max_size=8))
def test_expanding_gives_back_what_was_pasted(pieces: list[str]) -> None:
    pastes, shown = Pastes(), ""
    for piece in pieces:
        shown += pastes.add(piece, shown) if is_long(piece) else piece
    # A label that was typed before there was a paste of that number stands for itself.
    assert pastes.expanded(shown) == "".join(pieces) or "[pasted text #1, 2 lines]" in pieces
    assert pastes.expanded(pastes.folded(pastes.expanded(shown))) == pastes.expanded(shown)


def test_lines_are_counted_as_an_editor_does() -> None:
    assert [line_count(text) for text in ("", "a", "a\n", "a\nb")] == [1, 1, 1, 2]

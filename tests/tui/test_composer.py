"""The prompt: sending, earlier prompts, the draft, and what its frame says."""

from __future__ import annotations

import time

import pytest
from composer_parts import open_composer
from textual import events

from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.composer.recall import Recall

pytestmark = pytest.mark.anyio


async def test_enter_sends_and_ctrl_j_starts_a_line() -> None:
    async with open_composer() as desk:
        await desk.press("o", "n", "e", "ctrl+j", "t", "w", "o", "enter")
        await desk.until(lambda: desk.sent == ["one\ntwo"])
        assert desk.composer.text == ""
        await desk.press("space", "enter")
        assert desk.sent == ["one\ntwo"]


async def test_keys_that_come_in_one_burst_work_in_their_order() -> None:
    async with open_composer() as desk:
        desk.composer.set_history(["before"])
        for key in ("up", "ctrl+u", *"ab", "left", *"x", "ctrl+j", "end", *"y", "backspace", *"z"):
            desk.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await desk.until(lambda: desk.composer.text.endswith("z"))
        assert desk.composer.text == "ax\nbz"


async def test_what_is_not_accepted_stays() -> None:
    async with open_composer(accepts=False) as desk:
        await desk.type("hello")
        await desk.press("enter")
        await desk.until(lambda: desk.sent == ["hello"])
        assert desk.composer.text == "hello"


async def test_what_is_typed_or_put_there_before_it_is_accepted_stays() -> None:
    async with open_composer(accepts=False) as desk:
        await desk.type("sent")
        await desk.press("enter")
        await desk.type(" and more")
        desk.composer.accept()
        assert desk.composer.text == " and more"
        await desk.press("enter")
        desk.composer.put("something else")
        desk.composer.accept()
        assert desk.composer.text == "something else"
        desk.composer.text = ""
        await desk.press("up")
        assert desk.composer.text == " and more"
        await desk.press("up")
        assert desk.composer.text == "sent"


async def test_a_prompt_given_back_does_not_replace_another() -> None:
    async with open_composer() as desk:
        desk.composer.give_back("first")
        assert desk.composer.text == "first"
        assert desk.composer.cursor_location == (0, 5)
        desk.composer.give_back("second")
        assert desk.composer.text == "first"


async def test_the_up_key_walks_through_the_prompts_of_all_conversations() -> None:
    async with open_composer() as desk:
        desk.composer.set_history(["oldest", "one\ntwo\nthree", "latest"])
        await desk.type("what I type")
        await desk.press("up")
        assert desk.composer.text == "latest"
        # A prompt of several lines is passed, too, as long as nothing in it was touched.
        await desk.press("up")
        assert desk.composer.text == "one\ntwo\nthree"
        await desk.press("up")
        assert desk.composer.text == "oldest"
        await desk.press("up")
        assert desk.composer.text == "oldest"
        await desk.press("end", "down", "down")
        assert desk.composer.text == "latest"
        await desk.press("down")
        assert desk.composer.text == "what I type"


async def test_what_is_typed_narrows_the_walk() -> None:
    async with open_composer() as desk:
        desk.composer.set_history(["Explain tries", "hello", "Explain heaps", "bye"])
        await desk.type("expl")
        await desk.press("up")
        assert desk.composer.text == "Explain heaps"
        await desk.press("up", "up")
        assert desk.composer.text == "Explain tries"
        await desk.press("down", "down")
        assert desk.composer.text == "expl"


async def test_a_changed_earlier_prompt_is_what_is_being_typed() -> None:
    async with open_composer() as desk:
        desk.composer.set_history(["one", "two"])
        await desk.press("up")
        await desk.type("!")
        assert desk.composer.text == "two!"
        await desk.press("up")
        assert desk.composer.text == "two"
        await desk.press("down")
        assert desk.composer.text == "two!"


async def test_the_arrows_move_within_a_prompt_of_several_lines() -> None:
    async with open_composer() as desk:
        desk.composer.set_history(["before"])
        await desk.type("one\ntwo")
        await desk.press("up")
        assert desk.composer.text == "one\ntwo"
        assert desk.composer.cursor_location[0] == 0
        await desk.press("up")
        assert desk.composer.text == "before"


async def test_what_was_sent_is_met_first_and_once() -> None:
    async with open_composer() as desk:
        desk.composer.set_history(["one", "two"])
        await desk.type("one")
        await desk.press("enter")
        await desk.until(lambda: desk.sent == ["one"])
        await desk.press("up")
        assert desk.composer.text == "one"
        await desk.press("up")
        assert desk.composer.text == "two"
        await desk.press("up")
        assert desk.composer.text == "two"


def test_a_walk_goes_on_when_prompts_are_added_elsewhere() -> None:
    recall = Recall()
    recall.set_prompts(["a", "b", " "])
    assert recall.step(-1, "") == "b"
    recall.set_prompts(["a", "b", "c"])
    assert recall.step(-1, "b") == "a"
    assert recall.step(-1, "a") is None
    assert recall.step(1, "a") == "b"
    assert recall.step(1, "b") == ""
    assert recall.step(1, "") is None
    assert recall.step(-1, "") == "c"


async def test_the_draft_is_told_of_at_most_twice_a_second_and_not_when_nothing_happens() -> None:
    async with open_composer() as desk:

        def told() -> int:
            return sum(isinstance(one, Composer.DraftChanged) for one in desk.app.told)

        begun = time.monotonic()
        for _ in range(12):
            await desk.type("word ")
        await desk.until(lambda: told() > 0)
        await desk.until(lambda: desk.composer._timer is None)
        assert told() <= (time.monotonic() - begun) / 0.5 + 1
        before = told()
        # Typed and taken back again: it is the same draft.
        await desk.press("x", "backspace")
        await desk.until(lambda: desk.composer._timer is None)
        assert told() == before
        desk.composer.clear()
        await desk.until(lambda: told() == before + 1)


async def test_the_frame_says_who_is_asked_and_what_goes_along() -> None:
    async with open_composer() as desk:
        composer = desk.composer

        def said(where: str) -> str:
            content = composer._border_title if where == "title" else composer._border_subtitle
            return content.plain if content is not None else ""

        assert said("title") == "Ask"
        composer.show_model("[red]qwen3-8b\x1b[31m")
        assert said("title") == "Ask [red]qwen3-8b"
        composer.show_editing(True)
        assert "Edit" in said("title")
        composer.show_editing(False)
        assert said("title") == "Ask [red]qwen3-8b"
        composer.show_attachments("2 images · 1 file")
        assert said("subtitle") == "2 images · 1 file"
        composer.insert("word " * 100)
        await desk.pilot.pause()
        assert said("subtitle") == "2 images · 1 file"
        composer.insert("word " * 900)
        await desk.until(lambda: said("subtitle") == "2 images · 1 file · ~1.2k tok")
        composer.show_attachments("")
        assert said("subtitle") == "~1.2k tok"
        composer.clear()
        await desk.until(lambda: not said("subtitle"))


async def test_nothing_that_is_inserted_acts_on_the_terminal() -> None:
    async with open_composer() as desk:
        desk.composer.insert("a\x1b[31mb\x07\r\nc\u2028d\x85e")
        assert desk.composer.text == "ab\nc\nde"
        desk.composer.text = "x\x1b]0;title\x07y"
        assert desk.composer.text == "xy"


async def test_a_text_that_is_put_there_has_the_cursor_at_its_end() -> None:
    async with open_composer() as desk:
        await desk.type("draft")
        desk.composer.put("one\ntwo")
        await desk.type("!")
        assert desk.composer.text == "one\ntwo!"


async def test_the_end_key_and_ctrl_e_go_to_the_end_of_the_line() -> None:
    async with open_composer() as desk:
        await desk.type("hello")
        for key in ("ctrl+e", "end"):
            await desk.press("home", key)
            assert desk.composer.cursor_location == (0, 5)

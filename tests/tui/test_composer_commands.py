"""Slash commands in the prompt: completing them, giving them, and telling them from prompts."""

from __future__ import annotations

import time

import pytest
from app_parts import click, screen_text
from composer_parts import Desk, open_composer
from textual import events

from lmstudio_tui.features.chat.slash import COMMANDS, CompletionContext
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.composer.suggestions import MOST_ROWS, Suggestions

pytestmark = pytest.mark.anyio
MODELS = ("qwen3-8b", "gemma-3n-e4b", "gemma-3n-e2b")
CONTEXT = CompletionContext(
    models=MODELS, presets=("coding", "prose"), changed=("seed",), paths=lambda typed: (f"{typed}a/", f"{typed}b.md")
)


def shown(desk: Desk) -> list[str]:
    """The words of the list, as they are on the screen."""
    if not desk.list.display:
        return []
    region = desk.list.content_region
    lines = screen_text(desk.pilot).splitlines()[region.y : region.bottom]
    return [line[region.x : region.right].split()[0] for line in lines]


async def test_a_slash_opens_the_list_and_typing_narrows_it() -> None:
    async with open_composer() as desk:
        await desk.type("/")
        await desk.until(lambda: shown(desk) == [f"/{one.name}" for one in COMMANDS[:MOST_ROWS]])
        assert "Choose the model to ask." in screen_text(desk.pilot)
        assert f"1 of {len(COMMANDS)}" in screen_text(desk.pilot)
        await desk.type("ex")
        await desk.until(lambda: shown(desk)[:1] == ["/export"])
        await desk.press("escape")
        await desk.until(lambda: not desk.list.display)
        assert desk.composer.text == "/ex"
        assert desk.composer.has_focus
        await desk.type("p")
        await desk.until(lambda: desk.list.display)
        desk.composer.clear()
        await desk.until(lambda: not desk.list.display)


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (60, 12), (40, 9)])
async def test_the_list_covers_neither_the_prompt_nor_leaves_the_screen(size: tuple[int, int]) -> None:
    async with open_composer(size=size) as desk:
        await desk.type("/")
        await desk.until(lambda: bool(shown(desk)))
        region = desk.list.region
        assert not region.overlaps(desk.composer.region)
        assert desk.app.screen.region.contains_region(region)
        assert region.bottom == desk.composer.region.y
        assert len(shown(desk)) <= MOST_ROWS


async def test_below_a_prompt_at_the_top_the_list_opens_downwards() -> None:
    async with open_composer() as desk:
        desk.composer.styles.dock = "top"
        await desk.until(lambda: desk.composer.region.y == 0)
        await desk.type("/")
        await desk.until(lambda: bool(shown(desk)))
        assert desk.list.region.y == desk.composer.region.bottom


async def test_tab_completes_and_goes_on_with_the_argument() -> None:
    async with open_composer() as desk:
        desk.composer.set_context(CONTEXT)
        await desk.type("/mo")
        await desk.press("tab")
        assert desk.composer.text == "/model "
        await desk.until(lambda: shown(desk) == list(MODELS))
        await desk.type("gem")
        await desk.press("down", "tab")
        assert desk.composer.text == "/model gemma-3n-e2b"
        await desk.press("enter")
        await desk.until(lambda: desk.commands == [("model", "gemma-3n-e2b")])
        assert desk.composer.text == ""


async def test_the_arrows_go_round_the_list_and_not_through_the_history() -> None:
    async with open_composer() as desk:
        desk.composer.set_history(["an earlier prompt"])
        await desk.type("/")
        await desk.press("up")
        await desk.until(lambda: shown(desk)[-1] == "/quit")
        await desk.press("down", "down", "enter")
        assert desk.composer.text == "/system "


async def test_enter_on_a_part_of_a_name_takes_the_row_under_the_cursor() -> None:
    async with open_composer() as desk:
        await desk.type("/he")
        await desk.press("enter")
        assert desk.composer.text == "/help "
        await desk.press("enter")
        await desk.until(lambda: desk.commands == [("help", "")])
        await desk.type("/sta")
        await desk.press("enter")
        await desk.until(lambda: desk.commands[1:] == [("stats", "")])


async def test_enter_takes_what_was_typed_where_that_is_whole() -> None:
    cases = {
        "/model": ("model", ""),
        "/MODEL qwen3-8b": ("model", "qwen3-8b"),
        "/model gemma-3n-e4b": ("model", "gemma-3n-e4b"),
        "/set temperature 0.7": ("set", "temperature 0.7"),
        "/set mirostat=2": ("set", "mirostat=2"),
        "/unset seed": ("unset", "seed"),
        "/save-preset cod": ("save-preset", "cod"),
        "/export md out": ("export", "md out"),
        "/attach some file": ("attach", "some file"),
        "/system You are terse.": ("system", "You are terse."),
        "/q": ("quit", ""),
        "/find /usr/bin": ("find", "/usr/bin"),
    }
    async with open_composer() as desk:
        desk.composer.set_context(CONTEXT)
        for typed, wanted in cases.items():
            await desk.type(typed)
            await desk.press("enter")
            await desk.until(lambda typed=typed: desk.composer.text == "" or desk.composer.text != typed)
            assert desk.commands[-1:] == [wanted], typed


async def test_enter_takes_the_row_for_a_part_of_something_that_is_known() -> None:
    cases = {"/model qw": ("model", "qwen3-8b"), "/preset pro": ("preset", "prose"), "/unset se": ("unset", "seed")}
    async with open_composer() as desk:
        desk.composer.set_context(CONTEXT)
        for typed, wanted in cases.items():
            await desk.type(typed)
            await desk.press("enter")
            await desk.until(lambda wanted=wanted: desk.commands[-1:] == [wanted])
        await desk.type("/set temp")
        await desk.press("enter")
        assert desk.composer.text == "/set temperature "
        await desk.type("1")
        await desk.press("enter")
        await desk.until(lambda: desk.commands[-1] == ("set", "temperature 1"))


async def test_a_command_that_needs_something_waits_for_it() -> None:
    async with open_composer() as desk:
        desk.composer.set_context(CONTEXT)
        await desk.type("/attach")
        await desk.press("enter")
        assert desk.composer.text == "/attach "
        assert desk.commands == []
        await desk.until(lambda: shown(desk) == ["a/", "b.md"])
        await desk.press("down", "enter")
        await desk.until(lambda: desk.commands == [("attach", "b.md")])


async def test_a_folder_is_gone_into() -> None:
    async with open_composer() as desk:
        desk.composer.set_context(CONTEXT)
        await desk.type("/attach ")
        await desk.press("tab")
        await desk.until(lambda: shown(desk) == ["a/a/", "a/b.md"])
        await desk.press("down", "up", "down", "enter")
        await desk.until(lambda: desk.commands == [("attach", "a/b.md")])


async def test_keys_in_one_burst_complete_and_give_the_command() -> None:
    async with open_composer() as desk:
        desk.composer.set_context(CONTEXT)
        keys = ["slash", "m", "o", "d", "tab", "q", "tab", "enter"]
        for key in keys:
            desk.app.post_message(events.Key(key, "/" if key == "slash" else key if len(key) == 1 else None))
        await desk.until(lambda: desk.commands == [("model", "qwen3-8b")])


async def test_a_click_takes_a_row() -> None:
    async with open_composer() as desk:
        await desk.type("/")
        await desk.until(lambda: bool(shown(desk)))
        await click(desk.pilot, Suggestions, offset=(4, 2))
        await desk.until(lambda: desk.composer.text == "/system ")
        assert desk.composer.has_focus


async def test_without_a_list_tab_goes_on_and_leaving_closes_the_list() -> None:
    async with open_composer() as desk:
        await desk.type("hello")
        await desk.press("tab")
        await desk.until(lambda: not desk.composer.has_focus)
        desk.composer.focus()
        desk.composer.text = ""
        await desk.type("/")
        await desk.until(lambda: desk.list.display)
        desk.app.query_one("#other").focus()
        await desk.until(lambda: not desk.list.display)


async def test_tab_opens_a_list_that_was_closed() -> None:
    async with open_composer() as desk:
        await desk.type("/ne")
        await desk.press("escape", "tab")
        assert desk.composer.text == "/new"


async def test_what_looks_like_a_command_is_asked_about_once() -> None:
    async with open_composer() as desk:
        await desk.type("/modle x")
        await desk.press("enter")
        await desk.until(lambda: "No command /modle. Did you mean /model? Enter again" in screen_text(desk.pilot))
        unknown = [one for one in desk.app.told if isinstance(one, Composer.Unknown)]
        assert [(one.text, one.nearest) for one in unknown] == [("/modle x", "model")]
        assert desk.composer.text == "/modle x"
        assert desk.sent == []
        await desk.type("y")
        await desk.until(lambda: "No command" not in screen_text(desk.pilot))
        await desk.press("enter", "enter")
        await desk.until(lambda: desk.sent == ["/modle xy"])
        await desk.until(lambda: "No command" not in screen_text(desk.pilot))


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/usr/bin is full", "/usr/bin is full"),
        ("/help\nis a thing", "/help\nis a thing"),
        ("/zzz\nis a thing", "/zzz\nis a thing"),
        ("//help", "/help"),
        ("// a comment\ncode()", "// a comment\ncode()"),
        (" /help", " /help"),
        ("what is /help", "what is /help"),
    ],
)
async def test_a_prompt_is_not_eaten(typed: str, sent: str) -> None:
    async with open_composer() as desk:
        await desk.type(typed)
        await desk.press("enter")
        await desk.until(lambda: desk.sent == [sent])
        assert desk.commands == []


async def test_a_command_takes_a_text_of_several_lines_and_a_long_paste() -> None:
    async with open_composer() as desk:
        await desk.type("/system one\ntwo")
        await desk.press("enter")
        await desk.until(lambda: desk.commands == [("system", "one\ntwo")])
        await desk.type("/system ")
        desk.composer.paste("x\n" * 100)
        await desk.press("enter")
        await desk.until(lambda: len(desk.commands) == 2)
        assert desk.commands[1] == ("system", "x\n" * 100)


async def test_a_command_brought_back_opens_no_list() -> None:
    async with open_composer() as desk:
        await desk.type("/title mine")
        await desk.press("enter")
        await desk.until(lambda: desk.commands == [("title", "mine")])
        desk.composer.set_history(["before", "/export "])
        await desk.press("up")
        assert desk.composer.text == "/export "
        await desk.press("up")
        assert desk.composer.text == "before"


async def test_a_command_that_was_not_done_stays() -> None:
    async with open_composer(accepts=False) as desk:
        await desk.type("/set temperature 9")
        await desk.press("enter")
        await desk.until(lambda: desk.commands == [("set", "temperature 9")])
        assert desk.composer.text == "/set temperature 9"


async def test_five_hundred_models_are_no_burden() -> None:
    async with open_composer() as desk:
        desk.composer.set_context(CompletionContext(models=tuple(f"model-{n}" for n in range(500))))
        desk.composer.insert("/model m")
        await desk.until(lambda: desk.list.display)
        begun = time.process_time()
        for _ in range(20):
            desk.composer.insert("o")
            desk.composer.suggest()
            desk.composer.action_delete_left()
            desk.composer.suggest()
        assert time.process_time() - begun < 2.0


async def test_the_list_goes_with_the_prompt() -> None:
    async with open_composer() as desk:
        await desk.composer.remove()
        await desk.until(lambda: not desk.app.query(Suggestions))

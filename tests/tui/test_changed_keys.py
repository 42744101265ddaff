"""Keys that the settings change: what they do, what is shown of them, and what is said where they clash."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from app_parts import Driver, FakeServer, OpenApp
from hypothesis import given
from hypothesis import strategies as st
from textual.command import CommandPalette

from lmstudio_tui.key_words import key_word
from lmstudio_tui.tui.commands import COMMANDS, command, key_of, told, use_keys
from lmstudio_tui.tui.key_clashes import problems
from lmstudio_tui.tui.key_names import KeyNameError, fate_of, names, parse_key
from lmstudio_tui.tui.screens.help import HelpScreen
from lmstudio_tui.tui.screens.jump import Jump, labels_for
from lmstudio_tui.tui.screens.model_picker import ModelPicker
from lmstudio_tui.tui.widgets.key_footer import KeyFooter
from lmstudio_tui.tui.widgets.model_table import ModelTable

pytestmark = pytest.mark.anyio

BASE = "http://127.0.0.1:1234"


@pytest.fixture(autouse=True)
def usual_keys() -> Iterator[None]:
    """What a test changes is as it was for the next one."""
    yield
    use_keys({})


def footer(ui: Driver) -> str:
    """The line of keys."""
    return ui.screen.splitlines()[ui.app.query_one(KeyFooter).region.y]


async def test_another_key_does_it_and_is_shown_everywhere(open_app: OpenApp) -> None:
    keys = {"chat.send": ("ctrl+x",), "chat.model": ("alt+x",), "app.palette": ("ctrl+k",), "app.help": ("f11",)}
    async with open_app(BASE, connect=FakeServer().connect, keys=keys) as ui:
        await ui.ready()
        await ui.shows("Ctrl+X sends", "Alt+X another model", "F11 all keys")
        await ui.until(lambda: "^x Send" in footer(ui) and "^k Commands" in footer(ui))
        # Enter is a letter of the text now, as in any text.
        await ui.press("a", "enter", "b")
        assert ui.composer.text == "a\nb"
        await ui.press("ctrl+x")
        await ui.answered()
        await ui.press("ctrl+t")
        assert len(ui.app.screen_stack) == 1
        await ui.press("alt+x")
        await ui.until(lambda: isinstance(ui.app.screen, ModelPicker))
        await ui.press("escape")
        await ui.press("ctrl+p")
        assert len(ui.app.screen_stack) == 1
        await ui.press("ctrl+k")
        await ui.until(lambda: isinstance(ui.app.screen, CommandPalette))
        await ui.type("Choose the model")
        await ui.shows("Model · Alt+X")
        await ui.press("escape", "escape")
        await ui.until(lambda: len(ui.app.screen_stack) == 1)
        await ui.press("f11")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        await ui.press("slash")
        await ui.type("send the prompt")
        await ui.until(lambda: "Ctrl+X" in ui.screen and "Half a page" not in ui.screen)
        await ui.press("f11")
        await ui.until(lambda: len(ui.app.screen_stack) == 1)


async def test_one_of_several_commands_of_a_key_gets_another(open_app: OpenApp) -> None:
    # Esc stops an answer, and goes to the transcript where nothing is to stop.
    async with open_app(BASE, connect=FakeServer().connect, keys={"chat.stop": ("alt+x",), "move.down": ("n",)}) as ui:
        await ui.ready()
        await ui.ask("hi")
        await ui.answered()
        await ui.press("escape")
        await ui.until(lambda: ui.transcript.has_focus)


async def test_a_command_may_have_no_key_and_is_in_the_palette_still(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, keys={"chat.new": ()}) as ui:
        await ui.ready()
        await ui.ask("hi")
        await ui.answered()
        await ui.press("ctrl+n")
        assert ui.pane.thread.path
        await ui.press("ctrl+p")
        await ui.search("Begin a new", "Begin a new conversation")
        await ui.press("enter")
        await ui.until(lambda: not ui.pane.thread.path)


async def test_moving_has_one_key_for_every_list(open_app: OpenApp, tmp_path: object) -> None:
    del tmp_path
    async with open_app(BASE, connect=FakeServer().connect, keys={"move.down": ("w",)}, pane="models") as ui:
        await ui.shows("LM Studio 0.4.12")
        await ui.press("f3")
        await ui.until(lambda: len(ui.app.screen_stack) == 2)
        await ui.press("f1")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        body = ui.app.screen.query_one("Reading")
        await ui.press("w")
        await ui.until(lambda: body.scroll_offset.y == 1)
        await ui.press("j")
        assert body.scroll_offset.y == 1


async def test_a_clash_is_told_at_the_start(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, keys={"chat.send": ("ctrl+s",)}) as ui:
        await ui.ready()
        await ui.until(lambda: "Ctrl+S is the key of chat.send and of chat.parameters" in ui.told)


@pytest.mark.parametrize(
    ("changed", "kind", "words"),
    [
        ({"chat.send": ("ctrl+s",)}, "clash", "chat.send and of chat.parameters in the prompt"),
        ({"models.load": ("f4",)}, "clash", "models"),
        ({"models.load": ("u",)}, "clash", "models.load and of models.unload"),
        ({"transcript.look": ("j",)}, "clash", "transcript.look"),
        ({"app.help": ("ctrl+i",)}, "lost", "send Tab"),
        ({"app.help": ("ctrl+shift+h",)}, "lost", "few terminals"),
        ({"chat.send": ("x",)}, "typed", "typed into the text"),
        ({"app.simulator": ("Q",)}, "typed", "typed in the prompt"),
        ({"app.simulator": ("ctrl+w",)}, "taken", "edits the text"),
        ({"chat.new": ("tab",)}, "taken", "goes on"),
        ({"app.palette": ("ctrl+k",)}, "taken", "in fields that is lost"),
        ({"images.make": ("ctrl+w",)}, "taken", "edits the text in a field"),
        ({"images.make": ("M",)}, "typed", "typed in a field; elsewhere it works"),
        ({"chat.send": ()}, "none", "nothing does it"),
    ],
)
def test_what_is_wrong_with_keys_is_found(changed: dict[str, tuple[str, ...]], kind: str, words: str) -> None:
    found = problems(changed)
    assert (kind, True) in {(one.kind, words in one.sentence) for one in found}


@pytest.mark.parametrize(
    "changed",
    [
        {"chat.stop": ("alt+x",)},
        {"chat.stop": ("alt+x",), "chat.switch": ("alt+x",)},
        {"app.simulator": ()},
        # They have letters anyway.
        {"list.rename": ("R",), "transcribe.record": ("R",)},
        # In other panes, so never at once.
        {"images.again": ("g", "i")} | {"images.again": ("i",)},
        {"inspector.raw": ("l",)} | {"inspector.raw": ("z",)},
        {one.id: one.usual_keys for one in COMMANDS},
    ],
)
def test_keys_that_do_not_clash_are_passed_over(changed: dict[str, tuple[str, ...]]) -> None:
    assert problems(changed) == []


# How keys are written


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Ctrl+S", "ctrl+s"),
        (" control + s ", "ctrl+s"),
        ("/", "slash"),
        ("?", "question_mark"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        (",", "comma"),
        ("G", "G"),
        ("shift+g", "G"),
        ("alt+W", "alt+shift+w"),
        ("Esc", "escape"),
        ("PgDn", "pagedown"),
        ("Return", "enter"),
        ("F8", "f8"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("↑", "up"),
        ("space", "space"),
    ],
)
def test_keys_are_written_as_people_write_them(written: str, key: str) -> None:
    assert parse_key(written) == key


@pytest.mark.parametrize(
    ("written", "near"), [("ctlr+s", "ctrl+s"), ("escpe", "escape"), ("f99", ""), ("", ""), ("ctrl+", ""), ("a b", "")]
)
def test_what_is_no_key_is_refused_with_the_nearest_one(written: str, near: str) -> None:
    with pytest.raises(KeyNameError) as refused:
        parse_key(written)
    assert not near or refused.value.near == near


@given(st.text(max_size=12))
def test_any_text_is_a_key_or_is_none(text: str) -> None:
    try:
        key = parse_key(text)
    except KeyNameError:
        return
    assert parse_key(key) == key


def test_every_key_of_the_catalogue_can_be_written() -> None:
    assert {parse_key(key) for one in COMMANDS for key in one.usual_keys if key != "/"} == {
        key for one in COMMANDS for key in one.usual_keys if key != "/"
    }
    assert {"escape", "pagedown", "f12", "slash"} <= names()


def test_what_becomes_of_keys_in_terminals() -> None:
    assert {key for key in ("ctrl+s", "ctrl+q", "f8", "j", "ctrl+backslash", "shift+tab", "alt+x") if fate_of(key)} == {
        "alt+x"
    }
    for key in ("ctrl+m", "ctrl+tab", "shift+enter", "super+k", "ctrl+1", "ctrl+shift+x", "f13", "ctrl+comma"):
        assert (fate_of(key) or ("",))[0] == "lost", key


# What is said of keys


def test_sentences_name_the_keys_that_are_in_force() -> None:
    assert told("{chat.retry} asks again.") == "Ctrl+R asks again."
    assert key_word("chat.retry", "Ctrl+R") == key_of("chat.retry")
    use_keys({"chat.retry": ("alt+x", "r"), "app.key": (), "no.such": ("x",)})
    assert told("{chat.retry} asks again.") == "Alt+X asks again."
    assert key_word("chat.retry", "Ctrl+R") == "Alt+X"
    assert told("{app.key} types a key.") == "“Key” in the palette types a key."
    assert command("chat.retry").shown_keys == "Alt+X or r"


# Jump mode


async def test_a_letter_goes_to_what_it_stands_on(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=(120, 30)) as ui:
        await ui.ready()
        await ui.ask("hi")
        await ui.answered()
        await ui.press("ctrl+o")
        await ui.until(lambda: isinstance(ui.app.screen, Jump))
        jump = ui.app.screen
        assert isinstance(jump, Jump)
        wanted = next(letters for letters, widget in jump.targets.items() if widget is ui.transcript)
        await ui.shows(f" {wanted} ")
        await ui.press(wanted)
        await ui.until(lambda: ui.transcript.has_focus)
        assert len(ui.app.screen_stack) == 1
        await ui.press("ctrl+o", "ctrl+o")
        await ui.until(lambda: len(ui.app.screen_stack) == 1)
        assert ui.transcript.has_focus


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=str)
async def test_a_dialog_has_letters_too_and_a_button_is_pressed(open_app: OpenApp, size: tuple[int, int]) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=size) as ui:
        await ui.ready()
        await ui.press("alt+t")
        await ui.until(lambda: len(ui.app.screen_stack) == 2 and bool(ui.app.screen.query("#back")))
        await ui.press("ctrl+o")
        await ui.until(lambda: isinstance(ui.app.screen, Jump))
        jump = ui.app.screen
        assert isinstance(jump, Jump)
        wanted = next(letters for letters, widget in jump.targets.items() if widget.id == "back")
        assert not jump.query(".frame")
        await ui.press(wanted)
        await ui.until(lambda: len(ui.app.screen_stack) == 1)


def test_there_are_letters_for_everything() -> None:
    assert labels_for(3, "ab") == ["aa", "ab", "ba"]
    assert labels_for(2, "ab") == ["a", "b"]
    many = labels_for(300, "asdghjklqwertyuiopzxcvbnm")
    assert len(set(many)) == 300
    assert {len(one) for one in many} == {2}


# The palette


async def test_the_palette_goes_to_conversations_models_and_themes(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect) as ui:
        await ui.ready()
        await ui.ask("about otters")
        await ui.answered()
        await ui.press("ctrl+n")
        await ui.until(lambda: not ui.pane.thread.path)
        for words, shown in (("Theme nord", "Theme nord"), ("Open about ott", "Open about otters")):
            await ui.press("ctrl+p")
            await ui.search(words, shown)
            await ui.press("enter")
            await ui.until(lambda: len(ui.app.screen_stack) == 1)
        await ui.until(lambda: ui.app.theme == "nord" and len(ui.pane.thread.path) == 2)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("quit", "Leave the app"),
        ("settings", "Change what is in config.toml"),
        ("density", "Make everything compact"),
        ("ctrl+r", "Send the last prompt again"),
    ],
)
async def test_the_palette_finds_by_the_word_of_the_footer_and_by_keys(
    open_app: OpenApp, typed: str, found: str
) -> None:
    async with open_app(BASE, connect=FakeServer().connect) as ui:
        await ui.ready()
        await ui.ask("hi")
        await ui.answered()
        await ui.press("ctrl+p")
        await ui.search(typed, found)
        assert "How the app looks" not in ui.screen, "what only has these letters is no answer"


async def test_the_help_tells_no_key_that_goes_elsewhere(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect) as ui:
        await ui.ready()
        await ui.press("ctrl+o", "2")
        await ui.until(lambda: isinstance(ui.app.focused, ModelTable))
        await ui.press("f1")
        await ui.shows("Here: the models", "Scroll left.", "A line down")
        assert "Page right" not in ui.screen, "the table would, were it not the key to the next pane"

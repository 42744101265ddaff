"""The frame: header, rail, help, palette, themes, keys, and every size of terminal."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import get_args

import pytest
from app_parts import Driver, FakeServer, OpenApp, screen_text, until
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.command import CommandPalette
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.widget import Widget

from lmstudio_tui import tui
from lmstudio_tui.features.facts import sparkline
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.sdk import ServerKind, ServerRefusedError, TextDelta
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.catalogue.command import by_parts
from lmstudio_tui.tui.catalogue.embeddings import TEXT_MARKS
from lmstudio_tui.tui.commands import COMMANDS, Command, Where, bindings, command, commands, readable_key
from lmstudio_tui.tui.key_clashes import meet, problems
from lmstudio_tui.tui.key_names import fate_of
from lmstudio_tui.tui.panes.chat import ChatPane
from lmstudio_tui.tui.panes.chat.view import ConversationView
from lmstudio_tui.tui.panes.chat.voiced import VoicedPane
from lmstudio_tui.tui.screens.help import HelpScreen
from lmstudio_tui.tui.screens.model_picker import ModelPicker
from lmstudio_tui.tui.themes import QUIET_DARK, QUIET_LIGHT
from lmstudio_tui.tui.widgets.absence import Absence
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.conversation_list import ConversationList
from lmstudio_tui.tui.widgets.conversation_list.rows import ConversationRows
from lmstudio_tui.tui.widgets.header import HeaderBar
from lmstudio_tui.tui.widgets.key_footer import KeyFooter
from lmstudio_tui.tui.widgets.rail import Rail
from lmstudio_tui.tui.widgets.transcript import Transcript

pytestmark = pytest.mark.anyio

BASE_URL = "http://127.0.0.1:1234"
STATUS = FakeServer().health()
ONLINE = ServerView(BASE_URL, Presence.ONLINE, status=STATUS, latencies=(3.0, 9.0, 12.0))
VIEWS = {
    Presence.CONNECTING: ServerView(BASE_URL),
    Presence.ONLINE: ONLINE,
    Presence.OFFLINE: ServerView(BASE_URL, Presence.OFFLINE),
    Presence.LOCKED: ServerView(BASE_URL, Presence.LOCKED),
    Presence.STRANGE: ServerView(BASE_URL, Presence.STRANGE),
}
WARNING = "TLS certificates are not verified: 10.0.0.7 may be an impostor."
SIZES = [(20, 5), (40, 10), (60, 20), (200, 60)]
LONG = "\n\n".join(f"Paragraph {number} of a long answer." for number in range(80))


# The header


class Header(App[None]):
    """An app with nothing but the header."""

    def compose(self) -> ComposeResult:
        yield HeaderBar()


HeaderLine = Callable[..., Awaitable[str]]


@pytest.fixture
async def header_line() -> AsyncIterator[HeaderLine]:
    """Gives what the header shows at a width."""
    app = Header()
    async with app.run_test(size=(80, 2)) as pilot:

        async def line(width: int, view: ServerView, *, model: str | None = "qwen3-8b", warning: str = "") -> str:
            await pilot.resize_terminal(width, 2)
            header = app.query_one(HeaderBar)
            header.show_server(view)
            header.show_model(model)
            header.show_warning(warning)
            await until(pilot, lambda: header.size.width == width)
            await pilot.pause()
            return screen_text(pilot).splitlines()[0].strip()

        yield line


@pytest.mark.parametrize(
    ("presence", "words"),
    [
        (Presence.CONNECTING, "● looking"),
        (Presence.ONLINE, "● ok  LM Studio 0"),
        (Presence.OFFLINE, "● no server"),
        (Presence.LOCKED, "● key wanted"),
        (Presence.STRANGE, "● no model server"),
    ],
)
async def test_how_the_server_is_fits_any_width(header_line: HeaderLine, presence: Presence, words: str) -> None:
    for width in (20, 40, 80, 160):
        line = await header_line(width, VIEWS[presence], warning=WARNING)
        assert words in line
        assert len(line) <= width


async def test_the_header_of_a_wide_terminal_tells_everything(header_line: HeaderLine) -> None:
    line = await header_line(160, ONLINE)
    assert re.split(r" {2,}", line) == [
        "lmstudio-tui",
        "● ok",
        "LM Studio 0.4.12",
        "12 ms",
        "qwen3-8b",
        "2 loaded",
        "▂▆█",
        "chat · vision · tools · reason · embed",
    ]


async def test_what_does_not_fit_is_left_out_the_least_important_first(header_line: HeaderLine) -> None:
    everything = await header_line(160, ONLINE)
    badges = ["ok", "12 ms", "qwen3-8b", "2 loaded", "▂▆█", "chat · vision"]
    assert all(badge in everything for badge in badges)
    shown: list[int] = []
    for width in range(24, 121, 8):
        line = await header_line(width, ONLINE)
        present = [badge in line for badge in badges]
        # Whole badges, and none without those that matter more.
        assert present == sorted(present, reverse=True), line
        shown.append(sum(present))
    assert shown == sorted(shown)
    assert (shown[0], shown[-1]) == (1, len(badges))


async def test_at_80_columns_server_latency_and_model_are_there(header_line: HeaderLine) -> None:
    line = await header_line(80, ONLINE)
    assert all(words in line for words in ("● ok", "LM Studio 0.4.12", "12 ms", "qwen3-8b"))


async def test_at_40_columns_the_server_goes_before_all_else(header_line: HeaderLine) -> None:
    line = await header_line(40, ONLINE)
    assert "● ok  LM Studio 0.4.12" in line
    assert "chat" not in line
    assert "▆" not in line


async def test_without_a_server_the_header_tells_where_it_looked_and_when_it_looks_again(
    header_line: HeaderLine,
) -> None:
    away = replace(VIEWS[Presence.OFFLINE], next_try_at=time.monotonic() + 25)
    line = await header_line(80, away, model=None)
    assert BASE_URL in line
    assert re.search(r"next try in 2[45] s", line)
    line = await header_line(80, replace(away, next_try_at=time.monotonic() - 1), model=None)
    assert "trying" in line
    assert "next try" not in line


async def test_a_server_that_went_away_is_not_shown_as_it_was(header_line: HeaderLine) -> None:
    await header_line(160, ONLINE)
    line = await header_line(160, replace(ONLINE, presence=Presence.OFFLINE))
    assert "no server" in line
    assert not any(words in line for words in ("ok", "12 ms", "2 loaded", "▆", "vision"))


async def test_the_kinds_of_server_and_the_simulator_have_names(header_line: HeaderLine) -> None:
    def of(**more: object) -> ServerView:
        return replace(ONLINE, status=STATUS.model_copy(update=more))

    assert "LM Studio (classic) 0.2.21" in await header_line(160, of(kind=ServerKind.CLASSIC, version="0.2.21"))
    openai = await header_line(160, of(kind=ServerKind.OPENAI, version="unknown", models_loaded=None))
    assert "OpenAI-compatible   12 ms" in openai
    assert "unknown" not in openai
    assert "loaded" not in openai
    assert "LM Studio 0.4.12 simulator" in await header_line(160, of(simulator=True))
    assert "● degraded  LM Studio" in await header_line(160, of(status="degraded"))


async def test_what_a_server_says_cannot_touch_the_terminal(header_line: HeaderLine) -> None:
    status = STATUS.model_copy(update={"status": "\x1b[31mred", "version": "1\x1b]0;title\x07\n2"})
    line = await header_line(160, replace(ONLINE, status=status), model="m\x1b[2J[red]x")
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in line)
    assert "[red]x" in line


async def test_a_single_latency_is_no_line(header_line: HeaderLine) -> None:
    line = await header_line(160, replace(ONLINE, latencies=(7.4,)))
    assert "7 ms" in line
    assert not set("▁▂▃▄▅▆▇█") & set(line)


async def test_a_standing_warning_stands_at_every_presence(header_line: HeaderLine) -> None:
    for view in VIEWS.values():
        assert f"! {WARNING}" in await header_line(160, view, warning=WARNING)
    assert "!" not in await header_line(160, ONLINE)


async def test_a_standing_warning_goes_before_what_is_only_nice_to_know(header_line: HeaderLine) -> None:
    line = await header_line(130, ONLINE, warning=WARNING)
    assert WARNING in line
    assert "chat · vision" not in line


async def test_a_standing_warning_can_be_seen_at_80_columns(header_line: HeaderLine) -> None:
    for view in VIEWS.values():
        assert "! TLS" in await header_line(80, view, warning=WARNING)


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([], ""),
        ([0.0, 0.0], "▁▁"),
        ([5.0], "█"),
        ([1.0, 2.0, 4.0, 8.0], "▁▂▄█"),
        ([0.0, 8.0], "▁█"),
        ([100.0] + [1.0] * 8, "████████"),
        ([float(number) for number in range(9)], "▁▂▃▄▅▆▇█"),
    ],
)
def test_sparklines(values: list[float], bars: str) -> None:
    assert sparkline(values) == bars


# The rail


async def test_the_rail_tells_the_facts_in_words(open_app: OpenApp) -> None:
    fake = FakeServer()
    async with open_app(BASE_URL, connect=fake.connect, size=(160, 40)) as ui:
        await ui.ready()
        await ui.shows("▸ 1 Chat", "127.0.0.1:1234", "version 0.4.12", "3 models, 2 loaded")
        await ui.shows("✓ chat", "✓ structured output", "✗ transcription")
        fake.health_error = ServerRefusedError("Nothing answers.")
        await ui.pilot.press("f5")
        await ui.shows("● no server", "next try")


async def test_the_rail_is_for_wide_terminals(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=(80, 24)) as ui:
        await ui.ready()
        assert not ui.app.query_one(Rail).display
        ui.composer.text = "draft"
        for width, shown in ((160, True), (109, False), (110, True), (80, False)):
            await ui.pilot.resize_terminal(width, 24)
            await ui.until(lambda width=width: ui.composer.region.right == width)
            assert ui.app.query_one(Rail).display is shown
            assert ("SERVER" in ui.screen) is shown
        assert ui.composer.text == "draft"
        assert ui.composer.has_focus


# Help


async def test_the_help_shows_every_key_there_is(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=(100, 1100)) as ui:
        await ui.ready()
        await ui.pilot.press("f1")
        await ui.shows("Keys", "Here: the prompt", "In the chat", "In the transcript", "Everywhere", "Esc back")
        frame = ui.app.screen.query_one(".frame").content_region
        lines = ui.screen.split("\n")[frame.y : frame.bottom]
        # A long sentence goes on in the next line.
        shown = " ".join(" ".join(line[frame.x : frame.right] for line in lines).split())
        for place in PLACES:
            for part, rows in by_parts(commands(place)).items():
                assert (f": {part}" if part else "") in shown
                for keys, text in (*rows, *TEXT_MARKS):
                    # More keys than there is room for stand below each other.
                    long = len(keys) > 24 and text in shown and all(key in shown for key in keys.split(" or "))
                    assert long or f"{keys} {text}" in shown, (place, part)


def test_what_is_done_alike_by_several_commands_is_told_once() -> None:
    parts = by_parts(commands("embeddings"))
    assert list(parts) == ["", "texts", "similarity", "nearest", "map", "vector", "facts"]
    assert ("f or Alt+A", "Take the texts of a file.") in parts[""]
    metric = ("t", "Cosine, dot product or Euclidean distance.")
    assert [part for part, rows in parts.items() if metric in rows] == ["similarity", "nearest"]


async def left(ui: Driver, key: str) -> None:
    """Open the help, and leave it with this key."""
    await ui.pilot.press("f1")
    await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
    await ui.pilot.press("x", key)
    await ui.until(lambda: not isinstance(ui.app.screen, HelpScreen), seconds=2)


async def test_the_help_is_left_and_the_draft_is_still_there(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        ui.composer.text = "draft"
        for key in ("escape", "q"):
            await left(ui, key)
            assert len(ui.app.screen_stack) == 1
            assert ui.composer.text == "draft"
            assert ui.composer.has_focus


async def test_the_key_that_opened_the_help_closes_it(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        await left(ui, "f1")


async def test_the_help_scrolls_where_it_does_not_fit(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=(80, 24)) as ui:
        await ui.ready()
        await ui.pilot.press("f1")
        await ui.shows("Send the prompt.")
        assert "In the list of servers" not in ui.screen
        frame = ui.app.screen.query_one(VerticalScroll)
        for key, moved in (("j", 1), ("j", 2), ("k", 1)):
            await ui.pilot.press(key)
            await ui.until(lambda moved=moved: frame.scroll_offset.y == moved)
        await ui.pilot.press("end")
        await ui.shows("In a field of text: a number", "A step less.", "Keys are changed in config.toml")


# The palette


async def run_from_palette(ui: Driver, words: str, sentence: str) -> None:
    """Search for a command and run it."""
    await ui.pilot.press("ctrl+p")
    await ui.until(lambda: isinstance(ui.app.screen, CommandPalette))
    palette = ui.app.screen
    await ui.type(words)
    await ui.shows(sentence)
    # The others have gone when the search is over.
    await ui.until(lambda: "Leave the app" not in ui.screen)
    await ui.pilot.press("enter")
    await ui.until(lambda: ui.app.screen is not palette)


async def test_the_palette_runs_what_it_finds(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        await ui.ask("hi")
        await ui.answered()
        await run_from_palette(ui, "Begin a new", "Begin a new conversation")
        await ui.until(lambda: not ui.pane.thread.path)
        await ui.shows("is listening")
        await run_from_palette(ui, "Show", "Show the keys that work here")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))


async def test_the_palette_offers_what_can_be_done_now(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=(100, 50)) as ui:
        await ui.ready()
        offered = {one.title: one.help for one in ui.app.get_system_commands(ui.app.screen)}
        assert {"Leave the app", "Choose the model to ask", "Begin a new conversation", "Theme"} <= set(offered)
        assert "F5" in offered["Look for the server at once"]
        assert "Send the last prompt again" not in offered
        assert "Stop the answer and keep its text" not in offered
        await ui.pilot.press("ctrl+p")
        await ui.shows("Choose the model", "Begin a new conversation")
        await ui.pilot.press("escape")
        await ui.ask("hi")
        await ui.answered()
        await ui.pilot.press("ctrl+p", *"Send the last")
        await ui.shows("Send the last prompt again")


# Themes


@pytest.mark.parametrize("theme", [None, QUIET_LIGHT.name])
async def test_the_theme_of_the_settings_is_used(open_app: OpenApp, theme: str | None) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, theme=theme) as ui:
        await ui.ready()
        assert ui.app.theme == (theme or QUIET_DARK.name)
        assert "There is no theme" not in ui.screen


async def test_an_unknown_theme_is_said_and_does_not_stop_anything(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, theme="quiet-drak") as ui:
        await ui.shows("There is no theme 'quiet-drak'", "Ctrl+P")
        assert ui.app.theme == QUIET_DARK.name
        await ui.ready()


async def test_the_theme_can_be_changed_in_the_app(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        await run_from_palette(ui, "Theme", "Choose how the app looks")
        await ui.shows("Search for themes", "nord")
        await ui.type("quiet-l")
        await ui.until(lambda: "nord" not in ui.screen and "quiet-light" in ui.screen)
        await ui.pilot.press("enter")
        await ui.until(lambda: ui.app.theme == QUIET_LIGHT.name)


# The catalogue of commands

PLACES: tuple[Where, ...] = get_args(Where)


def keys_of(one: Command) -> list[str]:
    """Every key of a command; `1-9` are nine."""
    return [
        key
        for part in one.keys.split(",")
        for key in ([str(digit) for digit in range(1, 10)] if part == "1-9" else [part])
    ]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("ctrl+left_square_bracket", "Ctrl+["),
        ("ctrl+t", "Ctrl+T"),
        ("ctrl+shift+z", "Ctrl+Shift+Z"),
        ("shift+enter", "Shift+Enter"),
        ("escape", "Esc"),
        ("f1", "F1"),
        ("f12", "F12"),
        ("f", "f"),
        ("j", "j"),
        ("pagedown", "PgDn"),
        ("right_square_bracket", "]"),
        ("question_mark", "?"),
        (" up ", "↑"),
        ("1-9", "1-9"),
    ],
)
def test_keys_as_people_read_them(key: str, words: str) -> None:
    assert readable_key(key) == words


def test_commands_have_ids_of_their_own() -> None:
    ids = [one.id for one in COMMANDS]
    assert len(ids) == len(set(ids))
    assert all(command(id_).id == id_ for id_ in ids)
    assert [binding.id for binding in bindings("app.quit", "chat.new")] == ["app.quit", "chat.new"]
    assert set(commands(*PLACES)) == set(COMMANDS)


def test_commands_say_what_they_do() -> None:
    for one in COMMANDS:
        assert one.help.endswith("."), one.id
        assert one.title, one.id
        assert one.binding.tooltip == one.help
    assert command("chat.model").shown_keys == "Ctrl+T or F2"


def test_no_key_is_the_only_way_that_terminals_swallow() -> None:
    for one in COMMANDS:
        fates = [fate_of(key) for key in keys_of(one)]
        assert any(fate is None or fate[0] != "lost" for fate in fates), one.id
        # What some terminals keep for themselves has another way: a key, the palette, or a command that does the same.
        same = [other for other in commands(one.where) if other.action == one.action and other is not one]
        assert one.palette or None in fates or any(fate_of(key) is None for each in same for key in keys_of(each)), (
            one.id
        )


TURNS = {
    frozenset(pair)
    for some in (
        ("chat.leave_voice", "chat.stop", "chat.switch"),
        ("embeddings.leave", "embeddings.stop", "embeddings.back"),
        ("transcribe.record", "transcribe.end", "transcribe.segment"),
        ("transcribe.delete", "transcribe.discard"),
        ("speech.stop", "speech.back"),
        # In the settings beside the text, and in the list.
        ("speech.choose", "speech.replay"),
        ("speech.default", "speech.delete"),
    )
    for pair in combinations(some, 2)
}
"""Commands that have a key in common: of each two always at most one makes sense, as the tests of their panes show."""


def test_no_key_does_two_things_in_one_place() -> None:
    found = {
        frozenset((one.id, other.id))
        for place in PLACES
        for one, other in combinations(commands(place), 2)
        if meet(one, other) and not set(keys_of(one)).isdisjoint(keys_of(other))
    }
    assert found == TURNS
    assert problems({}) == []


def declared_ids(widget: type[Widget | LMStudioApp]) -> set[str | None]:
    return {binding.id for binding in widget.BINDINGS if isinstance(binding, Binding)}


def test_bindings_carry_the_ids_of_the_catalogue() -> None:
    # These are done in the order in which keys are typed, before bindings are looked at.
    at_once = {"chat.hush", "transcript.end_select"}
    assert {one.id for one in commands("prompt")} - at_once <= declared_ids(Composer)
    in_chat = declared_ids(ChatPane) | declared_ids(ConversationView) | declared_ids(VoicedPane)
    assert {one.id for one in commands("chat")} <= in_chat
    assert {one.id for one in commands("transcript")} - at_once <= declared_ids(Transcript) | declared_ids(
        ConversationView
    )
    assert {one.id for one in commands("conversations")} <= declared_ids(ConversationList) | declared_ids(
        ConversationRows
    )
    assert {one.id for one in commands("no server")} == declared_ids(Absence)
    assert {one.id for one in commands("dialog") if not one.parts} == declared_ids(ModelPicker)
    assert {one.id for one in commands("everywhere")} <= declared_ids(LMStudioApp)


def test_every_binding_of_the_app_is_in_the_catalogue() -> None:
    """Whatever somebody presses is a command with a name, but for what Textual gives its own widgets."""
    modules = [one.name for one in pkgutil.walk_packages(tui.__path__, "lmstudio_tui.tui.")]
    kinds = {
        kind
        for module in modules
        for _, kind in inspect.getmembers(importlib.import_module(module), inspect.isclass)
        if issubclass(kind, DOMNode) and kind.__module__.startswith("lmstudio_tui")
    }
    assert len(kinds) > 100
    bound: set[str | None] = set()
    for kind in kinds:
        for binding in vars(kind).get("BINDINGS", ()):
            assert isinstance(binding, Binding), kind
            assert binding.id in {one.id for one in COMMANDS} or (kind is Composer and binding.id is None), (
                kind,
                binding,
            )
            bound.add(binding.id)
    at_once = {"chat.hush", "transcript.end_select", "field.submit", "field.newline", "path.mark_walking"}
    assert {one.id for one in COMMANDS} - bound == at_once


def working(ui: Driver) -> dict[str, tuple[object, str]]:
    """The keys that work now: for each the node and its action."""
    found = ui.app.screen.active_bindings
    return {key: (active.node, active.binding.action) for key, active in found.items() if active.enabled}


def has_action(node: object, action: str) -> bool:
    name = action.partition("(")[0]
    return callable(getattr(node, f"action_{name}", None))


async def test_every_key_of_the_catalogue_works_in_its_place(open_app: OpenApp) -> None:
    fake = FakeServer(hold=threading.Event(), held=1)
    everywhere: list[dict[str, tuple[object, str]]] = []
    async with open_app(BASE_URL, connect=fake.connect) as ui:
        await ui.ready()
        in_prompt = working(ui)
        await ui.ask("hi")
        await ui.until(lambda: ui.pane.streaming and len(ui.transcript.turns) == 2)
        streaming = working(ui)
        assert fake.hold is not None
        fake.hold.set()
        await ui.answered()
        answered = working(ui)
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.transcript.has_focus)
        in_transcript = working(ui)
        await ui.pilot.press("ctrl+n")
        await ui.until(lambda: ui.composer.has_focus)
        begun_anew = working(ui)
        await ui.pilot.press("alt+left", "alt+w")
        await ui.until(lambda: len(ui.pane.tabs) == 1)
        closed = working(ui)
        everywhere = [in_prompt, streaming, answered, in_transcript, begun_anew, closed]
        in_chat = {"chat.stop": streaming, "chat.undo": closed}
        in_chat |= dict.fromkeys(("chat.retry", "chat.continue", "chat.find", "chat.export", "chat.copy"), answered)
        places: dict[Where, tuple[list[dict[str, tuple[object, str]]], tuple[type, ...]]] = {
            "prompt": ([in_prompt, streaming, answered, begun_anew], (Composer,)),
            "transcript": ([in_transcript], (Transcript, ConversationView)),
            "everywhere": (everywhere, (LMStudioApp,)),
            "chat": ([], (ChatPane, ConversationView)),
        }
        # The key is asked for only where one is wanted, room is shared only between two columns, and Esc ends what is
        # under way; see the tests of those.
        elsewhere = {"app.key", "chat.hush", "chat.leave_voice", "transcript.end_select"}
        elsewhere |= {"app.list_wider", "app.list_narrower", "app.list_reset"}
        told = [one for one in COMMANDS if one.where in places and one.id not in elsewhere]
        expected = [
            (one, places[one.where][0] or [in_chat.get(one.id, begun_anew)], places[one.where][1]) for one in told
        ]
        for one, states, owners in expected:
            for state in states:
                for key in keys_of(one):
                    assert key in state, (one.id, key)
                    node, action = state[key]
                    assert isinstance(node, owners), (one.id, key, node)
                    assert has_action(node, action), (one.id, key, action)
                    if one.where != "transcript":
                        assert action == one.action, (one.id, key)


async def test_escape_does_one_thing_at_a_time(open_app: OpenApp) -> None:
    fake = FakeServer(hold=threading.Event(), held=1)
    async with open_app(BASE_URL, connect=fake.connect) as ui:
        await ui.ready()
        assert working(ui)["escape"][1] == "switch_focus"
        await ui.ask("hi")
        await ui.until(lambda: ui.pane.streaming)
        assert working(ui)["escape"][1] == "stop"
        await ui.pilot.press("escape")
        await ui.answered()
        assert ui.composer.has_focus
        assert working(ui)["escape"][1] == "switch_focus"
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.transcript.has_focus)
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.composer.has_focus)


async def test_the_keys_of_the_transcript_move_it(open_app: OpenApp) -> None:
    fake = FakeServer(events=[TextDelta(LONG)])
    async with open_app(BASE_URL, connect=fake.connect, size=(80, 24)) as ui:
        await ui.ready()
        await ui.ask("hi")
        await ui.answered()
        await ui.pilot.press("tab")
        await ui.until(lambda: ui.transcript.has_focus)

        def top() -> float:
            return ui.transcript.scroll_offset.y

        async def press(key: str, direction: int) -> float:
            before = top()
            await ui.pilot.press(key)
            await ui.until(lambda: (top() - before) * direction > 0)
            return abs(top() - before)

        for up, down, least in (("up", "down", 1), ("k", "j", 1), ("pageup", "pagedown", 8), ("ctrl+u", "ctrl+d", 4)):
            assert await press(up, -1) >= least
            assert await press(down, +1) >= least
        for start, end in (("home", "end"), ("g", "G")):
            await press(start, -1)
            assert top() == 0
            await press(end, +1)
        await ui.pilot.press("left_square_bracket")
        prompt, answer = (turn.id for turn in ui.transcript.turns)
        await ui.until(lambda: ui.transcript.selected_turn == answer)
        await ui.pilot.press("left_square_bracket")
        await ui.until(lambda: ui.transcript.selected_turn == prompt)
        await ui.pilot.press("right_square_bracket")
        await ui.until(lambda: ui.transcript.selected_turn == answer)


async def test_a_key_of_the_footer_that_was_clicked_is_explained_no_more(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=(80, 24)) as ui:
        await ui.ready()
        footer = ui.app.query_one(KeyFooter)
        await ui.until(lambda: "Model" in ui.screen.splitlines()[footer.region.y])
        there = (ui.screen.splitlines()[footer.region.y].index("Model"), footer.region.y)
        await ui.pilot.hover(offset=there)
        await ui.until(lambda: footer.tooltip is not None)
        await ui.pilot.click(offset=there)
        await ui.until(lambda: footer.tooltip is None)


# Every size


def assert_framed(ui: Driver) -> None:
    """Header, composer and footer are on the screen, in this order, whole."""
    width, height = ui.app.size
    header, footer = ui.app.query_one(HeaderBar).region, ui.app.query_one(KeyFooter).region
    composer = ui.composer.region
    assert (header.y, header.height, header.width) == (0, 1, width)
    assert (footer.bottom, footer.height) == (height, 1)
    assert composer.height >= 3
    assert composer.bottom == footer.y
    assert composer.y >= header.bottom
    lines = ui.screen.splitlines()
    assert "●" in lines[0]
    assert lines[composer.y].lstrip().startswith("╭")
    assert lines[composer.bottom - 1].rstrip().endswith("╯")


async def test_at_80x24_header_composer_and_footer_stay_on_the_screen(open_app: OpenApp) -> None:
    fake = FakeServer(events=[TextDelta(f"{LONG}\n\n"), TextDelta("The end.")], hold=threading.Event(), held=1)
    async with open_app(BASE_URL, connect=fake.connect, size=(80, 24)) as ui:
        await ui.ready()
        await ui.shows("Quit", "Help")
        assert_framed(ui)
        for number in range(30):
            ui.composer.insert(f"line {number}\n")
        await ui.shows("line 29")
        assert_framed(ui)
        assert ui.composer.cursor_screen_offset.y < 23
        assert ui.transcript.parent is not None
        ui.composer.clear()
        await ui.ask("hi")
        await ui.shows("Paragraph 79", "Stop")
        assert_framed(ui)
        assert fake.hold is not None
        fake.hold.set()
        await ui.answered()
        await ui.shows("The end.", "tok/s", "Copy")
        assert_framed(ui)


async def test_at_80x24_the_page_without_a_server_fits(open_app: OpenApp) -> None:
    fake = FakeServer(health_error=ServerRefusedError("Nothing answers: connection refused."))
    async with open_app(BASE_URL, connect=fake.connect, size=(80, 24)) as ui:
        await ui.shows(
            "Nothing answers at", "lms server start", "to find those here.", "looks at once", "no server", "Try now"
        )
        assert not ui.composer.is_on_screen


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_size_can_be_worked_in(open_app: OpenApp, size: tuple[int, int]) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=size) as ui:
        await ui.until(lambda: ui.composer.has_focus)
        for key in ("f1", "ctrl+p", "ctrl+t"):
            await ui.pilot.press(key)
            await ui.until(lambda: len(ui.app.screen_stack) == 2)
            await ui.pilot.press("escape")
            await ui.until(lambda: len(ui.app.screen_stack) == 1)
        ui.composer.text = "hello"
        await ui.pilot.press("enter")
        await ui.answered()
        await ui.shows("stop")  # the end of the last line of figures
        await ui.pilot.press("escape", "home", "pagedown", "left_square_bracket", "space", "end")
        await ui.until(lambda: ui.transcript.has_focus)
        assert all(len(line) <= size[0] for line in ui.screen.splitlines())


@pytest.mark.parametrize("size", [SIZES[0], SIZES[-1]], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_size_shows_something_without_a_server(open_app: OpenApp, size: tuple[int, int]) -> None:
    fake = FakeServer(health_error=ServerRefusedError("Nothing answers."))
    async with open_app(BASE_URL, connect=fake.connect, size=size) as ui:
        await ui.until(lambda: ui.app.screen.focused is ui.app.query_one(Absence))
        await ui.shows("Nothing answers")
        await ui.pilot.press("f1")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.app.screen.focused is ui.app.query_one(Absence))
        fake.health_error = None
        await ui.pilot.press("r")
        await ui.until(lambda: ui.composer.has_focus)


@pytest.fixture
def held() -> Iterator[FakeServer]:
    """A server whose answer waits in its middle until it is let go on."""
    hold = threading.Event()
    yield FakeServer(events=[TextDelta(f"{LONG}\n\n"), TextDelta("The very end.")], hold=hold, held=1)
    hold.set()


async def test_a_terminal_can_change_its_size_in_the_middle_of_a_stream(open_app: OpenApp, held: FakeServer) -> None:
    async with open_app(BASE_URL, connect=held.connect, size=(80, 24)) as ui:
        await ui.ready()
        await ui.ask("hi")
        await ui.shows("Paragraph 79")
        for width, height in [*SIZES, (300, 3), (10, 100), (80, 24)]:
            await ui.pilot.resize_terminal(width, height)
            await ui.until(lambda width=width, height=height: ui.app.size == (width, height))
            assert ui.pane.streaming
        await ui.shows("Paragraph 79")
        assert_framed(ui)
        await ui.type("draft")
        assert held.hold is not None
        held.hold.set()
        await ui.answered()
        await ui.shows("The very end.", "tok/s", "draft")
        assert ui.pane.thread.path[1].text.endswith("The very end.")
        assert_framed(ui)


async def test_the_help_and_the_picker_bear_a_change_of_size(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=(160, 50)) as ui:
        await ui.ready()
        for key, words in (("f1", "Keys"), ("ctrl+t", "qwen3-8b")):
            await ui.pilot.press(key)
            await ui.until(lambda: len(ui.app.screen_stack) == 2)
            for width, height in ((20, 5), (80, 24), (160, 50)):
                await ui.pilot.resize_terminal(width, height)
                await ui.until(lambda width=width, height=height: ui.app.size == (width, height))
            await ui.shows(words)
            await ui.pilot.press("escape")
            await ui.until(lambda: len(ui.app.screen_stack) == 1)


async def test_the_narrowest_terminal_is_no_crash(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=(80, 24)) as ui:
        await ui.ready()
        for width in (5, 4, 3, 2, 1):
            await ui.pilot.resize_terminal(width, 24)
            await ui.until(lambda width=width: ui.app.size.width == width, seconds=1)
        await ui.pilot.resize_terminal(80, 24)
        await ui.shows("is listening", seconds=1)


@pytest.mark.parametrize("size", [(20, 5), (80, 10)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_cursor_stays_on_a_low_screen(open_app: OpenApp, size: tuple[int, int]) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=size) as ui:
        await ui.until(lambda: ui.composer.has_focus)
        for number in range(12):
            ui.composer.insert(f"line {number}\n")
        ui.composer.insert("here")
        await ui.shows("here")

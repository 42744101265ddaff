"""Going from pane to pane, and having every badge explained: by key and by mouse."""

from __future__ import annotations

import pytest
from app_parts import Driver, FakeServer, OpenApp
from textual.widgets import ContentSwitcher, OptionList

from lmstudio_tui.features.models import RememberedModels
from lmstudio_tui.sdk import CancelScope, Capability, HealthStatus, ServerRefusedError
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.tui.panes import PANES
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.screens.jump import Jump
from lmstudio_tui.tui.screens.server_facts import ServerFacts
from lmstudio_tui.tui.typed import is_seen
from lmstudio_tui.tui.widgets.header import HeaderBar
from lmstudio_tui.tui.widgets.key_footer import KeyFooter
from lmstudio_tui.tui.widgets.pane_strip import PaneStrip
from lmstudio_tui.tui.widgets.rail import Rail

pytestmark = pytest.mark.anyio

BASE_URL = "http://127.0.0.1:1234"
NARROW, WIDE = (80, 24), (160, 40)


def in_front(ui: Driver) -> str | None:
    """The name of the pane that is shown."""
    return ui.app.query_one("#panes", ContentSwitcher).current


def place_of(ui: Driver, text: str, line: int = 0) -> tuple[int, int]:
    """Where a text stands on the screen, from a line on."""
    for y, row in enumerate(ui.screen.splitlines()):
        if y >= line and text in row:
            return row.index(text) + 1, y
    raise AssertionError(f"{text!r} is not on the screen")


async def click(ui: Driver, text: str, line: int = 0) -> None:
    """Click on a text of the main screen."""
    await ui.pilot.click(offset=place_of(ui, text, line))


@pytest.mark.parametrize(("number", "name"), [(number, name) for number, (name, _) in enumerate(PANES, 1)])
async def test_every_pane_is_two_keys_away(open_app: OpenApp, number: int, name: str) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=NARROW) as ui:
        await ui.ready()
        await ui.pilot.press("ctrl+o", str(number))
        await ui.until(lambda: in_front(ui) == name)
        await ui.pilot.press("ctrl+o", "1")
        await ui.until(lambda: in_front(ui) == "chat" and ui.composer.has_focus)


async def test_a_draft_and_an_answer_wait_for_ones_return(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        await ui.type("a long th")
        await ui.pilot.press("ctrl+pagedown")
        await ui.until(lambda: in_front(ui) == "models")
        await ui.pilot.press("ctrl+pageup")
        await ui.until(lambda: ui.composer.has_focus)
        await ui.type("ought")
        assert ui.composer.text == "a long thought"


@pytest.mark.parametrize("keys", [["2"], ["down", "enter"]], ids=" ".join)
async def test_the_list_of_places_goes_there(open_app: OpenApp, keys: list[str]) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=NARROW) as ui:
        await ui.ready()
        await ui.pilot.press("ctrl+o")
        await ui.until(lambda: isinstance(ui.app.screen, Jump))
        await ui.shows("Go to", "Server facts")
        await ui.pilot.press(*keys)
        await ui.until(lambda: in_front(ui) == "models")


async def test_the_list_of_places_knows_the_facts(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=NARROW) as ui:
        await ui.ready()
        await ui.pilot.press("ctrl+o", "f")
        await ui.until(lambda: isinstance(ui.app.screen, ServerFacts))
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.composer.has_focus)


async def test_the_strip_and_the_rail_are_clicked(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=NARROW) as ui:
        await ui.ready()
        assert ui.app.query_one(PaneStrip).display
        await click(ui, "2 Models")
        await ui.until(lambda: in_front(ui) == "models")
        await ui.pilot.resize_terminal(*WIDE)
        await ui.until(lambda: ui.app.query_one(Rail).display and not ui.app.query_one(PaneStrip).display)
        await ui.shows("▸ 2 Models")
        await click(ui, "1 Chat")
        await ui.until(lambda: in_front(ui) == "chat")


async def test_the_pane_used_last_is_opened_again(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        await ui.pilot.press("ctrl+o", "7")
        await ui.until(lambda: in_front(ui) == "inspector")
    async with open_app(BASE_URL, connect=FakeServer().connect) as ui:
        await ui.until(lambda: in_front(ui) == "inspector")
        await ui.shows("LM Studio 0.4.12")


# Every badge explains itself


async def test_every_fact_is_explained_by_the_keyboard(open_app: OpenApp) -> None:
    fake = FakeServer()
    async with open_app(BASE_URL, connect=fake.connect, size=NARROW) as ui:
        await ui.ready()
        await ui.pilot.press("f3")
        await ui.shows("Health", "The server at http://127.0.0.1:1234 answers.")
        for _ in range(2):
            await ui.pilot.press("down")
        await ui.shows("It says so at GET /lms-status.")
        await ui.pilot.press("end")
        await ui.shows("Downloading models: available", "It is served.")
        await ui.pilot.press("f3")
        await ui.until(lambda: ui.composer.has_focus)


@pytest.mark.parametrize(
    ("badge", "explained"),
    [
        ("● ok", "Health: ok"),
        ("LM Studio", "Kind: LM Studio"),
        ("0.4.12", "Version: 0.4.12"),
        ("3 ms", "Latency: 3 ms"),
        ("2 loaded", "Models: 3 models, 2 loaded"),
        ("vision", "Vision: available"),
        ("embed", "Embeddings: available"),
    ],
)
async def test_a_click_on_a_badge_explains_it(open_app: OpenApp, badge: str, explained: str) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=WIDE) as ui:
        await ui.ready()
        await ui.shows("2 loaded", "embed")
        assert place_of(ui, badge)[1] == ui.app.query_one(HeaderBar).region.y
        await click(ui, badge)
        await ui.shows(explained)


async def test_a_click_on_the_model_offers_others(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=WIDE) as ui:
        await ui.ready()
        await click(ui, "qwen3-8b")
        await ui.shows("Type to filter")


async def test_the_rail_explains_at_enter_and_at_a_click(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=WIDE) as ui:
        await ui.ready()
        await ui.shows("✗ transcription")
        await click(ui, "✗ transcription")
        await ui.shows("Transcription: unavailable", "It is not.")
        await ui.pilot.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, ServerFacts))
        rail = ui.app.query_one(Rail)
        rail.focus()
        rail.highlighted = rail.get_option_index("fact:version")
        await ui.pilot.press("enter")
        await ui.shows("Version: 0.4.12")


async def test_the_explanation_follows_the_server(open_app: OpenApp) -> None:
    fake = FakeServer()
    async with open_app(BASE_URL, connect=fake.connect, size=NARROW) as ui:
        await ui.ready()
        await ui.pilot.press("f3")
        await ui.shows("Health: ok")
        fake.health_error = ServerRefusedError("Nothing answers: connection refused.", hint="Start the server.")
        await ui.pilot.press("f5")
        await ui.shows("Health: no server", "connection refused", "Start the server.", "is gone")
        fake.health_error = None
        await ui.pilot.press("f5")
        await ui.shows("Health: ok", "is back")


async def test_an_unknown_capability_says_why(open_app: OpenApp) -> None:
    class Unsure(FakeServer):
        def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
            status = super().health()
            can = {**status.capabilities, "images": Capability(available=None, reason="It turns out when used.")}
            return status.model_copy(update={"capabilities": can})

    async with open_app(BASE_URL, connect=Unsure().connect, size=WIDE) as ui:
        await ui.ready()
        await ui.shows("? images")
        await click(ui, "? images")
        await ui.shows("Images: unknown", "It turns out when used.")


async def test_the_footer_shows_no_keys_that_do_not_work_under_a_dialog(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect, size=NARROW) as ui:
        await ui.ready()
        footer = ui.app.query_one(KeyFooter)
        await ui.until(lambda: footer.visible)
        await ui.pilot.press("f3")
        await ui.until(lambda: not footer.visible)
        await ui.pilot.press("escape")
        await ui.until(lambda: footer.visible)


async def test_the_cursor_of_the_rail_stays_when_the_facts_change(open_app: OpenApp) -> None:
    fake = FakeServer()
    async with open_app(BASE_URL, connect=fake.connect, size=WIDE) as ui:
        await ui.ready()
        rail: OptionList = ui.app.query_one(Rail)
        rail.focus()
        rail.highlighted = rail.get_option_index("pane:inspector")
        fake.health_error = ServerRefusedError("Nothing answers.")
        await ui.pilot.press("f5")
        await ui.shows("● no server")
        assert rail.highlighted_option is not None
        assert rail.highlighted_option.id == "pane:inspector"


async def test_f5_looks_again_while_the_facts_are_open(open_app: OpenApp) -> None:
    class Counting(FakeServer):
        looks = 0

        def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
            self.looks += 1
            return super().health()

    fake = Counting()
    async with open_app(BASE_URL, connect=fake.connect, size=NARROW) as ui:
        await ui.ready()
        await ui.pilot.press("f3")
        await ui.shows("Health: ok")
        before = fake.looks
        await ui.pilot.press("f5")
        # Sooner than the next look by itself.
        await ui.until(lambda: fake.looks > before, seconds=3)


async def test_what_a_server_has_is_kept_for_when_it_is_away(open_app: OpenApp) -> None:
    kept: dict[str, RememberedModels] = {}
    fake = FakeServer()
    async with open_app(BASE_URL, connect=fake.connect, remember=kept.__setitem__) as ui:
        await ui.ready()
        await ui.until(lambda: bool(kept))
    assert kept[BASE_URL].models == fake.models


async def test_the_models_of_the_simulator_are_not_kept(simulator: SimulatorServer, open_app: OpenApp) -> None:
    kept: dict[str, RememberedModels] = {}
    async with open_app(simulator.base_url, remember=kept.__setitem__) as ui:
        await ui.ready()
        await ui.pilot.press("f5")
        await ui.shows("simulator")
    assert kept == {}


async def test_leaving_asks_where_something_would_be_lost_sight_of(open_app: OpenApp) -> None:
    class Loading(Pane):
        def at_stake(self) -> str:
            return "A model is being loaded."

    async with open_app(BASE_URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        ui.app._panes["loading"] = Loading()
        await ui.pilot.press("ctrl+q")
        await ui.shows("Leave?", "A model is being loaded.")
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.composer.has_focus)
        assert ui.app.is_running
        await ui.pilot.press("ctrl+q")
        await ui.shows("Leave?")
        await ui.pilot.press("ctrl+q")
        await ui.until(lambda: ui.app._exit)


async def test_what_is_said_in_passing_is_short_and_said_once_and_never_markup(open_app: OpenApp) -> None:
    async with open_app(BASE_URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        for _ in range(5):
            ui.composer.notify("[red]careful[/red] \x1b[31m" + "long " * 200)
        await ui.shows("[red]careful[/red] long")
        assert len(list(ui.app._notifications)) == 1
        for number in range(9):
            ui.app.notify(f"remark {number}")
        await ui.shows("remark 8")
        assert len(list(ui.app._notifications)) <= 2
        assert all(len(one.message) <= 301 for one in ui.app._notifications)


@pytest.mark.parametrize("pane", [name for name, _ in PANES])
async def test_keys_go_to_what_is_seen(open_app: OpenApp, simulator: SimulatorServer, pane: str) -> None:
    async with open_app(simulator.base_url, pane=pane) as ui:
        await ui.until(lambda: is_seen(ui.app.focused))
        # As when what has the focus is hidden, and a dialog closes after that.
        ui.app.screen_stack[0].set_focus(None)
        await ui.press("ctrl+o")
        await ui.until(lambda: len(ui.app.screen_stack) > 1)
        ui.app.screen_stack[0].set_focus(None)
        await ui.press("escape")
        await ui.until(lambda: len(ui.app.screen_stack) == 1 and is_seen(ui.app.focused))
        ui.app.screen.set_focus(None)
        await ui.until(lambda: is_seen(ui.app.focused))
        if pane != "chat":
            # The prompt of the chat is there, but hidden.
            ui.app.screen.set_focus(ui.composer)
            await ui.until(lambda: is_seen(ui.app.focused))

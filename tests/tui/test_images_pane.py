"""The images pane: asking, waiting, and everything that can be done with what was made."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from app_parts import NOW
from images_parts import LIGHTHOUSE, FakeArtist, drawn, images_pane, keep, seen, shelf
from textual.widgets import Input

from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.sdk import (
    BadRequestError,
    ModelSummary,
    ServerRefusedError,
)
from lmstudio_tui.sdk.types.images import ImageRequest
from lmstudio_tui.store.media.records import ImageRecord
from lmstudio_tui.tui.panes.images.form import MakeButton
from lmstudio_tui.tui.panes.images.preview import Preview
from lmstudio_tui.tui.panes.images.thumbnails import Thumbnails
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.look import Look
from lmstudio_tui.tui.screens.save_file import SaveFile
from lmstudio_tui.tui.widgets.picture import Way

pytestmark = pytest.mark.anyio

SIZES = [(80, 22), (142, 46)]


# Making


@pytest.mark.parametrize("size", SIZES)
async def test_a_prompt_becomes_an_image_that_is_shown_and_kept(tmp_path: Path, size: tuple[int, int]) -> None:
    async with images_pane(tmp_path, size=size) as ui:
        await ui.shows("No image yet.", "Type what is to be seen, and", "OpenAI-compatible 2.9.0")
        await ui.make(LIGHTHOUSE)
        await ui.shows("One image in", LIGHTHOUSE[:12], "64×64", "seed 40", "Images ─ 1")
        assert ui.server.asked == [ImageRequest(prompt=LIGHTHOUSE)]
        await ui.until(lambda: ui.pictured == drawn(40))
        await ui.shows("▀")
        record = ui.chosen
        assert record is not None
        assert record.path.read_bytes() == drawn(40)
        assert ui.pane.form.prompt.text == LIGHTHOUSE


async def test_what_is_typed_is_what_is_asked_for(tmp_path: Path) -> None:
    async with images_pane(tmp_path) as ui:
        ui.pane.form.prompt.focus()
        await ui.type("A cat")
        await ui.press("ctrl+j")
        await ui.type("on a mat")
        await ui.press("tab")
        await ui.type("512x768")
        await ui.press("tab")
        await ui.type("2")
        await ui.press("tab")
        await ui.type("9")
        await ui.press("tab")
        await ui.type("flux")
        await ui.press("enter")
        await ui.shows("2 images in", "1 of 2")
        wanted = ImageRequest(prompt="A cat\non a mat", size="512x768", n=2, seed=9, model="flux")
        assert ui.server.asked == [wanted]


async def test_what_cannot_be_asked_for_is_said_as_it_is_typed(tmp_path: Path) -> None:
    async with images_pane(tmp_path) as ui:
        ui.pane.form.query_one("#size").focus()
        await ui.type("5x")
        await ui.shows("A size is width x height in pixels")
        await ui.press("ctrl+r")
        assert ui.server.asked == []
        await ui.until(lambda: ui.pane.form.query_one("#size").has_focus)
        await ui.press("backspace", "backspace")
        await ui.hides("A size is width x height in pixels")
        await ui.press("ctrl+r")
        await ui.shows("Type what is to be seen.")
        assert ui.pane.form.prompt.has_focus
        await ui.type("A cat")
        await ui.hides("Type what is to be seen.")
        await ui.press("ctrl+r")
        await ui.until(lambda: ui.server.asked == [ImageRequest(prompt="A cat")])


async def test_nobody_is_sent_into_an_empty_list(tmp_path: Path) -> None:
    async with images_pane(tmp_path) as ui:
        await ui.until(lambda: ui.pane.form.prompt.has_focus)
        await ui.press("escape")
        await ui.type("A cat")
        assert ui.pane.form.prompt.text == "A cat"


async def test_it_can_be_stopped_and_the_prompt_stays(tmp_path: Path) -> None:
    server = FakeArtist(hold=threading.Event())
    async with images_pane(tmp_path, server=server) as ui:
        await ui.make(LIGHTHOUSE)
        await ui.shows("Making one image … 0 s", "Esc stops", "Stop")
        assert "would be lost" in ui.pane.at_stake()
        await ui.press("ctrl+r")
        await ui.until(lambda: "Images are being made; Esc stops that." in ui.told)
        assert len(server.asked) == 1
        await ui.press("escape")
        await ui.shows("Stopped; nothing had come.")
        assert ui.pane.at_stake() == ""
        assert ui.pane.form.prompt.text == LIGHTHOUSE
        await ui.until(lambda: ui.pane._ticker is None)  # pyright: ignore[reportPrivateUsage]


async def test_the_button_makes_and_stops(tmp_path: Path) -> None:
    server = FakeArtist(hold=threading.Event())
    async with images_pane(tmp_path, server=server) as ui:
        ui.pane.form.prompt.focus()
        await ui.type("A cat")
        await ui.click(MakeButton)
        await ui.shows("Making one image")
        await ui.click(MakeButton)
        await ui.shows("Stopped; nothing had come.")


async def test_a_refusal_is_said_with_what_to_do(tmp_path: Path) -> None:
    server = FakeArtist(
        error=BadRequestError("The size 5x5 is not one of this model's.", status=400, hint="Choose 512x512.")
    )
    async with images_pane(tmp_path, server=server) as ui:
        await ui.make("A cat")
        await ui.shows("The size 5x5 is not one of this model's. Choose 512x512.")
        server.error = None
        await ui.press("ctrl+r")
        await ui.shows("One image in")


async def test_what_of_several_did_not_come_is_said(tmp_path: Path) -> None:
    server = FakeArtist(problems=("Image 2 of 2 could not be had: \x1b[31mno\x1b[0m route.",))
    async with images_pane(tmp_path, server=server) as ui:
        await ui.make("A cat")
        await ui.shows("One image in", "Image 2 of 2 could not be had: no route.")


async def test_another_server_stops_what_is_being_made(tmp_path: Path) -> None:
    server = FakeArtist(hold=threading.Event())
    async with images_pane(tmp_path, server=server) as ui:
        await ui.make("A cat")
        await ui.shows("Making one image")
        ui.use(FakeArtist(base_url="http://127.0.0.1:9"))
        await ui.shows("Stopped; nothing had come.", "127.0.0.1:9")


# Several


async def test_several_are_shown_small_with_one_large(tmp_path: Path) -> None:
    async with images_pane(tmp_path) as ui:
        ui.pane.form.fill("count", "3")
        await ui.make(LIGHTHOUSE)
        await ui.shows("3 images in", "← 1 of 3 →", "━ 1 ━")
        assert [one.seed for one in ui.list.shown] == [40, 41, 42]
        await ui.in_list()
        await ui.press("right")
        await ui.shows("← 2 of 3 →", "━ 2 ━", "seed 41")
        await ui.until(lambda: ui.pictured == drawn(41))
        await ui.press("right", "right")
        await ui.shows("← 3 of 3 →")
        await ui.press("left")
        await ui.shows("← 2 of 3 →")
        small = ui.app.query_one(Thumbnails)
        await ui.until(lambda: len(small._small) == 3)  # pyright: ignore[reportPrivateUsage]
        left = small._left  # pyright: ignore[reportPrivateUsage]
        await ui.click(Thumbnails, offset=(left + 20, 1))
        await ui.shows("← 3 of 3 →")


async def test_more_than_fit_are_walked_through(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    for seed in range(30):
        keep(media, "Many", seed=seed)
    async with images_pane(tmp_path, media=media, size=(80, 22)) as ui:
        await ui.in_list()
        await ui.press("end")
        await ui.shows("← 30 of 30 →", "━ 30 ━")
        assert "━ 1 ━" not in ui.screen


# The list


async def test_what_was_made_before_is_there_the_newest_first(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    for number in range(12):
        keep(media, f"Prompt {number}", made_at=NOW.replace(hour=number % 9, day=19 if number < 9 else 20))
    async with images_pane(tmp_path, media=media) as ui:
        await ui.shows("Images ─ 12")
        assert ui.prompts[:3] == ["Prompt 11", "Prompt 10", "Prompt 9"]
        await ui.in_list()
        await ui.press("down", "j")
        assert ui.chosen is not None
        assert ui.chosen.prompt == "Prompt 9"
        await ui.press("G")
        assert ui.chosen.prompt == "Prompt 0"
        await ui.press("g", "pagedown", "k")
        assert ui.chosen.prompt != "Prompt 0"


async def test_the_list_is_filtered_as_one_types(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, "A cat", seed=1)
    keep(media, LIGHTHOUSE, seed=2, model="sdxl")
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.press("/")
        await ui.type("sdxl")
        await ui.shows("Images ─ 1 of 2")
        assert ui.prompts == [LIGHTHOUSE]
        await ui.press("enter")
        await ui.until(lambda: ui.list.has_focus)
        await ui.press("escape")
        await ui.shows("Images ─ 2")
        await ui.press("/")
        await ui.type("zebra")
        await ui.shows("No image matches the filter.", "Esc clears it.")
        await ui.press("escape")
        await ui.shows("Images ─ 2")
        assert ui.list.has_focus


async def test_the_arrows_walk_through_the_list_from_the_filter(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, "A cat", made_at=NOW.replace(hour=1))
    keep(media, "A dog")
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.press("/", "down")
        assert ui.chosen is not None
        assert ui.chosen.prompt == "A cat"
        await ui.press("up")
        assert ui.chosen.prompt == "A dog"
        assert ui.pane.filter.has_focus


async def test_a_new_image_is_shown_whatever_the_filter_is(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, "A cat", made_at=NOW.replace(hour=1))
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.press("/")
        await ui.type("cat")
        await ui.make("A dog")
        await ui.until(lambda: ui.chosen is not None and ui.chosen.prompt == "A dog")
        assert ui.pane.filter.value == ""


async def test_one_is_used_again(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, LIGHTHOUSE, seed=5, size="512x512", model="flux")
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.press("p")
        assert ui.pane.form.prompt.has_focus
        assert ui.pane.form.request() == ImageRequest(prompt=LIGHTHOUSE, size="512x512", seed=5, model="flux")
        await ui.press("escape")
        await ui.until(lambda: ui.list.has_focus)
        await ui.press("r")
        await ui.until(lambda: len(ui.server.asked) == 1)
        assert ui.server.asked[0] == ImageRequest(prompt=LIGHTHOUSE, size="512x512", seed=5, model="flux")
        await ui.shows("One image in")
        await ui.press("n")
        await ui.until(lambda: len(ui.server.asked) == 2)
        assert ui.server.asked[1].seed not in (None, 5)


async def test_a_seed_that_nobody_knows_is_not_sent(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, LIGHTHOUSE, seed=None, size="as you like", model=None)
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.press("r")
        await ui.until(lambda: "Nobody knows its seed" in ui.told)
        assert ui.server.asked == [ImageRequest(prompt=LIGHTHOUSE)]


async def test_path_and_prompt_are_copied(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    record = keep(media, LIGHTHOUSE)
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.press("y", "Y")
        await ui.until(lambda: ui.app.copied == [str(record.path), LIGHTHOUSE])


async def test_one_is_deleted_and_brought_back(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    cat = keep(media, "A cat")
    keep(media, "A dog", made_at=NOW.replace(hour=1))
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.press("x")
        await ui.until(lambda: ui.prompts == ["A dog"])
        await ui.until(lambda: not cat.path.exists())
        assert "F8 brings it back" in ui.told
        await ui.press("f8")
        await ui.until(lambda: ui.prompts == ["A cat", "A dog"])
        await ui.until(cat.path.exists)
        await ui.until(lambda: ui.chosen is not None and ui.chosen.prompt == "A cat")
        assert ui.pane.check_action("undo", ()) is False


async def test_a_look_that_was_under_way_does_not_hide_what_was_made_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = shelf(tmp_path)
    keep(media, "A cat")
    looking, go_on = threading.Event(), threading.Event()
    everything = media.images.all

    def slow() -> tuple[ImageRecord, ...]:
        found = everything()
        looking.set()
        assert go_on.wait(10)
        return found

    async with images_pane(tmp_path, media=media) as ui:
        await ui.until(lambda: ui.prompts == ["A cat"])
        monkeypatch.setattr(media.images, "all", slow)
        ui.pane.arrive()
        await ui.until(looking.is_set)
        await ui.make(LIGHTHOUSE)
        await ui.shows("One image in")
        go_on.set()
        for _ in range(20):
            await ui.pilot.pause(0.01)
            assert LIGHTHOUSE in ui.prompts


async def test_one_that_cannot_be_deleted_stays(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, "A cat")
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        media.images._trash.put = _refused  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
        await ui.press("x")
        await ui.until(lambda: "cannot be deleted" in ui.told)
        assert ui.prompts == ["A cat"]


def _refused(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


async def test_it_is_looked_at_alone(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, LIGHTHOUSE)
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, Look))
        await ui.shows("a-lighthouse-at-dusk-7.png", "64×64", "s save")
        await ui.press("escape")
        await ui.until(lambda: ui.list.has_focus)
        await ui.until(lambda: ui.pictured is not None)
        await ui.click(Preview)
        await ui.until(lambda: isinstance(ui.app.screen, Look))


async def test_it_is_saved_and_nothing_is_overwritten_silently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lmstudio_tui.tui.screens.save_file._PAUSE", 0.0)
    media = shelf(tmp_path)
    record = keep(media, LIGHTHOUSE)
    target = tmp_path / "a-lighthouse-at-dusk-7.png"
    target.write_text("mine")
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.press("s")
        await ui.until(lambda: isinstance(ui.app.screen, SaveFile))
        assert ui.app.screen.query_one(Input).value == target.name
        await ui.press("enter")
        await ui.shows("is there already")
        assert target.read_text() == "mine"
        await ui.press("enter")
        await ui.until(lambda: target.read_bytes() == record.path.read_bytes())
        await ui.until(lambda: "Saved to" in ui.told)


async def test_files_that_are_damaged_or_gone_say_so(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, "cut", data=drawn()[:60], made_at=NOW.replace(hour=3))
    keep(media, "text", data=b"no image at all", made_at=NOW.replace(hour=2))
    keep(media, "whole", data=drawn(9), made_at=NOW.replace(hour=1))
    gone = keep(media, "gone", made_at=NOW.replace(hour=4))
    gone.path.unlink()
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        await ui.shows("no longer there")
        await ui.press("down")
        await ui.shows("broken or incomplete")
        await ui.press("down")
        await ui.shows("is no image any more")
        await ui.press("down")
        await ui.until(lambda: ui.pictured == drawn(9))
        await ui.press("home")
        await ui.shows("no longer there")
        await ui.press("s")
        await ui.until(lambda: "cannot be read" in ui.told)


async def test_a_large_image_is_shown(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, "large", data=drawn(3, (4000, 3000)), width=4000, height=3000)
    async with images_pane(tmp_path, media=media) as ui:
        await ui.shows("4000×3000")
        await ui.until(lambda: ui.pictured is not None)


# The prompt


async def test_earlier_prompts_come_back(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, "The first", made_at=NOW.replace(hour=1))
    keep(media, "The second", made_at=NOW.replace(hour=2))
    async with images_pane(tmp_path, media=media) as ui:
        await ui.shows("Images ─ 2")
        box = ui.pane.form.prompt
        box.focus()
        await ui.type("draft")
        await ui.press("home", "up")
        assert box.text == "The second"
        await ui.press("up")
        assert box.text == "The first"
        await ui.press("up", "down")
        assert box.text == "The second"
        await ui.press("down")
        assert box.text == "draft"
        await ui.press("down")
        assert box.text == "draft"


async def test_the_prompt_that_was_there_comes_back_by_undo(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, LIGHTHOUSE)
    async with images_pane(tmp_path, media=media) as ui:
        await ui.in_list()
        ui.pane.form.prompt.focus()
        await ui.type("typed")
        await ui.press("escape", "p")
        assert ui.pane.form.prompt.text == LIGHTHOUSE
        await ui.press("ctrl+z")
        assert ui.pane.form.prompt.text == "typed"


# Choosing


async def test_a_size_is_chosen_from_a_list(tmp_path: Path) -> None:
    async with images_pane(tmp_path) as ui:
        await ui.press("alt+s")
        await ui.until(lambda: isinstance(ui.app.screen, Choose))
        await ui.shows("1024 × 1024", "portrait", "the server decides")
        await ui.press("down", "down", "enter")
        await ui.until(lambda: ui.pane.form.value("size") == "512x512")
        await ui.press("down")
        await ui.until(lambda: isinstance(ui.app.screen, Choose))
        await ui.press("home", "enter")
        await ui.until(lambda: ui.pane.form.value("size") == "")


async def test_a_model_is_chosen_from_those_that_draw(tmp_path: Path) -> None:
    models = (
        ModelSummary(id="llama", type="llm"),
        ModelSummary(id="flux-schnell", type="text-to-image"),
        ModelSummary(id="sdxl", type="image"),
    )
    async with images_pane(tmp_path, view=seen(models=models)) as ui:
        await ui.press("alt+m")
        await ui.shows("flux-schnell", "sdxl")
        assert "llama" not in ui.screen
        await ui.type("sd")
        await ui.press("enter")
        await ui.until(lambda: ui.pane.form.value("model") == "sdxl")
        assert ui.pane.form.query_one("#model").has_focus


async def test_all_models_are_offered_where_no_server_says_which_draw(tmp_path: Path) -> None:
    async with images_pane(tmp_path, view=seen(models=(ModelSummary(id="llama"),))) as ui:
        ui.pane.form.query_one("#model").focus()
        await ui.press("down")
        await ui.shows("llama")
        await ui.press("escape")
        await ui.hides("llama")
        assert ui.pane.form.value("model") == ""


async def test_the_configured_model_stands_in_the_field(tmp_path: Path) -> None:
    async with images_pane(tmp_path, server=FakeArtist(default_model="stable-diffusion")) as ui:
        await ui.shows("stable-diffusion")


async def test_arrows_change_the_count_and_the_seed(tmp_path: Path) -> None:
    async with images_pane(tmp_path) as ui:
        ui.pane.form.query_one("#count").focus()
        await ui.press("up", "up", "down")
        assert ui.pane.form.value("count") == "2"
        ui.pane.form.query_one("#seed").focus()
        await ui.press("up")
        assert ui.pane.form.value("seed") == "1"


# The server


@pytest.mark.parametrize("size", SIZES)
async def test_where_images_are_switched_off_it_says_how_to_switch_them_on(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    view = seen(
        available=False,
        reason="Images are switched off.",
        missing=("enable_images",),
        hint="Set enable_images, or LM_STUDIO_ENABLE_IMAGES.",
    )
    async with images_pane(tmp_path, view=view, size=size) as ui:
        await ui.shows("images", "switched off", "LM_STUDIO_ENABLE_IMAGES")


async def test_where_nobody_draws_it_says_how_to_get_somebody(tmp_path: Path) -> None:
    from lmstudio_tui.sdk import ServerKind

    view = seen(available=False, reason="LM Studio has no images.", own=False, kind=ServerKind.LM_STUDIO)
    async with images_pane(tmp_path, view=view) as ui:
        await ui.shows("does not draw", "images_base_url", "LocalAI", "docker run")


async def test_a_server_that_is_away_is_named(tmp_path: Path) -> None:
    error = ServerRefusedError("Nothing answers: connection refused.")
    media = shelf(tmp_path)
    keep(media, "A cat")
    async with images_pane(tmp_path, media=media, view=seen(presence=Presence.OFFLINE, error=error)) as ui:
        await ui.shows("does not answer", "connection refused", "Start it")
        ui.use(FakeArtist(), seen())
        await ui.hides("connection refused")


async def test_before_there_is_a_client_nothing_is_asked(tmp_path: Path) -> None:
    async with images_pane(tmp_path) as ui:
        ui.pane.use_service("images", None, seen(presence=Presence.CONNECTING))
        ui.pane.use_service("audio", ui.server.client(), seen())
        await ui.shows("Looking for the server for images")
        await ui.make("A cat")
        await ui.until(lambda: ui.screen.count("Looking for the server") >= 2)
        assert ui.server.asked == []


# Looks


@pytest.mark.parametrize("theme", ["quiet-dark", "quiet-light"])
@pytest.mark.parametrize("size", [(20, 5), (40, 12), (60, 20), (200, 60)])
async def test_it_is_drawn_at_every_size(tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    media = shelf(tmp_path)
    for number in range(5):
        keep(media, LIGHTHOUSE, seed=number)
    async with images_pane(tmp_path, media=media, size=size, theme=theme) as ui:
        await ui.in_list()
        await ui.press("down", "right")
        await ui.pilot.resize_terminal(100, 30)
        await ui.shows(LIGHTHOUSE[:10])


async def test_the_keyboard_goes_from_the_prompt_to_the_list_and_back(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, "A cat")
    async with images_pane(tmp_path, media=media) as ui:
        await ui.until(lambda: ui.pane.form.prompt.has_focus)
        await ui.press("escape")
        await ui.until(lambda: ui.list.has_focus)
        await ui.press("escape")
        await ui.until(lambda: ui.pane.form.prompt.has_focus)
        await ui.press("escape")
        ui.app.set_focus(None)
        ui.pane.arrive()
        await ui.until(lambda: ui.list.has_focus)


async def test_what_another_window_made_is_there_when_one_comes_back(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    async with images_pane(tmp_path, media=media) as ui:
        await ui.shows("No image yet.")
        keep(shelf(tmp_path), "Made elsewhere")
        ui.pane.arrive()
        await ui.until(lambda: ui.prompts == ["Made elsewhere"])


@pytest.mark.parametrize("way", ["kitty", "sixel"])
async def test_the_graphics_of_the_terminal_are_used_where_it_has_some(tmp_path: Path, way: Way) -> None:
    media = shelf(tmp_path)
    keep(media, LIGHTHOUSE, data=drawn(1), made_at=NOW.replace(hour=2))
    keep(media, "A cat", data=drawn(2), made_at=NOW.replace(hour=1))
    async with images_pane(tmp_path, media=media, way=way) as ui:
        await ui.in_list()
        await ui.until(lambda: ui.pictured == drawn(1))
        await ui.until(lambda: any(one.size.area for one in ui.app.query(".graphics")))
        await ui.press("down")
        await ui.until(lambda: ui.pictured == drawn(2))
        await ui.until(lambda: len(ui.app.query(".graphics")) == 1)
        assert "▀" not in ui.screen

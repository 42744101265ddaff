"""The images pane without a screen: fields, rows, filters, names of files, files that are damaged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from app_parts import NOW
from hypothesis import given
from hypothesis import strategies as st
from images_parts import drawn
from rich.cells import cell_len

from lmstudio_tui.sdk import ModelSummary
from lmstudio_tui.sdk.types.images import ImageRequest
from lmstudio_tui.store.media.records import ImageRecord
from lmstudio_tui.tui.panes.images.files import UnshowableError, read_image, small_image
from lmstudio_tui.tui.panes.images.picker import draws
from lmstudio_tui.tui.panes.images.reading import (
    SIZES,
    UnreadableFieldError,
    count_of,
    counted,
    problem_of,
    request_of,
    seed_of,
    seeded,
    size_of,
)
from lmstudio_tui.tui.panes.images.rows import (
    facts_of,
    file_name,
    in_order,
    made_together,
    matching,
    row_of,
    title_of,
    took,
    when,
)


def image(prompt: str = "A lighthouse", **fields: Any) -> ImageRecord:
    values: dict[str, Any] = {"id": "a-1", "path": Path("/x/a-1.png"), "made_at": NOW, "width": 512, "height": 768}
    return ImageRecord(prompt=prompt, **(values | fields))


# The fields


@pytest.mark.parametrize(
    ("typed", "size"),
    [
        ("", None),
        ("  ", None),
        ("512", "512x512"),
        ("512x768", "512x768"),
        (" 512 × 768 ", "512x768"),
        ("512X768", "512x768"),
        ("512*768", "512x768"),
        ("512, 768", "512x768"),
        ("0512x0768", "512x768"),
    ],
)
def test_sizes_as_people_type_them(typed: str, size: str | None) -> None:
    assert size_of(typed) == size


@pytest.mark.parametrize("typed", ["x", "512x", "x512", "0", "0x5", "512x100000", "big", "5.5", "-5", "512x512x512"])
def test_what_is_no_size_says_what_would_be_one(typed: str) -> None:
    with pytest.raises(UnreadableFieldError, match=r"size|side") as caught:
        size_of(typed)
    assert caught.value.field == "size"


def test_the_sizes_that_are_offered_can_be_asked_for() -> None:
    for size, _ in SIZES:
        assert size_of(size) == size
        assert ImageRequest(prompt="x", size=size).size == size


@pytest.mark.parametrize(("typed", "count"), [("", 1), ("1", 1), (" 4 ", 4), ("100", 100)])
def test_counts(typed: str, count: int) -> None:
    assert count_of(typed) == count


@pytest.mark.parametrize("typed", ["0", "101", "-1", "2.5", "many", "٣", "9" * 5000])
def test_what_is_no_count(typed: str) -> None:
    with pytest.raises(UnreadableFieldError, match="1 to 100"):
        count_of(typed)


def test_seeds() -> None:
    assert seed_of("") is None
    assert seed_of(" 42 ") == 42
    assert seed_of("-1") == -1
    for typed in ("x", "1.5", "1e3", "9" * 21):
        with pytest.raises(UnreadableFieldError, match="whole number"):
            seed_of(typed)


def test_arrows_step_through_numbers() -> None:
    assert counted("3", 1) == "4"
    assert counted("1", -1) == "1"
    assert counted("100", 1) == "100"
    assert counted("?", 1) == "1"
    assert seeded("", 1) == "1"
    assert seeded("7", -1) == "6"
    assert seeded("0", -1) == "0"
    assert seeded("?", 1) == "1"


def test_only_what_was_typed_is_sent() -> None:
    request = request_of("  A cat ", {})
    assert request == ImageRequest(prompt="A cat")
    assert request.model_dump(exclude_none=True, exclude={"extra"}) == {"prompt": "A cat", "n": 1}
    whole = request_of("A cat", {"size": "512", "count": "3", "seed": "9", "model": " flux "})
    assert whole == ImageRequest(prompt="A cat", size="512x512", n=3, seed=9, model="flux")


def test_an_empty_prompt_is_the_last_thing_that_is_said() -> None:
    with pytest.raises(UnreadableFieldError) as caught:
        request_of(" ", {"size": "x"})
    assert caught.value.field == "size"
    with pytest.raises(UnreadableFieldError) as caught:
        request_of(" ", {})
    assert caught.value.field == "prompt"
    assert problem_of({}) is None
    found = problem_of({"seed": "x"})
    assert found is not None
    assert found.field == "seed"


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused_in_words(size: str, count: str, seed: str) -> None:
    fields = {"size": size, "count": count, "seed": seed}
    problem = problem_of(fields)
    if problem is None:
        assert request_of("x", fields).n >= 1
    else:
        assert str(problem).endswith(".")


# Rows


def test_times() -> None:
    assert when(NOW, NOW) == "09:41 "
    assert when(NOW - timedelta(days=2), NOW) == "18 Nov"
    assert when(NOW - timedelta(days=12), NOW) == " 8 Nov"
    assert when(datetime(2025, 1, 1, tzinfo=UTC), NOW) == "2025  "
    assert took(image(took_s=4.23)) == "4.2 s"
    assert took(image(took_s=65.2)) == "1:05 min"


@given(st.integers(1, 200), st.text(max_size=80), st.integers(-(10**12), 10**12) | st.none())
def test_a_row_has_the_width_there_is(width: int, prompt: str, seed: int | None) -> None:
    row = row_of(image(prompt, seed=seed, model="a/very-long-name-of-a-model", took_s=3.0), width, NOW)
    assert cell_len("".join(row)) <= max(width, len(row.time) + 1)
    assert "\n" not in "".join(row)


def test_a_row_tells_more_where_there_is_room() -> None:
    one = image("A lighthouse at dusk", seed=7, model="black-forest-labs/flux-schnell", took_s=4.2)
    assert "".join(row_of(one, 120, NOW)).split() == [
        "09:41", "A", "lighthouse", "at", "dusk", "512×768", "#7", "flux-schnell", "4.2", "s",
    ]  # fmt: skip
    assert "".join(row_of(one, 42, NOW)).split() == ["09:41", "A", "lighthouse", "at", "dusk", "512×768"]
    assert "".join(row_of(one, 24, NOW)).split() == ["09:41", "A", "lighthouse", "at…"]


def test_facts_break_between_facts() -> None:
    one = image(seed=7, model="flux", took_s=4.2, size_bytes=312_000)
    assert facts_of(one, UTC, 200) == ["512×768 · seed 7 · flux · 4.2 s · 312 kB · 2026-11-20 09:41"]
    assert facts_of(one, UTC, 24) == ["512×768 · seed 7 · flux", "4.2 s · 312 kB", "2026-11-20 09:41"]
    assert facts_of(image(width=0, height=0, size="64x64"), UTC, 80)[0].startswith("64×64 · 2026")


def test_a_filter_finds_by_everything_that_is_shown() -> None:
    lighthouse = image(seed=7, model="flux", id="a-1", revised_prompt="An oil painting")
    cat = image("A cat", seed=12, model="sdxl", id="a-2", width=64, height=64)
    for typed in ("light", "LIGHT", "a lighthouse", "seed:7", "#7", "flux", "512x768", "512×768", "oil", "light flux"):
        assert matching((lighthouse, cat), typed) == (lighthouse,), typed
    assert matching((lighthouse, cat), " ") == (lighthouse, cat)
    assert matching((lighthouse, cat), "2026-11-20") == (lighthouse, cat)
    assert matching((lighthouse, cat), "light sdxl") == ()
    assert title_of(1, 2) == "Images ─ 1 of 2"
    assert title_of(2, 2) == "Images ─ 2"
    assert title_of(0, 0) == "Images"


def test_images_of_one_request_belong_together_in_their_order() -> None:
    twelve = [image(id=f"x-{number}") for number in range(1, 13)]
    older = image(id="x-0", made_at=NOW - timedelta(hours=1))
    ordered = in_order([older, *sorted(twelve, key=lambda one: one.id, reverse=True)])
    assert [one.id for one in ordered] == [*(f"x-{number}" for number in range(1, 13)), "x-0"]
    assert made_together(twelve[3], ordered) == tuple(twelve)
    assert made_together(older, ordered) == (older,)
    assert made_together(older, ()) == (older,)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("A lighthouse at dusk, oil on canvas", "a-lighthouse-at-dusk-oil-on-7.png"),
        ("../../etc/passwd", "etc-passwd-7.png"),
        ("", "image-7.png"),
        ("!!! ???", "image-7.png"),
        ("Ein Boot\x1b[31m\n", "ein-boot-7.png"),
        ("灯台", "灯台-7.png"),
    ],
)
def test_the_name_of_a_file_is_made_of_the_prompt(prompt: str, name: str) -> None:
    assert file_name(image(prompt, seed=7)) == name


def test_models_that_draw_are_known_by_what_the_server_says() -> None:
    for kind in ("image", "text-to-image", "text_to_image", "diffusion", "Image Generation"):
        assert draws(ModelSummary(id="x", type=kind)), kind
    for kind in (None, "llm", "vlm", "image-to-text", "embedding"):
        assert not draws(ModelSummary(id="x", type=kind)), kind


# Files


def test_files_that_cannot_be_shown_say_why(tmp_path: Path) -> None:
    missing, empty, text, cut = (tmp_path / name for name in ("a.png", "b.png", "c.png", "d.png"))
    empty.write_bytes(b"")
    text.write_bytes(b'{"error": "no"}')
    cut.write_bytes(drawn()[:60])
    for path, words in ((missing, "no longer there"), (empty, "is empty"), (text, "no image"), (tmp_path, "cannot be")):
        with pytest.raises(UnshowableError, match=words):
            read_image(path)
    assert read_image(cut)
    with pytest.raises(UnshowableError, match="broken or incomplete"):
        small_image(cut, 20)


def test_a_large_image_is_made_small(tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(drawn(1, (3000, 1500)))
    assert max(small_image(large, 40).size) == 40

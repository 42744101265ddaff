"""Which columns of the table of models fit, and how names are shortened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lmstudio_tui.tui.widgets.model_table.fitting import (
    GAP,
    cut,
    fitted,
    same_but_for_publisher,
    shortened_name,
    shortened_words,
)

NATURAL = {
    "name": 34, "type": 5, "params": 7, "quant": 6, "size": 6, "context": 7, "format": 4, "state": 7, "can": 19,
}  # fmt: skip


def titles(width: int) -> list[str]:
    return [place.column.id for place in fitted(width, NATURAL)]


def test_columns_go_by_what_they_are_worth() -> None:
    assert titles(160) == ["name", "type", "params", "quant", "size", "context", "format", "state", "can"]
    assert titles(94) == titles(160)
    assert titles(76) == ["name", "params", "quant", "size", "context", "can"]
    assert titles(60) == ["name", "params", "quant", "size", "can"]
    assert titles(40) == ["name", "params", "size"]
    assert titles(12) == ["name"]


@given(st.integers(1, 250), st.dictionaries(st.sampled_from(sorted(NATURAL)), st.integers(0, 90)))
def test_nothing_is_wider_than_the_room(width: int, natural: dict[str, int]) -> None:
    places = fitted(width, natural)
    assert places[0].column.id == "name"
    ends = [place.start + place.width for place in places]
    assert all(place.width >= 1 for place in places)
    assert all(place.start == end + GAP for place, end in zip(places[1:], ends, strict=False))
    assert ends[-1] <= max(width, 3)


@given(st.text(), st.integers(1, 40), st.booleans())
def test_a_cut_text_has_exactly_its_cells(text: str, width: int, right: bool) -> None:
    if cell_len(text) <= width or text.isascii():
        assert cell_len(cut(text, width, right=right)) == width


@pytest.mark.parametrize(
    ("name", "width", "short"),
    [
        ("qwen/qwen3-8b", 13, "qwen/qwen3-8b"),
        ("qwen/qwen3-8b", 12, "qwen3-8b"),
        ("text-embedding-nomic-embed-text-v1.5", 26, "text-embedding-no…ext-v1.5"),
        ("text-embedding-nomic-embed-text-v1.5", 15, "text-embe…-v1.5"),
        ("abcdefghijkl", 4, "abc…"),
        ("publisher/", 4, "pub…"),
        ("markup/[red]bold[/red] [link=http://x]y[/]", 26, "[red]bold[/red] […//x]y[/]"),
        ("a b/c/d-e", 8, "a b/c/d…"),
    ],
)
def test_a_name_loses_its_publisher_first_then_its_middle(name: str, width: int, short: str) -> None:
    assert shortened_name(name, width) == short


def test_names_alike_but_for_their_publishers_keep_them() -> None:
    alike = same_but_for_publisher(["mistralai/m-vl", "microsoft/m-vl", "m-other", "q/one"])
    assert alike == {"mistralai/m-vl", "microsoft/m-vl"}
    shown = {shortened_name(name, 13, whole=True) for name in alike}
    assert shown == {"mistralai/m-…", "microsoft/m-…"}


@pytest.mark.parametrize(
    ("width", "short"),
    [(19, "vision tools reason"), (18, "vision tools +1"), (12, "vision +2"), (8, "vision tools reason")],
)
def test_words_are_left_out_as_wholes(width: int, short: str) -> None:
    assert shortened_words("vision tools reason", width) == short

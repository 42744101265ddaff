"""The order of the models."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.models.columns import Entry
from lmstudio_tui.features.models.order import LOADED_FIRST, ORDERS, Order, natural
from lmstudio_tui.sdk import ModelSummary


def ids(order: Order, *models: ModelSummary) -> list[str]:
    return [entry.id for entry in order.sorted(Entry(model) for model in models)]


PARAMETERS = ("26B-A4B", "137M", "8x7B", "8B", None, "E4B", "1.5b", "unknown")
BY_PARAMETERS = [ModelSummary(id=f"m{number}", parameters=words) for number, words in enumerate(PARAMETERS)]


def test_parameters_are_compared_as_numbers_and_the_unknown_comes_last() -> None:
    assert ids(Order("params"), *BY_PARAMETERS) == ["m1", "m6", "m5", "m3", "m0", "m2", "m4", "m7"]
    assert ids(Order("params", reverse=True), *BY_PARAMETERS) == ["m2", "m0", "m3", "m5", "m6", "m1", "m4", "m7"]


def test_sizes_are_compared_as_numbers() -> None:
    models = [ModelSummary(id="a", size_bytes=10**10), ModelSummary(id="b", size_bytes=9 * 10**8), ModelSummary(id="c")]
    assert ids(Order("size"), *models) == ["b", "a", "c"]
    assert ids(Order("size", reverse=True), *models) == ["a", "b", "c"]


def test_what_is_loaded_comes_first_then_what_is_being_loaded_each_by_name() -> None:
    models = [
        ModelSummary(id="x/a-v10", state="not-loaded"),
        ModelSummary(id="x/b", state="loading"),
        ModelSummary(id="y/a-v2", state="not-loaded"),
        ModelSummary(id="z", state="loaded"),
        ModelSummary(id="C", state="loaded"),
    ]
    assert ids(Order(), *models) == ["C", "z", "x/b", "y/a-v2", "x/a-v10"]


def test_a_column_chosen_again_is_turned_round() -> None:
    order = Order().chosen("size")
    assert (order.by, order.reverse, order.arrow) == ("size", False, "↓")
    assert order.chosen("size") == Order("size", reverse=True)
    assert order.chosen("size").arrow == "↑"
    assert order.chosen("size").chosen("size") == order
    assert order.chosen("name") == Order("name")


def test_every_order_has_a_title() -> None:
    assert all(Order(by).title for by in ORDERS)
    assert Order(LOADED_FIRST).title == "loaded first"


@given(st.permutations(["a", "A2", "a10", "b1", "²", "1", "10", "9" * 30]))
def test_numbers_in_names_count_as_numbers(texts: list[str]) -> None:
    assert sorted(texts, key=natural) == ["1", "10", "9" * 30, "a", "A2", "a10", "b1", "²"]


@pytest.mark.parametrize("by", ORDERS)
@given(models=st.lists(st.builds(ModelSummary, id=st.text(min_size=1), parameters=st.none() | st.text()), max_size=5))
def test_no_model_is_lost_by_sorting(by: str, models: list[ModelSummary]) -> None:
    for reverse in (False, True):
        assert sorted(ids(Order(by, reverse), *models)) == sorted(model.id for model in models)

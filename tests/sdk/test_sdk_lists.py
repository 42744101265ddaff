"""Lists of models as they really come: odd, contradictory, half broken, in pieces, long."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk_listings import Server, fetched, ids, openai, together, v0, v1
from sdk_servers import Connection, RawServer, config

from lmstudio_tui.sdk import (
    AuthenticationError,
    CallStarted,
    CancelScope,
    ClientConfig,
    LMStudioClient,
    ModelFilter,
    Moment,
    ProtocolError,
    RequestTimeoutError,
    ServerConnectionError,
)
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1, OPENAI, loaded_count
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

# What v1 tells


def test_everything_an_instance_was_loaded_with() -> None:
    settings = {
        "context_length": 8192,
        "eval_batch_size": 512,
        "parallel": 4,
        "flash_attention": True,
        "num_experts": 8,
        "offload_kv_cache_to_gpu": False,
        "rope_frequency_base": 10000.5,
        "draft_model": "tiny",
        "nested": {"a": [1]},
        "nothing": None,
    }
    [model] = together([{**v1("a"), "loaded_instances": [{"id": "a", "config": settings}]}])
    [instance] = model.instances
    assert (instance.context_length, instance.eval_batch_size, instance.parallel) == (8192, 512, 4)
    assert (instance.flash_attention, instance.num_experts, instance.offload_kv_cache_to_gpu) == (True, 8, False)
    assert instance.config == {"rope_frequency_base": 10000.5, "draft_model": "tiny", "nested": '{"a": [1]}'}
    assert hash(model)


@pytest.mark.parametrize(
    "settings",
    [None, 5, "x", [1], {"context_length": "many", "flash_attention": 1, "parallel": -1, "num_experts": 1.5}],
)
def test_settings_of_the_wrong_type_count_as_missing(settings: object) -> None:
    [model] = together([{**v1("a"), "loaded_instances": [{"id": "a", "config": settings}]}])
    [instance] = model.instances
    assert instance.model_dump(exclude={"id", "config"}) == dict.fromkeys(
        ("context_length", "eval_batch_size", "parallel", "flash_attention", "num_experts", "offload_kv_cache_to_gpu")
    )
    assert instance.config == {}


def test_settings_without_end_are_cut() -> None:
    huge: dict[str, Any] = {"n": float("nan"), "i": 10**400}
    huge |= {f"key{number}" + "x" * 5000: "y" * 100_000 for number in range(1000)}
    [model] = together([{**v1("a"), "loaded_instances": [{"id": "a", "config": huge}]}])
    kept = model.instances[0].config
    assert 30 < len(kept) <= 32
    assert "n" not in kept
    assert max(len(name) + len(str(value)) for name, value in kept.items()) <= 400


def test_variants_and_how_it_reasons() -> None:
    can = {"reasoning": {"allowed_options": ["off", "on", 5, None], "default": "on"}}
    [model] = together(
        [v1("a", capabilities=can, variants=["a@q4", {"key": "a@q8"}, 7, None], selected_variant="a@q4")]
    )
    assert (model.variants, model.selected_variant) == (("a@q4", "a@q8"), "a@q4")
    assert (model.reasoning_options, model.reasoning_default) == (("off", "on"), "on")
    [odd] = together([v1("a", capabilities={"reasoning": True}, variants="a@q4", selected_variant=5)])
    assert (odd.variants, odd.selected_variant, odd.reasoning_default) == ((), None, None)
    assert odd.capabilities == ("reasoning",)


# Lists that see different things


def test_each_model_says_which_lists_told_of_it() -> None:
    a, b, c = together([v1("a"), v1("b")], [v0("a")], openai("a", "c"))
    assert [model.sources for model in (a, b, c)] == [(NATIVE_V1, NATIVE_V0, OPENAI), (NATIVE_V1,), (OPENAI,)]


def test_with_just_in_time_loading_off_all_three_make_one_list() -> None:
    [loaded, idle] = together([v1("a", "a"), v1("b")], [v0("a")], openai("a"))
    assert (loaded.state, idle.state) == ("loaded", "not-loaded")
    assert (ids(loaded), loaded.context_length) == (["a"], 4096)


def test_v1_blind_to_some_and_to_all() -> None:
    [model] = together([v1("o/a", "o/a")], [v0("o/a"), v0("o/a:2")])
    assert ids(model) == ["o/a", "o/a:2"]
    assert loaded_count([model]) == 2
    [blind] = together([v1("o/a")], [v0("o/a"), v0("o/a:2")])
    assert (blind.state, ids(blind), blind.context_length) == ("loaded", ["o/a", "o/a:2"], 2048)


@pytest.mark.parametrize(
    ("one", "zero"),
    [("openai/gpt-oss-20b", "gpt-oss-20b"), ("gpt-oss-20b", "openai/gpt-oss-20b")],
)
@pytest.mark.parametrize("publisher", [{"publisher": "openai"}, {}])
def test_an_instance_is_the_same_with_and_without_its_publisher(one: str, zero: str, publisher: dict[str, str]) -> None:
    [model] = together([v1(one, one, **publisher)], [v0(zero)], openai(zero))
    assert ids(model) == [one]
    assert loaded_count([model]) == 1
    [twice] = together([v1(one, one, f"{one}:2", **publisher)], [v0(zero), v0(f"{zero}:2")])
    assert ids(twice) == [one, f"{one}:2"]


def test_publishers_that_differ_make_models_that_differ() -> None:
    names = [model.id for model in together([v1("a/m"), v1("b/m"), v1("m", publisher="c")], None, openai("d/m", "c/m"))]
    assert names == ["a/m", "b/m", "m", "d/m"]
    # A short name that could mean two of them is a third.
    assert len(together([v1("a/m"), v1("b/m")], [v0("m")])) == 3


def test_a_length_that_only_v0_tells_is_taken_over() -> None:
    blank = {"id": "a", "config": {"parallel": 2}}
    [model] = together([{**v1("a"), "loaded_instances": [blank]}], [v0("a")])
    assert [(one.context_length, one.parallel) for one in model.instances] == [(2048, 2)]


def test_states_where_the_lists_disagree() -> None:
    cases: list[tuple[str, list[str], str]] = [
        ("loading", [], "loading"),
        ("loading", ["a"], "loaded"),
        ("of-tomorrow", [], "not-loaded"),
    ]
    for state, instances, expected in cases:
        [model] = together([v1("a", *instances)], [v0("a", state)])
        assert model.state == expected
    [alone] = together(None, [v0("a", "of-tomorrow")])
    assert alone.state == "unknown"


def test_models_that_are_being_loaded_can_be_asked_for() -> None:
    found = together(None, [v0("a", "loading"), v0("b", "not-loaded"), v0("c")])
    kept = {
        status: [one.id for one in found if ModelFilter(status=status).keeps(one)] for status in ("loading", "ready")
    }
    assert kept == {"loading": ["a"], "ready": ["c"]}


def test_a_repeated_key_is_one_model_with_everything_that_any_of_them_tells() -> None:
    first, second = v1("a"), v1("a", "a", "a:2", capabilities={"vision": True}, size_bytes=5)
    [model] = together([first, second, {**second, "size_bytes": 6}])
    assert (model.state, ids(model), model.size_bytes, model.sources) == ("loaded", ["a", "a:2"], 5, (NATIVE_V1,))
    assert "vision" in model.capabilities


def test_the_simulators_oddities_are_mended() -> None:
    plain = SimulatorConfig(speed=0)
    odd = SimulatorConfig(speed=0, v1_blind=True, duplicate_keys=True)
    lists: list[list[tuple[str, str, list[str]]]] = []
    for simulated in (plain, odd):
        with SimulatorServer(simulated) as server, LMStudioClient(config(server.base_url)) as client:
            lists.append([(model.id, model.state, ids(model)) for model in client.list_models()])
    assert lists[0] == lists[1]
    closed = SimulatorConfig(speed=0, jit=False, models=200, list_faults=False)
    with SimulatorServer(closed) as server, LMStudioClient(config(server.base_url)) as client:
        found = client.list_models()
    assert (len(found), loaded_count(found)) == (200, 2)


# Lists that are broken


GOOD = {OPENAI: {"data": openai("a")}, NATIVE_V1: {"models": [v1("a", size_bytes=5)]}, NATIVE_V0: {"data": [v0("a")]}}
GARBAGE: list[Any] = [
    httpx.Response(200, text="<html>"),
    httpx.Response(200, content=b"\xff\xfe\x00"),
    httpx.Response(200, content=b'{"data": [{"id": "a"'),
    httpx.Response(500, json={"error": "broken"}),
    httpx.Response(404, text="no"),
    httpx.Response(302, headers={"location": "/"}),
    httpx.ReadError("reset"),
    {"data": "no list", "models": 5},
    [],
    "text",
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
@pytest.mark.parametrize("path", [NATIVE_V1, NATIVE_V0])
def test_garbage_in_one_native_list_costs_no_more_than_that_list(path: str, garbage: Any) -> None:
    models, sources = fetched({**GOOD, path: garbage})
    assert [model.id for model in models] == ["a"]
    assert path not in sources
    assert len(sources) == 2


@pytest.mark.parametrize("garbage", GARBAGE[:6], ids=range(6))
def test_garbage_in_the_common_list_leaves_the_native_ones(garbage: Any) -> None:
    models, sources = fetched({**GOOD, OPENAI: garbage})
    assert [(model.id, model.size_bytes, model.state) for model in models] == [("a", 5, "loaded")]
    assert sources == (NATIVE_V1, NATIVE_V0)


def test_garbage_in_all_of_them_is_an_error() -> None:
    with pytest.raises(ProtocolError):
        fetched({path: {"data": 5, "models": 5} for path in GOOD})
    with pytest.raises(ServerConnectionError):
        fetched(dict.fromkeys(GOOD, httpx.ConnectError("refused")))


@pytest.mark.parametrize("path", list(GOOD))
def test_a_401_at_any_of_them_asks_for_a_key(path: str) -> None:
    with pytest.raises(AuthenticationError):
        fetched({**GOOD, path: httpx.Response(401, json={"error": {"message": "a token is required"}})})


MEMBERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["a", "o/a", "a:2", "o/a:2", "b", "", "text-embedding-x", "/", ":2"])
FIELDS = (
    "type",
    "state",
    "status",
    "publisher",
    "loaded_instances",
    "capabilities",
    "quantization",
    "size_bytes",
    "variants",
    "selected_variant",
    "metadata",
    "max_context_length",
    "params_string",
    "compatibility_type",
)


def entries_with(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Entries of a list: a name that may be of any sort, and members of any type."""
    rest = st.dictionaries(st.sampled_from(FIELDS), MEMBERS, max_size=5)

    def made(one: object, more: dict[str, Any]) -> dict[str, Any]:
        return {name: one, **more}

    return st.builds(made, NAMES | MEMBERS, rest)


@given(
    st.lists(entries_with("key"), max_size=4),
    st.lists(entries_with("id"), max_size=4),
    st.lists(entries_with("id"), max_size=4),
)
def test_no_entries_however_odd_cost_more_than_themselves(one: list[Any], zero: list[Any], plain: list[Any]) -> None:
    found = together([*one, v1("sound", size_bytes=5)], zero, plain)
    assert len({model.id for model in found}) == len(found)
    assert next(model for model in found if model.id == "sound").size_bytes == 5
    for model in found:
        assert len(set(ids(model))) == len(model.instances)


# Many models


def _seconds(count: int, *, one_model: bool = False) -> float:
    names = ["m"] * count if one_model else [f"org{number}/m{number}" for number in range(count)]
    one = [v1(name, f"{name}:{number}") for number, name in enumerate(names, 2)]
    zero = [v0(f"{name}:{number}") for number, name in enumerate(names, 2)]
    began = time.thread_time()
    found = together(one, zero, openai(*(name.rpartition("/")[2] for name in names)))
    assert loaded_count(found) == count
    assert len(found) == (1 if one_model else count)
    return time.thread_time() - began


@pytest.mark.parametrize("one_model", [False, True], ids=["models", "instances"])
def test_five_thousand_are_no_more_than_ten_times_five_hundred(one_model: bool) -> None:
    small = min(_seconds(500, one_model=one_model) for _ in range(3))
    large = min(_seconds(5000, one_model=one_model) for _ in range(2))
    # Quadratic, it would be a hundred times.
    assert large < 30 * small + 0.1


def test_a_list_that_comes_in_pieces_is_fetched_whole() -> None:
    simulated = SimulatorConfig(speed=0, flavour="classic", models=450, list_faults=False)
    with SimulatorServer(simulated) as server, LMStudioClient(config(server.base_url)) as client:
        assert len({model.id for model in client.list_models()}) == 450
        assert len(client.list_models(ModelFilter(limit=7))) == 7
        assert len(client.list_models(ModelFilter(cursor="400"))) == 50


def in_pieces(names: list[str], size: int, **odd: Any) -> Server:
    """A classic server that gives at most so many at once, from the number that the cursor is."""

    def page(request: httpx.Request) -> dict[str, Any]:
        start = int(request.url.params.get("cursor", "0"))
        end = start + min(size, int(request.url.params.get("limit", size)))
        more = {"next_cursor": str(end), "has_more": True} if end < len(names) else {}
        return {"data": [{"id": name, **odd} for name in names[start:end]], **more}

    return Server({OPENAI: page, NATIVE_V1: httpx.Response(404), NATIVE_V0: httpx.Response(404)})


@pytest.mark.parametrize(
    ("wanted", "expected", "pieces"),
    [
        (ModelFilter(), "abcdefg", 4),
        (ModelFilter(limit=1), "a", 1),
        (ModelFilter(limit=2), "ab", 1),
        (ModelFilter(limit=3), "abc", 2),
        (ModelFilter(limit=6), "abcdef", 3),
        (ModelFilter(limit=100), "abcdefg", 4),
        (ModelFilter(cursor="2"), "cdefg", 3),
        (ModelFilter(cursor="2", limit=3), "cde", 2),
    ],
)
def test_pieces_are_fetched_until_there_are_enough(wanted: ModelFilter, expected: str, pieces: int) -> None:
    server = in_pieces(list("abcdefg"), 2)
    with LMStudioClient(ClientConfig(max_retries=0), transport=server) as client:
        assert [model.id for model in client.fetch_models(wanted).models] == list(expected)
    # Each of the native lists is looked for once.
    assert len(server.queries) == pieces + 2


def test_what_does_not_pass_the_filter_does_not_count_for_the_limit() -> None:
    # A server that heeds no filter, and lists some models twice.
    names = ["a", "a", "b", "c"]
    with LMStudioClient(ClientConfig(max_retries=0), transport=in_pieces(names, 2)) as client:
        assert [model.id for model in client.list_models(ModelFilter(limit=2))] == ["a", "b"]
    with LMStudioClient(ClientConfig(), transport=in_pieces(names, 2, owned_by="you")) as client:
        assert client.list_models(ModelFilter(limit=1, owned_by="me")) == []


def test_pieces_that_never_end_do() -> None:
    for cursor in ("same", None, 5, True, ["x"], ""):
        server = Server({OPENAI: {"data": openai("a"), "has_more": True, "next_cursor": cursor}})
        with LMStudioClient(ClientConfig(), transport=server) as client:
            assert [model.id for model in client.list_models()] == ["a"]
        assert len(server.queries) < 6
    numbers = iter(range(10_000))

    def page(_: httpx.Request) -> dict[str, Any]:
        number = next(numbers)
        return {"data": openai(f"m{number}"), "has_more": True, "next_cursor": f"c{number}"}

    with LMStudioClient(ClientConfig(), transport=Server({OPENAI: page})) as client:
        assert 100 < len(client.list_models()) < 1000


# Looking again and again


def test_lists_that_say_the_same_give_the_same_objects() -> None:
    answers = dict(GOOD)
    server = Server(answers)
    with LMStudioClient(ClientConfig(), transport=server) as client:
        first, second = client.fetch_models(), client.fetch_models()
        assert second.models[0] is first.models[0]
        assert second.fetched_at >= first.fetched_at
        server.answers = {**answers, NATIVE_V0: {"data": [v0("a", "not-loaded")]}}
        third = client.fetch_models()
        assert third.models[0] != first.models[0]
        assert client.fetch_models(ModelFilter(limit=1, status="idle")).models == third.models


@pytest.mark.parametrize("odd", [{"data": 5}, {"object": "list"}, "text"], ids=range(3))
def test_a_sign_of_life_has_to_be_a_list_where_a_list_is_asked_for(odd: Any) -> None:
    server = Server({OPENAI: {"data": openai("a")}})
    with LMStudioClient(ClientConfig(max_retries=0), transport=server) as client:
        kind = client.health().kind
        assert client.ping(kind) > 0
        server.answers = {OPENAI: odd}
        with pytest.raises(ProtocolError):
            client.ping(kind)


def test_the_patience_of_a_scope_bounds_a_call_and_its_repetitions() -> None:
    def listen(connection: Connection) -> None:
        connection.request()
        connection.wait_until_left()

    with (
        RawServer(listen) as server,
        LMStudioClient(config(server, timeout=60, max_retries=5)) as client,
    ):
        began = time.monotonic()
        with pytest.raises(RequestTimeoutError):
            client.list_models(scope=CancelScope(patience=0.2))
        assert time.monotonic() - began < 5
        assert len(server.requests) == 1


def test_a_recorder_is_told_what_a_call_is_for() -> None:
    class Recorder:
        def __init__(self) -> None:
            self.calls: list[tuple[str, str, bool]] = []

        def record(self, moment: Moment) -> None:
            if isinstance(moment, CallStarted):
                self.calls.append((moment.feature, moment.path, moment.background))

    recorder = Recorder()
    with LMStudioClient(ClientConfig(), transport=Server(GOOD), recorder=recorder) as client:
        client.list_models(scope=CancelScope(background=True))
        client.list_models(scope=CancelScope())
        client.health()
    assert recorder.calls[0] == ("models", OPENAI, True)
    assert recorder.calls[3] == ("models", OPENAI, False)
    assert {feature for feature, _, _ in recorder.calls[6:]} == {"health"}

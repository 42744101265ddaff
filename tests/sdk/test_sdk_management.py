"""Loading and unloading models, and servers that cannot (server contract, 2.4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sdk_servers import Connection, RawServer, answering, ask, config, reply

from lmstudio_tui.sdk import (
    AuthenticationError,
    BadRequestError,
    CancelScope,
    ConnectionLostError,
    FeatureUnavailableError,
    LMStudioClient,
    LMStudioError,
    LoadModelRequest,
    ModelLoadError,
    ModelNotFoundError,
    ModelNotLoadedError,
    ProtocolError,
    RateLimitError,
    RequestCancelledError,
    RequestTimeoutError,
    ServerFailureError,
    ServerRefusedError,
    UnsupportedVersionError,
    ValidationError,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = "sim-llama-3.1-8b"
UNKNOWN_ENDPOINT = {"error": "Unexpected endpoint or method. (POST /api/v1/models/load)"}
LOADED = {"type": "llm", "instance_id": "m:2", "load_time_seconds": 9.099, "status": "loaded"}


def load_from(answer: bytes, request: LoadModelRequest | None = None, **settings: Any) -> tuple[bytes, Any]:
    """What is sent to load a model, and what comes of the answer."""
    with RawServer(answering(answer)) as server, LMStudioClient(config(server, **settings)) as client:
        try:
            outcome: Any = client.load_model(request or LoadModelRequest(model="m"))
        except LMStudioError as error:
            outcome = error
        [sent] = server.requests
    return sent, outcome


# Load


def test_only_what_was_chosen_is_sent() -> None:
    sent, _ = load_from(reply(LOADED))
    assert sent.startswith(b"POST /api/v1/models/load HTTP/1.1\r\n")
    assert sent.partition(b"\r\n\r\n")[2] == b'{"model":"m","echo_load_config":true}'
    chosen: dict[str, Any] = {
        "model": "m",
        "context_length": 4096,
        "eval_batch_size": 512,
        "flash_attention": False,
        "num_experts": 2,
        "offload_kv_cache_to_gpu": True,
    }
    sent, _ = load_from(reply(LOADED), LoadModelRequest(**chosen, extra={"seed": 1}))
    assert json.loads(sent.partition(b"\r\n\r\n")[2]) == {**chosen, "echo_load_config": True, "seed": 1}


@pytest.mark.parametrize(
    "values",
    [{"model": ""}, {"model": "m", "context_length": 0}, {"model": "m", "ttl": 5}, {"model": "m", "extra": {1}}],
)
def test_a_load_that_cannot_be_asked_for(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LoadModelRequest(**values)


def test_what_the_server_says_of_a_load() -> None:
    _, loaded = load_from(reply({**LOADED, "load_config": {"context_length": 8192, "flash_attention": True}}))
    assert (loaded.instance_id, loaded.model, loaded.type, loaded.load_time_seconds) == ("m:2", "m", "llm", 9.099)
    assert (loaded.context_length, loaded.load_config["flash_attention"]) == (8192, True)
    _, bare = load_from(reply({"instance_id": "m", "load_config": None, "load_time_seconds": "soon", "model": 5}))
    assert (bare.model, bare.context_length, bare.load_time_seconds, bare.load_config) == ("m", None, None, {})


def test_an_answer_that_names_no_instance() -> None:
    _, error = load_from(reply({"status": "loaded"}))
    assert isinstance(error, ProtocolError)
    assert "instance_id" in error.message
    assert "before you load it again" in error.hint
    assert error.context["endpoint"] == "/api/v1/models/load"


def test_a_load_always_makes_a_new_instance(lm_studio: SimulatorServer) -> None:
    with LMStudioClient(config(lm_studio.base_url)) as client:
        first = client.load_model(LoadModelRequest(model=MODEL, context_length=2048))
        second = client.load_model(LoadModelRequest(model=MODEL))
        assert first.context_length == 2048
        assert second.instance_id != first.instance_id
        [model] = [one for one in client.list_models() if one.id == MODEL]
        assert {first.instance_id, second.instance_id} <= {one.id for one in model.instances}
        assert client.unload_model(first.instance_id) == first.instance_id
        with pytest.raises(ModelNotFoundError, match=first.instance_id):
            client.unload_model(first.instance_id)


def unrecognised(**members: Any) -> dict[str, Any]:
    return {"error": {"code": "unrecognized_keys", **members}}


@pytest.mark.parametrize(
    ("body", "status", "kind", "words"),
    [
        ({"error": {"message": 'Failed to load model "m". Error: insufficient system resources.'}}, 400,
         ModelLoadError, "insufficient"),
        ({"error": {"message": 'Failed to load model "m".'}}, 200, ModelLoadError, "Failed"),
        ({"error": {"message": 'Invalid model identifier "m".', "code": "model_not_found"}}, 404,
         ModelNotFoundError, "Invalid"),
        (unrecognised(message="Unrecognized key(s) in object: 'gpu', 'ttl'", param="gpu"), 400, BadRequestError,
         "'gpu', 'ttl'$"),
        (unrecognised(message="Invalid request.", keys=["gpu", 5, "ttl"]), 400, BadRequestError, "request: gpu, ttl$"),
        (unrecognised(param="context_length"), 400, BadRequestError, "does not know: context_length$"),
        ({"error": [{"code": "unrecognized_keys", "keys": ["gpu"], "message": "Unrecognized key"}]}, 400,
         BadRequestError, "gpu"),
        ({"error": {"message": "An LM Studio API token is required", "code": "invalid_api_key"}}, 401,
         AuthenticationError, "token"),
    ],
)  # fmt: skip
def test_refusals_in_words(body: dict[str, Any], status: int, kind: type[LMStudioError], words: str) -> None:
    _, error = load_from(reply(body, status))
    assert type(error) is kind
    with pytest.raises(kind, match=words):
        raise error


def test_a_strict_server_names_the_key_it_does_not_know(lm_studio: SimulatorServer) -> None:
    with LMStudioClient(config(lm_studio.base_url)) as client, pytest.raises(BadRequestError, match="'ttl'"):
        client.load_model(LoadModelRequest(model=MODEL, extra={"ttl": 60}))


# Never twice


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply({"error": "busy"}, 503), ServerFailureError),
        (reply({"error": "gateway"}, 502), ServerFailureError),
        (reply({"error": "slow down"}, 429, "application/json", "Retry-After: 0"), RateLimitError),
        (reply({"error": "broken"}, 500), ServerFailureError),
    ],
)
def test_a_load_that_was_sent_is_not_sent_again(
    answer: bytes, kind: type[LMStudioError], impatient: list[float]
) -> None:
    sent, error = load_from(answer, max_retries=5)
    assert sent
    assert isinstance(error, kind)
    assert impatient == []


def test_nor_is_one_whose_connection_broke(impatient: list[float]) -> None:
    def break_off(connection: Connection) -> None:
        connection.request()
        connection.reset()

    calls: list[Callable[[LMStudioClient], object]] = [
        lambda client: client.load_model(LoadModelRequest(model="m")),
        lambda client: client.unload_model("m"),
        lambda client: client.download_model("m"),
    ]
    for call in calls:
        with RawServer(break_off) as server, LMStudioClient(config(server)) as client:
            with pytest.raises(ConnectionLostError) as caught:
                call(client)
            assert len(server.requests) == 1
            assert caught.value.context["attempt"] == 1
    assert impatient == []


def test_one_that_was_never_sent_is_tried_again(impatient: list[float]) -> None:
    with RawServer(answering(b"")) as server:
        address = server.base_url
    with LMStudioClient(config(address)) as client, pytest.raises(ServerRefusedError):
        client.load_model(LoadModelRequest(model="m"))
    assert len(impatient) == 2


# Time


def test_a_load_has_a_time_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.sdk.management.LOAD_LIMIT", 0.05)
    with RawServer(Connection.wait_until_left) as server, LMStudioClient(config(server, timeout=60)) as client:
        with pytest.raises(RequestTimeoutError) as caught:
            client.load_model(LoadModelRequest(model="m"))
        assert server.left.wait(5)
    assert "before you load it again" in caught.value.hint


def test_and_no_other() -> None:
    slow = SimulatorConfig(speed=0, load_seconds=0.3)
    with (
        SimulatorServer(slow) as server,
        LMStudioClient(config(server.base_url, timeout=0.2, generation_timeout=0.1)) as client,
    ):
        assert client.load_model(LoadModelRequest(model=MODEL)).load_time_seconds == 0.3


def test_a_load_can_be_cancelled_and_says_that_it_may_go_on() -> None:
    scope = CancelScope()

    def cancel(connection: Connection) -> None:
        connection.request()
        scope.cancel()
        connection.wait_until_left()

    with RawServer(cancel) as server, LMStudioClient(config(server)) as client:
        with pytest.raises(RequestCancelledError) as caught:
            client.load_model(LoadModelRequest(model="m"), scope=scope)
        assert server.left.wait(5)
    assert "may go on all the same" in caught.value.hint


# Servers that cannot


@pytest.mark.parametrize(
    ("settings", "who"),
    [
        ({"flavour": "openai"}, "OpenAI-compatible"),
        ({"flavour": "classic"}, "classic"),
        ({"server_version": "0.3.14"}, "LM Studio"),
    ],
)
def test_a_server_that_cannot_is_not_asked(settings: dict[str, Any], who: str) -> None:
    with (
        SimulatorServer(SimulatorConfig(speed=0, **settings)) as server,
        LMStudioClient(config(server.base_url)) as client,
    ):
        status = client.health()
        assert status.capabilities["model_load"].available is False
        server.clear_requests()
        with pytest.raises(FeatureUnavailableError, match=f"{who}.* cannot load or unload models") as caught:
            client.load_model(LoadModelRequest(model=MODEL))
        assert caught.value.feature == "model_load"
        assert "0.4.0" in caught.value.hint
        with pytest.raises(FeatureUnavailableError, match="unload"):
            client.unload_model(MODEL)
        with pytest.raises(FeatureUnavailableError, match="download") as caught:
            client.download_model(MODEL)
        assert caught.value.feature == "download"
        with pytest.raises(FeatureUnavailableError):
            client.download_status("job")
        assert server.requests == []


def test_the_list_of_models_tells_as_much() -> None:
    with (
        SimulatorServer(SimulatorConfig(flavour="openai", speed=0)) as server,
        LMStudioClient(config(server.base_url)) as client,
    ):
        client.list_models()
        server.clear_requests()
        with pytest.raises(FeatureUnavailableError, match="This server cannot"):
            client.load_model(LoadModelRequest(model=MODEL))
        assert server.requests == []


@pytest.mark.parametrize(
    "answer",
    [reply(UNKNOWN_ENDPOINT), reply(UNKNOWN_ENDPOINT, 404), reply({"detail": "Not Found"}, 404), reply(b"no", 405)],
)
def test_one_of_which_nothing_is_known_says_so_itself(answer: bytes) -> None:
    _, error = load_from(answer)
    assert type(error) is FeatureUnavailableError
    assert error.message == "This server cannot load or unload models on request: it has no native v1 API."
    assert error.context["endpoint"] == "/api/v1/models/load"


def test_one_with_the_surface_but_without_the_endpoint() -> None:
    listing = reply({"models": [{"key": "m", "type": "llm"}]})
    openai = reply({"object": "list", "data": []})
    with (
        RawServer(answering(openai, listing, reply(UNKNOWN_ENDPOINT), reply(UNKNOWN_ENDPOINT))) as server,
        LMStudioClient(config(server)) as client,
    ):
        assert [model.id for model in client.list_models()] == ["m"]
        with pytest.raises(FeatureUnavailableError, match="has no /api/v1/models/download") as caught:
            client.download_model("m")
    assert "newer LM Studio" in caught.value.hint


NO_MODEL = {"error": {"message": "No models loaded. Please use the 'lms load' command.", "param": "model"}}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("listing", "loads"),
    [({"models": [{"key": "m", "type": "llm"}]}, True), ({"error": "Unexpected endpoint or method."}, False)],
)
def test_where_models_can_be_loaded_on_request_the_next_step_names_that(
    listing: dict[str, Any], loads: bool, stream: bool
) -> None:
    empty = reply({"object": "list", "data": []})
    refusal = reply(NO_MODEL, 400)
    lists = [empty, reply(listing), reply({"error": "Unexpected endpoint or method."})]
    with (
        RawServer(answering(*lists, refusal)) as server,
        LMStudioClient(config(server, enable_streaming=stream)) as client,
    ):
        client.list_models()
        with pytest.raises(ModelNotLoadedError) as caught:
            client.stream_chat_completion(ask()).run()
    assert ("`lmstudio-tui models load MODEL`" in caught.value.hint) is loads
    assert ("Models pane" in caught.value.hint) is loads
    assert "`lms load`" in caught.value.hint


def test_where_nothing_is_known_of_the_server_the_next_step_is_a_general_one() -> None:
    with (
        RawServer(answering(reply(NO_MODEL, 400))) as server,
        LMStudioClient(config(server)) as client,
        pytest.raises(ModelNotLoadedError) as caught,
    ):
        client.create_chat_completion(ask())
    assert caught.value.hint == ModelNotLoadedError.default_hint


def test_a_server_that_is_too_old_is_refused_as_such() -> None:
    said = reply({"status": "ok", "lmstudio_version": "0.2.17"})
    with (
        RawServer(answering(said, reply({"object": "list", "data": []}))) as server,
        LMStudioClient(config(server)) as client,
    ):
        client.health()
        with pytest.raises(UnsupportedVersionError):
            client.load_model(LoadModelRequest(model="m"))

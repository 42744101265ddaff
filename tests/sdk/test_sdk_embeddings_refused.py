"""Embeddings that are refused: because of a text, which is named or left out, or whatever is sent."""

from __future__ import annotations

import pytest
from sdk_embedders import Embeds, Told, numbered, refused, sound
from sdk_servers import KEY, reply

from lmstudio_tui.sdk import (
    AuthenticationError,
    BadRequestError,
    ClientConfig,
    ContextOverflowError,
    EmbeddingRequest,
    FeatureUnavailableError,
    LMStudioClient,
    LMStudioError,
    ModelCrashedError,
    ProtocolError,
    ServerFailureError,
    UnsupportedVersionError,
    Usage,
)
from lmstudio_tui.sdk.embedding_refusals import Cause, cause_of
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

TOO_LONG = (
    refused("input (600 tokens) is too large to process. increase the physical batch size (current: 512)", 500),
    refused("This model's maximum context length is 8192 tokens, however you requested 10000 tokens.", 400),
    refused("Input validation error: `inputs` must have less than 512 tokens. Given: 600", 413),
    refused("the input length exceeds the context length", 400),
    refused("Trying to keep the first 9 tokens when context the overflows.", 400),
    refused("the request exceeds the available context size. try increasing it", 400, type="exceed_context_size_error"),
)


def without(bad: str, no: bytes) -> Embeds:
    """A server that refuses every batch with that text in it."""
    return Embeds(lambda texts: no if bad in texts else sound(texts))


@pytest.mark.parametrize("no", TOO_LONG)
def test_a_text_that_is_too_long_is_named(no: bytes) -> None:
    server = without("text 45", no)
    told = Told()
    with pytest.raises(ContextOverflowError) as caught:
        server.embed(numbered(70), on_batch=told)
    assert caught.value.message.startswith('Text 46 ("text 45") was refused: ')
    assert "Cut it into shorter pieces" in caught.value.hint
    assert caught.value.context["index"] == 45
    assert told.indices == list(range(45)), "what came before is kept"


@pytest.mark.parametrize("no", TOO_LONG)
def test_the_only_text_that_is_too_long(no: bytes) -> None:
    with pytest.raises(ContextOverflowError) as caught:
        Embeds(lambda _: no).embed("text")
    assert "Cut it into shorter pieces" in caught.value.hint
    assert (caught.value.context["method"], caught.value.context["endpoint"]) == ("POST", "/v1/embeddings")


@pytest.mark.parametrize("no", TOO_LONG)
def test_the_others_go_on_when_they_are_to(no: bytes) -> None:
    server, told = without("text 45", no), Told()
    found = server.embed(numbered(70), skip_refused=True, on_batch=told)
    assert [index for index, one in enumerate(found.vectors) if one is None] == [45]
    assert [one[0] for one in found.vectors if one] == [number for number in range(70) if number != 45]
    [left_out] = found.refused
    assert (left_out.index, left_out.too_long) == (45, True)
    assert (told.batches[-1][1], found.usage) == (70, Usage(prompt_tokens=69, total_tokens=69))
    # Halving, and then as before.
    assert [len(texts) for texts in server.asked] == [32, 32, 16, 8, 8, 4, 4, 2, 1, 1, 2, 16, 6]


@pytest.mark.parametrize(
    ("no", "hint"),
    [
        (refused("Invalid 'input[3]': input cannot be an empty string."), "Leave out what is empty."),
        (reply({"error": "Failed to embed string: Failed to decode batch! Error: n_tokens = 0"}, 400), "what is empty"),
        (refused("failed to encode response: json: unsupported value: NaN", 500), "Leave this text out"),
        (reply({"error": "Internal Server Error"}, 200), "Leave this text out"),
    ],
)
def test_a_text_that_is_refused_for_another_reason(no: bytes, hint: str) -> None:
    for bad in (0, 3, 32, 39):
        texts = numbered(40)
        texts[bad] = ""
        with pytest.raises(LMStudioError) as caught:
            without("", no).embed(texts)
        assert (caught.value.context["index"], hint in caught.value.hint) == (bad, True)
        found = without("", no).embed(texts, skip_refused=True)
        assert [one.index for one in found.refused] == [bad]
        assert not found.refused[0].too_long


def test_many_texts_that_are_refused() -> None:
    bad = {f"text {number}" for number in range(0, 100, 3)}
    server = Embeds(lambda texts: refused("nobody knows", 500) if bad & {*texts} else sound(texts))
    found = server.embed(numbered(100), skip_refused=True)
    assert [one.index for one in found.refused] == list(range(0, 100, 3))
    all_bad = Embeds(lambda texts: refused("prompt is too long"))
    found = all_bad.embed(numbered(5), skip_refused=True)
    assert (found.vectors, found.dimensions, len(found.refused)) == ((None,) * 5, 0, 5)


def test_what_is_refused_whatever_is_sent_is_no_fault_of_a_text() -> None:
    server = Embeds(lambda _: refused("nobody knows", 500))
    for skip in (False, True):
        with pytest.raises(ServerFailureError) as caught:
            server.embed(numbered(1000), skip_refused=skip)
        assert caught.value.message == "nobody knows"
        assert "index" not in caught.value.context
    assert len(server.asked) < 20
    assert server.asked[-1] == ["Hello"]


def test_a_server_that_fails_in_the_middle_is_not_asked_for_every_text() -> None:
    server = Embeds(lambda texts: sound(texts) if len(server.asked) < 3 else refused("nobody knows", 500))
    with pytest.raises(ServerFailureError, match=r"^nobody knows$"):
        server.embed(numbered(50_000), skip_refused=True)
    assert len(server.asked) < 30


@pytest.mark.parametrize("no", TOO_LONG)
def test_the_only_text_needs_no_name(no: bytes) -> None:
    server = Embeds(lambda _: no)
    for texts in ("text 1", ["text 1"]):
        with pytest.raises(LMStudioError) as caught:
            server.embed(texts)
        assert "Text" not in caught.value.message
        assert "Cut it into shorter pieces" in caught.value.hint
    assert len(server.embed("text 1", skip_refused=True).refused) == 1


def test_the_class_of_an_error_stays_and_the_key_is_in_none() -> None:
    texts = [*numbered(3), f"my key is {KEY} and more"]
    server = Embeds(lambda texts: refused("input is odd") if KEY in texts[-1] else sound(texts))
    with pytest.raises(BadRequestError) as caught:
        server.embed(texts, settings={"api_key": KEY})
    assert KEY not in caught.value.message
    assert "my key is" in caught.value.message
    with pytest.raises(ContextOverflowError):
        without("text 1", TOO_LONG[1]).embed(numbered(3))


# What is refused as a whole


@pytest.mark.parametrize(
    ("answer", "kind", "hint"),
    [
        (refused('Model "x" is not an embedding model'), BadRequestError, "one of the type embedding"),
        (
            refused('Failed to load model "x". Error: Model is not embedding.', 400, code="model_not_found"),
            BadRequestError,
            "one of the type embedding",
        ),
        (
            refused("This server does not support embeddings. Start it with `--embeddings`", 501),
            FeatureUnavailableError,
            "with --embeddings",
        ),
        (refused("The model does not support Embeddings API"), BadRequestError, "one of the type embedding"),
        (refused("this model does not support embeddings", 500), BadRequestError, "one of the type embedding"),
        (reply(b"404 page not found", 404, "text/plain"), FeatureUnavailableError, "embedding model"),
        (reply({"detail": "Not Found"}, 404), FeatureUnavailableError, "embedding model"),
        (
            reply({"error": "Unexpected endpoint or method. (POST /v1/embeddings)"}),
            FeatureUnavailableError,
            "embedding model",
        ),
        (reply({"detail": "Method Not Allowed"}, 405), FeatureUnavailableError, "embedding model"),
        (refused("bad key", 401), AuthenticationError, "key"),
        (refused("The model has crashed. (Exit code: 11)"), ModelCrashedError, "Load the model again"),
        (refused("The model does not support matryoshka representation"), BadRequestError, "Leave `dimensions` out"),
        (refused("Pooling type 'none' is not OAI compatible."), BadRequestError, ""),
        (reply(b"<html>Welcome</html>", 200, "text/html"), ProtocolError, ""),
        (reply(b"", 200), ProtocolError, ""),
        (reply({"hello": "world"}), ProtocolError, ""),
        (reply({"error": "out of memory", "data": []}), LMStudioError, ""),
    ],
)
def test_what_no_text_is_to_blame_for(answer: bytes, kind: type[LMStudioError], hint: str) -> None:
    server = Embeds(lambda _: answer)
    with pytest.raises(kind) as caught:
        server.embed(numbered(5), dimensions=256, skip_refused=True)
    assert hint in caught.value.hint
    assert "Text" not in caught.value.message
    assert caught.value.context["endpoint"] == "/v1/embeddings"


def test_a_classic_server_that_is_too_old_is_not_asked() -> None:
    with (
        SimulatorServer(SimulatorConfig(flavour="classic", server_version="0.2.17")) as old,
        LMStudioClient(ClientConfig(base_url=old.base_url)) as client,
    ):
        client.health()
        old.clear_requests()
        with pytest.raises(UnsupportedVersionError):
            client.create_embedding(EmbeddingRequest(input="x"))
        assert old.requests == []


def test_words_that_do_not_settle_what_is_refused() -> None:
    assert cause_of(BadRequestError("bad request", status=400)) is Cause.UNSAID
    assert cause_of(BadRequestError("field required", status=422)) is Cause.ALL
    assert cause_of(ServerFailureError("bad gateway", status=502)) is Cause.ALL
    assert cause_of(BadRequestError("no", status=413)) is Cause.BATCH


def test_a_server_that_fails_now_and_then_is_not_the_fault_of_a_text() -> None:
    calls = iter(range(10_000))
    server = Embeds(lambda texts: refused("boom", 500) if next(calls) % 3 == 2 else sound(texts))
    found = server.embed(numbered(300), skip_refused=True, batch_size=20)
    assert [one[0] for one in found.vectors if one] == list(range(300))
    assert found.refused == ()
    assert found.problems == (
        "The server failed now and then, and gave no reason; what had failed was asked for again.",
    )
    assert len(server.asked) < 25, "15 batches, and those that had failed"


def test_where_none_of_the_first_is_an_embedding_the_others_are_not_asked_for() -> None:
    def tokens(texts: list[str]) -> bytes:
        return reply({"data": [{"index": at, "embedding": [[1.0, 2.0], [3.0, 4.0]]} for at in range(len(texts))]})

    server = Embeds(tokens)
    with pytest.raises(ProtocolError) as caught:
        server.embed(numbered(300), skip_refused=True)
    assert "one for each token" in caught.value.message
    assert "--pooling mean" in caught.value.hint
    assert len(server.asked) == 1

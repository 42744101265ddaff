"""Embeddings: batches, progress, texts that are refused, cancelling (server contract, 1 and 2.2)."""

from __future__ import annotations

import json
import threading
import time
from array import array
from functools import partial
from typing import Any

import pytest
from sdk_embedders import Embeds, Told, numbered, refused, sound, vector
from sdk_servers import CI_BOUND, Connection, RawServer, answering, config, reply
from sdk_tape import Tape

from lmstudio_tui.sdk import (
    BodyReceived,
    CallStarted,
    CancelScope,
    ClientConfig,
    ConnectionLostError,
    EmbeddingBatch,
    EmbeddingRequest,
    LMStudioClient,
    Moment,
    ProtocolError,
    RequestCancelledError,
    Usage,
    ValidationError,
)


def test_what_is_asked_for_and_what_comes() -> None:
    server = Embeds(sound)
    found = server.embed(numbered(3), dimensions=3, encoding_format="float", extra={"user": "me"})
    assert server.bodies == [
        {"model": "m", "input": numbered(3), "dimensions": 3, "encoding_format": "float", "user": "me"}
    ]
    assert found.vectors == tuple(array("f", vector(text)) for text in numbered(3))
    assert (found.dimensions, found.model, found.refused, found.problems) == (3, "m", (), ())
    assert found.usage == Usage(prompt_tokens=3, total_tokens=3)
    assert found.took_s > 0


def test_one_text_is_sent_as_one() -> None:
    server = Embeds(sound)
    assert server.embed("text 7").vectors == (array("f", [7, 0.5, -0.25]),)
    assert server.bodies == [{"model": "m", "input": "text 7"}]


def test_the_configured_model_is_asked_or_none() -> None:
    server = Embeds(sound)
    server.embed("x", model=None, settings={"default_embedding_model": "d", "default_model": "chat"})
    server.embed("x", model=None)
    assert server.bodies == [{"model": "d", "input": "x"}, {"input": "x"}]


@pytest.mark.parametrize("values", [{"input": []}, {"input": 5}, {"input": ["a", 5]}, {"input": "x", "dimensions": 0}])
def test_what_cannot_be_asked_for(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EmbeddingRequest(**values)


def test_no_texts_are_refused_in_words() -> None:
    with pytest.raises(ValidationError, match=r"^input: there is no text in the list\.$"):
        EmbeddingRequest(input=[])


@pytest.mark.parametrize("texts", ["", [""], ["a", ""]])
def test_whether_an_empty_text_can_be_embedded_is_left_to_the_server(texts: str | list[str]) -> None:
    server = Embeds(sound)
    server.embed(texts)
    assert server.bodies == [{"model": "m", "input": texts}]


def test_an_answer_that_is_none_says_what_was_asked() -> None:
    rows = [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0]}]
    with pytest.raises(ProtocolError) as caught:
        Embeds(lambda _: reply({"data": rows})).embed(["a", "b"])
    context = caught.value.context
    assert (context["method"], context["endpoint"], context["status"]) == ("POST", "/v1/embeddings", 200)
    assert str(context["base_url"]).startswith("http://127.0.0.1:")


def test_a_batch_has_at_least_one_text() -> None:
    with LMStudioClient(ClientConfig()) as client, pytest.raises(ValidationError, match="at least one text"):
        client.create_embedding(EmbeddingRequest(input="x"), batch_size=0)


# Batches


def test_a_long_list_goes_in_batches_whose_progress_is_told() -> None:
    server, told = Embeds(sound), Told()
    found = server.embed(numbered(70), on_batch=told)
    assert [len(texts) for texts in server.asked] == [32, 32, 6]
    assert [(batch.indices, done, total) for batch, done, total in told.batches] == [
        (tuple(range(32)), 32, 70),
        (tuple(range(32, 64)), 64, 70),
        (tuple(range(64, 70)), 70, 70),
    ]
    assert [one[0] for one in found.vectors if one] == list(range(70))
    assert found.usage == Usage(prompt_tokens=70, total_tokens=70)


def test_batches_of_long_texts_have_fewer_unless_told_how_many() -> None:
    texts = ["x" * 90_000] * 3 + ["x" * 300_000, "x"]
    server = Embeds(sound)
    server.embed(texts)
    assert [len(asked) for asked in server.asked] == [2, 1, 1, 1]
    server = Embeds(sound)
    server.embed(texts, batch_size=4)
    assert [len(asked) for asked in server.asked] == [4, 1]


def test_a_stream_sends_nothing_before_it_is_asked_for() -> None:
    server = Embeds(sound)
    with RawServer(server.handler) as raw, LMStudioClient(config(raw)) as client:
        stream = client.stream_embedding(EmbeddingRequest(input=numbered(5)), batch_size=2)
        assert server.asked == []
        first = next(stream)
        assert (first.indices, len(server.asked)) == ((0, 1), 1)
        assert [batch.indices for batch in stream] == [(2, 3), (4,)]
    assert (first.prompt_tokens, first.model, first.refused) == (2, "m", ())


@pytest.mark.parametrize(
    "no",
    [
        refused("batch size 40 > maximum allowed batch size 8", 413, error_type="Validation"),
        reply({"error": "batch size 40 > maximum allowed batch size 8", "error_type": "Validation"}, 422),
        refused("Invalid 'input': array too long. Expected an array with maximum length 8.", 400),
        refused("Value error, batch size is invalid, it should not be larger than 8.: input.contents", 400),
        refused("Too many inputs", 400),
        reply({"detail": [{"loc": ["body", "input"], "msg": "List should have at most 8 items"}]}, 422),
        reply(b"<html><body><h1>413 Request Entity Too Large</h1></body></html>", 413, "text/html"),
        refused("Requested 302103 tokens, max 300000 tokens per request", 400),
        refused("nobody knows", 400),
        refused("nobody knows", 500),
    ],
)
def test_a_server_that_takes_fewer_at_once_is_given_fewer_from_then_on(no: bytes) -> None:
    server = Embeds(lambda texts: sound(texts) if len(texts) <= 8 else no)
    found = server.embed(numbered(100), batch_size=40)
    assert [one[0] for one in found.vectors if one] == list(range(100))
    sizes = [len(texts) for texts in server.asked]
    assert max(sizes[4:]) <= 20
    assert all(size <= 8 for size in sizes[-10:])
    assert len(sizes) < 30


@pytest.mark.parametrize("limit", [1, 3, 32, 100])
def test_whatever_the_limit_is_nothing_is_asked_for_in_vain_for_long(limit: int) -> None:
    server = Embeds(lambda texts: sound(texts) if len(texts) <= limit else refused("too many inputs"))
    found = server.embed(numbered(1000), batch_size=1000)
    assert [one[0] for one in found.vectors if one] == list(range(1000))
    assert sum(len(texts) > limit for texts in server.asked) <= 10


def test_a_server_that_takes_one_text_only() -> None:
    def answer(texts: list[str]) -> bytes:
        if isinstance(server.bodies[-1]["input"], list):
            return reply({"detail": [{"loc": ["body", "input"], "msg": "Input should be a valid string"}]}, 422)
        return sound(texts)

    server = Embeds(answer)
    assert [one[0] for one in server.embed(numbered(5)).vectors if one] == [0, 1, 2, 3, 4]
    assert [body["input"] for body in server.bodies] == [numbered(5), *numbered(5)]


def test_a_server_that_will_not_be_told_how_to_write() -> None:
    def answer(texts: list[str]) -> bytes:
        told = "encoding_format" in server.bodies[-1]
        return refused("Unrecognized request argument: encoding_format") if told else sound(texts)

    server = Embeds(answer)
    found = server.embed(numbered(4), encoding_format="base64", batch_size=2)
    assert len(found.vectors) == 4
    assert found.problems == ("The server does not take encoding_format; it has written the numbers in its own way.",)
    assert len(server.bodies) == 3


# What is not as it was asked for


def test_other_dimensions_than_were_asked_for() -> None:
    found = Embeds(sound).embed(numbered(40), dimensions=2)
    assert found.dimensions == 3
    assert found.problems == ("2 dimensions were asked for; the model gives 3.",)


def test_another_model_than_was_asked() -> None:
    assert Embeds(sound).embed("x", model="text-embedding-m:2").problems == ()
    server = Embeds(lambda texts: sound(texts, model="one" if len(server.asked) < 2 else "two"))
    told = Told()
    found = server.embed(numbered(4), batch_size=1, on_batch=told)
    assert found.problems == (
        "m was asked, and one has answered.",
        "m was asked, and two has answered.",
        "one has answered first, and then two.",
    )
    assert [len(batch.problems) for batch, _, _ in told.batches] == [1, 2, 0, 0]
    assert (found.model, told.batches[0][0].model) == ("two", "one")


def test_tokens_are_none_where_the_server_does_not_say() -> None:
    useless: list[Any] = [None, {"prompt_tokens": 0, "total_tokens": 0}, {"prompt_tokens": "x"}, []]
    for usage in useless:
        assert Embeds(partial(sound, usage=usage)).embed("x").usage is None
    counted = Embeds(lambda texts: sound(texts, usage={"total_tokens": 4})).embed(numbered(40)).usage
    assert counted == Usage(prompt_tokens=8, total_tokens=8)
    server = Embeds(lambda texts: sound(texts, usage={"prompt_tokens": len(server.asked) - 1}))
    assert server.embed(numbered(40)).usage is None, "a sum of which a part is missing is none"


# Broken off


def test_a_connection_that_breaks_keeps_what_had_come() -> None:
    def cut(connection: Connection) -> None:
        for number in range(3):
            texts = json.loads(connection.request().partition(b"\r\n\r\n")[2])["input"]
            answer = sound(texts)
            connection.send(answer if number < 2 else answer[: len(answer) // 2])
        connection.finish()

    told = Told()
    with RawServer(cut) as server, LMStudioClient(config(server)) as client, pytest.raises(ConnectionLostError):
        client.create_embedding(EmbeddingRequest(input=numbered(50)), batch_size=10, on_batch=told)
    assert told.indices == list(range(20))


def test_cancelled_between_two_batches_in_the_listener() -> None:
    scope, told = CancelScope(), list[int]()

    def stop(batch: EmbeddingBatch, done: int, _: int) -> None:
        told.extend(batch.indices)
        if done == 20:
            scope.cancel()

    server = Embeds(sound)
    with pytest.raises(RequestCancelledError):
        server.embed(numbered(100), batch_size=10, on_batch=stop, scope=scope)
    assert (told, len(server.asked)) == (list(range(20)), 2)


def test_cancelled_while_it_waits_for_an_answer() -> None:
    def silent(connection: Connection) -> None:
        connection.request()
        connection.wait_until_left()

    scope = CancelScope()
    with RawServer(silent) as server, LMStudioClient(config(server)) as client:
        at = list[float]()

        def cancel() -> None:
            server.asked.wait(5)
            at.append(time.monotonic())
            scope.cancel()

        thread = threading.Thread(target=cancel)
        thread.start()
        with pytest.raises(RequestCancelledError):
            client.create_embedding(EmbeddingRequest(input="x"), scope=scope)
        assert time.monotonic() - at[0] < CI_BOUND
        thread.join()
        assert server.left.wait(5)


class CancelsAtTheBody:
    """A recorder that cancels when the whole answer has been read, and nothing of it was parsed."""

    def __init__(self, scope: CancelScope) -> None:
        self._scope = scope
        self.at = 0.0

    def record(self, moment: Moment, /) -> None:
        if isinstance(moment, BodyReceived):
            self.at = time.monotonic()
            self._scope.cancel()


def test_cancelled_while_an_answer_is_parsed() -> None:
    long = [{"index": at, "embedding": [0.123456789 * at] * 2000} for at in range(1000)]
    scope = CancelScope()
    recorder = CancelsAtTheBody(scope)
    with (
        RawServer(answering(reply({"data": long}))) as server,
        LMStudioClient(config(server), recorder=recorder) as client,
    ):
        with pytest.raises(RequestCancelledError):
            client.create_embedding(EmbeddingRequest(input=numbered(1000)), batch_size=1000, scope=scope)
        assert time.monotonic() - recorder.at < CI_BOUND


def test_a_recorder_is_told_the_beginning_of_a_long_answer() -> None:
    tape = Tape()
    long = reply({"data": [{"embedding": [0.125] * 50_000}]})
    with RawServer(answering(long)) as server, LMStudioClient(config(server), recorder=tape) as client:
        client.create_embedding(EmbeddingRequest(input="x"))
    body = tape.one(BodyReceived)
    assert (len(body.body), body.size) == (64 * 1024, len(long.partition(b"\r\n\r\n")[2]))
    assert tape.one(CallStarted).feature == "embeddings"

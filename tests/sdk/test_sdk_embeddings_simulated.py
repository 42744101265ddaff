"""Embeddings from the simulator, with every fault that it has of them."""

from __future__ import annotations

import pytest
from sdk_embedders import numbered

from lmstudio_tui.sdk import (
    BadRequestError,
    ContextOverflowError,
    EmbeddingRequest,
    LMStudioClient,
    ProtocolError,
)

NOMIC = "sim-nomic-embed-v1.5"


def test_the_simulator_gives_the_same_numbers_in_both_encodings(client: LMStudioClient) -> None:
    texts = ["The cat sat on the mat", "A cat sat on a mat", "Quarterly revenue"]
    made = [
        client.create_embedding(EmbeddingRequest(model=NOMIC, input=texts, encoding_format=encoding))
        for encoding in (None, "float", "base64")
    ]
    assert made[0].vectors == made[1].vectors == made[2].vectors
    assert (made[0].dimensions, made[0].usage, made[0].problems) == (256, None, ())
    assert {one.typecode for one in made[0].vectors if one} == {"f"}
    other = client.create_embedding(EmbeddingRequest(model="sim-bge-m3", input=texts))
    assert other.dimensions == 384


@pytest.mark.parametrize(
    "fault", ["shuffled", "no-index", "nested", "bare", "ollama", "base64", "floats", "no-usage", "unavailable-once",
              "batch-limit", "batch-limit-400", "batch-limit-html", "one-at-a-time", "no-encodings"],
)  # fmt: skip
def test_oddities_that_cost_nothing(client: LMStudioClient, impatient: list[float], fault: str) -> None:
    texts = numbered(20)
    model = f"fault-embeddings-{fault}"
    found = client.create_embedding(EmbeddingRequest(model=model, input=texts, encoding_format="base64"))
    one_by_one = [client.create_embedding(EmbeddingRequest(model=model, input=text)).vectors[0] for text in texts[:3]]
    assert len({bytes(one) for one in found.vectors if one}) == 20
    assert [*found.vectors[:3]] == one_by_one


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("same-index", "Two embeddings came with the index 0."),
        ("far-index", "An embedding came with the index 20; 20 texts were sent."),
        ("fewer", "For 20 texts the server gave 19 embeddings."),
        ("more", "For 20 texts the server gave 21 embeddings."),
        ("ragged", "The embedding of text 20 has 255 numbers, those before it have 256."),
        ("null", 'The embedding of text 1 ("text 0") holds null.'),
        ("nan", 'The embedding of text 1 ("text 0") holds NaN.'),
        ("empty", 'The embedding of text 1 ("text 0") is empty.'),
        ("strings", "holds something that is no number."),
        ("per-token", "is 3 lists of numbers: one for each token"),
        ("broken-base64", "32-bit numbers"),
        ("html", "The answer is not JSON (text/html)"),
    ],
)
def test_answers_that_make_no_sense(client: LMStudioClient, fault: str, words: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        client.create_embedding(EmbeddingRequest(model=f"fault-embeddings-{fault}", input=numbered(20)))
    assert words in caught.value.message
    assert caught.value.hint


def test_embeddings_that_change_their_length(client: LMStudioClient) -> None:
    request = EmbeddingRequest(model="fault-embeddings-other-length", input=numbered(40))
    with pytest.raises(ProtocolError, match="text 33 has 128 numbers, those before it have 256"):
        client.create_embedding(request)


def test_an_embedding_that_is_none_costs_no_other_when_it_is_to_be_left_out(client: LMStudioClient) -> None:
    request = EmbeddingRequest(model="fault-embeddings-nan", input=numbered(4))
    found = client.create_embedding(request, skip_refused=True)
    assert [(one.index, one.message) for one in found.refused] == [(0, "The embedding holds NaN.")]
    assert [one is None for one in found.vectors] == [True, False, False, False]
    assert found.dimensions == 256


def test_a_chat_model_is_asked(client: LMStudioClient) -> None:
    for model in ("sim-llama-3.1-8b", "fault-embeddings-no-embedder"):
        with pytest.raises(BadRequestError) as caught:
            client.create_embedding(EmbeddingRequest(model=model, input=numbered(2)))
        assert "one of the type embedding" in caught.value.hint


def test_a_text_beyond_the_context_of_the_simulated_model(client: LMStudioClient) -> None:
    texts = [*numbered(20), "word " * 3000, *numbered(20)]
    request = EmbeddingRequest(model=NOMIC, input=texts)
    with pytest.raises(ContextOverflowError, match=r'Text 21 \("word word .*…"\) was refused') as caught:
        client.create_embedding(request)
    assert caught.value.context["index"] == 20
    found = client.create_embedding(request, skip_refused=True)
    assert [(one.index, one.too_long) for one in found.refused] == [(20, True)]


def test_thousands_of_texts(client: LMStudioClient) -> None:
    done: list[int] = []
    found = client.create_embedding(
        EmbeddingRequest(model=NOMIC, input=numbered(3000)), on_batch=lambda _, now, __: done.append(now)
    )
    assert (done[-1], len(done)) == (3000, 94)
    assert all(one is not None and len(one) == 256 for one in found.vectors)

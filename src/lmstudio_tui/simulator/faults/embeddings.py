"""Faults of embeddings: numbers that are none, lists that do not fit the texts, batches that are too large."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Frame, Pause, Plain, Script, Signal, Step, Steps, json_answer
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.embedding import as_base64
from lmstudio_tui.simulator.engine.tokens import estimate
from lmstudio_tui.simulator.jsonio import as_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

JsonDict = dict[str, object]
Vectors = list[list[float]]

_MOST_TEXTS = 8
_MOST_TOKENS = 100
_FOR_EACH_TEXT = 0.05
_PIECES = 200
_TRICKLE = 10.0
_PAGE = b"<!doctype html>\n<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n"


@dataclass(frozen=True, slots=True)
class EmbeddingAsk:
    """A request for embeddings.

    Attributes:
        texts: What is to be embedded.
        listed: Whether they came as a list.
        encoding: How the numbers are to be written: ``float``, ``base64`` or, when nothing is said, "".
        model: The one that was named.
    """

    texts: tuple[str, ...]
    listed: bool
    encoding: str
    model: str


def refusal(ask: EmbeddingAsk, fault: str, attempt: Callable[[], int]) -> Answer | None:
    """What a fault answers in place of any embeddings; None when it gives some, be they sound or not.

    Args:
        ask: The request.
        fault: Its name.
        attempt: How many requests were made to this fault, this one included. It counts when called.
    """
    count = len(ask.texts)
    match fault:
        case "embeddings-unsupported":
            message = "This server does not support embeddings. Start it with `--embeddings`"
            return json_answer({"error": {"code": 501, "message": message, "type": "not_supported_error"}}, 501)
        case "embeddings-no-embedder":
            message = f'Failed to load model "{ask.model}". Error: Model is not embedding.'
            return errors.structured_error(message, 400, param="model", code="model_not_found")
        case "embeddings-json-200":
            return errors.plain_error("The simulated model has failed, as it was asked to.", 200)
        case "embeddings-html":
            return _page("Welcome", 200)
        case "embeddings-never":
            return Script(_steps([Signal.HANG]))
        case "embeddings-crash" if attempt() > 2:
            return errors.crashed()
        case "embeddings-unavailable-once" if attempt() == 1:
            return errors.structured_error("The model is being loaded.", 503, kind="server_error")
        case "embeddings-no-encodings" if ask.encoding:
            return errors.structured_error("Unrecognized request argument: encoding_format", 400)
        case "embeddings-one-at-a-time" if ask.listed:
            return json_answer({"detail": [{"loc": ["body", "input"], "msg": "Input should be a valid string"}]}, 422)
        case _:
            return _too_many(fault, count) if count > _MOST_TEXTS else _of_a_text(ask.texts, fault)


def _too_many(fault: str, count: int) -> Answer | None:
    match fault:
        case "embeddings-batch-limit":
            message = f"batch size {count} > maximum allowed batch size {_MOST_TEXTS}"
            return json_answer({"error": message, "error_type": "Validation"}, 413)
        case "embeddings-batch-limit-400":
            message = (
                f"Invalid 'input': array too long. Expected an array with maximum length {_MOST_TEXTS}, but got an "
                f"array with length {count} instead."
            )
            return errors.structured_error(message, 400, param="input", code="array_above_max_length")
        case "embeddings-batch-limit-html":
            return _page("413 Request Entity Too Large", 413)
        case _:
            return None


def _of_a_text(texts: tuple[str, ...], fault: str) -> Answer | None:
    match fault:
        case "embeddings-too-long":
            tokens = max(map(estimate, texts))
            message = (
                f"input ({tokens} tokens) is too large to process. increase the physical batch size "
                f"(current batch size: {_MOST_TOKENS})"
            )
            error = {"code": 500, "message": message, "type": "server_error"}
            return json_answer({"error": error}, 500) if tokens > _MOST_TOKENS else None
        case "embeddings-no-empty" if "" in texts:
            message = f"Invalid 'input[{texts.index('')}]': input cannot be an empty string."
            return errors.structured_error(message, 400, param="input", code="invalid_request_error")
        case "embeddings-unsaid" if any("?" in text for text in texts):
            return errors.plain_error("Internal Server Error", 500)
        case _:
            return None


def reshaped(answer: JsonDict, vectors: Vectors, fault: str, attempt: Callable[[], int]) -> Answer:
    """What a fault makes of a sound answer.

    Args:
        answer: The sound one.
        vectors: Those in it.
        fault: Its name.
        attempt: How many requests were made to this fault, this one included. It counts when called.
    """
    body = json_answer(_other_body(answer, vectors, fault, attempt))
    match fault:
        case "embeddings-nan":
            return Plain(re.sub(rb'("embedding":\[)[^,\]]+', rb"\g<1>NaN", body.body, count=1))
        case "embeddings-slow":
            return Script(_steps([Pause(_FOR_EACH_TEXT * len(vectors)), Frame(body.body)]), body.media_type)
        case "embeddings-trickle":
            return Script(_steps(_in_pieces(body.body)), body.media_type)
        case "embeddings-cut" if attempt() % 3 == 0:
            return Script(_steps([Frame(body.body[: len(body.body) // 2]), Signal.RESET]), body.media_type)
        case _:
            return body


def _other_body(answer: JsonDict, vectors: Vectors, fault: str, attempt: Callable[[], int]) -> object:
    match fault:
        case "embeddings-bare":
            return vectors
        case "embeddings-ollama":
            return {"model": answer["model"], "embeddings": vectors, "total_duration": 14143917}
        case "embeddings-no-usage":
            return {name: value for name, value in answer.items() if name != "usage"}
        case "embeddings-other-model":
            return {**answer, "model": "quite-another-model"}
        case _:
            return {**answer, "data": _rows(answer, vectors, fault, attempt)}


def _rows(answer: JsonDict, vectors: Vectors, fault: str, attempt: Callable[[], int]) -> list[object]:
    written = _written(vectors, fault, attempt)
    rows: list[object] = list(as_list(answer["data"]))
    if written is not None:
        rows = [_row(index, embedding) for index, embedding in enumerate(written)]
    match fault:
        case "embeddings-shuffled":
            places = sorted(range(len(rows)), key=lambda index: Chance("shuffled", index).number(2**31))
            return [rows[index] for index in places]
        case "embeddings-no-index":
            return [{"object": "embedding", "embedding": vector} for vector in vectors]
        case "embeddings-same-index":
            return [_row(0, vector) for vector in vectors]
        case "embeddings-far-index":
            return [*rows[:-1], _row(len(rows), vectors[-1])]
        case "embeddings-fewer":
            return rows[:-1]
        case "embeddings-more":
            return [*rows, _row(len(rows), vectors[-1])]
        case _:
            return rows


def _written(vectors: Vectors, fault: str, attempt: Callable[[], int]) -> list[object] | None:
    """The embeddings as a fault writes them; None when it leaves them as they are."""
    first: JsonDict = {"embeddings-null": [None, *vectors[0][1:]], "embeddings-empty": []}
    match fault:
        case "embeddings-null" | "embeddings-empty":
            return [first[fault], *vectors[1:]]
        case "embeddings-ragged":
            return [*vectors[:-1], vectors[-1][:-1]]
        case "embeddings-other-length" if attempt() % 2 == 0:
            return [vector[: len(vector) // 2] for vector in vectors]
        case "embeddings-strings":
            return [[str(value) for value in vector] for vector in vectors]
        case "embeddings-nested":
            return [[vector] for vector in vectors]
        case "embeddings-per-token":
            return [[vector, vector, vector] for vector in vectors]
        case "embeddings-base64":
            return [as_base64(vector) for vector in vectors]
        case "embeddings-broken-base64":
            return [as_base64(vector)[:-4] for vector in vectors]
        case "embeddings-floats" | "embeddings-nan":
            return list(vectors)
        case _:
            return None


def _row(index: int, embedding: object) -> JsonDict:
    return {"object": "embedding", "index": index, "embedding": embedding}


def _in_pieces(body: bytes) -> Iterable[Step]:
    size = len(body) // _PIECES + 1
    for start in range(0, len(body), size):
        yield Frame(body[start : start + size])
        yield Pause(_TRICKLE / _PIECES)


def _page(title: str, status: int) -> Plain:
    text = title.encode()
    return Plain(_PAGE % (text, text), status, "text/html; charset=utf-8")


def _steps(steps: Iterable[Step]) -> Steps:
    yield from steps

"""From an answer to embeddings, in the order of the texts (server contract, section 1).

OpenAI's shape is `{"data":[{"index","embedding"}]}`. Ollama and text-embeddings-inference leave away what is around the
numbers, llama.cpp puts another list around them; in whatever order they come, the index says whose each of them is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.embedding_numbers import Flaw, of_base64, of_numbers
from lmstudio_tui.sdk.wire import as_object, as_text, is_count, is_list, is_object

if TYPE_CHECKING:
    from lmstudio_tui.sdk.embedding_lifting import Lifted
    from lmstudio_tui.sdk.embedding_numbers import Found

_ONE_BY_ONE = "Try another model, or another server."
_BROKEN = "The model or the server is at fault: look at its log, or try another model."


@dataclass(frozen=True, slots=True)
class Row:
    """An embedding as it came, and the number of its text, when the server says that."""

    embedding: Any
    index: int | None = None


def rows_of(body: Any, lifted: Lifted) -> list[Row] | None:
    """The embeddings of an answer as it tells of them; None when it tells of none.

    Args:
        body: what is left of the answer.
        lifted: holds what was taken out of it.
    """
    listed: Any = body
    if is_object(body):
        if "embedding" in body:
            return [_row(body)]
        listed = next((body[name] for name in ("data", "embeddings") if body.get(name) is not None), None)
    if isinstance(listed, str) and lifted.found(listed) is not None:
        return [Row(listed)]
    if not is_list(listed):
        return None
    if listed and _is_number(listed[0]):
        return [Row(listed)]
    return [_row(row) for row in listed]


def in_order(rows: list[Row], count: int, lifted: Lifted) -> list[Found]:
    """The embeddings in the order of the texts.

    Args:
        rows: as they came.
        count: how many texts were sent.
        lifted: holds the long ones.

    Raises:
        ProtocolError: they are more or fewer, or it cannot be told whose they are.
    """
    if len(rows) != count:
        sent, came = _counted(count, "text"), _counted(len(rows), "embedding")
        raise errors.ProtocolError(f"For {sent} the server gave {came}.", hint=_ONE_BY_ONE)
    told = [row.index for row in rows if row.index is not None]
    if not told:
        return [_embedding(row.embedding, lifted) for row in rows]
    if len(told) < count:
        message = "Some of the embeddings came without an index, so it cannot be told whose they are."
        raise errors.ProtocolError(message, hint=_ONE_BY_ONE)
    wrong = next((index for index in told if not 0 <= index < count), None)
    if wrong is not None:
        texts = _counted(count, "text")
        raise errors.ProtocolError(f"An embedding came with the index {wrong}; {texts} were sent.", hint=_ONE_BY_ONE)
    if len(set(told)) < count:
        twice = next(index for index in told if told.count(index) > 1)
        raise errors.ProtocolError(f"Two embeddings came with the index {twice}.", hint=_ONE_BY_ONE)
    by_index = dict(zip(told, rows, strict=True))
    return [_embedding(by_index[index].embedding, lifted) for index in range(count)]


def even(embeddings: list[Found], dimensions: int, first: int) -> int:
    """How many numbers each embedding has.

    Args:
        dimensions: of those that came before; 0 before the first.
        first: the number of the first text.

    Raises:
        ProtocolError: they are not all of one length.
    """
    for number, embedding in enumerate(embeddings, first):
        if isinstance(embedding, Flaw):
            continue
        if dimensions and len(embedding) != dimensions:
            message = (
                f"The embedding of text {number + 1:,} has {_counted(len(embedding), 'number')}, "
                f"those before it have {dimensions:,}."
            )
            raise errors.ProtocolError(message, hint=_BROKEN)
        dimensions = len(embedding)
    return dimensions


def tokens_of(body: Any) -> int | None:
    """How many tokens the server has counted; None when it does not say, which LM Studio puts as 0."""
    usage = as_object(as_object(body).get("usage"))
    count = usage.get("prompt_tokens") or usage.get("total_tokens")
    return count if is_count(count) and count else None


def flawed(flaw: Flaw, index: int, shown: str) -> errors.ProtocolError:
    """The error of a text whose embedding is none."""
    message = f'The embedding of text {index + 1:,} ("{shown}") {flaw.text}.'
    return errors.ProtocolError(message, hint=flaw.hint or _BROKEN, context={"index": index})


def _row(row: Any) -> Row:
    if not is_object(row):
        return Row(row)
    index: Any = row.get("index")
    whole = isinstance(index, float) and index.is_integer()
    if whole or (isinstance(index, str) and index.isdecimal() and len(index) < 12):
        index = int(index)
    return Row(row.get("embedding"), index if isinstance(index, int) and not isinstance(index, bool) else None)


def _embedding(value: Any, lifted: Lifted) -> Found:
    """An embedding however it is written."""
    if isinstance(value, str):
        found = lifted.found(value)
        if found is None:
            return of_base64(as_text(value).encode("utf-8", "replace")) if value.strip() else Flaw("is empty")
        return of_base64(found) if isinstance(found, bytes) else found
    if not is_list(value):
        return Flaw("is missing" if value is None else "is no list of numbers")
    if len(value) == 1 and (is_list(value[0]) or isinstance(value[0], str)):
        return _embedding(value[0], lifted)
    if value and all(is_list(one) or (isinstance(one, str) and lifted.found(one) is not None) for one in value):
        return Flaw(
            f"is {len(value):,} lists of numbers: one for each token, as llama.cpp gives them without pooling "
            "(--pooling none)",
            hint="Start the server with the pooling that the model wants; for most it is --pooling mean.",
        )
    return of_numbers(json.dumps(value).encode())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"

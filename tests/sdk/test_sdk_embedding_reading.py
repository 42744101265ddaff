"""Embeddings in whatever shape they come, without loss; and what is none, in words."""

from __future__ import annotations

import json
import math
import struct
from array import array
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk_embedders import Embeds, packed
from sdk_servers import reply

from lmstudio_tui.sdk import ProtocolError, RequestCancelledError, Vector
from lmstudio_tui.sdk.embedding_lifting import Lifted
from lmstudio_tui.sdk.embedding_numbers import Flaw, of_base64, of_numbers

A, B = [0.5, -0.25, 3.0], [1.0, 2.0, 4.0]


def read(body: Any, count: int = 2) -> list[list[float] | None]:
    """What is made of an answer to so many texts."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = Embeds(lambda _: reply(raw)).embed([f"text {number}" for number in range(count)])
    return [None if one is None else list(one) for one in found.vectors]


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"index": 0, "embedding": A}, {"index": 1, "embedding": B}]},
        {"data": [{"index": 1, "embedding": B}, {"index": 0, "embedding": A}]},
        {"data": [{"embedding": A}, {"embedding": B}]},
        {"data": [{"index": None, "embedding": A}, {"index": None, "embedding": B}]},
        {"data": [{"index": 1.0, "embedding": B}, {"index": 0.0, "embedding": A}]},
        {"data": [{"index": "1", "embedding": B}, {"index": "0", "embedding": A}]},
        {"data": [{"index": 0, "embedding": [A]}, {"index": 1, "embedding": [B]}]},
        {"data": [{"index": 0, "embedding": packed(A)}, {"index": 1, "embedding": packed(B)}]},
        {"data": [{"index": 0, "embedding": A}, {"index": 1, "embedding": packed(B)}]},
        {"data": [A, B]},
        {"embeddings": [A, B], "model": "m"},
        [{"index": 1, "embedding": [B]}, {"index": 0, "embedding": [A]}],
        [A, B],
        [packed(A), packed(B)],
        {"error": None, "data": [{"index": 0, "embedding": A}, {"index": 1, "embedding": B}], "detail": "fine"},
    ],
)
def test_shapes_of_an_answer(body: Any) -> None:
    assert read(body) == [A, B]
    # The same with long lists, which are read apart from the rest.
    text = json.dumps(body)
    for short in (A, B):
        text = text.replace(json.dumps(short), json.dumps(short * 200)).replace(packed(short), packed(short * 200))
    assert read(text.encode()) == [A * 200, B * 200]


@pytest.mark.parametrize("body", [{"embedding": A}, {"data": [A]}, A, {"data": A}, {"embeddings": A}, {"data": [[A]]}])
@pytest.mark.parametrize("times", [1, 100])
def test_shapes_of_an_answer_to_one_text(body: Any, times: int) -> None:
    text = json.dumps(body).replace(json.dumps(A), json.dumps(A * times))
    assert read(text.encode(), 1) == [A * times]


@pytest.mark.parametrize("space", [b"", b" ", b"\n\t"])
def test_space_between_the_numbers(space: bytes) -> None:
    raw = b'{"data":[{"embedding":[' + b",".join(space + b"0.5" + space for _ in range(100)) + b"]}]}"
    assert read(raw, 1) == [[0.5] * 100]


NO_EMBEDDINGS: list[tuple[list[Any], str]] = [
    ([{"index": 0, "embedding": A}], "For 2 texts the server gave 1 embedding."),
    ([], "For 2 texts the server gave 0 embeddings."),
    ([{"index": 0, "embedding": A}] * 2, "Two embeddings came with the index 0."),
    ([{"index": 0, "embedding": A}, {"index": 2, "embedding": A}], "came with the index 2; 2 texts were sent"),
    ([{"index": 0, "embedding": A}, {"index": -1, "embedding": A}], "came with the index -1"),
    ([{"index": 0, "embedding": A}, {"embedding": A}], "came without an index"),
    ([{"embedding": A}, {"embedding": [*A, 1]}], "text 2 has 4 numbers, those before it have 3"),
    ([{"embedding": A}, {"embedding": [1]}], "text 2 has 1 number, those before it have 3"),
    ([{"embedding": A}, {"embedding": []}], 'of text 2 ("text 1") is empty.'),
    ([{"embedding": A}, {"embedding": ""}], "is empty."),
    ([{"embedding": A}, {"embedding": None}], "is missing."),
    ([{"embedding": A}, {}], "is missing."),
    ([{"embedding": A}, None], "is missing."),
    ([{"embedding": A}, 7], "is no list of numbers."),
    ([{"embedding": A}, {"embedding": {"a": 1}}], "is no list of numbers."),
    ([{"embedding": A}, {"embedding": [1, None, 2]}], "holds null."),
    ([{"embedding": A}, {"embedding": [1, True, 2]}], "holds something that is no number."),
    ([{"embedding": A}, {"embedding": [1, "2", 3]}], "holds something that is no number."),
    ([{"embedding": A}, {"embedding": [1, [2], 3]}], "is no list of numbers."),
    ([{"embedding": A}, {"embedding": [A, B]}], "is 2 lists of numbers: one for each token"),
    ([{"embedding": A}, {"embedding": [math.nan, 1, 2]}], "holds NaN."),
    ([{"embedding": A}, {"embedding": [1, -math.inf, 2]}], "holds an infinite number."),
    ([{"embedding": A}, {"embedding": "no base64 at all!"}], "is a text that is no base64."),
    ([{"embedding": A}, {"embedding": "abcd"}], "has 3 bytes in base64"),
    ([{"embedding": A}, {"embedding": packed([math.nan] * 3)}], "holds NaN."),
    ([{"embedding": A}, {"embedding": packed([math.inf] * 3)}], "holds an infinite number."),
]
"""What a server answers to two texts, and what is said of it."""


@pytest.mark.parametrize(("rows", "words"), NO_EMBEDDINGS)
def test_what_cannot_be_read(rows: list[Any], words: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read({"data": rows})
    assert words in caught.value.message
    assert caught.value.hint
    assert caught.value.context["endpoint"] == "/v1/embeddings"


@pytest.mark.parametrize("odd", [b"nan", b"null", b"true", b"0x10", b"1e", b"--1", b"1.2.3", b"Infinity", b"1e999"])
def test_odd_words_in_a_long_list_cost_that_embedding_only(odd: bytes) -> None:
    long = b",".join([b"0.125"] * 100)
    raw = b'{"data":[{"embedding":[' + long + b"," + odd + b']},{"embedding":[' + long + b",1]}]}"
    server = Embeds(lambda _: reply(raw))
    found = server.embed(["a", "b"], skip_refused=True)
    assert [one.index for one in found.refused] == [0]
    assert found.dimensions == 101


def test_text_in_an_answer_is_no_list_however_it_looks() -> None:
    trap = '[1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5] \\" ['
    body = json.dumps({"text": trap, trap: 1, "x" * 300: "y" * 300, "data": [{"embedding": A * 99, "text": trap}]})
    assert read(body.encode(), 1) == [A * 99]
    assert read(b"\xef\xbb\xbf" + body.encode(), 1) == [A * 99]
    with pytest.raises(ProtocolError, match="not JSON"):
        read(body[:-4].encode(), 1)
    with pytest.raises(ProtocolError, match="not JSON"):
        read(body.encode() + b'"', 1)


def test_numbers_of_32_bits_take_32_bits() -> None:
    assert of_numbers(b"[0.5,-1,3]") == array("f", [0.5, -1, 3])
    exact = json.dumps(list(array("f", [0.1, 1 / 3, 1e-30]))).encode()
    found = of_numbers(exact)
    assert isinstance(found, array)
    assert (found.typecode, found.tolist()) == ("f", json.loads(exact))
    wide = of_numbers(b"[0.1,1e300]")
    assert isinstance(wide, array)
    assert (wide.typecode, wide.tolist()) == ("d", [0.1, 1e300])
    assert of_numbers(b"[0,0,0]") == array("f", [0, 0, 0])


def exactly(found: Vector | Flaw) -> list[float]:
    assert isinstance(found, array)
    return found.tolist()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_nothing_is_lost_of_64_bits(numbers: list[float]) -> None:
    assert exactly(of_numbers(json.dumps(numbers).encode())) == numbers


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=40))
def test_nothing_is_lost_of_32_bits(numbers: list[float]) -> None:
    found = of_numbers(json.dumps(numbers).encode())
    assert isinstance(found, array)
    assert (found.typecode, found.tolist()) == ("f", numbers)
    data = struct.pack(f"<{len(numbers)}f", *numbers)
    for text in (b64encode(data), urlsafe_b64encode(data), b64encode(data).rstrip(b"="), b64encode(data) + b" \n"):
        assert exactly(of_base64(text)) == numbers


@given(st.integers(-(10**400), 10**400))
def test_whole_numbers_of_any_length(number: int) -> None:
    found = of_numbers(f"[{number}, 1]".encode())
    if isinstance(found, Flaw):
        assert abs(number) > 1e300
    else:
        assert found[0] == float(number)


@given(st.binary(max_size=300))
def test_anything_at_all(raw: bytes) -> None:
    for one in (of_numbers(b"[" + raw + b"]"), of_base64(raw)):
        assert isinstance(one, Flaw | array)
    lifted = Lifted(b'{"data":[' + raw, lambda: None)
    assert lifted.rest == b'{"data":[' + raw or b"data" in lifted.rest


def test_slashes_and_line_ends_that_are_escaped() -> None:
    numbers = [float(number) for number in range(1, 400)]
    text = packed(numbers)
    assert "/" in text
    for written in (
        text.replace("/", "\\/"),
        text[:300] + "\\n" + text[300:] + "\\n",
        text[:76] + "\\r\\n" + text[76:],
    ):
        raw = f'{{"data":[{{"embedding":"{written}"}}]}}'.encode()
        assert read(raw, 1) == [numbers]


def test_reading_looks_between_two_lists_whether_it_is_to_go_on() -> None:
    row = b'{"embedding":[' + b",".join([b"0.125"] * 100) + b"]}"
    looked: list[int] = []

    def check() -> None:
        looked.append(1)
        if len(looked) == 3:
            raise RequestCancelledError("enough")

    with pytest.raises(RequestCancelledError):
        Lifted(b'{"data":[' + b",".join([row] * 1000) + b"]}", check)
    assert len(looked) == 3


def test_hostile_quotes_take_no_longer_than_others() -> None:
    raw = b'{"a":"' + b'\\"' * 1_000_000
    assert Lifted(raw, lambda: None).rest == raw
    raw = b"[" * 1_000_000
    assert Lifted(raw, lambda: None).rest == raw

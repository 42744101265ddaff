"""The reader of server-sent events."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.sdk import ProtocolError
from lmstudio_tui.sdk.sse import EventReader, ServerEvent, StrayLine

LINES = st.sampled_from(
    [
        b"data: {}",
        b'data: {"a": "\xf0\x9f\x9a\x80"}',
        b"data:x",
        b"data",
        b"data: [DONE]",
        b"event: error",
        b"id: 7",
        b"retry: 100",
        b": comment",
        b"<<< garbage",
        b'{"bare": 1}',
        b"",
        b"",
        b"\xff\xfe",
        b"data: \xe2\x80\xa8 no line end",
    ]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


def read(packets: list[bytes]) -> list[ServerEvent | StrayLine]:
    reader = EventReader()
    return [event for packet in packets for event in reader.feed(packet)] + reader.flush()


@given(
    lines=st.lists(st.tuples(LINES, ENDS), max_size=12),
    mark=st.booleans(),
    cuts=st.lists(st.integers(0, 200), max_size=12),
)
def test_any_split_gives_the_same_events(lines: list[tuple[bytes, bytes]], mark: bool, cuts: list[int]) -> None:
    stream = (b"\xef\xbb\xbf" if mark else b"") + b"".join(line + end for line, end in lines)
    places = sorted({0, *(min(cut, len(stream)) for cut in cuts), len(stream)})
    packets = [stream[start:end] for start, end in pairwise(places)]
    assert read(packets) == read([stream]) == read([bytes([byte]) for byte in stream])


@given(st.binary(max_size=400), st.integers(0, 400))
def test_no_bytes_break_it(data: bytes, cut: int) -> None:
    assert read([data[:cut], data[cut:]]) == read([data])


def test_fields_comments_and_line_ends() -> None:
    stream = b": hello\r\nevent: error\r\ndata: 1\r\ndata:2\r\n\r\nid: 3\r\r" + b"data:  two spaces\n\n"
    assert read([stream]) == [ServerEvent("error", b"1\n2"), ServerEvent("", b" two spaces")]


def test_json_over_several_data_lines_is_one_event() -> None:
    assert read([b'data: {\ndata: "a": {}\ndata: }\n\n']) == [ServerEvent("", b'{\n"a": {}\n}')]


def test_missing_empty_lines_do_not_hold_events_back() -> None:
    reader = EventReader()
    assert reader.feed(b'data: {"n": 1}\n') == []
    assert reader.feed(b'data: {"n": 2}\n') == [ServerEvent("", b'{"n": 1}')]
    assert reader.feed(b"event: error\ndata: {}\n") == [ServerEvent("", b'{"n": 2}')]
    assert reader.feed(b"data: [DONE]\n") == [ServerEvent("error", b"{}")]


def test_what_is_left_without_an_empty_line_counts() -> None:
    assert read([b"data: 1"]) == [ServerEvent("", b"1")]


def test_an_event_without_an_end_is_refused() -> None:
    reader = EventReader(limit=1000)
    for _ in range(142):
        reader.feed(b"data: x")
    with pytest.raises(ProtocolError, match="larger than 1,000 bytes"):
        reader.feed(b"data: x")


def test_many_small_events_are_no_large_one() -> None:
    reader = EventReader(limit=1000)
    assert sum(len(reader.feed(b"data: 12345678\n\n")) for _ in range(500)) == 500


def test_a_long_line_is_not_quadratic() -> None:
    reader = EventReader()
    for _ in range(100_000):
        reader.feed(b"x" * 40)
    [event] = reader.feed(b"\n\n")
    assert len(event[-1]) == 4_000_000

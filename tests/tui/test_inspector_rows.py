"""Paragraphs as rows, and requests as lines: everything in its place, at any width."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from lmstudio_tui.features.inspector.exchange import Attempt, Body, Exchange, Summary
from lmstudio_tui.features.inspector.timing import Part
from lmstudio_tui.sdk import EventReceived
from lmstudio_tui.tui.panes.inspector import sections
from lmstudio_tui.tui.panes.inspector.columns import View, columns_for, gap_for, request_line, title_line
from lmstudio_tui.tui.panes.inspector.looks import STYLES, json_spans
from lmstudio_tui.tui.panes.inspector.paragraphs import (
    LONGEST,
    Document,
    Paragraph,
    height_of,
    labelled,
    lines,
    rows_of,
    text_of,
)
from lmstudio_tui.tui.panes.inspector.timeline import strip_of

TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Mn", "Me", "Cf", "Zl", "Zp"]), max_size=120)


@example("\N{EMOJI MODIFIER FITZPATRICK TYPE-1-2}", 4, 0, False)  # alone, it has no width
@given(TEXT, st.integers(4, 60), st.integers(0, 40), st.booleans())
def test_rows_hold_all_of_a_paragraph_and_fit(text: str, width: int, hang: int, prose: bool) -> None:
    paragraph = Paragraph(((text, "plain"),), hang=hang, prose=prose)
    rows = rows_of(paragraph, width)
    assert len(rows) == height_of(paragraph, width)
    shown = "".join(text[row.start : row.end] for row in rows)
    assert shown.replace(" ", "") == text.replace(" ", "")
    if not prose:
        assert shown == text
    for row in rows:
        assert cell_len(text[row.start : row.end]) + row.hang <= width


@settings(max_examples=40)
@given(st.lists(TEXT, max_size=12), st.lists(TEXT, max_size=12), st.integers(4, 40))
def test_a_document_that_changes_is_as_one_that_is_new(old: list[str], new: list[str], width: int) -> None:
    changed, fresh = Document(), Document()
    for document in (changed, fresh):
        document.use_width(width)
    changed.show([line for text in old for line in lines(text)])
    changed.extend([line for text in old for line in lines(text)])
    wanted = [line for text in new for line in lines(text, prose=True)]
    changed.show(wanted)
    fresh.show(wanted)
    assert changed.height == fresh.height
    for row in range(-1, fresh.height + 1):
        assert changed.place(row) == fresh.place(row)


def test_long_lines_are_several_paragraphs_that_join() -> None:
    text = "x" * (2 * LONGEST + 5) + "\nnext\tone"
    found = lines(text)
    assert [each.joined for each in found] == [False, True, True, False]
    assert text_of(found) == text.replace("\t", "    ")
    assert text_of(labelled([("label  ", "dim")], "one\ntwo", "plain")) == "label  one\n       two"


@given(st.text())
def test_colours_lose_nothing(text: str) -> None:
    spans = json_spans(text)
    assert "".join(part for part, _ in spans) == text
    assert {style for _, style in spans} <= set(STYLES)


def test_colours_of_json() -> None:
    found = json_spans('  "key": ["a\\"b", -1.5e3, true, null],')
    assert [(text, style) for text, style in found if text.strip() and style != "mark"] == [
        ('"key"', "key"), ('"a\\"b"', "string"), ("-1.5e3", "number"), ("true", "word"), ("null", "word"),
    ]  # fmt: skip


# The list


def summary(**values: object) -> Summary:
    known: dict[str, object] = {"state": "ok", "status": 200, "duration_ms": 12.0, "bytes_received": 5, **values}
    path = str(known.pop("path", "/v1/chat/completions"))
    return Summary("a", "POST", f"http://h{path}", path, 1_700_000_000.0, **known)  # pyright: ignore[reportArgumentType]


def shown(one: Summary, width: int) -> str:
    view = View(columns_for(width), gap_for(width), 100.0, 1_700_000_007.0, UTC)
    return "".join(text for text, _ in request_line(one, view))


@given(st.integers(4, 200), st.text(max_size=60), st.sampled_from(["ok", "failed", "waiting", "receiving", "stopped"]))
def test_every_line_is_exactly_as_wide_as_it_should_be(width: int, path: str, state: str) -> None:
    one = summary(path=f"/{path}", state=state, parts=(Part("wait", 0.0, 5.0), Part("body", 5.0, 7.0)), attempts=3)
    view = View(columns_for(width), gap_for(width), 100.0, 1_700_000_007.0, UTC)
    wide = sum(columns for _, columns in view.columns) + view.gap * (len(view.columns) - 1)
    assert cell_len(shown(one, width)) == wide
    assert wide == max(wide if width < 17 else 0, width)
    assert cell_len("".join(text for text, _ in title_line(view))) == wide


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (20, ["path"]),
        (38, ["path", "status", "took"]),
        (46, ["time", "path", "status", "took"]),
        (76, ["time", "method", "path", "status", "took", "size", "bar"]),
        (81, ["time", "method", "path", "status", "took", "size", "bar"]),
        (100, ["time", "method", "path", "status", "took", "first", "size", "tries", "bar"]),
    ],
)
def test_columns_are_dropped_by_their_worth(width: int, names: list[str]) -> None:
    assert [name for name, _ in columns_for(width)] == names


def test_lines() -> None:
    line = shown(summary(first_byte_ms=3.0, attempts=2, bytes_received=14_200), 100)
    assert line.split() == [
        "22:13:20", "POST", "/v1/chat/completions", "✓", "200", "12", "ms", "3", "ms", "14.2", "kB", "×2",
    ]  # fmt: skip
    assert "…/path/to/completions " in shown(summary(path="/v1/a/very/long/path/to/completions"), 38)
    assert "7.00 s" in shown(summary(duration_ms=None, state="waiting", status=None), 76)
    assert "↻ …/path/completions " in shown(summary(path="/v1/a/long/path/completions", replay_of="b"), 38)


def test_a_bar_is_as_long_as_its_share_of_the_longest() -> None:
    parts = (Part("wait", 0.0, 25.0), Part("body", 25.0, 25.0))
    assert shown(summary(duration_ms=50.0, parts=parts), 76).count("▪") == 4
    assert shown(summary(duration_ms=0.1, parts=parts), 76).count("▪") == 1


@given(st.lists(st.floats(0.001, 1e6), max_size=6), st.integers(0, 160))
def test_the_parts_in_one_row_fit(durations: list[float], width: int) -> None:
    parts = [Part("first token", float(index), ms) for index, ms in enumerate(durations)]
    assert sum(cell_len(text) for text, _ in strip_of(parts, width)) <= width


# Sections of what nobody would send


ODD = EventReceived("a", 1234.5, "na\x1b[2Jme", "x\x07\r\n\u202ey\ttab")


def odd_exchange() -> Exchange:
    one = summary(
        path="/v1/\x1b]0;title\x07x",
        message="\x1b[31mred\nline",
        error="Error\x07",
        state="failed",
        stream=True,
        events=1,
    )
    return Exchange(
        one,
        request_headers=(("x-\x1b[1m", "value\x1b[0m\n"),),
        request_body=Body(b'{"a":"\x1b[2J\\u001b"}', size=24),
        response_headers=(("content-type", "text/\x07plain"),),
        response_body=Body(b"\x00\xff\x1b[2J" * 900, size=6300),
        events=(ODD,),
        head_events=1,
        attempts=(
            Attempt(1, 0.0, headers_ms=3.0, ended_ms=12.0, status=200, error="Error\x07", message="\x1b[31mred"),
        ),
    )


@pytest.mark.parametrize("pretty", [True, False])
def test_nothing_hostile_comes_through(pretty: bool) -> None:
    exchange = odd_exchange()
    found = [
        *sections.timing(exchange, 80, None, 0.0),
        *sections.headers(exchange),
        *sections.request(exchange, pretty=pretty),
        *sections.response(exchange, pretty=pretty),
        *sections.events(exchange),
    ]
    text = text_of(found)
    assert not {"\x1b", "\x07", "\u202e", "\r", "\x00", "\t"} & set(text)
    assert "\n" not in "".join(each.text for each in found)
    assert "x\n" in text_of(sections.events(exchange))


def test_bodies_that_are_not_whole_say_so() -> None:
    cut = Body("é".encode() * 10 + b"\xc3", b"tail", 5000)
    exchange = Exchange(summary(), request_body=cut, response_body=Body(size=5000, dropped=True))
    said = text_of(sections.request(exchange, pretty=True))
    assert "éé" in said
    assert "4.9 kB to keep memory bounded" in said or "left out to keep memory bounded" in said
    assert said.endswith("tail")
    assert text_of(sections.response(exchange, pretty=True)) == "5.0 kB: body dropped to keep memory bounded."


def test_streams_that_are_not_whole_say_so() -> None:
    events = (EventReceived("a", 1.0, "", "first"), EventReceived("a", 9.0, "", "last"))
    exchange = Exchange(summary(events=1002), events=events, head_events=1, events_left_out=1000)
    shown = [each.text.strip() for each in sections.events(exchange)]
    assert shown[0].endswith("first")
    assert shown[1] == "… 1,000 events left out in the middle, to keep memory bounded."
    assert shown[2].endswith("last")
    gone = Exchange(summary(events=1000), events_left_out=1000)
    assert "body dropped to keep memory bounded" in text_of(sections.events(gone))
    assert "body dropped to keep memory bounded" in text_of(sections.response(gone, pretty=True))


def test_a_form_and_other_bytes() -> None:
    form = (
        b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n\x00\xff\r\n--b--\r\n'
    )
    kind = (("content-type", "multipart/form-data; boundary=b"),)
    said = text_of(sections.request(Exchange(summary(), kind, Body(form, size=len(form))), pretty=True))
    assert "model: whisper" in said
    assert "file: file a.wav, 2 B" in said
    assert "000000  2d 2d 62" in said
    long = text_of(sections.response(Exchange(summary(), response_body=Body(b"\xff" * 9000, size=9000)), pretty=True))
    assert "… 4.9 kB more" in long


def test_what_is_too_long_to_be_read_is_said() -> None:
    body = Body(b"x" * 3000, size=3000)
    exchange = Exchange(summary(), request_body=body)
    assert "more than 1,000 characters" in text_of(sections.request(exchange, pretty=True, limit=1000))
    assert "more than" not in text_of(sections.request(exchange, pretty=True, limit=None))
    empty = Exchange(summary(), request_body=Body())
    assert text_of(sections.request(empty, pretty=True)) == "The body is empty."

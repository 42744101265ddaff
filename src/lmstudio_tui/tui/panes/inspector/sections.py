"""What the sections of a request show, as paragraphs. Pure; a long body takes a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal

from lmstudio_tui.features.inspector.assembling import Assembler
from lmstudio_tui.features.inspector.exchange import header
from lmstudio_tui.features.inspector.multipart import boundary_of, fields_of
from lmstudio_tui.features.inspector.texts import is_json, laid_out, text_of
from lmstudio_tui.features.inspector.words import count_of, duration_of, sentence_of, size_of
from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.commands import key_of
from lmstudio_tui.tui.panes.inspector.paragraphs import Paragraph, labelled, line, lines
from lmstudio_tui.tui.panes.inspector.timeline import attempt_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import tzinfo

    from lmstudio_tui.features.inspector.exchange import Body, Exchange
    from lmstudio_tui.sdk.recording import EventReceived, Headers

Section = Literal["timing", "headers", "request", "response", "events"]
SECTIONS: Final[tuple[Section, ...]] = ("timing", "headers", "request", "response", "events")

SHOWN: Final = 1_000_000
"""Characters of a body that are shown; nobody reads more in a terminal, and an export has it all."""
_DUMPED: Final = 4_096
_LONG_EVENT: Final = 600
"""Characters from which on an event is folded."""
_EVENT_HEAD: Final = 300
_LONG_LINES: Final = 8
_HEAD_LINES: Final = 4
_BLANK: Final = Paragraph()


def timing(exchange: Exchange, width: int, zone: tzinfo | None, elapsed_ms: float) -> list[Paragraph]:
    """Where the time went, in words and as bars.

    Args:
        width: cells of a row.
        zone: of the times of day.
        elapsed_ms: how long a request has been under way.
    """
    summary = exchange.summary
    found = lines(clean_line(sentence_of(summary)), "bad" if summary.failed else "plain", prose=True)
    end = summary.duration_ms if summary.duration_ms is not None else elapsed_ms
    for attempt in exchange.attempts:
        found += [_BLANK, *attempt_lines(attempt, exchange, end, width)]
    found += [_BLANK]
    for name, value in _facts(exchange, zone):
        found += labelled([(f"{name:<13}", "dim")], clean_line(value), "plain")
    return found


def _facts(exchange: Exchange, zone: tzinfo | None) -> Iterable[tuple[str, str]]:
    """What else is known of a request, by name."""
    summary = exchange.summary
    began = datetime.fromtimestamp(summary.started_at, zone or UTC)
    yield "began", f"{began:%Y-%m-%d %H:%M:%S}.{began.microsecond // 1000:03d}"
    yield "address", summary.url
    if summary.feature:
        yield "for", "the watching of the server" if summary.background else summary.feature.replace("_", " ")
    if summary.replay_of:
        yield "replay of", "another request of this list, sent again as it stood there"
    if summary.duration_ms is not None:
        yield "whole call", duration_of(summary.duration_ms)
    if summary.first_byte_ms is not None:
        yield "first byte", f"after {duration_of(summary.first_byte_ms)}"
    if summary.first_token_ms is not None:
        yield "first token", f"after {duration_of(summary.first_token_ms)}"
    if summary.bytes_sent:
        yield (
            "sent",
            f"{size_of(summary.bytes_sent)} of body"
            + (f" in {summary.attempts} attempts" if summary.attempts > 1 else ""),
        )
    yield (
        "received",
        size_of(summary.bytes_received) + (f", {count_of(summary.events, 'event')}" if summary.events else ""),
    )


def headers(exchange: Exchange) -> list[Paragraph]:
    """The headers of both sides."""
    summary = exchange.summary
    found = labelled([(f"{summary.method} ", "heading")], clean_line(summary.url), "heading")
    found += _headers(exchange.request_headers, exchange, "The request had no headers.")
    found.append(_BLANK)
    if summary.status is None:
        return [*found, line("No answer has come." if not summary.under_way else "No answer has come yet.", "dim")]
    try:
        phrase = f" {HTTPStatus(summary.status).phrase}"
    except ValueError:
        phrase = ""
    found.append(line(f"{summary.status}{phrase}", "bad" if summary.status >= 400 else "heading"))
    return found + _headers(exchange.response_headers, exchange, "The answer had no headers.")


def _headers(pairs: Headers, exchange: Exchange, none: str) -> list[Paragraph]:
    if not pairs:
        return [line("Headers dropped to keep memory bounded." if exchange.headers_dropped else none, "dim")]
    found: list[Paragraph] = []
    for name, value in pairs:
        found += labelled([(f"{clean_line(name)}: ", "name")], clean_line(value), "plain")
    return found


def request(exchange: Exchange, *, pretty: bool, limit: int | None = SHOWN) -> list[Paragraph]:
    """The body of the request."""
    if exchange.request_body is None:
        return [line("The request had no body.", "dim")]
    kind = header(exchange.request_headers, "content-type")
    return _body(exchange.request_body, kind, pretty=pretty, limit=limit)


def response(
    exchange: Exchange, *, pretty: bool, limit: int | None = SHOWN, assembled: Assembler | None = None
) -> list[Paragraph]:
    """The body of the answer, or what a stream says when it is put together.

    Args:
        assembled: what the events say, when that is known already.
    """
    if exchange.events or exchange.events_left_out:
        return _stream(exchange, pretty=pretty, limit=limit, assembled=assembled)
    if exchange.response_body is not None:
        kind = header(exchange.response_headers, "content-type")
        return _body(exchange.response_body, kind, pretty=pretty, limit=limit)
    if exchange.summary.under_way:
        return [line("Nothing of the answer's body has come yet.", "dim")]
    return [line("The answer had no body." if exchange.summary.status else "There was no answer.", "dim")]


def _stream(exchange: Exchange, *, pretty: bool, limit: int | None, assembled: Assembler | None) -> list[Paragraph]:
    found: list[Paragraph] = []
    if exchange.events_left_out:
        found = [line(_gap(exchange), "warn"), _BLANK]
    if not pretty:
        text = "\n".join(event.data for event in exchange.events)
        return found + _limited(clean(text), limit, "json")
    if assembled is None:
        assembled = Assembler()
        assembled.feed(exchange.events)
    passages = assembled.passages
    if not passages:
        return [*found, line("These events hold no text that could be put together: see Events.", "dim")]
    for number, passage in enumerate(passages):
        if len(passages) > 1 or passage.voice != "answer":
            found += [*([_BLANK] if number else []), line(passage.voice.capitalize(), "dim")]
        style = {"reasoning": "dim", "tool call": "json", "error": "bad"}.get(passage.voice, "plain")
        found += _limited(clean(passage.text), limit, style, prose=True)
    ending = [assembled.finish_reason and f"finish reason {assembled.finish_reason}", assembled.usage]
    if any(ending):
        found += [_BLANK, *lines(clean_line(" · ".join(part for part in ending if part)), "dim", prose=True)]
    return found


def _gap(exchange: Exchange) -> str:
    if not exchange.events:
        return f"{count_of(exchange.events_left_out, 'event')}: body dropped to keep memory bounded."
    return f"{count_of(exchange.events_left_out, 'event')} left out in the middle, to keep memory bounded."


def _body(body: Body, kind: str, *, pretty: bool, limit: int | None) -> list[Paragraph]:
    said = clean_line(kind).partition(";")[0]
    if body.dropped:
        return [line(f"{size_of(body.size)}: {body.missing}.", "warn")]
    if not body.size:
        return [line("The body is empty.", "dim")]
    text = text_of(body.head, cut=not body.whole)
    if text is None:
        return _binary(body, kind)
    good = pretty and body.whole and is_json(text)
    shown = laid_out(text, limit) if good else text
    style = "json" if good or text.lstrip()[:1] in {"{", "["} else "plain"
    found = [line(f"{said or 'no content type'}, {size_of(body.size)}", "dim")]
    found += _limited(clean(shown), limit, style)
    if not body.whole:
        found += [_BLANK, line(f"… {body.missing} …", "warn"), _BLANK]
        found += _limited(clean(body.tail.decode("utf-8", "replace")), limit, style)
    return found


def _limited(text: str, limit: int | None, style: str, *, prose: bool = False) -> list[Paragraph]:
    if limit is None or len(text) <= limit:
        return lines(text, style, prose=prose)
    more = f"… more than {limit:,} characters: c copies and e exports all of it"
    return [*lines(text[:limit], style, prose=prose), _BLANK, line(more, "warn")]


def _binary(body: Body, kind: str) -> list[Paragraph]:
    """The fields of a form, or the first bytes as a dump."""
    found = [line(f"{clean_line(kind).partition(';')[0] or 'no content type'}, {size_of(body.size)}, no text", "dim")]
    boundary = boundary_of(kind)
    for field in fields_of(body.head, boundary, body.left_out if not body.tail else 0) if boundary else ():
        what = f"file {field.filename}, {size_of(field.size)}" if field.filename is not None else field.text
        found += labelled([(f"{clean_line(field.name)}: ", "name")], clean_line(what), "plain")
    found.append(_BLANK)
    for start in range(0, min(len(body.head), _DUMPED), 16):
        row = body.head[start : start + 16]
        seen = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row)
        pieces = ((f"{start:06x}  ", "dim"), (f"{row.hex(' '):<47}  ", "plain"), (seen, "string"))
        found.append(Paragraph(pieces))
    if body.size > _DUMPED:
        found.append(line(f"… {size_of(body.size - _DUMPED)} more", "dim"))
    return found


def events(exchange: Exchange, unfolded: Collection[int] | None = None) -> list[Paragraph]:
    """Every event with its time.

    Args:
        unfolded: the numbers of the long events that are shown whole, counted from 0; None for all of them.
    """
    if not exchange.events and not exchange.events_left_out:
        said = "No event has come yet." if exchange.summary.under_way else "This answer was no stream of events."
        return [line(said, "dim")]
    head = event_lines(exchange.events[: exchange.head_events], unfolded)
    first = exchange.head_events + exchange.events_left_out
    tail = event_lines(exchange.events[exchange.head_events :], unfolded, first)
    return head + tail if not exchange.events_left_out else [*head, line(f"… {_gap(exchange)}", "warn"), *tail]


def event_lines(told: Iterable[EventReceived], unfolded: Collection[int] | None, first: int = 0) -> list[Paragraph]:
    """Some events, with what is dangerous in them taken out; a long one is cut, and says so, unless it is unfolded.

    Args:
        unfolded: as for `events`.
        first: the number of the first of them.
    """
    found: list[Paragraph] = []
    for number, event in enumerate(told, first):
        label = [(f"{event.at_ms / 1000:+8.3f}  ", "dim")]
        if event.stray:
            label.append(("no event  ", "warn"))
        elif event.name:
            label.append((f"{clean_line(event.name)[:40]}  ", "name"))
        long = unfolded is not None and _is_long(event.data)
        whole = not long or (unfolded is not None and number in unfolded)
        head = event.data if whole else _head(event.data)
        data = clean(head)
        shown = labelled(label, data, "json" if data.startswith(("{", "[")) else "plain")
        if long:
            said = (
                f"{key_of('inspector.open')} folds it again"
                if whole
                else f"… {len(event.data) - len(head):,} more; {key_of('inspector.open')} shows it whole"
            )
            note = Paragraph(((" " * shown[0].hang, "plain"), (said, "word")), hang=shown[0].hang, is_note=True)
            shown = [replace(each, fold=number) for each in (*shown, note)]
        found += shown
    return found


def _is_long(data: str) -> bool:
    return len(data) > _LONG_EVENT or data.count("\n") >= _LONG_LINES


def _head(data: str) -> str:
    """The beginning of a long event, at most a few lines of it."""
    return "\n".join(data[:_EVENT_HEAD].split("\n")[:_HEAD_LINES])

"""What is said about utterances, as lines and sentences. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.models.words import size_in_words
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.player_bar import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lmstudio_tui.store.media.records import UtteranceRecord

OWN_CHOICE = "the server's own"
OWN_CHOICE_SHORT = "default"
"""Where there is no room to say whose."""


def speed_in_words(speed: float | None) -> str:
    """`1.25 ×`; empty for the server's own."""
    return "" if speed is None else f"{speed:g} ×"


def when_in_words(then: datetime, now: datetime) -> str:
    """`09:41`, `20 Nov`, `Nov 25`: six columns at most."""
    then = then.astimezone(now.tzinfo)
    if then.date() == now.date():
        return f"{then:%H:%M}"
    return f"{then.day} {then:%b}" if then.year == now.year else f"{then:%b %y}"


def length_in_words(record: UtteranceRecord) -> str:
    """`0:12.8`; what is not known is a dash."""
    return "—" if record.duration_s is None else clock(record.duration_s, hours=record.duration_s >= 3600)


def facts_in_words(record: UtteranceRecord) -> str:
    """`sim-speech · alto · 1.2 × · mp3 · 0:12.8 · 210 kB`, as far as it is known."""
    parts = (
        clean_line(record.model or ""),
        clean_line(record.voice or ""),
        speed_in_words(record.speed),
        clean_line(record.format),
        "" if record.duration_s is None else length_in_words(record),
        size_in_words(record.size_bytes),
    )
    return " · ".join(part for part in parts if part)


def figures_in_words(first_sound_ms: float | None, first_audio_ms: float | None) -> str:
    """How long the first sound took, and the server its first bytes: `first sound 240 ms, server 120 ms`."""
    figures = (("first sound", first_sound_ms), ("server", first_audio_ms))
    return ", ".join(f"{name} {value:,.0f} ms" for name, value in figures if value is not None)


def file_name(record: UtteranceRecord) -> str:
    """A name for a copy of it, from the first words of its text: `good-morning-everybody.mp3`."""
    words = "".join(one.lower() if one.isalnum() else " " for one in record.text[:200]).split()
    name = "-".join(words[:6])[:48].strip("-")
    return f"{name or 'speech'}{record.path.suffix}"


def keeps(record: UtteranceRecord, words: Sequence[str]) -> bool:
    """Whether all of these small-letter words are in what is known of it."""
    known = (record.text, record.model or "", record.voice or "", record.format, record.problem, record.note)
    text = " ".join(known).casefold()
    return all(word in text for word in words)

"""Speak and check: a text is spoken, what was spoken is listened to, and the two texts are compared. Blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.content import Content

from lmstudio_tui.features.models.words import size_in_words
from lmstudio_tui.store.media.records import RecordingRecord
from lmstudio_tui.tui.panes.transcribe.words import factor_in_words, name_of_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from lmstudio_tui.features.hearing.progress import Progress
    from lmstudio_tui.features.hearing.transcribing import TranscribeOptions
    from lmstudio_tui.features.hearing.word_errors import WordErrors
    from lmstudio_tui.features.speaking import SpeakOptions
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.tui.panes.transcribe.keeping import Recordings


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is.

    Attributes:
        words: in a line.
        spoken: the recording of what was spoken, once that is there.
    """

    words: str
    spoken: RecordingRecord | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it.

    Attributes:
        record: what was spoken, with what was heard.
        errors: how the two differ.
    """

    record: RecordingRecord
    errors: WordErrors


def check(
    client: LMStudioSDK,
    text: str,
    speaking: SpeakOptions,
    hearing: TranscribeOptions,
    *,
    recordings: Recordings,
    tell: Callable[[Step], None],
    scope: CancelScope,
    now: Callable[[], datetime],
) -> Checked:
    """Speak a text, and have it transcribed.

    Args:
        client: of the server for audio.
        text: what is said.
        speaking: how.
        hearing: how it is listened to.
        recordings: where what was spoken is kept, whatever becomes of the rest.
        tell: is told how far it is.
        scope: ends it.
        now: the time of day.

    Raises:
        LMStudioError: the server cannot do one of the two, or did not.
        SoundError: what was spoken is no audio that is known here.
        StoreError: it could not be kept.
    """
    from lmstudio_tui.features.hearing.progress import Heard
    from lmstudio_tui.features.hearing.transcribing import transcribe
    from lmstudio_tui.features.hearing.word_errors import word_errors
    from lmstudio_tui.features.speaking import speak

    ids: list[str] = []
    arrived = 0

    def path_for(suffix: str) -> Path:
        id_, path = recordings.shelf.new_file(suffix)
        ids.append(id_)
        return path

    def came(piece: bytes) -> None:
        nonlocal arrived
        arrived += len(piece)
        tell(Step(f"speaking …  {size_in_words(arrived)}"))

    def heard_so_far(progress: Progress) -> None:
        words = f"  {len(progress.text.split())} words" if isinstance(progress, Heard) else ""
        tell(Step(f"listening to it …{words}"))

    tell(Step("speaking …"))
    spoken = speak(client, text, speaking, path_for=path_for, sink=came, scope=scope, now=now)
    record = RecordingRecord(
        id=ids[-1],
        path=spoken.path,
        made_at=spoken.made_at,
        name=name_of_text(text),
        source="speech",
        duration_s=spoken.duration_s,
        size_bytes=spoken.size_bytes,
        problem=spoken.problem,
    )
    recordings.keep_now(record)
    scope.raise_if_cancelled()
    tell(Step("listening to it …", record))
    heard = transcribe(client, spoken.path, hearing, tell=heard_so_far, scope=scope, now=now)
    record = replace(record, transcripts=(heard,))
    recordings.keep_now(record)
    return Checked(record, word_errors(text, heard.text, scope.raise_if_cancelled))


def verdict(checked: Checked) -> str:
    """The word error rate, and what it is made of."""
    errors = checked.errors
    wrong = errors.substitutions + errors.insertions + errors.deletions
    heard = checked.record.transcripts[0]
    how = ", ".join(part for part in (heard.model or "", factor_in_words(heard.real_time_factor)) if part)
    counted = "1 word" if errors.words == 1 else f"{errors.words} words"
    if not wrong:
        return f"0 % wrong: all of {counted} heard as they were said. {how}".strip()
    kinds = ((errors.substitutions, "heard as another"), (errors.deletions, "not heard"), (errors.insertions, "added"))
    parts = ", ".join(f"{count} {words}" for count, words in kinds if count)
    return f"{errors.rate:.1%} of {counted} wrong: {parts}. {how}".replace("%", " %").strip()


def differences(errors: WordErrors) -> Content:
    """Both texts in one, each difference marked by signs as well as by colours."""
    said, heard = "$text-error strike", "$text-success bold"
    parts: list[Content] = []
    for pair in errors.pairs:
        if pair.same:
            parts.append(Content(pair.reference or ""))
        elif pair.heard is None:
            parts.append(Content.styled(f"[−{pair.reference}]", said))
        elif pair.reference is None:
            parts.append(Content.styled(f"[+{pair.heard}]", heard))
        else:
            parts.append(Content.assemble((f"[{pair.reference}", said), " → ", (f"{pair.heard}]", heard)))
    return Content(" ").join(parts)

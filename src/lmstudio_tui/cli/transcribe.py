"""`transcribe` and `translate`: what is said in an audio file, as text."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lmstudio_tui.cli import media_files, options, sounds
from lmstudio_tui.cli.console import say, warn, write, write_json
from lmstudio_tui.cli.interrupts import Interrupted
from lmstudio_tui.cli.outcome import Exit, Failure, as_json, reporting
from lmstudio_tui.cli.progress import Elapsed
from lmstudio_tui.cli.session import Session
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from lmstudio_tui.features.hearing.progress import Progress
    from lmstudio_tui.features.hearing.subtitles import TextFormat
    from lmstudio_tui.store.media.records import SegmentRecord, TranscriptRecord

File = Annotated[str, typer.Argument(metavar="FILE", help="An audio file: wav, flac, ogg, mp3; - is standard input.")]
Model = Annotated[str | None, typer.Option("--model", "-m", metavar="ID", help="The model; else one that listens.")]
Prompt = Annotated[str | None, typer.Option("--prompt", metavar="TEXT", help="What it is about, names, spelling.")]
Temperature = Annotated[float | None, typer.Option("--temperature", "-t", metavar="X", help="0 to 1.")]
Format = Annotated[
    str | None,
    typer.Option("--format", "-f", metavar="FORMAT", help="text, json, srt or vtt; else as -o ends, else text."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, also when it fails.")]

_ENDINGS: dict[str, TextFormat] = {".json": "json", ".srt": "srt", ".vtt": "vtt"}
_FORMATS: dict[str, TextFormat] = {"text": "text", "txt": "text", "json": "json", "srt": "srt", "vtt": "vtt"}


def transcribe(
    file: File,
    model: Model = None,
    language: Annotated[
        str | None, typer.Option("--language", "-l", metavar="CODE", help="That is spoken, such as en; else found out.")
    ] = None,
    prompt: Prompt = None,
    temperature: Temperature = None,
    format_: Format = None,
    output: media_files.Output = None,
    force: media_files.Force = False,
    no_stream: options.NoStream = False,
    json_: Json = False,
    *,
    session: Session,
) -> None:
    """Write down what is said in an audio file.

    The server for audio is asked (audio_base_url); LM Studio itself serves none. The format of the file is told by its
    bytes, and what the server does not take is converted.
    """
    wish = _Wish("transcribe", file, model or session.model, language, prompt, temperature, not no_stream)
    _run(session, wish, _form(format_, output, as_object=json_), output, force=force, as_object=json_)


def translate(
    file: File,
    model: Model = None,
    prompt: Prompt = None,
    temperature: Temperature = None,
    format_: Format = None,
    output: media_files.Output = None,
    force: media_files.Force = False,
    no_stream: options.NoStream = False,
    json_: Json = False,
    *,
    session: Session,
) -> None:
    """Write down in English what is said in an audio file, whatever the language. As transcribe."""
    wish = _Wish("translate", file, model or session.model, None, prompt, temperature, not no_stream)
    _run(session, wish, _form(format_, output, as_object=json_), output, force=force, as_object=json_)


@dataclass(frozen=True)
class _Wish:
    task: Literal["transcribe", "translate"]
    file: str
    model: str | None
    language: str | None
    prompt: str | None
    temperature: float | None
    stream: bool


@dataclass
class _Heard:
    """What has come so far, for when it ends too early."""

    text: str = ""
    segments: tuple[SegmentRecord, ...] = ()
    model: str | None = None

    def show(self) -> None:
        """Print it."""
        if self.text:
            _print(f"{self.text}\n")

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "language": None,
            "duration_s": None,
            "segments": [{"start_s": one.start_s, "end_s": one.end_s, "text": one.text} for one in self.segments],
            "model": self.model,
            "real_time_factor": None,
        }


def _form(wanted: str | None, output: Path | None, *, as_object: bool) -> TextFormat:
    """The format of what is written.

    Raises:
        typer.BadParameter
    """
    if wanted is None:
        ending = "" if output is None else output.suffix.lower()
        return _ENDINGS.get(ending, "json" if as_object and output is None else "text")
    found = _FORMATS.get(wanted.lower())
    if found is None:
        raise typer.BadParameter(f"There is no format {clean_line(wanted)!r}; there is text, json, srt and vtt.")
    if as_object and found != "json" and (output is None or media_files.to_stdout(output)):
        raise typer.BadParameter(f"--json prints JSON; --format {found} with it is for a file: -o FILE.")
    return found


def _run(session: Session, wish: _Wish, form: TextFormat, output: Path | None, *, force: bool, as_object: bool) -> None:
    heard = _Heard()

    def failed(error: Failure) -> dict[str, Any]:
        return {**heard.as_json(), "error": as_json(error)}

    with reporting(failed if as_object else None):
        media_files.refuse_source(output, wish.file)
        media_files.refuse_existing(output, force=force)
        with ExitStack() as failing:
            if form == "text" and not as_object:
                failing.callback(heard.show)
            with sounds.in_words(Exit.USAGE):
                record = _record(session, wish, heard)
            failing.pop_all()
        _deliver(record, form, output, force=force, as_object=as_object)


def _record(session: Session, wish: _Wish, heard: _Heard) -> TranscriptRecord:
    from lmstudio_tui.features.hearing import transcribing

    with media_files.input_file(wish.file) as path, Elapsed("asking the server") as elapsed:
        asked = sounds.server_for(session, "translation" if wish.task == "translate" else "transcription", wish.model)
        heard.model = asked.model
        wav_only = asked.status is not None and asked.status.software == "whisper.cpp"
        options = transcribing.TranscribeOptions(
            wish.task, asked.model, wish.language, wish.prompt, wish.temperature, wish.stream, wav_only
        )

        def tell(now: Progress) -> None:
            if isinstance(now, transcribing.Heard):
                heard.text, heard.segments = now.text, now.segments
            elapsed.what = _in_words(now)

        try:
            return transcribing.transcribe(
                asked.client, path, options, tell=tell, now=lambda: datetime.now().astimezone()
            )
        except Interrupted as interrupted:
            interrupted.hint = "What was heard until then is above." if heard.text else ""
            raise


def _in_words(now: Progress) -> str:
    """How far it is, in a line."""
    from lmstudio_tui.features.hearing import transcribing
    from lmstudio_tui.features.progress import amount_in_words, duration_in_words, percent_in_words

    match now:
        case transcribing.Preparing():
            return now.reason
        case transcribing.Uploading():
            share = now.sent / now.total if now.total else None
            return f"sending {percent_in_words(share)}  {amount_in_words(now.sent, now.total)}".replace("  ", " ")
        case transcribing.Listening():
            length = "" if now.duration_s is None else f" to {duration_in_words(now.duration_s)} of audio"
            return f"the server listens{length}"
        case transcribing.Heard():
            return clean_line(now.text[-200:])[-60:]


def _deliver(record: TranscriptRecord, form: TextFormat, output: Path | None, *, force: bool, as_object: bool) -> None:
    """Write what was heard where it is wanted."""
    from lmstudio_tui.features.hearing.subtitles import as_json as transcript_json
    from lmstudio_tui.features.hearing.subtitles import rendered

    if record.problem:
        warn(record.problem)
    if output is not None and not media_files.to_stdout(output):
        media_files.put(rendered(record, form).encode("utf-8", "replace"), output, force=force)
        if not as_object:
            say(f"note: written to {output}.")
    if as_object or (form == "json" and (output is None or media_files.to_stdout(output))):
        write_json(json.loads(transcript_json(record)))
    elif output is None or media_files.to_stdout(output):
        if not record.text:
            say("note: Nothing was heard.")
        _print(rendered(record, form))


def _print(text: str) -> None:
    write(clean(text) if sys.stdout.isatty() else text)

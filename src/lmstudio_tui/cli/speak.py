"""`speak`: a text, spoken: into a file, into a pipe, or to be heard while it comes."""

from __future__ import annotations

import wave
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import devices, media_files, options, own_files, sounds
from lmstudio_tui.cli.console import say, warn, write, write_json
from lmstudio_tui.cli.outcome import CommandError, Exit, Failure, as_json, report, reporting
from lmstudio_tui.cli.playing import Playing
from lmstudio_tui.cli.progress import Elapsed
from lmstudio_tui.cli.session import Session
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.features.speaking import SpeakOptions
    from lmstudio_tui.store.media.records import UtteranceRecord

_BY_SUFFIX = {
    ".mp3": "mp3",
    ".wav": "wav",
    ".wave": "wav",
    ".flac": "flac",
    ".opus": "opus",
    ".ogg": "opus",
    ".aac": "aac",
    ".pcm": "pcm",
    ".raw": "pcm",
}
_SAME = {"opus": "ogg", "vorbis": "ogg", "pcm": "wav"}
"""What a format is kept as."""
_KINDS = {suffix: "ogg" if name == "opus" else name for suffix, name in _BY_SUFFIX.items()}
"""What the name of a file promises."""


def speak(
    text: Annotated[str | None, typer.Argument(help="What to say; - or nothing is standard input.")] = None,
    output: media_files.Output = None,
    voice: Annotated[
        str | None, typer.Option("--voice", "-v", metavar="ID", help="As `voices` lists them; else the server's own.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="ID", help="The model; else one that speaks.")
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", "-f", metavar="FORMAT", help="mp3, wav, flac, opus, aac, pcm; else as -o ends."),
    ] = None,
    speed: Annotated[float | None, typer.Option("--speed", metavar="X", help="1 is as the voice speaks.")] = None,
    play: Annotated[
        bool, typer.Option("--play", help="Play it while it comes; without -o it is played anyway.")
    ] = False,
    device: devices.Device_ = None,
    list_devices: devices.ListDevices = False,
    force: media_files.Force = False,
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """Have the server for audio speak a text.

    Without -o it is played, and kept among what the app has spoken. Ctrl+C stops it; what came is kept.
    """
    if media_files.to_stdout(output) and json_:
        raise typer.BadParameter("Standard output cannot take both the sound and JSON.")
    with reporting((lambda error: _failed(error)) if json_ else None), sounds.in_words():
        if list_devices:
            devices.list_devices("output", as_object=json_)
            return
        from lmstudio_tui.features.speaking import SpeakOptions

        if text in {None, "-"}:
            media_files.refuse_source(output, "-")
        said = media_files.text_of(text)
        wanted = SpeakOptions(model or session.model, voice, _format(format_, output), speed)
        raise typer.Exit(
            _Speaking(session, said, wanted, output, force=force, as_object=json_).run(
                playing=Playing(device or "") if play or output is None else None
            )
        )


def _format(wanted: str | None, output: Path | None) -> str | None:
    if wanted is not None:
        return wanted.lower()
    return _BY_SUFFIX.get(output.suffix.lower()) if output is not None else None


_EMPTY: dict[str, Any] = {
    "path": None,
    "format": None,
    "bytes": None,
    "duration_s": None,
    "time_to_first_audio_ms": None,
}


def _failed(error: Failure) -> dict[str, Any]:
    return {**_EMPTY, "error": as_json(error)}


@dataclass
class _Speaking:
    session: Session
    text: str
    wanted: SpeakOptions
    output: Path | None
    force: bool = field(kw_only=True)
    as_object: bool = field(kw_only=True)

    def run(self, *, playing: Playing | None) -> int:
        """Speak; the exit code."""
        media_files.refuse_existing(self.output, force=self.force)
        if media_files.to_stdout(self.output):
            media_files.refuse_terminal()
        with ExitStack() as stack:
            if playing is not None:
                stack.enter_context(playing)
            return self._spoken(playing, stack)

    def _spoken(self, playing: Playing | None, stack: ExitStack) -> int:
        from lmstudio_tui.features.speaking import speak
        from lmstudio_tui.sdk import CancelScope

        asked = sounds.server_for(self.session, "speech", self.wanted.model)
        scope = CancelScope()
        sinks = self._takers(stack)
        sinks += [playing.feed] if playing is not None else []

        def sink(piece: bytes) -> None:
            for one in sinks:
                one(piece)

        with sounds.ending_gently(scope.cancel) as ending:
            with Elapsed("the server speaks"):
                record = speak(
                    asked.client,
                    self.text,
                    self._options(asked.model),
                    path_for=self._path_for(stack),
                    sink=sink if sinks else None,
                    began=None if playing is None else playing.begin,
                    scope=scope,
                    now=lambda: datetime.now().astimezone(),
                )
            path = self._kept(record, whole=not record.problem)
            if playing is not None:
                playing.end(record.problem, ending.event)
        self._tell(record, path, interrupted=bool(ending.number))
        if playing is not None and playing.problem:
            warn(playing.problem)
        if ending.number:
            return ending.code
        return Exit.FAILED if record.problem or (playing is not None and playing.problem) else Exit.DONE

    @property
    def _handed_on(self) -> bool:
        """Whether the sound is written while it comes to what is no file of its own: standard output, a pipe."""
        return media_files.to_stdout(self.output) or own_files.is_special(self.output)

    def _takers(self, stack: ExitStack) -> list[Callable[[bytes], None]]:
        """Who takes the sound while it comes.

        Raises:
            CommandError: when a pipe cannot be written to.
        """
        if self.output is None or not self._handed_on:
            return []
        if media_files.to_stdout(self.output):
            return [media_files.write_bytes]
        output = self.output
        try:
            file = stack.enter_context(output.open("wb", buffering=0))
        except OSError as error:
            raise media_files.cannot_write(output, error) from None

        def take(piece: bytes) -> None:
            try:
                file.write(piece)
            except OSError as error:
                raise media_files.cannot_write(output, error) from None

        return [take]

    def _options(self, model: str | None) -> SpeakOptions:
        return replace(self.wanted, model=model)

    def _path_for(self, stack: ExitStack) -> Callable[[str], Path]:
        """Where the sound is written while it comes."""
        if self._handed_on:
            folder = stack.enter_context(media_files.temporary_folder())
            return lambda suffix: folder / f"speech{suffix}"
        if self.output is None:
            utterances = media_files.shelf().utterances
            return lambda suffix: utterances.new_file(suffix)[1]
        part = self.output.with_name(f"{self.output.name}.part")
        return lambda _: part

    def _kept(self, record: UtteranceRecord, *, whole: bool) -> Path:
        """Put what came where it was wanted; of what is not whole the name says so."""
        if self._handed_on:
            return record.path
        if self.output is None:
            return media_files.shelf().utterances.keep(record).path
        if not whole:
            return record.path
        media_files.refuse_existing(self.output, force=self.force)
        try:
            if self._is_bare(record):
                _without_header(record.path)
            mode = own_files.permissions(self.output)
            record.path.replace(self.output)
            self.output.chmod(mode)
        except OSError as error:
            raise media_files.cannot_write(self.output, error) from None
        return self.output

    def _is_bare(self, record: UtteranceRecord) -> bool:
        """Whether samples without a header are wanted, and can be had of what came."""
        return self.wanted.format == "pcm" and record.format == "wav"

    def _tell(self, record: UtteranceRecord, path: Path, *, interrupted: bool) -> None:
        self._warn_of_format(record, path)
        shown = not self._handed_on
        failure = None
        if record.problem:
            kind = "RequestCancelledError" if interrupted else "StreamInterruptedError"
            kept = f"What came is kept in {path}." if shown else "What came was handed on."
            failure = CommandError(record.problem, kind=kind, hint=kept)
        if self.as_object:
            found = self._object(record, path)
            write_json(found if failure is None else {**found, "error": as_json(failure)})
        elif shown:
            write(f"{path}\n")
        if failure is not None:
            report(failure)
        elif record.note and not self.as_object:
            say(f"note: {record.note}")

    def _warn_of_format(self, record: UtteranceRecord, path: Path) -> None:
        asked, sent = self.wanted.format, record.format
        if asked is not None and sent and _SAME.get(asked, asked) != sent:
            warn(f"The server sent {clean_line(sent)}, not {clean_line(asked)}.")
        elif sent and path == self.output:
            media_files.warn_of_name(path, self._format(record, path), _KINDS)

    def _format(self, record: UtteranceRecord, path: Path) -> str:
        """What is in the file."""
        return "pcm" if self._is_bare(record) and path == self.output else record.format

    def _object(self, record: UtteranceRecord, path: Path) -> dict[str, Any]:
        first = record.first_audio_ms
        return {
            "path": str(self.output if self._handed_on else path),
            "format": self._format(record, path),
            "bytes": path.stat().st_size,
            "duration_s": None if record.duration_s is None else round(record.duration_s, 3),
            "time_to_first_audio_ms": None if first is None else round(first, 1),
        }


def _without_header(path: Path) -> None:
    """Leave of a WAV file nothing but its samples."""
    bare = path.with_name(f"{path.name}.bare")
    with wave.open(str(path), "rb") as source, bare.open("wb") as target:
        while piece := source.readframes(65_536):
            target.write(piece)
    bare.replace(path)

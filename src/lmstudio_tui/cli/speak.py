"""`speak`: a text, spoken: into a file, into a pipe, or to be heard while it comes."""

from __future__ import annotations

import tempfile
import wave
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import devices, options, sounds
from lmstudio_tui.cli.console import piped_text, say, warn, write, write_json
from lmstudio_tui.cli.outcome import CommandError, Exit, Failure, as_json, report, reporting
from lmstudio_tui.cli.playing import Playing
from lmstudio_tui.cli.progress import Elapsed
from lmstudio_tui.cli.session import Session, session_of
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.features.speaking import SpeakOptions
    from lmstudio_tui.store.media.records import UtteranceRecord

_BY_SUFFIX = {
    ".mp3": "mp3",
    ".wav": "wav",
    ".flac": "flac",
    ".opus": "opus",
    ".ogg": "opus",
    ".aac": "aac",
    ".pcm": "pcm",
    ".raw": "pcm",
}
_SAME = {"opus": "ogg", "vorbis": "ogg", "pcm": "wav"}
"""What a format is kept as."""


def speak(
    context: typer.Context,
    text: Annotated[str | None, typer.Argument(help="What to say; - or nothing is standard input.")] = None,
    output: sounds.Output = None,
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
    force: sounds.Force = False,
    json_: options.Json = False,
    base_url: options.BaseUrl = None,
    api_key: options.ApiKey = None,
    config: options.Config = None,
    demo: options.Demo = False,
) -> None:
    """Have the server for audio speak a text.

    Without -o it is played, and kept among what the app has spoken. Ctrl+C stops it; what came is kept.
    """
    session = session_of(context, base_url=base_url, api_key=api_key, config_path=config, demo=demo)
    if sounds.to_stdout(output) and json_:
        raise typer.BadParameter("Standard output cannot take both the sound and JSON.")
    with reporting((lambda error: _failed(error)) if json_ else None), sounds.in_words():
        if list_devices:
            devices.list_devices("output", as_object=json_)
            return
        from lmstudio_tui.features.speaking import SpeakOptions

        said = piped_text() if text in {None, "-"} else text or ""
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
        sounds.refuse_existing(self.output, force=self.force)
        if sounds.to_stdout(self.output):
            sounds.refuse_terminal()
        with ExitStack() as stack:
            if playing is not None:
                stack.enter_context(playing)
            return self._spoken(playing, stack)

    def _spoken(self, playing: Playing | None, stack: ExitStack) -> int:
        from lmstudio_tui.features.speaking import speak
        from lmstudio_tui.sdk import CancelScope

        asked = sounds.server_for(self.session, "speech", self.wanted.model)
        scope = CancelScope()
        sinks = [sounds.write_bytes] if sounds.to_stdout(self.output) else []
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

    def _options(self, model: str | None) -> SpeakOptions:
        return replace(self.wanted, model=model)

    def _path_for(self, stack: ExitStack) -> Callable[[str], Path]:
        """Where the sound is written while it comes."""
        if sounds.to_stdout(self.output):
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="lmstudio-tui-", ignore_cleanup_errors=True)
            )
            return lambda suffix: Path(folder) / f"speech{suffix}"
        if self.output is None:
            from lmstudio_tui.paths import media_dir
            from lmstudio_tui.store.media.shelf import MediaShelf

            shelf = MediaShelf(media_dir()).utterances
            return lambda suffix: shelf.new_file(suffix)[1]
        part = self.output.with_name(f"{self.output.name}.part")
        return lambda _: part

    def _kept(self, record: UtteranceRecord, *, whole: bool) -> Path:
        """Put what came where it was wanted; of what is not whole the name says so."""
        if sounds.to_stdout(self.output):
            return record.path
        if self.output is None:
            from lmstudio_tui.paths import media_dir
            from lmstudio_tui.store.media.shelf import MediaShelf

            return MediaShelf(media_dir()).utterances.keep(record).path
        if not whole:
            return record.path
        sounds.refuse_existing(self.output, force=self.force)
        try:
            if self._bare:
                _without_header(record.path)
            record.path.replace(self.output)
        except OSError as error:
            raise sounds.cannot_write(self.output, error) from None
        return self.output

    @property
    def _bare(self) -> bool:
        """Whether samples without a header are wanted."""
        return self.wanted.format == "pcm"

    def _tell(self, record: UtteranceRecord, path: Path, *, interrupted: bool) -> None:
        asked = self.wanted.format
        if asked is not None and record.format and _SAME.get(asked, asked) != record.format:
            warn(f"The server sent {clean_line(record.format)}, not {clean_line(asked)}.")
        shown = not sounds.to_stdout(self.output)
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

    def _object(self, record: UtteranceRecord, path: Path) -> dict[str, Any]:
        bare = self._bare and path == self.output
        first = record.first_audio_ms
        return {
            "path": str(path),
            "format": "pcm" if bare else record.format,
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

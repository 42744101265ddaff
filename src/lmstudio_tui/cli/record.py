"""`record`: from a microphone into a WAV file."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import devices, media_files, options, own_files, sounds
from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.cli.outcome import CommandError, Failure, as_json, report, reporting
from lmstudio_tui.cli.progress import Drawn

if TYPE_CHECKING:
    from lmstudio_tui.audio.recorder import Recorder
    from lmstudio_tui.audio.values import Recorded, RecorderState, RecordingOptions

_EVERY = 0.1
"""Seconds between two looks at how loud it is."""
_COLUMNS = 30
_LOWEST_DB = -60.0
_ENDED = {"limit": "the time is over", "silence": "it was silent", "loss": "the device is gone", "disk": "the disk"}


def record(
    output: media_files.Output = None,
    device: devices.Device_ = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", metavar="N", min=0.1, help="End by itself after so long; else 2 hours.")
    ] = None,
    stop_after_silence: Annotated[
        float | None,
        typer.Option("--stop-after-silence", metavar="N", min=0.1, help="End after so many seconds of silence."),
    ] = None,
    trim_silence: Annotated[bool, typer.Option("--trim-silence", help="Cut off silence at both ends.")] = False,
    rate: Annotated[int, typer.Option("--rate", metavar="HZ", min=4000, max=192_000, help="Of the file.")] = 16_000,
    list_devices: devices.ListDevices = False,
    force: media_files.Force = False,
    json_: options.Json = False,
) -> None:
    """Record from a microphone, until Ctrl+C.

    Without -o the recording is kept among those of the app, and its path is printed.
    """
    with reporting((lambda error: {**_EMPTY, "error": as_json(error)}) if json_ else None), sounds.in_words():
        if list_devices:
            devices.list_devices("input", as_object=json_)
            return
        from lmstudio_tui.audio.values import RecordingOptions

        wanted = RecordingOptions(
            device=device or "",
            sample_rate=rate,
            limit_s=RecordingOptions().limit_s if seconds is None else seconds,
            stop_after_silence_s=stop_after_silence,
            trim_silence=trim_silence,
        )
        raise typer.Exit(_recorded(output, wanted, force=force, as_object=json_))


_EMPTY: dict[str, Any] = {
    "path": None,
    "duration_s": None,
    "sample_rate": None,
    "channels": None,
    "peak_db": None,
    "trimmed_s": None,
    "ended_by": None,
}


@dataclass(frozen=True)
class _Place:
    """Where a recording goes.

    Args:
        path: of the file.
        id: that it has among the app's own; empty when it is none of them.
        shown: whether its path is told; otherwise its bytes go to standard output.
    """

    path: Path
    id: str = ""
    shown: bool = True


def _recorded(output: Path | None, wanted: RecordingOptions, *, force: bool, as_object: bool) -> int:
    from lmstudio_tui.audio.recorder import Recorder

    media_files.refuse_existing(output, force=force)
    if output is not None:
        media_files.warn_of_name(output, "WAV", {".wav": "WAV", ".wave": "WAV"}, "will be")
    if media_files.to_stdout(output):
        media_files.refuse_terminal()
        if as_object:
            raise typer.BadParameter("Standard output cannot take both the recording and JSON.")
    recorder = Recorder()
    with ExitStack() as stack:
        place = _place(output, stack)
        mode = own_files.permissions(place.path)
        stack.callback(recorder.close)
        with sounds.ending_gently() as ending:
            recorder.start(place.path, wanted)
            _wait(recorder, ending)
            done = recorder.stop()
            sounds.devices_at_rest()
        if place.id:
            _keep(place, done)
        elif place.path.is_file():
            place.path.chmod(mode)
        _tell(place, done, as_object=as_object)
    # A recording is ended with Ctrl+C: that is no interruption. What pulls the plug is.
    return ending.code if ending.number not in {0, 2} else int(done.problem is not None)


def _place(output: Path | None, stack: ExitStack) -> _Place:
    if output is None:
        id_, path = media_files.shelf().recordings.new_file(".wav")
        return _Place(path, id_)
    if media_files.to_stdout(output):
        return _Place(stack.enter_context(media_files.temporary_folder()) / "recording.wav", shown=False)
    return _Place(output)


def _wait(recorder: Recorder, ending: sounds.Ending) -> None:
    """Show how loud it is until it ends by itself, or somebody wants it to."""
    drawn = Drawn()
    try:
        while not ending.event.wait(_EVERY):
            state = recorder.state
            if state.phase in {"done", "failed", "idle"}:
                return
            drawn.show([_line(state)])
    finally:
        drawn.wipe()


def _line(state: RecorderState) -> str:
    from lmstudio_tui.features.progress import duration_in_words

    share = min(1.0, max(0.0, 1 - state.peak_db / _LOWEST_DB))
    bar = "█" * round(share * _COLUMNS)
    clipped = "  too loud" if state.clipped else ""
    return (
        f"{duration_in_words(state.elapsed_s):>9}  {bar:<{_COLUMNS}} {state.peak_db:4.0f} dB{clipped}  Ctrl+C ends it"
    )


def _keep(place: _Place, done: Recorded) -> None:
    """Describe it for the app."""
    from lmstudio_tui.store.media.records import RecordingRecord

    now = datetime.now().astimezone()
    kept = RecordingRecord(
        id=place.id,
        path=place.path,
        made_at=now,
        name=f"Recording {now:%Y-%m-%d %H:%M}",
        duration_s=done.duration_s,
        size_bytes=place.path.stat().st_size,
        problem="" if done.problem is None else done.problem.message,
    )
    media_files.shelf().recordings.keep(kept)


def _tell(place: _Place, done: Recorded, *, as_object: bool) -> None:
    from lmstudio_tui.features.progress import duration_in_words

    problem = done.problem
    failure = None
    if problem is not None:
        hint = f"What was recorded is kept. {problem.hint}".strip()
        failure = CommandError(problem.message, kind=type(problem).__name__, hint=hint)
    if as_object:
        write_json(_object(place, done, failure))
    elif place.shown:
        write(f"{place.path}\n")
    else:
        media_files.write_file(place.path)
    if failure is not None:
        report(failure)
    elif not as_object:
        why = f" ({_ENDED[done.ended_by]})" if done.ended_by in _ENDED else ""
        length = f"{done.duration_s:.1f} s" if done.duration_s < 60 else duration_in_words(done.duration_s)
        say(f"note: recorded {length}{why}.")


def _object(place: _Place, done: Recorded, failure: Failure | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "path": str(place.path),
        "duration_s": round(done.duration_s, 3),
        "sample_rate": done.sample_rate,
        "channels": done.channels,
        "peak_db": round(done.peak_db, 1),
        "trimmed_s": round(done.trimmed_s, 3),
        "ended_by": done.ended_by,
    }
    return found if failure is None else {**found, "error": as_json(failure)}

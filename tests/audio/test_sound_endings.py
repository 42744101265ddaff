"""Programs that record: killed, ended, without a sound server, without PortAudio, with a server that hangs."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from contextlib import suppress
from ctypes.util import find_library
from pathlib import Path

import pytest
from audio_parts import seconds_of, tone

from lmstudio_tui.audio.wavfile import mend
from sound_server import SoundServer, say
from waiting import FOR_PROGRAMS

RECORDING = f"""{FOR_PROGRAMS}
import pathlib, time
from lmstudio_tui.audio.recorder import Recorder
from lmstudio_tui.audio.values import RecordingOptions
recorder = Recorder()
recorder.start(pathlib.Path(sys.argv[1]), RecordingOptions(trim_silence=True))
until(lambda: recorder.state.elapsed_s >= 1.5)
print("recorded", recorder.state.elapsed_s, flush=True)
"""
TELLING = """
while True:
    told = recorder.state.elapsed_s
    print(told, time.monotonic(), flush=True)
    until(lambda: recorder.state.elapsed_s > told)
"""
needs_portaudio = pytest.mark.skipif(find_library("portaudio") is None, reason="PortAudio is not installed")
SILENT = {"PULSE_SERVER": "unix:/nonexistent", "JACK_NO_START_SERVER": "1"}


def run(
    code: str, *words: object, environment: dict[str, str], seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def moment_of(line: str) -> float:
    """When a program that tells has told this."""
    return float(line.split()[1])


def test_a_kill_costs_less_than_a_second(sound_server: SoundServer, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    program = subprocess.Popen(
        [sys.executable, "-c", RECORDING + TELLING, str(path)],
        env=sound_server.surroundings(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    lines = [program.stdout.readline(), program.stdout.readline()]
    while moment_of(lines[-1]) < moment_of(lines[1]) + 1.2:
        lines.append(program.stdout.readline())
    program.kill()
    killed_at = time.monotonic()
    lines += program.stdout.readlines()
    program.wait(30)
    program.stdout.close()
    told = [line for line in lines[1:] if line.endswith("\n")]
    old = max(float(line.split()[0]) for line in told if moment_of(line) < killed_at - 0.9)
    assert seconds_of(path) > old, "the file opens as it is"
    mend(path)
    assert seconds_of(path) >= old
    assert (path.stat().st_size - 44) / 32_000 == seconds_of(path)


def test_the_program_ends_at_once_and_the_recording_is_whole(sound_server: SoundServer, tmp_path: Path) -> None:
    ending = "import atexit\natexit.register(lambda: print('end', time.monotonic(), flush=True))\n"
    clock = "print('left', time.monotonic(), flush=True)\n"
    # What is registered first runs last.
    code = "import time\n" + ending + RECORDING + clock
    done = run(code, tmp_path / "a.wav", environment=sound_server.surroundings())
    assert (done.returncode, done.stderr) == (0, "")
    moments = {name: float(moment) for name, moment in (line.split() for line in done.stdout.splitlines())}
    assert moments["end"] - moments["left"] < 1
    assert seconds_of(tmp_path / "a.wav") >= 1.5
    assert not mend(tmp_path / "a.wav")
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_a_server_that_hangs_is_left_to_itself(own_sound_server: SoundServer, tmp_path: Path) -> None:
    listing = """
from lmstudio_tui.audio import portaudio
from lmstudio_tui.audio.devices import devices
from lmstudio_tui.audio.values import SoundError
sys.stdin.readline()
try:
    portaudio.ask(lambda sounddevice: sounddevice.query_devices() and portaudio.refresh(sounddevice), patience_s=0.5)
    until(lambda: recorder.state.phase == "done")
    print(recorder.state.ended_by)
    portaudio.ask(portaudio.refresh, patience_s=0.5)
except SoundError as error:
    print(error.message)
"""
    program = subprocess.Popen(
        [sys.executable, "-c", RECORDING + listing, str(tmp_path / "a.wav")],
        env=own_sound_server.surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline().startswith("recorded")
    own_sound_server.hang()
    # The recording ends, nobody waits for ever, and the program ends.
    said, complained = program.communicate("go\n", timeout=90)
    assert said == "loss\nThe sound system does not answer (waited 0.5 seconds).\n"
    assert (program.returncode, complained) == (0, "")
    assert seconds_of(tmp_path / "a.wav") >= 1.5


def test_a_disk_that_is_full(sound_server: SoundServer, tmp_path: Path) -> None:
    """The system lets no file grow beyond 40,000 bytes."""
    full = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
until(lambda: recorder.state.phase == "done")
print(recorder.state.problem.message)
recorded = recorder.stop()
print(recorded.ended_by, recorded.duration_s)
"""
    code = RECORDING.replace(">= 1.5", ">= 0.1") + full
    surroundings = sound_server.surroundings()
    # What it would write of its coverage has no room either.
    measuring = {name for name in surroundings if name.startswith("COVERAGE_PROCESS")}
    unmeasured = {name: value for name, value in surroundings.items() if name not in measuring}
    done = run(code, tmp_path / "a.wav", environment=unmeasured)
    assert (done.returncode, done.stderr) == (0, "")
    _, problem, ending = done.stdout.splitlines()
    assert problem == f"The recording cannot be written to {tmp_path}: file too large."
    assert ending == f"disk {(40_000 - 44) / 32_000}"
    assert seconds_of(tmp_path / "a.wav") == (40_000 - 44) / 32_000


FAILING = """
import pathlib, sys
from lmstudio_tui.audio.devices import devices, find_device
from lmstudio_tui.audio.recorder import Recorder
from lmstudio_tui.audio.values import RecordingOptions, SoundError
recorder = Recorder()
for attempt in (
    lambda: print(len(devices()), "devices"),
    lambda: find_device("", "output"),
    lambda: recorder.start(pathlib.Path(sys.argv[1]), RecordingOptions()),
    recorder.stop,
    recorder.monitor,
):
    try:
        attempt()
    except SoundError as error:
        print(type(error).__name__, "|", error.message, "|", error.hint)
print(recorder.state.phase)
"""


@needs_portaudio
@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has devices")
def test_without_any_device(tmp_path: Path) -> None:
    done = run(FAILING, tmp_path / "a.wav", environment={**os.environ, **SILENT})
    assert (done.returncode, done.stderr) == (0, "")
    listed, speaker, *mic = done.stdout.splitlines()
    assert listed == "0 devices"
    assert speaker.startswith("NoDeviceError | There is no loudspeaker. | Plug one in, or start the sound server")
    assert all(each.startswith("NoDeviceError | There is no microphone. | ") for each in mic[:3])
    assert mic[3:] == ["failed"]
    assert list(tmp_path.iterdir()) == []


@needs_portaudio
@pytest.mark.skipif(sys.platform != "linux", reason="ALSA is Linux's")
@pytest.mark.parametrize("settings", ["/dev/null", "/nonexistent"])
def test_without_settings_of_alsa(tmp_path: Path, settings: str) -> None:
    """PortAudio would end the program."""
    done = run(FAILING, tmp_path / "a.wav", environment={**os.environ, **SILENT, "ALSA_CONFIG_PATH": settings})
    assert (done.returncode, done.stderr) == (0, "")
    *said, phase = done.stdout.splitlines()
    assert phase == "failed"
    assert len(said) == 5
    assert all(line.startswith("SoundError | ALSA, the sound system of Linux, has no settings") for line in said)


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        ("OSError('PortAudio library not found')", "need the library PortAudio, which is not installed. | Install it:"),
        (
            "ModuleNotFoundError('no', name='sounddevice')",
            "need the Python package sounddevice, which cannot be loaded.",
        ),
    ],
)
def test_without_portaudio(tmp_path: Path, raised: str, said: str) -> None:
    missing = f"""
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "sounddevice":
            raise {raised}
sys.meta_path.insert(0, Missing())
"""
    done = run(missing + FAILING, tmp_path / "a.wav", environment={**os.environ, **SILENT})
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert all(line.startswith(f"PortAudioMissingError | Recording and playing {said}") for line in lines[:5])
    assert not any("Files work" in line for line in lines[:5]), "that is said where it means something"
    assert lines[5:] == ["failed"]


@needs_portaudio
def test_a_file_as_the_microphone(tmp_path: Path) -> None:
    """ALSA alone, with no sound server; it gives the file as fast as it is read."""
    if not Path("/usr/share/alsa/alsa.conf").exists():
        pytest.skip("ALSA's own settings are not installed")
    (tmp_path / "mic.raw").write_bytes((tone(20, rate=48_000).ravel() * 32_767).astype("<i2").tobytes())
    (tmp_path / "asound.conf").write_text(
        "</usr/share/alsa/alsa.conf>\n"
        "pcm.!default { type plug slave { pcm { type file format raw slave { pcm { type null } } "
        f'file /dev/null infile "{tmp_path}/mic.raw" }} format S16_LE rate 48000 channels 1 }} '
        'hint { show on description "File" } }\n'
    )
    code = RECORDING.replace(
        "recorder = Recorder()", "from lmstudio_tui.audio.devices import devices\nrecorder = Recorder()"
    )
    done = run(
        code + "print(recorder.stop().peak_db)",
        tmp_path / "a.wav",
        environment={**os.environ, **SILENT, "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert abs(float(done.stdout.splitlines()[-1])) < 7


def test_nothing_is_written_to_the_terminal(own_sound_server: SoundServer, tmp_path: Path) -> None:
    """ALSA and JACK complain on standard error, whatever Python does with its own."""
    voice = say("hello", tmp_path / "hello.wav")
    leader, follower = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-c", RECORDING + "recorder.stop()", str(tmp_path / "a.wav")],
        env=own_sound_server.surroundings(),
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=follower,
    )
    own_sound_server.say_into_mic(voice)
    assert program.wait(60) == 0
    assert program.stdout is not None
    program.stdout.close()
    os.close(follower)
    os.set_blocking(leader, False)
    with suppress(OSError):  # There is nothing to be read.
        assert os.read(leader, 1000) == b""
    os.close(leader)


def test_a_fork_does_not_share_the_devices(sound_server: SoundServer, tmp_path: Path) -> None:
    forking = """
import os
from lmstudio_tui.audio import portaudio
child = os.fork()
if child == 0:
    sys.exit(len(portaudio._the_hands().streams))
assert os.waitpid(child, 0)[1] == 0
before = recorder.state.elapsed_s
until(lambda: recorder.state.elapsed_s >= before + 0.3)
print(recorder.stop().problem)
"""
    done = run(RECORDING + forking, tmp_path / "a.wav", environment=sound_server.surroundings())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "None"


def test_a_device_that_is_plugged_in_later(own_sound_server: SoundServer, tmp_path: Path) -> None:
    own_sound_server.kill()
    later = """
import pathlib, sys
from lmstudio_tui.audio.devices import devices
print(len(devices()), flush=True)
sys.stdin.readline()
print(devices()[0].key, flush=True)
"""
    program = subprocess.Popen(
        [sys.executable, "-c", later],
        env=own_sound_server.surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "0\n"
    own_sound_server.start()
    assert program.communicate("go\n", timeout=60)[0] == "ALSA: default\n"


IMPORTS = """
import sys
import lmstudio_tui.audio.sound, lmstudio_tui.audio.recorder, lmstudio_tui.audio.devices, lmstudio_tui.audio.wavfile
from lmstudio_tui.audio.sound import Sound
sound = Sound()
assert sound.recorder() is sound.recorder()
assert sound.recorder().state.phase == "idle"
sound.close()
sound.close()
print([name for name in ("sounddevice", "soundfile", "soxr", "numpy") if name in sys.modules])
"""


def test_nothing_is_loaded_before_it_is_needed() -> None:
    done = run(IMPORTS, environment={**os.environ})
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "[]\n")

"""A sound server of the tests' own: PulseAudio with a virtual loudspeaker and a virtual microphone.

`sound_server` is a fixture for every folder of tests: what runs in the test, PortAudio included, has `spk` as its
loudspeaker and `mic` as its microphone; what is played into `mic_in` is what the microphone hears. A test that takes
it is left out, with the reason, where there is no such server to be had.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from ctypes.util import find_library
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from waiting import comes_true

_PROGRAMS = {
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
    "paplay": "pulseaudio-utils",
    "parec": "pulseaudio-utils",
    "espeak-ng": "espeak-ng",
}
_ALSA = """</usr/share/alsa/alsa.conf>
pcm.!default { type pulse hint { show on description "Default (PulseAudio)" } }
ctl.!default { type pulse }
"""
LEFT_OUT = "there is no sound server for this test:"
"""How the reason begins when one was left out."""


class SoundServer:
    """A PulseAudio that nobody else uses, in a folder of its own."""

    def __init__(self, mic_rate: int = 48_000, mic_channels: int = 1) -> None:
        # A short name: the path of a socket has room for about a hundred characters.
        self.folder = Path(tempfile.mkdtemp(prefix="sound-"))
        self._mic = f"rate={mic_rate} channels={mic_channels}"
        self._mic_channels = mic_channels
        (self.folder / "asound.conf").write_text(_ALSA)
        self.environment = {
            "PULSE_SERVER": f"unix:{self.folder}/native",
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_STATE_PATH": str(self.folder),
            "PULSE_COOKIE": str(self.folder / "cookie"),
            "XDG_RUNTIME_DIR": str(self.folder),
            "ALSA_CONFIG_PATH": str(self.folder / "asound.conf"),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs; returns when it answers."""
        if self.process is not None and self.process.poll() is None:
            return
        (self.folder / "native").unlink(missing_ok=True)
        modules = [
            f"module-native-protocol-unix auth-anonymous=1 socket={self.folder}/native",
            "module-null-sink sink_name=spk rate=48000 channels=2",
            f"module-null-sink sink_name=mic_in {self._mic}",
            "module-null-sink sink_name=nowhere",
            f"module-remap-source master=mic_in.monitor source_name=mic channels={self._mic_channels}",
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                # It ends by itself when the tests were killed and nobody is connected to it for two minutes.
                ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=120", "--use-pid-file=no"]
                + [word for module in modules for word in ("-L", module)],
                env={**os.environ, **self.environment, "HOME": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        process = self.process
        in_time = comes_true(lambda: process.poll() is not None or self._answers(), seconds=30)
        if not in_time or process.poll() is not None:
            said = (self.folder / "log").read_text(errors="replace")[-600:]
            raise RuntimeError(f"PulseAudio did not start: {said}")
        self.control("set-default-sink", "spk")
        self.control("set-default-source", "mic")
        # A virtual microphone that nobody listens to sleeps, and needs up to two seconds to wake.
        self.control("load-module", "module-loopback", "source=mic", "sink=nowhere", "latency_msec=20")

    def control(self, *words: str) -> str:
        """What `pactl` says."""
        done = self._control(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _answers(self) -> bool:
        return self._control("info").returncode == 0

    def _control(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pactl", *words], env=self.surroundings(), capture_output=True, text=True, timeout=20, check=False
        )

    def surroundings(self) -> dict[str, str]:
        """The environment for a program that shall use it."""
        return {**os.environ, **self.environment}

    def say_into_mic(self, path: Path, *, wait: bool = True) -> subprocess.Popen[bytes]:
        """Have the microphone hear a file, by default until its end."""
        playing = subprocess.Popen(["paplay", "--device=mic_in", str(path)], env=self.surroundings())
        if wait:
            assert playing.wait(120) == 0
        return playing

    def listen_to_speaker(self, path: Path) -> subprocess.Popen[bytes]:
        """Record what the loudspeaker plays (48 kHz, stereo) into a WAV file, until the process is terminated."""
        words = ["parec", "--device=spk.monitor", "--rate=48000", "--channels=2", "--format=s16le"]
        return subprocess.Popen([*words, "--file-format=wav", str(path)], env=self.surroundings())

    def doze(self) -> None:
        """Let the microphone sleep: the next who listens waits for up to two seconds."""
        self.control("unload-module", "module-loopback")

    def hang(self) -> None:
        """Have it stop answering, until it is killed."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)

    def close(self) -> None:
        """End it, and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def missing() -> str:
    """What has to be installed before there can be a sound server; empty when nothing has."""
    packages = [package for program, package in _PROGRAMS.items() if shutil.which(program) is None]
    if find_library("portaudio") is None:
        packages.append("libportaudio2")
    if not any(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
        packages.append("libasound2-plugins")
    wanted = f"apt install {' '.join(dict.fromkeys(packages))}" if packages else ""
    modules = [name for name in ("sounddevice", "soundfile", "soxr", "numpy") if find_spec(name) is None]
    return "; ".join(part for part in (wanted, f"pip install {' '.join(modules)}" if modules else "") if part)


def say(text: str, path: Path, *, voice: str = "en") -> Path:
    """A voice that says something, as a WAV file (22,050 Hz, mono)."""
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(path), text], check=True, capture_output=True, timeout=60)
    return path


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly that sound was not tested."""
    told = [str(report.longrepr) for report in terminalreporter.getreports("skipped")]
    reasons = [each.partition(LEFT_OUT)[2].strip(" ')") for each in told if LEFT_OUT in each]
    if reasons:
        why = reasons[0]
        terminalreporter.write_line(f"{len(reasons)} tests with real sound were left out. What is missing: {why}")


def _started(server: SoundServer) -> SoundServer:
    try:
        server.start()
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
        server.close()
        pytest.skip(f"{LEFT_OUT} {error}")
    return server


@pytest.fixture(scope="session")
def _shared_server() -> Iterator[SoundServer]:
    if what := missing():
        pytest.skip(f"{LEFT_OUT} {what}")
    server = _started(SoundServer())
    yield server
    server.close()


@pytest.fixture
def sound_server(_shared_server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    """A sound server that many tests share, one after the other."""
    yield _used(_shared_server, monkeypatch)
    _let_go()


@pytest.fixture
def own_sound_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    """A sound server that a test may kill."""
    if what := missing():
        pytest.skip(f"{LEFT_OUT} {what}")
    server = _started(SoundServer())
    yield _used(server, monkeypatch)
    _let_go()
    server.close()


def _let_go() -> None:
    """Wait until PortAudio has closed what the test closed: it does not survive the death of a device it is closing."""
    if "lmstudio_tui.audio.portaudio" in sys.modules:
        portaudio: Any = import_module("lmstudio_tui.audio.portaudio")
        if portaudio._hands is not None and portaudio._hands.module is not None:
            portaudio.ask(bool)


def _used(server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> SoundServer:
    server.start()
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server

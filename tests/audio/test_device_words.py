"""What PortAudio lists and says, as values and sentences; without PortAudio."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from lmstudio_tui.audio.devices import place_of
from lmstudio_tui.audio.port_errors import in_words, is_refusal, library_missing
from lmstudio_tui.audio.values import (
    DeviceRefusedError,
    NoDeviceError,
    PortAudioMissingError,
    SoundError,
)


def listed(*devices: tuple[str, int, int, float], default: tuple[int, int] = (-1, -1), host: str = "ALSA") -> Any:
    """A module with these devices: name, inputs, outputs, rate."""
    return SimpleNamespace(
        query_hostapis=lambda: ({"name": host},),
        query_devices=lambda: [
            {
                "name": name,
                "hostapi": 0,
                "index": index,
                "max_input_channels": inputs,
                "max_output_channels": outputs,
                "default_samplerate": rate,
            }
            for index, (name, inputs, outputs, rate) in enumerate(devices)
        ],
        default=SimpleNamespace(device=default),
        _initialized=1,
        _initialize=lambda: None,
        _terminate=lambda: None,
    )


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")


def test_two_of_one_name_are_told_apart() -> None:
    module = listed(("USB mic", 1, 0, 44_100.0), ("USB mic", 2, 0, 16_000.0), ("nothing", 0, 0, 1.0))
    first, second = (place_of(module, key, "input") for key in ("ALSA: USB mic", "ALSA: USB mic #2"))
    assert (first.index, first.device.inputs, first.device.sample_rate) == (0, 1, 44_100.0)
    assert (second.index, second.device.inputs, second.device.sample_rate) == (1, 2, 16_000.0)


def test_the_default_one_is_portaudios_or_the_first_that_can() -> None:
    speaker, mic, default = ("speaker", 0, 2, 48_000.0), ("mic", 1, 0, 48_000.0), ("default", 32, 32, 44_100.0)
    assert place_of(listed(speaker, mic, default, default=(2, 2)), "", "input").device.name == "default"
    assert place_of(listed(speaker, mic), "", "input").device.name == "mic"
    assert place_of(listed(speaker, mic), "", "output").device.name == "speaker"


def test_a_virtual_device_has_the_rate_of_sound_servers() -> None:
    default = ("default", 32, 32, 44_100.0)
    assert place_of(listed(default), "", "input").device.sample_rate == 48_000.0
    assert place_of(listed(default, host="Core Audio"), "", "input").device.sample_rate == 44_100.0


def test_names_do_nothing_to_a_terminal() -> None:
    device = place_of(listed(("\x1b[31mmic\x07\n two", 1, 0, 48_000.0)), "", "input").device
    assert device.name == "mic two"
    assert device.key == "ALSA: mic two"


@pytest.mark.parametrize(
    ("arguments", "kind", "said", "refusal"),
    [
        (("Invalid sample rate", -9997), DeviceRefusedError, "“mic” refuses the sample rate", True),
        (("Invalid number of channels", -9998), DeviceRefusedError, "“mic” refuses the number of channels", True),
        (("Device unavailable", -9985), DeviceRefusedError, "another program may be using it", False),
        (("Host", -9999, (0, -16, "Device or resource busy")), DeviceRefusedError, "another program", False),
        (("Host", -9999, (0, -22, "Invalid argument")), SoundError, "cannot be used: Host (Invalid argument).", True),
        (("Invalid device", -9996), NoDeviceError, "“mic” is not there any longer", False),
        (("\x1b]0;x\x07odd", -1), SoundError, "cannot be used: odd.", False),
        ((), SoundError, "cannot be used: Exception.", False),
    ],
)
def test_errors_in_words(arguments: tuple[Any, ...], kind: type[SoundError], said: str, refusal: bool) -> None:
    error = Exception(*arguments)
    told = in_words(error, "mic")
    assert type(told) is kind
    assert said in told.message
    assert told.hint
    assert is_refusal(error) is refusal
    assert in_words(told) is told


@pytest.mark.parametrize(
    ("platform", "how"), [("linux", "apt install libportaudio2"), ("darwin", "brew install"), ("win32", "pip install")]
)
def test_how_to_install_it(monkeypatch: pytest.MonkeyPatch, platform: str, how: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    error = library_missing(OSError("PortAudio library not found"))
    assert isinstance(error, PortAudioMissingError)
    assert how in error.hint

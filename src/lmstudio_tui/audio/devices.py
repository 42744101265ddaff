"""Which microphones and loudspeakers there are."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from lmstudio_tui.audio.portaudio import ask, refresh
from lmstudio_tui.audio.values import Device, NoDeviceError
from lmstudio_tui.text_safety import clean_line

Direction = Literal["input", "output"]

_VIRTUAL_CHANNELS = 32
"""ALSA's virtual devices say that they have so many channels, or more."""
_VIRTUAL_RATE = 48_000.0
"""PortAudio says 44100 Hz for devices that take any rate; the sound servers behind them run at this one."""

_NOUNS: dict[Direction, str] = {"input": "microphone", "output": "loudspeaker"}


@dataclass(frozen=True, slots=True)
class Place:
    """A device and where PortAudio has it now.

    Attributes:
        device: what it is.
        index: its number, until the list is made anew.
    """

    device: Device
    index: int


def devices() -> tuple[Device, ...]:
    """All devices there are now, the default ones first. Takes a while: call it in a thread.

    While something is being recorded or played the list is the one from before.

    Raises:
        PortAudioMissingError: when the library is not there.
        SoundError: when the sound system does not answer.
    """
    return ask(_all)


def find_device(key: str, direction: Direction) -> Device:
    """The device of that key, or the default one when it is empty. Takes a while: call it in a thread.

    Raises:
        NoDeviceError: when there is none.
        PortAudioMissingError: when the library is not there.
        SoundError: when the sound system does not answer.
    """
    return ask(lambda sounddevice: place_of(sounddevice, key, direction).device)


def place_of(sounddevice: Any, key: str, direction: Direction) -> Place:
    """As `find_device`, with the index to open it by; inside `portaudio.ask` and `portaudio.open_stream` only."""
    if not key and sys.platform != "linux":
        # Which device is the default one changes; on Linux the device named `default` sees to that itself.
        refresh(sounddevice)
    place = _chosen(_places(sounddevice), key, direction)
    if place is None and refresh(sounddevice):
        place = _chosen(_places(sounddevice), key, direction)
    if place is not None:
        return place
    noun = _NOUNS[direction]
    if key:
        name = clean_line(key.partition(": ")[2] or key)
        raise NoDeviceError(f"The {noun} “{name}” is not there.", "Plug it in, or choose another device.")
    raise NoDeviceError(
        f"There is no {noun}.",
        "Plug one in, or start the sound server (PipeWire or PulseAudio).",
    )


def _all(sounddevice: Any) -> tuple[Device, ...]:
    refresh(sounddevice)
    return tuple(place.device for place in _places(sounddevice))


def _chosen(places: list[Place], key: str, direction: Direction) -> Place | None:
    for place in places:
        device = place.device
        able = device.inputs if direction == "input" else device.outputs
        default = device.default_input if direction == "input" else device.default_output
        if able and (device.key == key if key else default):
            return place
    return None


def _places(sounddevice: Any) -> list[Place]:
    """What PortAudio's list has now, the default devices first."""
    hosts: Any = sounddevice.query_hostapis()
    infos: Any = sounddevice.query_devices()
    default_input, default_output = _defaults(sounddevice, infos)
    met: Counter[str] = Counter()
    places: list[Place] = []
    for info in infos:
        if not (info["max_input_channels"] > 0 or info["max_output_channels"] > 0):
            continue
        host = clean_line(str(hosts[info["hostapi"]]["name"]))
        name = clean_line(str(info["name"])) or "unnamed"
        key = f"{host}: {name}"
        met[key] += 1
        index = int(info["index"])
        device = Device(
            # Several of one name are told apart by their order.
            key=key if met[key] == 1 else f"{key} #{met[key]}",
            name=name,
            host=host,
            inputs=max(0, int(info["max_input_channels"])),
            outputs=max(0, int(info["max_output_channels"])),
            sample_rate=_rate(host, info),
            default_input=index == default_input,
            default_output=index == default_output,
        )
        places.append(Place(device, index))
    return sorted(places, key=lambda place: not (place.device.default_input or place.device.default_output))


def _defaults(sounddevice: Any, infos: Any) -> tuple[int, int]:
    """The indexes of the devices that record and play when none is named: PortAudio's, else the first able one."""
    chosen: list[int] = []
    for number, kind in enumerate(("input", "output")):
        index = int(sounddevice.default.device[number])
        if index < 0:
            able = [int(info["index"]) for info in infos if info[f"max_{kind}_channels"] > 0]
            index = able[0] if able else -1
        chosen.append(index)
    return chosen[0], chosen[1]


def _rate(host: str, info: dict[str, Any]) -> float:
    channels = max(info["max_input_channels"], info["max_output_channels"])
    if host == "ALSA" and channels >= _VIRTUAL_CHANNELS:
        return _VIRTUAL_RATE
    return float(info["default_samplerate"])

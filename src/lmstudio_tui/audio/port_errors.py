"""What PortAudio says, in words."""

from __future__ import annotations

import sys
from typing import Any, Final

from lmstudio_tui.audio.values import DeviceRefusedError, NoDeviceError, PortAudioMissingError, SoundError
from lmstudio_tui.text_safety import clean_line

_INSTALL: Final = {
    "linux": "Install it: Debian and Ubuntu: apt install libportaudio2; Fedora: dnf install portaudio; "
    "Arch: pacman -S portaudio.",
    "darwin": "Install it: brew install portaudio; or reinstall the Python package: pip install --force-reinstall "
    "sounddevice.",
    "win32": "It comes with the Python package: pip install --force-reinstall sounddevice.",
}
_PACKAGE: Final = "Install it: pip install sounddevice numpy."

_INVALID_CHANNELS: Final = -9998
_INVALID_RATE: Final = -9997
_INVALID_DEVICE: Final = -9996
_UNAVAILABLE: Final = -9985
_HOST_ERROR: Final = -9999
_FORMAT_UNSUPPORTED: Final = -9994
_BUSY_WORDS: Final = ("busy", "in use")
_REFUSAL_WORDS: Final = ("invalid argument", "format", "rate", "channel")


def library_missing(error: OSError | ImportError) -> PortAudioMissingError:
    """Why the module `sounddevice` could not be imported, and what to install."""
    if isinstance(error, ImportError):
        missing = error.name or "sounddevice"
        return PortAudioMissingError(
            f"Recording and playing need the Python package {clean_line(missing)}, which cannot be loaded.",
            _PACKAGE,
        )
    how = _INSTALL.get(sys.platform, _INSTALL["linux"])
    return PortAudioMissingError("Recording and playing need the library PortAudio, which is not installed.", how)


def in_words(error: Exception, device: str = "") -> SoundError:
    """An error of PortAudio as ours; one of ours as it is.

    Args:
        error: whatever came out of `sounddevice`.
        device: the name of the device, when one was being opened.
    """
    if isinstance(error, SoundError):
        return error
    which = f"The device “{device}”" if device else "The device"
    said = clean_line(" ".join(str(part) for part in error.args if isinstance(part, str))) or type(error).__name__
    number = code(error)
    if number == _UNAVAILABLE or any(word in reason(error).lower() for word in _BUSY_WORDS):
        return DeviceRefusedError(
            f"{which} cannot be opened: another program may be using it.", "Close that program, or choose another one."
        )
    if number == _INVALID_RATE:
        return DeviceRefusedError(f"{which} refuses the sample rate.", "Choose another device.")
    if number == _INVALID_CHANNELS:
        return DeviceRefusedError(f"{which} refuses the number of channels.", "Choose another device.")
    if number == _INVALID_DEVICE:
        return NoDeviceError(f"{which} is not there any longer.", "Choose another device.")
    more = f" ({reason(error)})" if number == _HOST_ERROR and reason(error) else ""
    return SoundError(
        f"{which} cannot be used: {said}{more}.",
        "Choose another device, or check that the sound server (PipeWire or PulseAudio) is running.",
    )


def is_refusal(error: Exception) -> bool:
    """Whether another sample rate, or number of channels, may do."""
    if code(error) == _HOST_ERROR:
        return any(word in reason(error).lower() for word in _REFUSAL_WORDS)
    return code(error) in (_INVALID_RATE, _INVALID_CHANNELS, _FORMAT_UNSUPPORTED)


def code(error: Exception) -> int:
    """PortAudio's number of an error; 0 when it has none."""
    numbers = [part for part in error.args if isinstance(part, int)]
    return numbers[0] if numbers else 0


def reason(error: Exception) -> str:
    """What the system below PortAudio said."""
    host: Any = error.args[2] if len(error.args) > 2 else None
    return clean_line(str(host[2])) if isinstance(host, tuple) and len(host) > 2 else ""  # pyright: ignore[reportUnknownArgumentType]

"""Opening a device: by the list of now, and in a form that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from lmstudio_tui.audio.devices import place_of
from lmstudio_tui.audio.port_errors import in_words, is_refusal
from lmstudio_tui.audio.portaudio import refresh
from lmstudio_tui.audio.values import DeviceRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lmstudio_tui.audio.devices import Direction, Place

T = TypeVar("T")


def open_place(sounddevice: Any, key: str, direction: Direction, make: Callable[[Place], T]) -> T:
    """Open the device of that key, or the default one when it is empty; inside `portaudio.open_stream` only.

    Args:
        sounddevice: the module.
        key: of the device.
        direction: whether it is to record or to play.
        make: opens it where it is now; raises PortAudio's own errors, or one of ours.

    Raises:
        SoundError: when there is none, or it cannot be opened.
    """
    place = place_of(sounddevice, key, direction)
    try:
        return make(place)
    except sounddevice.PortAudioError as error:
        # The list may be an old one, in which the number belongs to another device.
        if not refresh(sounddevice):
            raise in_words(error, place.device.name) from error
    place = place_of(sounddevice, key, direction)
    try:
        return make(place)
    except sounddevice.PortAudioError as error:
        raise in_words(error, place.device.name) from error


def first_taken(
    sounddevice: Any, which: str, rates: Iterable[int], counts: Iterable[int], make: Callable[[int, int], T]
) -> T:
    """Try one sample rate after the other, each with every number of channels.

    Args:
        sounddevice: the module.
        which: device that is, for people, as the beginning of a sentence.
        rates: in Hz, the best first; what comes twice is tried once.
        counts: of channels, likewise.
        make: opens it with a rate and a number of channels.

    Raises:
        DeviceRefusedError: when it takes none of them.
        PortAudioError: when it is something else that is wrong.
    """
    refused: Exception | None = None
    rates, counts = dict.fromkeys(rates), dict.fromkeys(counts)
    for rate in rates:
        for count in counts:
            try:
                return make(rate, count)
            except sounddevice.PortAudioError as error:
                if not is_refusal(error):
                    raise
                refused = refused or error
    tried = ", ".join(str(rate) for rate in rates)
    raise DeviceRefusedError(
        f"{which} refuses every sample rate that was tried: {tried} Hz.", "Choose another device."
    ) from refused

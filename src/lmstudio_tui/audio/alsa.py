"""Linux: whether ALSA, the sound system below PortAudio, can be asked for devices at all."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

from lmstudio_tui.audio.values import SoundError

_LIBRARY: Final = "libasound.so.2"


def check_settings() -> None:
    """PortAudio ends the whole program when ALSA's settings are not there; so they are looked at first.

    Raises:
        SoundError: when they are not.
    """
    if sys.platform != "linux":
        return
    # Only to look for devices, JACK starts no server.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    try:
        library = ctypes.CDLL(_LIBRARY)
        settings = ctypes.c_void_p.in_dll(library, "snd_config")
    except (OSError, ValueError):  # PortAudio was built without it.
        return
    found = ctypes.c_void_p()
    if library.snd_config_update() < 0 or not settings.value:
        readable = False
    else:
        readable = library.snd_config_search(settings, b"pcm.default", ctypes.byref(found)) >= 0
    if not readable:
        raise SoundError(
            "ALSA, the sound system of Linux, has no settings that can be read.",
            "Install them (Debian and Ubuntu: apt install libasound2-data), or correct what the environment variable "
            "ALSA_CONFIG_PATH says.",
        )

"""How a recording, or what is spoken, stands: in a few words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.panes.chat.voice_line import VoiceState

if TYPE_CHECKING:
    from lmstudio_tui.tui.panes.chat.aloud import Aloud
    from lmstudio_tui.tui.panes.chat.dictation import Dictation


def dictation_in_words(dictation: Dictation) -> VoiceState:
    """How a recording stands."""
    match dictation.phase:
        case "opening":
            return VoiceState("working", "opening the microphone", keys=told("{chat.leave_voice} stop"))
        case "recording":
            state = dictation.state
            clip = "too loud" if state.clipped else ""
            words = f"recording {clock(state.elapsed_s)}"
            return VoiceState(
                "recording",
                words,
                dictation.wave,
                clip,
                told("{chat.record} into the prompt   {chat.leave_voice} discard"),
            )
        case _:
            words = f"transcribing {clock(dictation.seconds)}"
            return VoiceState("working", words, more=clean_line(dictation.heard), keys=told("{chat.leave_voice} stop"))


def aloud_in_words(aloud: Aloud) -> VoiceState:
    """How the speaking stands."""
    state = aloud.state
    if aloud.phase == "asking" or state.phase in {"idle", "waiting"}:
        return VoiceState("working", "asking for the speech", keys=told("{chat.speak} stop"))
    waits = "waiting for more" if state.phase == "stalled" else ""
    length = f" of {clock(state.duration_s)}" if state.complete and state.duration_s else ""
    return VoiceState(
        "speaking", f"speaking {clock(state.position_s)}{length}", more=waits, keys=told("{chat.speak} stop")
    )


def clock(seconds: float) -> str:
    """`0:04`, `12:30`."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"

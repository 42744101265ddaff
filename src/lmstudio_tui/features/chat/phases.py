"""What the time of an answer went into, by the server's figures where it tells them and the client's otherwise. Pure.

A phase is a name and its milliseconds: wait, load, prompt, thought, answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.chat.figures import seconds

if TYPE_CHECKING:
    from lmstudio_tui.sdk import PhaseName

Phases = tuple[tuple[str, float], ...]
"""Names and milliseconds, in order."""

NAMES: Final = {
    "wait": "waited for the server",
    "load": "loaded the model",
    "prompt": "read the prompt",
    "thought": "reasoned",
    "answer": "answered",
}
"""What each phase was spent with, for people, in the order in which they come."""

_DOING: Final[dict[PhaseName, str]] = {
    "load": "loading the model",
    "prompt": "reading the prompt",
    "thought": "thinking",
    "answer": "answering",
}
_WORTH_SAYING: Final = 100.0
"""Milliseconds of waiting that nobody accounts for, and that are worth a phase of their own."""
_SHARE_WORTH_SAYING: Final = 0.05


def merged(server: Phases, client: Phases) -> Phases:
    """The phases of an answer, as well as both sides know them.

    What the server tells counts; a server that tells how long it generated, but not how long it reasoned, has that time
    divided as the client saw it. What it leaves out comes from the client, and so does the wait that is left.

    Args:
        server: as `stream.phases` has them; empty where the server tells nothing.
        client: as the client saw them: wait, thought, answer.
    """
    if not server:
        return client
    told, seen = dict(server), dict(client)
    generated = seen.get("thought", 0.0) + seen.get("answer", 0.0)
    if "thought" not in told and "answer" in told and seen.get("thought", 0.0) > 0:
        told["thought"] = told["answer"] * seen["thought"] / generated
        told["answer"] -= told["thought"]
    elif "thought" not in told and "answer" not in told:
        told |= {name: seen[name] for name in ("thought", "answer") if name in seen}
    rest = min(seen.get("wait", 0.0), sum(seen.values()) - sum(told.values()))
    if rest >= max(_WORTH_SAYING, _SHARE_WORTH_SAYING * sum(seen.values())):
        told["wait"] = rest
    order = [*NAMES, *(name for name in told if name not in NAMES)]
    return tuple((name, round(told[name], 1)) for name in order if told.get(name, 0.0) > 0)


def sentence(phases: Phases) -> str:
    """`load 1.2 s · prompt 0.4 s · thought 2.4 s · answer 7.1 s`; empty without phases."""
    return " · ".join(f"{name} {_length(took)}" for name, took in phases)


def doing(name: PhaseName, progress: float | None = None) -> str:
    """What a server is busy with, ready to be shown: `loading the model 43 %`.

    Args:
        name: the phase.
        progress: how far it is, from 0 to 1; None when that is not known.
    """
    return _DOING[name] if progress is None else f"{_DOING[name]} {progress:.0%}".replace("%", " %")


def _length(milliseconds: float) -> str:
    """In tenths of a second, as far as these tell anything."""
    return f"{milliseconds / 1000:.1f} s" if 95 <= milliseconds < 59_950 else seconds(milliseconds)

"""What is known of a setting besides what it may hold: where it belongs, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Group = Literal["server", "key", "limits", "models", "services", "looks", "keys", "app"]

GROUPS: Final[dict[Group, str]] = {
    "server": "Server",
    "key": "Key",
    "limits": "Time limits",
    "models": "Models and answers",
    "services": "Audio and images",
    "looks": "Looks",
    "keys": "Keys of the keyboard",
    "app": "App",
}
"""The groups in their order, with their titles."""


@dataclass(frozen=True, slots=True)
class About:
    """Stands beside the type of a field of `Settings`, in `Annotated`.

    Args:
        group: where it belongs.
        meaning: what it is for, in a few words without a full stop.
        default: what holds when it is not set, in words; nothing when the field's own default says so.
        at_once: whether a running app can take it over; otherwise it counts from the next start.
    """

    group: Group
    meaning: str
    default: str = ""
    at_once: bool = True

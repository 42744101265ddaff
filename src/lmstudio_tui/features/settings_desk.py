"""The settings, as the app is handed them to be shown and changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from lmstudio_tui.features.hinted import HintedError

if TYPE_CHECKING:
    from lmstudio_tui.sdk import ClientConfig

TOP: Final = ""
"""The place that is no profile: the top of the file."""

Kind = Literal["text", "secret", "number", "choice", "bool", "list", "table"]


class SettingsDeskError(HintedError):
    """The settings cannot be read, used or written."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting, as a list shows it.

    Args:
        name: its name in the file.
        group: the title of where it belongs.
        meaning: what it is for.
        must_be: what it may hold: "It must be …".
        default: what holds when nothing is set, in words.
        kind: of which sort it is.
        value: what is in force, as it may be shown; nothing when nothing is.
        origin: where that comes from: "default", "config.toml", "profile box", "LM_STUDIO_TIMEOUT", "--profile".
        stands: whether it is set in the place that is edited.
        text: what an editor begins with. A key is never in it.
        outdone: why what is set in this place does not count, a sentence; nothing when it does.
        choices: what may be chosen, when that is a few words.
        variables: its environment variables.
        hidden: whether its value is not shown.
        at_once: whether the running app takes a change over.
        remark: what is to be told of the value in force, though it can be used; a sentence.
    """

    name: str
    group: str
    meaning: str
    must_be: str
    default: str
    kind: Kind = "text"
    value: str = ""
    origin: str = "default"
    stands: bool = False
    text: str = field(default="", repr=False)
    outdone: str = ""
    choices: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    hidden: bool = False
    at_once: bool = True
    remark: str = ""

    def has(self, words: list[str]) -> bool:
        """Whether all of these words, in small letters, are in what is known of it."""
        known = " ".join(
            (self.name, self.group, self.meaning, self.value or self.default, self.origin, *self.variables)
        )
        return all(word in known.lower() for word in words)


@dataclass(frozen=True)
class Looks:
    """How the settings want the app to look; what is None is found out, or as usual.

    Args:
        theme: its name.
        density: "comfortable" or "compact".
        ascii: whether nothing but ASCII is shown.
        animation: whether things may move.
    """

    theme: str | None = None
    density: str | None = None
    ascii: bool | None = None
    animation: bool | None = None


@dataclass(frozen=True)
class InForce:
    """What the settings come to for the running app.

    Args:
        config: what a client for the server needs.
        looks: how the app is to look.
    """

    config: ClientConfig
    looks: Looks


class SettingsDesk(Protocol):
    """The settings. Every method may block, and may raise `SettingsDeskError`; then nothing was changed."""

    @property
    def path(self) -> str:
        """The file that they are written to."""
        ...

    @property
    def undoable(self) -> bool:
        """Whether there is a change to be undone."""
        ...

    def places(self) -> list[str]:
        """Where settings may stand: `TOP`, and the profiles in the order of the file."""
        ...

    def rows(self, place: str, profile: str | None) -> list[SettingRow]:
        """All settings that may stand in a place, group by group, with what is in force.

        Args:
            place: `TOP`, or the name of a profile.
            profile: the profile in use.
        """
        ...

    def mistake(self, place: str, name: str, text: str) -> str:
        """What is wrong with a text for a setting, a sentence; nothing when it can be taken."""
        ...

    def put(self, place: str, name: str, text: str) -> None:
        """Write a setting; an empty text takes it away, so that the default holds again.

        Raises:
            SettingsDeskError: also when it is wrong, or was changed in the file since `rows`.
        """
        ...

    def undo(self) -> str:
        """Undo the last change, and give the name of its setting."""
        ...

    def in_force(self, profile: str | None) -> InForce:
        """What the settings come to, read anew. Blocks for as long as a command takes that prints the key.

        Args:
            profile: the profile in use.
        """
        ...

"""Servers by name, as the app is handed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from lmstudio_tui.features.hinted import HintedError

if TYPE_CHECKING:
    from lmstudio_tui.sdk import ClientConfig

KeyKind = Literal["none", "typed", "variable", "command"]

NO_PROFILE = ""
"""The name of the entry that stands for the settings without a profile."""


class ProfileError(HintedError):
    """A profile that cannot be read, used or written."""


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """A server by its name, as a list shows it.

    Args:
        name: its name; `NO_PROFILE` for the settings without one, which cannot be edited or removed.
        base_url: its address.
        key_source: where its key comes from, in words, such as "key from $BOX_KEY" or "no key".
        default_model: which model to ask there.
        default_embedding_model: which model to embed with there.
        audio_base_url: where audio is, when elsewhere.
        images_base_url: where images are, when elsewhere.
        chosen: whether the app starts with it.
        problem: why it cannot be used, in words.
    """

    name: str
    base_url: str
    key_source: str = "no key"
    default_model: str | None = None
    default_embedding_model: str | None = None
    audio_base_url: str | None = None
    images_base_url: str | None = None
    chosen: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """A profile while it is edited. An empty text is a setting that is not set.

    Args:
        name: its name.
        base_url: its address.
        key_kind: where its key comes from.
        key_text: the key itself, the name of the variable, or the command line. A key that is there already is never
            read into a draft: empty, it stays as it is.
        default_model: which model to ask there.
        default_embedding_model: which model to embed with there.
        audio_base_url: where audio is, when elsewhere.
        images_base_url: where images are, when elsewhere.
        allow: whether prompts may go to those of its hosts that are not this machine.
    """

    name: str = ""
    base_url: str = ""
    key_kind: KeyKind = "none"
    key_text: str = field(default="", repr=False)
    default_model: str = ""
    default_embedding_model: str = ""
    audio_base_url: str = ""
    images_base_url: str = ""
    allow: bool = False


class Profiles(Protocol):
    """The profiles. Every method reads the file they are in anew, and may raise `ProfileError`."""

    def entries(self) -> list[ProfileEntry]:
        """The settings without a profile, then the profiles in the order of the file."""
        ...

    def config_of(self, name: str) -> ClientConfig:
        """What a client for this server needs. Blocks for as long as a command takes that prints the key.

        Raises:
            ProfileError, ConfigurationError
        """
        ...

    def draft_of(self, name: str) -> ProfileDraft:
        """A profile to be edited."""
        ...

    def check(self, draft: ProfileDraft, was: ProfileDraft | None) -> dict[str, str]:
        """What is wrong with a draft: a sentence for each of its fields that cannot stay so.

        Args:
            draft: as it is now.
            was: as `draft_of` gave it; None for a new profile.
        """
        ...

    def hosts_of(self, draft: ProfileDraft) -> list[str]:
        """The hosts of a draft that are not this machine."""
        ...

    def config_of_draft(self, draft: ProfileDraft, was: ProfileDraft | None) -> ClientConfig:
        """What a client for a server needs that is not saved yet. Blocks as `config_of` does, and raises the same."""
        ...

    def save(self, draft: ProfileDraft, was: ProfileDraft | None) -> None:
        """Write what was changed of a profile."""
        ...

    def remove(self, name: str) -> object:
        """Take a profile away, and give what `restore` needs."""
        ...

    def restore(self, removed: object) -> None:
        """Put a profile back that was removed."""
        ...

    def choose(self, name: str) -> None:
        """Choose the one that the app starts with; `NO_PROFILE` is none."""
        ...

"""The keys of the settings, checked against what the app can do: the settings themselves do not know the app."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lmstudio_tui.features.hinted import HintedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lmstudio_tui.settings import LoadedSettings, SettingsError

_NEAR = 3
"""Names that may have been meant."""


class KeysError(HintedError):
    """Keys that cannot be used: there is no such command, or no such key."""


def read_keys(written: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Textual's names of keys, by the ids of the commands.

    Args:
        written: the keys as somebody wrote them.

    Raises:
        KeysError: when there is no such command, or no such key.
    """
    if not written:
        return {}
    from lmstudio_tui.tui.key_names import KeyNameError, parse_key

    found: dict[str, tuple[str, ...]] = {}
    for id_, names in written.items():
        _check_command(id_)
        keys: list[str] = []
        for name in names:
            try:
                keys.append(parse_key(name))
            except KeyNameError as error:
                raise KeysError(f"{id_} must be {error}, not {_quoted(name)}.", _meant(name, error.near)) from None
        found[id_] = tuple(dict.fromkeys(keys))
    return found


def _meant(name: str, near: str) -> str:
    """What to do about what is no name of a key."""
    parts = [part for part in re.split(r"[\s,]+", name) if part]
    if len(parts) > 1:
        listed = ", ".join(f'"{part}"' for part in parts)
        return f"Several keys are a list: [{listed}]. There are no sequences of keys."
    return f"Did you mean {near}?" if near else "lmstudio-tui keys shows how keys are written."


def checked_keys(loaded: LoadedSettings) -> dict[str, tuple[str, ...]]:
    """The keys that the settings change: Textual's names, by the ids of the commands.

    Raises:
        SettingsError: when there is no such command, or no such key.
    """
    try:
        return read_keys(loaded.settings.keys)
    except KeysError as error:
        raise _wrong(loaded, error.message, error.hint) from None


def key_problems(loaded: LoadedSettings) -> list[str]:
    """What is wrong with the keys that the settings change, a sentence each.

    Raises:
        SettingsError: when there is no such command, or no such key.
    """
    return remarks_on(checked_keys(loaded))


def remarks_on(changed: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What is wrong with keys that can be used, a sentence each: two commands have one, or it never arrives."""
    if not changed:
        return []
    from lmstudio_tui.tui.key_clashes import problems

    return [one.sentence for one in problems(changed)]


def _check_command(id_: str) -> None:
    from lmstudio_tui.settings import Settings
    from lmstudio_tui.tui.commands import COMMANDS

    known = [one.id for one in COMMANDS]
    if id_ in known:
        return
    import difflib

    near = difflib.get_close_matches(id_, known, n=_NEAR, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    if id_.partition(".")[0] in Settings.model_fields:
        hint = "What follows the line [keys] belongs to it: put settings above that line. "
    raise KeysError(f"{_quoted(id_)} must be the id of a command.", f"{hint}lmstudio-tui keys lists them.")


def _wrong(loaded: LoadedSettings, message: str, hint: str) -> SettingsError:
    from lmstudio_tui.settings import SettingsError

    origin = loaded.origins["keys"]
    place = f"{origin} [keys]" if origin == str(loaded.path) else origin.removeprefix("environment ")
    return SettingsError(f"{place}: {message}", hint=hint, source=place.removesuffix(" [keys]"), key="keys")


def _quoted(text: str) -> str:
    quoted = repr(text)
    return quoted if len(quoted) <= 60 else f"{quoted[:60]}…"

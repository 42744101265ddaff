"""Which source counts: where a profile ranks, and what it keeps from the others that is another server's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.settings.model import PARTS, SERVICES, address_names, key_names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lmstudio_tui.settings.sources import Given

ADDRESS = address_names("")
"""The settings that spell the main server's address, whole or in parts."""

_FLAG = 0


def in_order(
    by_source: Sequence[Mapping[str, Given]], profile: Mapping[str, Given], rank: int
) -> list[Mapping[str, Given]]:
    """The sources, the one that counts most first.

    A profile that a flag chose ranks just below the flags, any other just below the environment. One with an address of
    its own does not inherit what belongs to the server of the file's top level: its key and its extra headers. One
    that a flag chose is not given those of the environment either, unless it is on this machine and names none, or
    another flag names the address.

    Args:
        by_source: what the flags, the environment and the top level of the file gave.
        profile: what the profile holds, nothing when there is none.
        rank: which of the sources chose it.
    """
    flags, environment, top = by_source
    for service in SERVICES:
        if profile.keys() & address_names(service):
            secrets = {*key_names(service), *(() if service else ("extra_headers",))}
            top = _without(top, secrets)
            there = rank == _FLAG and not flags.keys() & address_names(service)
            if there and not (_is_loopback(profile, service) and not profile.keys() & set(key_names(service))):
                environment = _without(environment, secrets)
    return [flags, profile, environment, top] if rank == _FLAG else [flags, environment, profile, top]


def in_force(ordered: Sequence[Mapping[str, Given]]) -> dict[str, Given]:
    """What counts: for each setting, the first source that has it.

    The address is one setting, whichever way it is spelt, and so is a key: what one source says of it is not completed
    by the next.

    Args:
        ordered: the sources, the one that counts most first.
    """
    used: dict[str, Given] = {}
    for given in ordered:
        taken = set(used)
        if taken & ADDRESS:
            taken |= ADDRESS
        elif "base_url" in given:
            taken.update(PARTS)
        for names in map(key_names, SERVICES):
            first = next((name for name in names if name in given), None)
            taken.update(names if taken & set(names) else (name for name in names if name != first))
        used |= {name: one for name, one in given.items() if name not in taken}
    return used


def _without(given: Mapping[str, Given], names: Collection[str]) -> dict[str, Given]:
    return {name: one for name, one in given.items() if name not in names}


def _is_loopback(profile: Mapping[str, Given], service: str) -> bool:
    """Whether the address that a profile names is this machine; what is no address is not."""
    from lmstudio_tui.sdk.config import host_of, is_loopback, normalise_base_url
    from lmstudio_tui.sdk.errors import ConfigurationError

    url = profile.get(f"{service}base_url")
    if url is None:
        host = profile.get("host")
        return host is None or is_loopback(str(host.value).strip("[]").lower())
    try:
        return is_loopback(host_of(normalise_base_url(str(url.value))))
    except ConfigurationError:
        return False

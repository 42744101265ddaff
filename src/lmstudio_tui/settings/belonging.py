"""Which server a key belongs to: one that stands beside an address goes to that address alone.

Flags and environment say things for the moment, so their keys are general. A table of the file that names an address
names a server, and its keys and extra headers are that server's: when the address in force comes from elsewhere, they
stay at home.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from lmstudio_tui.settings.model import SERVICES, Settings, address_names, key_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.settings.sources import Given

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Withheld:
    """Secrets of a table that are not for the server in force.

    Args:
        names: the settings.
        origin: where they stand.
        service: how the names of its settings begin.
        sent_to: the address in force.
        belongs_to: the table's own address; None when that cannot be used.
    """

    names: frozenset[str]
    origin: str
    service: str
    sent_to: str
    belongs_to: str | None

    def sentence(self, owner: str, used: Mapping[str, str]) -> str:
        """What the user is told; nothing when another source overrules these anyway.

        Args:
            owner: whose they are, such as "profile box".
            used: where each setting came from as long as they counted.
        """
        counted = {name for name in self.names if used[name] == self.origin}
        if not counted:
            return ""
        key = f"{self.service.replace('_', ' ')}key" if counted - {"extra_headers"} else ""
        what = " and ".join(filter(None, [key, "extra headers" if "extra_headers" in counted else ""]))
        are, they = ("is", "it belongs") if what == key else ("are", "they belong")
        home = self.belongs_to or "an address that cannot be used"
        return f"The {what} of {owner} {are} not sent to {self.sent_to}: {they} to {home}."


def withheld(settings: Settings, profile: Mapping[str, Given], top: Mapping[str, Given]) -> list[Withheld]:
    """What must not be sent to the addresses in force.

    Args:
        settings: says which these are.
        profile: what the profile in use holds.
        top: what stands at the top of the file.
    """
    found: list[Withheld] = []
    for service in SERVICES:
        in_force: str | None = getattr(settings, f"{service}base_url")
        if in_force is None:  # then its key is not used either
            continue
        # A profile without an address is at that of the top; its key for audio, without one for audio, is its own.
        homes = {"profile": [(profile, service), (top, service), (profile, "")], "top": [(top, service)]}
        for name, table in (("profile", profile), ("top", top)):
            secrets = frozenset({*key_names(service), *(() if service else ("extra_headers",))} & table.keys())
            home = next((one for one in homes[name] if one[0].keys() & address_names(one[1])), None)
            if not secrets or home is None:
                continue
            address = _address(*home)
            if address is None or _server(address) != _server(in_force):
                origin = table[next(iter(secrets))].origin
                found.append(Withheld(secrets, origin, service, in_force, address))
    return found


def _address(table: Mapping[str, Given], service: str) -> str | None:
    """The address that a table names; None when it cannot be used."""
    values: dict[str, Any] = {name: table[name].value for name in address_names(service) & table.keys()}
    try:
        return getattr(Settings(**values), f"{service}base_url")
    except ValidationError:
        return None


def _server(address: str) -> tuple[str, str, int | None]:
    """What makes an address another server: scheme, host and port."""
    from lmstudio_tui.sdk.config import normalise_base_url
    from lmstudio_tui.sdk.errors import ConfigurationError

    try:
        parts = urlsplit(normalise_base_url(address))
    except ConfigurationError:  # equal to itself alone
        return "", address, None
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]

"""Sizes, context lengths, counts and times as people write them, and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?")
_PARAMETERS: Final = re.compile(r"(?:(\d+)\s*[x×]\s*)?(\d+(?:\.\d+)?)\s*([kmbt])(?![a-z])")
_TOKENS: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([km]?)")
_THOUSANDS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_PARAMETER_UNITS: Final = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
_TOKEN_UNITS: Final = {"": 1, "k": 1024, "m": 1024**2}


def size_in_words(size: int | None) -> str:
    """Bytes as people write them: `4.9 GB`; empty when unknown. Decimal units, as LM Studio shows them."""
    if size is None:
        return ""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if round(amount) < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    if round(amount) < 1000:
        return f"{amount:.0f} GB" if amount >= 9.95 else f"{amount:.1f} GB"
    return f"{amount / 1000:.1f} TB"


def tokens_in_words(count: int | None) -> str:
    """A context length as people write it: `8k`, `128k`; empty when unknown."""
    if count is None:
        return ""
    if count < 1024:
        return str(count)
    if count >= 1024 * 1024:
        return f"{count / 1024 / 1024:.1f}M".replace(".0M", "M")
    return f"{count / 1024:.0f}k" if count % 1024 == 0 or count >= 10_240 else f"{count / 1024:.1f}k"


def size_from_words(text: str) -> float | None:
    """`4.9 GB`, `800mb`, `2GiB` in bytes; a bare number counts gigabytes. None when it is no size."""
    found = _SIZE.fullmatch(_plain(text))
    if found is None:
        return None
    number, unit, binary = found.groups()
    if not unit and not found[0].endswith("b"):
        unit = "g"
    return float(number) * (1024 ** "kmgt".index(unit) * 1024 if binary and unit else _THOUSANDS[unit])


def tokens_from_words(text: str) -> int | None:
    """`32k`, `8192`, `8,192`, `1M` in tokens. None when it is no number of tokens."""
    found = _TOKENS.fullmatch(_plain(text))
    return None if found is None else int(float(found[1]) * _TOKEN_UNITS[found[2]])


def parameters_from_words(text: str | None) -> float | None:
    """How many parameters `8B`, `137M`, `8x7B`, `26B-A4B` or `E4B` says; the experts of a mixture all count.

    A bare number counts billions. None when it says none.
    """
    plain = _plain(text or "")
    found = _PARAMETERS.search(plain)
    if found is not None:
        experts, number, unit = found.groups()
        return float(number) * _PARAMETER_UNITS[unit] * int(experts or 1)
    try:
        bare = float(plain) if re.fullmatch(r"\d{1,15}(?:\.\d{1,9})?", plain) else None
    except ValueError:
        return None
    # A server may spell the number out.
    return None if bare is None else bare if bare >= 1e5 else bare * 1e9


def moment_in_words(then: datetime, now: datetime) -> str:
    """When something was, seen from now: `09:41`, `09:41 yesterday`, `09:41 on 3 March`; with the year if not this one.

    Args:
        then: with its zone.
        now: with its zone; it is this one's day that counts.
    """
    then = then.astimezone(now.tzinfo)
    days = (now.date() - then.date()).days
    if days == 0:
        return f"{then:%H:%M}"
    if days == 1:
        return f"{then:%H:%M} yesterday"
    year = "" if then.year == now.year else f" {then.year}"
    return f"{then:%H:%M} on {then.day} {then:%B}{year}"


def _plain(text: str) -> str:
    """Without spaces and the commas between thousands, in ASCII digits and small letters."""
    plain = text.strip().lower().replace(",", "").replace("_", "").replace(" ", "")
    return plain if plain.isascii() or "×" in plain else ""

"""Points in time as people, files and other programs write them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

LATEST: Final = 253_402_300_799.0
"""The last second of the year 9999, since 1970."""


def exact_time(seconds: float) -> str:
    """RFC 3339 in UTC with as many digits as it takes: `seconds_of` gives the very same number back."""
    whole, _, fraction = format(Decimal(repr(_within(seconds))), "f").partition(".")
    moment = datetime.fromtimestamp(int(whole), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{fraction}Z" if fraction.strip("0") else f"{moment}Z"


def plain_time(seconds: float) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(_within(seconds), UTC).isoformat(timespec="milliseconds")


def shown_time(seconds: float) -> str:
    """`2026-11-20 09:41 UTC`, for people who may be anywhere."""
    return datetime.fromtimestamp(_within(seconds), UTC).strftime("%Y-%m-%d %H:%M UTC")


def seconds_of(value: object) -> float | None:
    """Seconds since 1970 of an RFC 3339 text, or of a number of seconds or milliseconds; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        number = _number(value)
        # Nobody wrote to a model before 2001 or will in the year 5138: so large a number counts milliseconds.
        return number / 1000 if number is not None and number > 1e11 else number
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        whole = moment.replace(microsecond=0, tzinfo=moment.tzinfo or UTC).timestamp()
        digits = value.partition(".")[2]
        fraction = digits[: len(digits) - len(digits.lstrip("0123456789"))]
        return _number(float(Decimal(int(whole)) + Decimal(f"0.{fraction or 0}")))
    except (ValueError, OverflowError):
        return None


def _number(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _within(seconds: float) -> float:
    return min(max(seconds, 0.0), LATEST) if math.isfinite(seconds) else 0.0

"""Reed-Solomon code over GF(256): bytes with a few more, by which some wrong ones are found and put right."""

from __future__ import annotations

from functools import lru_cache

_POLYNOMIAL = 0x11D


def _tables() -> tuple[list[int], list[int]]:
    powers, logs, value = [0] * 512, [0] * 256, 1
    for exponent in range(255):
        powers[exponent], logs[value] = value, exponent
        value = (value << 1) ^ (_POLYNOMIAL if value & 0x80 else 0)
    powers[255:510] = powers[:255]
    return powers, logs


_POWERS, _LOGS = _tables()


class TooManyErrorsError(ValueError):
    """More bytes are wrong than can be put right."""


def _times(one: int, other: int) -> int:
    return _POWERS[_LOGS[one] + _LOGS[other]] if one and other else 0


def _over(one: int, other: int) -> int:
    return _POWERS[_LOGS[one] + 255 - _LOGS[other]] if one else 0


def _product(one: list[int], other: list[int]) -> list[int]:
    """The product of two polynomials, lowest power first."""
    result = [0] * (len(one) + len(other) - 1)
    for place, left in enumerate(one):
        for shift, right in enumerate(other):
            result[place + shift] ^= _times(left, right)
    return result


def _value(polynomial: list[int], at: int) -> int:
    """The value of a polynomial, lowest power first."""
    result = 0
    for coefficient in reversed(polynomial):
        result = _times(result, at) ^ coefficient
    return result


@lru_cache(maxsize=64)
def _generator(parity: int) -> tuple[int, ...]:
    """The polynomial whose roots are the first `parity` powers, highest power first, without its leading one."""
    result = [1]
    for exponent in range(parity):
        result = _product(result, [_POWERS[exponent], 1])
    return tuple(reversed(result[:-1]))


def encode(data: bytes, parity: int) -> bytes:
    """`data` and `parity` more bytes, by which half as many wrong ones can be put right.

    Args:
        data: At most ``255 - parity`` bytes.
        parity: How many bytes to add.
    """
    generator = _generator(parity)
    remainder = [0] * parity
    for byte in data:
        factor = byte ^ remainder[0]
        remainder = [*remainder[1:], 0]
        if factor:
            remainder = [kept ^ _times(part, factor) for kept, part in zip(remainder, generator, strict=True)]
    return data + bytes(remainder)


def decode(word: bytes, parity: int) -> bytes:
    """The data of a word that `encode` made, though up to ``parity // 2`` of its bytes are wrong.

    Raises:
        TooManyErrorsError: More are wrong. (A word of chance may pass all the same: data wants a checksum of its own.)
    """
    lowest_first = list(reversed(word))
    syndromes = [_value(lowest_first, _POWERS[exponent]) for exponent in range(parity)]
    if not any(syndromes):
        return word[: len(word) - parity]
    locator = _locator(syndromes)
    places = [place for place in range(len(word)) if not _value(locator, _POWERS[(255 - place) % 255])]
    if len(places) != len(locator) - 1 or len(places) > parity // 2:
        raise TooManyErrorsError
    for place, size in zip(places, _sizes(syndromes, locator, places), strict=True):
        lowest_first[place] ^= size
    if any(_value(lowest_first, _POWERS[exponent]) for exponent in range(parity)):
        raise TooManyErrorsError
    return bytes(reversed(lowest_first))[: len(word) - parity]


def _locator(syndromes: list[int]) -> list[int]:
    """The polynomial whose roots tell where the errors are (Berlekamp and Massey), lowest power first."""
    current, previous, length, gap, last = [1], [1], 0, 1, 1
    for step, syndrome in enumerate(syndromes):
        difference = syndrome
        for place in range(1, min(length, len(current) - 1) + 1):
            difference ^= _times(current[place], syndromes[step - place])
        if not difference:
            gap += 1
            continue
        factor = _over(difference, last)
        correction = [0] * gap + [_times(factor, part) for part in previous]
        width = max(len(current), len(correction))
        changed = [
            (current[place] if place < len(current) else 0) ^ (correction[place] if place < len(correction) else 0)
            for place in range(width)
        ]
        if 2 * length <= step:
            previous, length, last, gap = current, step + 1 - length, difference, 1
        else:
            gap += 1
        current = changed
    while len(current) > 1 and not current[-1]:
        current.pop()
    return current


def _sizes(syndromes: list[int], locator: list[int], places: list[int]) -> list[int]:
    """What is wrong at each of `places` (Forney)."""
    evaluator = _product(syndromes, locator)[: len(syndromes)]
    # In this field the derivative keeps the odd powers alone.
    slope = [part if power % 2 else 0 for power, part in enumerate(locator)][1:]
    sizes: list[int] = []
    for place in places:
        inverse = _POWERS[(255 - place) % 255]
        below = _value(slope, inverse)
        if not below:
            raise TooManyErrorsError
        # The roots begin with the power zero, so that a factor of the place itself remains.
        sizes.append(_times(_POWERS[place], _over(_value(evaluator, inverse), below)))
    return sizes

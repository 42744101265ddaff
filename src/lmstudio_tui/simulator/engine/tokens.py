"""What passes for tokens: word-like pieces with their leading space, as the engines stream them."""

import math
import re

_PIECE = re.compile(r" ?[^\W\d_]{1,9}|\d{1,3}|\n+| +|.", re.DOTALL)

CHARACTERS_PER_TOKEN = 4
"""How long a token is taken to be when only its number matters."""


def pieces(text: str) -> tuple[str, ...]:
    """`text` cut into tokens; joined they are `text` again."""
    return tuple(_PIECE.findall(text))


def estimate(text: str) -> int:
    """About how many tokens `text` has."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)

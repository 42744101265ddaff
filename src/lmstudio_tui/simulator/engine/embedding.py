"""Embeddings without a model: hashed character n-grams, so that texts with the same pieces lie near each other."""

import base64
import math
import re
import sys
from array import array
from functools import lru_cache
from zlib import crc32

_SPACES = re.compile(r"\W+")
_SIZES = (3, 4, 5)
_REMEMBERED = 1 << 17


def embed(text: str, model: str, dimensions: int) -> list[float]:
    """A vector of length 1 for `text`, which differs from one `model` to the next.

    Its numbers have 32 bits, as those of real models.
    """
    vector = [0.0] * dimensions
    padded = f" {_SPACES.sub(' ', text.lower()).strip()} "
    salt = crc32(model.encode("utf-8"))
    words = padded.split()
    grams = [padded[at : at + size] for size in _SIZES for at in range(len(padded) - size + 1)]
    # Whole words count more than pieces of them: that is what makes likeness of meaning look plausible.
    for features, weight in ((words, 2.0), (grams or [text or " "], 1.0)):
        for feature in features:
            number = _number(feature, salt)
            vector[number % dimensions] += weight if number >> 31 else -weight
    return _of_length_one(vector)


def cut(vector: list[float], dimensions: int) -> list[float]:
    """The first `dimensions` numbers of a vector, brought to length 1 again."""
    return _of_length_one(vector[:dimensions])


def as_base64(vector: list[float]) -> str:
    """`vector` as little-endian 32-bit floats in base64."""
    packed = array("f", vector)
    if sys.byteorder == "big":
        packed.byteswap()
    return base64.b64encode(packed.tobytes()).decode("ascii")


@lru_cache(_REMEMBERED)
def _number(feature: str, salt: int) -> int:
    # A checksum is hash enough here, and fast enough for a long list of texts.
    return crc32(feature.encode("utf-8", "surrogatepass"), salt)


def _of_length_one(vector: list[float]) -> list[float]:
    length = math.hypot(*vector)
    if length == 0:
        # All features cancelled each other out: any fixed direction will do.
        vector[0] = length = 1.0
    return array("f", [value / length for value in vector]).tolist()

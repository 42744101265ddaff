"""Embeddings without a model: hashed character n-grams, so that texts with the same pieces lie near each other."""

import base64
import math
import re
import struct
from zlib import crc32

_SPACES = re.compile(r"\W+")
_SIZES = (3, 4, 5)


def embed(text: str, model: str, dimensions: int) -> list[float]:
    """A vector of length 1 for `text`, which differs from one `model` to the next."""
    vector = [0.0] * dimensions
    padded = f" {_SPACES.sub(' ', text.lower()).strip()} "
    # Whole words count more than pieces of them: that is what makes likeness of meaning look plausible.
    features = [(word, 2.0) for word in padded.split()]
    features += [(padded[at : at + size], 1.0) for size in _SIZES for at in range(len(padded) - size + 1)]
    features = features or [(text or " ", 1.0)]
    salt = crc32(model.encode("utf-8"))
    for feature, weight in features:
        # A checksum is hash enough here, and fast enough for a long list of texts.
        number = crc32(feature.encode("utf-8", "surrogatepass"), salt)
        vector[number % dimensions] += weight if number >> 31 else -weight
    length = math.sqrt(math.fsum(value * value for value in vector))
    if length == 0:
        # All features cancelled each other out: any fixed direction will do.
        vector[0] = length = 1.0
    return [value / length for value in vector]


def as_base64(vector: list[float]) -> str:
    """`vector` as little-endian 32-bit floats in base64."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")

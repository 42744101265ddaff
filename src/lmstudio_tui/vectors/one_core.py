"""Products of matrices on one core."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def use_one_core() -> None:
    """Have numpy's products computed by the thread that asks for them, from now on, in the whole process.

    They are shared out to all cores otherwise, and those threads wait for each other. When something else keeps the
    cores busy, as a server that computes embeddings does, what takes a third of a millisecond takes thirty. Also, the
    same numbers then come out whatever the number of cores.
    """
    import numpy as np
    from threadpoolctl import ThreadpoolController  # pyright: ignore[reportMissingTypeStubs]

    np.zeros(1)  # Only a library that is loaded can be told.
    pools: Any = ThreadpoolController()
    pools.limit(limits=1)

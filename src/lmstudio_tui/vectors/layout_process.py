"""The process that computes t-SNE or UMAP: an npy file on standard input, one with the points on standard output.

Run by `layout` as `python -m lmstudio_tui.vectors.layout_process METHOD`.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Points = NDArray[np.float32]

_SEED: Final = 0
_PERPLEXITY: Final = 30.0
"""How many neighbours of each t-SNE looks at, as its authors advise."""
_NEIGHBOURS: Final = 15
"""How many UMAP looks at, as its authors advise."""
_FEWER: Final = 50
"""Dimensions that t-SNE is given at most: the principal ones. More cost time, and add noise."""


def main(method: str) -> None:
    """Read, compute, write."""
    import numpy as np

    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    # What the libraries print must not get between the numbers.
    with os.fdopen(os.dup(1), "wb") as answer:
        os.dup2(2, 1)
        warnings.simplefilter("ignore")
        vectors = np.load(sys.stdin.buffer, allow_pickle=False)
        points = _METHODS[method](vectors)
        np.save(answer, np.asarray(points, dtype=np.float64))


def _leave_with(parent: int) -> None:
    """End when the program that asked has died: nobody would take the answer."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _tsne(vectors: Points) -> Any:
    count, dimensions = vectors.shape
    if min(count, dimensions) > _FEWER:
        reduce: Any = import_module("sklearn.decomposition").PCA
        vectors = reduce(_FEWER, svd_solver="randomized", random_state=_SEED).fit_transform(vectors)
    tsne: Any = import_module("sklearn.manifold").TSNE
    start = "pca" if dimensions > 1 else "random"
    # Perplexity has to be well below the number of vectors.
    perplexity = min(_PERPLEXITY, (count - 1) / 3)
    return tsne(n_components=2, perplexity=perplexity, init=start, random_state=_SEED).fit_transform(vectors)


def _umap(vectors: Points) -> Any:
    umap: Any = import_module("umap").UMAP
    neighbours = min(_NEIGHBOURS, len(vectors) - 1)
    return umap(n_components=2, n_neighbors=neighbours, random_state=_SEED).fit_transform(vectors)


_METHODS: Final[dict[str, Callable[[Points], Any]]] = {"tsne": _tsne, "umap": _umap}

if __name__ == "__main__":
    main(sys.argv[1])

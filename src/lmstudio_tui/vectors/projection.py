"""A map of vectors: many dimensions become two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.vectors.extras import how_to_install, installed
from lmstudio_tui.vectors.layout import lay_out
from lmstudio_tui.vectors.principal import principal_components
from lmstudio_tui.vectors.values import METHODS, Method, Projection, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.arithmetic import Floats
    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Stop

METHOD_NAMES: Final[dict[Method, str]] = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
_MODULES: Final[dict[Method, tuple[str, str]]] = {"tsne": ("sklearn", "scikit-learn"), "umap": ("umap", "umap-learn")}
"""What a method needs: the module, and the package that has it."""
_FEWEST: Final = 5
"""So few vectors have neighbours to lay out."""


def methods() -> tuple[Method, ...]:
    """Which ways of making a map there are on this machine."""
    return tuple(method for method in METHODS if method not in _MODULES or installed(_MODULES[method][0]))


def project(matrix: Matrix, method: Method = "pca", stop: Stop | None = None) -> Projection:
    """A map on which near vectors are near; the same vectors always give the same one.

    PCA looks at the numbers as they are, t-SNE and UMAP at their directions. The latter two run in a process of their
    own: they take seconds to minutes, and could not be stopped otherwise.

    Args:
        matrix: the vectors.
        method: how.
        stop: asked often.

    Raises:
        VectorsError: when the method is not installed, needs more vectors, or fails.
        Stopped: when it was told to stop.
    """
    if method == "pca":
        components = principal_components(matrix, 2, stop)
        return Projection(_fitted(components.scores), method, components.shares)
    name, (_, package) = METHOD_NAMES[method], _MODULES[method]
    if method not in methods():
        raise VectorsError(f"{name} needs {package}, which is not installed: {how_to_install('projections')}")
    if matrix.count < _FEWEST:
        raise VectorsError(
            f"{name} needs {_FEWEST} texts or more, and there are {matrix.count}: choose PCA for so few."
        )
    return Projection(_fitted(lay_out(matrix, method, name, stop)), method)


def _fitted(points: Floats) -> tuple[tuple[float, float], ...]:
    """The points between -1 and 1, both axes to the same scale, the middle of them in the middle."""
    import numpy as np

    low, high = points.min(axis=0), points.max(axis=0)
    half = float((high - low).max()) / 2
    centred = points - (low + high) / 2
    placed = np.clip(centred / half if half > 0 else np.zeros_like(points), -1.0, 1.0)
    return tuple((x, y) for x, y in placed.tolist())

"""Maps of vectors."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from vector_parts import doubles, missing, mixture, most_memory, near, put_module, small_sets, vectors

from lmstudio_tui.vectors import projection
from lmstudio_tui.vectors.matrix import Matrix
from lmstudio_tui.vectors.principal import principal_components
from lmstudio_tui.vectors.projection import methods, project
from lmstudio_tui.vectors.values import METHODS, Projection, Stopped, VectorsError

if TYPE_CHECKING:
    from pathlib import Path

    from vector_parts import Floats

    from lmstudio_tui.vectors.values import Method, Vector


def plain_components(rows: list[Vector]) -> tuple[Floats, Floats]:
    """All principal components by a singular value decomposition: scores, and shares of the variance."""
    numbers = doubles(rows)
    left, sizes, _ = np.linalg.svd(numbers - numbers.mean(axis=0), full_matrices=False)
    return left * sizes, np.square(sizes) / np.square(sizes).sum()


def same_axis(got: Any, expected: Any) -> bool:
    """Whether two axes are the same, in whichever direction."""
    slack = 1e-8 * float(np.abs(expected).max())
    return bool(np.allclose(got, expected, atol=slack) or np.allclose(got, -expected, atol=slack))


@pytest.mark.parametrize(
    ("count", "dimensions"),
    [(3, 2), (30, 768), (768, 30), (1024, 64), (2000, 16), (1500, 1100), (1100, 1500)],
    ids=lambda size: str(size),
)
def test_principal_components_are_those_of_numpy(count: int, dimensions: int) -> None:
    _, rows = mixture(count, dimensions)
    scores, shares = plain_components(rows)
    got = principal_components(Matrix.of(rows), 2)
    assert near(got.shares, shares[:2], 1e-9)
    assert same_axis(got.scores[:, 0], scores[:, 0])
    assert same_axis(got.scores[:, 1], scores[:, 1])
    assert principal_components(Matrix.of(rows), 2).scores.tolist() == got.scores.tolist(), "the same each time"


def test_noise_with_no_axis_to_speak_of_is_approached() -> None:
    rows = vectors(np.random.default_rng(3).standard_normal((1030, 1060)))
    shares = plain_components(rows)[1]
    assert near(principal_components(Matrix.of(rows), 2).shares, shares[:2], 1e-6)


def test_many_vectors_of_a_plane_in_many_dimensions_are_on_a_plane() -> None:
    random = np.random.default_rng(4)
    rows = vectors(random.standard_normal((1100, 2)) @ random.standard_normal((2, 1200)), "d")
    got = principal_components(Matrix.of(rows), 4)
    assert near(sum(got.shares[:2]), 1.0)
    assert got.shares[2:] == (0.0, 0.0)
    assert same_axis(got.scores[:, 1], plain_components(rows)[0][:, 1])


@given(rows=small_sets() | small_sets("d"))
def test_what_holds_of_any_map(rows: list[Vector]) -> None:
    made = project(Matrix.of(rows))
    points = np.array(made.points)
    assert points.shape == (len(rows), 2)
    assert np.abs(points).max() <= 1
    different = len({tuple(row) for row in rows}) > 1
    assert near(np.ptp(points, axis=0).max(), 2.0 if different else 0.0)
    assert len(made.explained) == (2 if different else 0)
    assert sum(made.explained) <= 1 + 1e-9
    assert project(Matrix.of(rows)) == made


def test_a_map_has_both_axes_to_the_same_scale() -> None:
    _, rows = mixture(200, 24)
    scores = plain_components(rows)[0][:, :2]
    points = np.array(project(Matrix.of(rows)).points)
    assert near(np.ptp(points[:, 0]), 2.0)
    scale = np.ptp(points[:, 0]) / np.ptp(scores[:, 0])
    between = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.testing.assert_allclose(between, scale * np.linalg.norm(scores[:, None] - scores[None], axis=2), atol=1e-9)


@pytest.mark.parametrize(
    ("rows", "points", "explained"),
    [
        ([[3, 4]], [(0, 0)], ()),
        ([[3, 4], [3, 4]], [(0, 0), (0, 0)], ()),
        ([[0.1] * 7] * 1000, [(0, 0)] * 1000, ()),
        ([[1], [2], [4]], [(-1, 0), (-1 / 3, 0), (1, 0)], (1, 0)),
        ([[0, 1, 0], [0, 3, 0]], [(-1, 0), (1, 0)], (1, 0)),
        ([[0, 0], [1e300, 0], [0, 5e299]], None, (0.8606, 0.1394)),
    ],
)
def test_small_and_strange_sets(
    rows: list[list[float]], points: list[Any] | None, explained: tuple[float, ...]
) -> None:
    made = project(Matrix.of(vectors(rows, "d")))
    assert near(made.explained, explained, slack=1e-4)
    if points is not None:
        assert near(made.points, points, slack=1e-12)


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_the_size_of_the_numbers_does_not_matter(size: float) -> None:
    _, rows = mixture(50, 8, kind="d")
    made = project(Matrix.of(rows))
    sized = project(Matrix.of(vectors(doubles(rows) * size, "d")))
    np.testing.assert_allclose(sized.points, made.points, atol=1e-9)


def test_a_few_that_differ_among_many_that_do_not() -> None:
    rows = [*vectors([[1.0] * 100] * 3000), *vectors([[1.0] * 99 + [1.001]] * 3)]
    made = project(Matrix.of(rows))
    assert len(set(made.points[:3000])) == 1
    assert near(abs(made.points[0][0] - made.points[-1][0]), 2)


@pytest.mark.parametrize(("count", "dimensions"), [(3000, 300), (2000, 1200), (300, 3000)])
def test_it_can_be_stopped_at_any_moment(count: int, dimensions: int) -> None:
    matrix = Matrix.of(mixture(count, dimensions)[1])
    asked: list[None] = []

    def count_them() -> bool:
        asked.append(None)
        return False

    project(matrix, stop=count_them)
    for wanted in range(1, len(asked) + 1, max(1, len(asked) // 7)):
        left = iter(range(wanted))
        with pytest.raises(Stopped):
            project(matrix, stop=lambda left=left: next(left, None) is None)


def test_fifty_thousand_take_little_memory_more() -> None:
    matrix = Matrix.of(mixture(50_000, 384)[1])
    with most_memory() as most:
        project(matrix)
    assert most[0] < 30_000_000, "the vectors are of 77 MB; in 64 bits, of 154"


_FAKE = """
import sys
import numpy as np

class Layout:
    def __init__(self, **options):
        self.options = options
        print("chatter", self.options, flush=True)

    def fit_transform(self, vectors):
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
        print("what it is busy with", file=sys.stderr)
        n = self.options.get("perplexity", 0) * 3 + self.options.get("n_neighbors", 0) + 1
        assert round(n) == len(vectors), n
        return np.column_stack((np.arange(len(vectors)) * 10.0, vectors[:, 0]))
"""
"""A library that puts the vectors in a row, and prints."""


def put_libraries(monkeypatch: pytest.MonkeyPatch, folder: Path, source: str) -> None:
    """In the place of scikit-learn and umap-learn."""
    put_module(monkeypatch, folder, "sklearn.manifold", source + "\nTSNE = Layout\n")
    put_module(monkeypatch, folder, "umap", source + "\nUMAP = Layout\n")


@pytest.mark.parametrize("method", ["tsne", "umap"])
def test_a_library_makes_the_map_in_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, method: Method, capfd: pytest.CaptureFixture[str]
) -> None:
    put_libraries(monkeypatch, tmp_path, _FAKE)
    assert methods() == METHODS
    rows = vectors([[2, 0], [4, 0], [8, 0], [16, 0], [1e-3, 0]])
    made = project(Matrix.of(rows), method)
    assert made == Projection(((-1, 0), (-0.5, 0), (0, 0), (0.5, 0), (1, 0)), method)
    assert capfd.readouterr() == ("", ""), "what it prints is nobody's"
    assert "sklearn" not in sys.modules
    assert "umap" not in sys.modules


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise ValueError('perplexity is \\x1b[31mred')", "UMAP failed: ValueError: perplexity is red"),
        ("import os; os._exit(3)", "UMAP failed: its process ended with the exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "UMAP failed: its process was killed, perhaps because memory"),
        ("return np.zeros((2, 2))", "UMAP failed: it gave no place to some"),
        ("return np.full((5, 2), np.nan)", "UMAP failed: it gave no place to some"),
    ],
)
def test_a_library_that_fails_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str, words: str
) -> None:
    source = "import numpy as np\nclass Layout:\n    def __init__(self, **_): pass\n    def fit_transform(self, _):\n"
    put_libraries(monkeypatch, tmp_path, f"{source}        {body}\n")
    with pytest.raises(VectorsError, match=words) as raised:
        project(Matrix.of(mixture(5, 3)[1]), "umap")
    assert "\x1b" not in str(raised.value)


def test_a_library_that_does_not_come_to_an_end_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    source = f"""
import pathlib, os, time
class Layout:
    def __init__(self, **_): pass
    def fit_transform(self, _):
        path = pathlib.Path({str(begun)!r})
        path.with_suffix(".part").write_text(str(os.getpid()))
        path.with_suffix(".part").rename(path)
        time.sleep(1000)
"""
    put_libraries(monkeypatch, tmp_path, source)
    with pytest.raises(Stopped):
        project(Matrix.of(mixture(5, 3)[1]), "tsne", begun.exists)
    process = int(begun.read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="there a process does not notice that its parent has died")
def test_the_process_does_not_outlive_the_one_that_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.touch()
    # Whoever has died holds no lock.
    source = f"""
import fcntl, os, time
class Layout:
    def __init__(self, **_): pass
    def fit_transform(self, _):
        file = open({str(held)!r}, "r+")
        fcntl.flock(file, fcntl.LOCK_EX)
        os.kill(os.getppid(), 9)
        time.sleep(1000)
"""
    put_libraries(monkeypatch, tmp_path, source)
    code = (
        "from array import array; from lmstudio_tui.vectors.matrix import Matrix; "
        "from lmstudio_tui.vectors.projection import project; "
        "project(Matrix.of([array('f', [n, 1]) for n in range(9)]), 'umap')"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    import fcntl

    with held.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def test_what_is_not_installed_is_said_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "installed", missing)
    assert methods() == ("pca",)
    needs: dict[Method, str] = {"tsne": "t-SNE needs scikit-learn", "umap": "UMAP needs umap-learn"}
    for method, package in needs.items():
        with pytest.raises(
            VectorsError, match=rf'{package}, which is not installed: pip install "lmstudio-tui\[projections\]"'
        ):
            project(Matrix.of(mixture(9, 3)[1]), method)


def test_neighbours_of_four_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_libraries(monkeypatch, tmp_path, _FAKE)
    with pytest.raises(VectorsError, match="t-SNE needs 5 texts or more, and there are 4: choose PCA"):
        project(Matrix.of(mixture(4, 3)[1]), "tsne")


def test_a_process_that_cannot_be_started_is_said_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_libraries(monkeypatch, tmp_path, _FAKE)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(VectorsError, match="UMAP cannot be computed: No such file"):
        project(Matrix.of(mixture(9, 3)[1]), "umap")


@pytest.mark.parametrize("method", ["tsne", "umap"])
def test_the_real_library_keeps_groups_together(method: Method) -> None:
    if method not in methods():
        pytest.skip("it is not installed")
    labels, rows = mixture(60, 24, groups=3)
    points = np.array(project(Matrix.of(rows), method).points)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert [labels[index] for index in apart.argmin(axis=1)] == labels

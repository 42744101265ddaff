"""t-SNE and UMAP, in a process of their own.

They cannot be stopped, they hold on to the interpreter while they are imported, and they print: none of that suits a
program with a screen. The process is this package's `layout_process`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Final

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.vectors.values import Stopped, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.arithmetic import Floats
    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Method, Stop

_TICK_S: Final = 0.05
"""How often it is asked whether to stop."""
_SAID_LIMIT: Final = 20_000
"""Bytes at the end of what the process said that are looked at for a reason."""


def _environment() -> dict[str, str]:
    """So that the libraries' threads leave each other, and everybody else, the cores; what is set already holds."""
    half = str(max(1, (os.cpu_count() or 1) // 2))
    return {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": half, "OMP_WAIT_POLICY": "PASSIVE", **os.environ}


def lay_out(matrix: Matrix, method: Method, name: str, stop: Stop | None) -> Floats:
    """Two numbers for each vector, to any scale.

    Args:
        matrix: the vectors; only their directions count.
        method: `tsne` or `umap`.
        name: of the method, for messages.
        stop: asked often.

    Raises:
        VectorsError: when the process cannot be started, or fails.
        Stopped: when it was told to stop; the process is gone then.
    """
    import numpy as np

    with ExitStack() as files:
        try:
            given, answer, said = (files.enter_context(tempfile.TemporaryFile()) for _ in range(3))
            _write_directions(given, matrix, stop)
            code = _ended(
                [sys.executable, "-P", "-m", "lmstudio_tui.vectors.layout_process", method], given, answer, said, stop
            )
        except OSError as error:
            raise VectorsError(f"{name} cannot be computed: {error.strerror or error}.") from error
        if code:
            raise VectorsError(f"{name} failed: {_reason(said, code)}")
        answer.seek(0)
        points = np.load(answer, allow_pickle=False).astype(np.float64)
    if points.shape != (matrix.count, 2) or not np.isfinite(points).all():
        raise VectorsError(f"{name} failed: it gave no place to some of the texts.")
    return points


def _write_directions(file: IO[bytes], matrix: Matrix, stop: Stop | None) -> None:
    """The vectors brought to the length 1, as an npy file of 32-bit numbers: the libraries use no more."""
    import numpy as np

    header = {"descr": "<f4", "fortran_order": False, "shape": (matrix.count, matrix.dimensions)}
    np.lib.format.write_array_header_1_0(file, header)
    for _, rows in matrix.blocks(stop):
        lengths = np.where(rows.lengths > 0, rows.lengths, 1.0)
        file.write((rows.scaled / lengths[:, None]).astype("<f4").tobytes())
    file.seek(0)


def _ended(command: list[str], given: IO[bytes], answer: IO[bytes], said: IO[bytes], stop: Stop | None) -> int:
    """Run it to its end; its exit code."""
    # It is this package's own module, with the name of a method.
    process = subprocess.Popen(command, stdin=given, stdout=answer, stderr=said, env=_environment())  # noqa: S603
    try:
        while True:
            try:
                return process.wait(_TICK_S)
            except subprocess.TimeoutExpired:
                if stop is not None and stop():
                    raise Stopped from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _reason(said: IO[bytes], code: int) -> str:
    """The last thing that the process said, as a rule its error."""
    if code < 0:
        return "its process was killed, perhaps because memory ran out."
    size = said.seek(0, 2)
    said.seek(max(0, size - _SAID_LIMIT))
    lines = [clean_line(line) for line in said.read().decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), f"its process ended with the exit code {code}.")

"""Several recorders in the place of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.sdk.recording import CallFinished

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmstudio_tui.sdk.recording import Moment, Recorder


class FanOut:
    """Hands every moment of a call to each of the recorders.

    One that raises is told no more of that call, as the SDK would do with it; the others are.
    """

    def __init__(self, recorders: Iterable[Recorder]) -> None:
        self._recorders = tuple(recorders)
        self._silenced: set[tuple[int, str]] = set()

    def record(self, moment: Moment, /) -> None:
        """Tell all of them."""
        for number, recorder in enumerate(self._recorders):
            if (number, moment.call_id) in self._silenced:
                continue
            try:
                recorder.record(moment)
            except Exception:  # noqa: BLE001 - a recorder of any kind must not cost the others theirs
                self._silenced.add((number, moment.call_id))
        if isinstance(moment, CallFinished) and self._silenced:
            self._silenced -= {(number, moment.call_id) for number in range(len(self._recorders))}

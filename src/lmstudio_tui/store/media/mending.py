"""What a crash has left: a file whose header may lie, and nobody who says what it is."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.audio.values import SoundError
from lmstudio_tui.store.media.records import first_name

if TYPE_CHECKING:
    from pathlib import Path

_BEGUN: Final = len("20260731-094100")

CUT_SHORT: Final = "The app ended in the middle of it; this is what was written until then."


def mended(path: Path, *, cut: bool) -> dict[str, Any]:
    """Make a file that was left behind readable, and tell what can be told of it.

    Args:
        path: of the file.
        cut: whether it is one of ours, so that its header may lie. What somebody else put there is not touched.

    Returns:
        members for its description.
    """
    # Here, because most starts find nothing that was left behind.
    from lmstudio_tui.audio import files, wavfile

    members: dict[str, Any] = _named(path.stem) | {"problem": CUT_SHORT} if cut else {}
    # What cannot be mended, or is no audio at all, is listed even so.
    if cut and path.suffix == ".wav":
        with suppress(SoundError, OSError):
            wavfile.mend(path)
    with suppress(SoundError, OSError):
        facts = files.inspect(path)
        members |= {"duration_s": facts.duration_s, "format": facts.kind}
    return members


def _named(id: str) -> dict[str, Any]:  # noqa: A002 - as the record calls it
    """When it was begun, and its name: an id begins with the date and the time of day."""
    try:
        made_at = datetime.strptime(id[:_BEGUN], "%Y%m%d-%H%M%S").astimezone()
    except (ValueError, OverflowError, OSError):
        return {}
    return {"made_at": made_at.isoformat(), "name": first_name(made_at)}

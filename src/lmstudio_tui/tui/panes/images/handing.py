"""An image shown alone, and written to a file of one's own."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

from lmstudio_tui.store.library.records import Attachment
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.images.files import UnshowableError, read_image
from lmstudio_tui.tui.panes.images.rows import file_name
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.media.records import ImageRecord
    from lmstudio_tui.tui.widgets.picture import Way
    from lmstudio_tui.tui.worker_bridge import Runs


def look(widget: Widget, record: ImageRecord, together: Sequence[ImageRecord], way: Way | None) -> None:
    """Show an image alone on the screen.

    Args:
        widget: on whose behalf.
        record: the image to begin with.
        together: those that one can turn to, itself among them.
        way: how images are drawn; None finds out.
    """
    from lmstudio_tui.tui.screens.look import Look

    paths = {one.id: one.path for one in together}

    def fetch(attachment: Attachment) -> bytes | None:
        try:
            return read_image(paths[attachment.id])
        except UnshowableError:
            return None

    start = [one.id for one in together].index(record.id)
    app_of(widget).push_screen(Look([_as_attachment(one) for one in together], fetch, start=start, way=way))


def _as_attachment(record: ImageRecord) -> Attachment:
    """An image as the screen wants it."""
    return Attachment(
        id=record.id,
        kind="image",
        name=file_name(record),
        media_type=mimetypes.guess_type(record.path.name)[0] or "image",
        size=record.size_bytes,
        sha256="",
        width=record.width,
        height=record.height,
    )


def save(widget: Widget, runs: Runs, record: ImageRecord) -> None:
    """Ask for a name, and write the image there; nothing is overwritten without asking.

    Args:
        widget: on whose behalf.
        runs: what runs on its behalf.
        record: the image.
    """

    def read(emit: object, scope: CancelScope) -> bytes | str:
        del emit, scope
        try:
            return record.path.read_bytes()
        except OSError as error:
            return f"The image cannot be read ({error.strerror or type(error).__name__})."

    def ask(found: bytes | str) -> None:
        from lmstudio_tui.tui.screens.look import SaveData

        if isinstance(found, str):
            widget.notify(found, severity="warning", markup=False)
            return

        def said(written: Path | None) -> None:
            if written is not None:
                widget.notify(f"Saved to {clean_line(str(written))}.", markup=False)

        app_of(widget).push_screen(SaveData("image", Path(file_name(record)), found), said)

    runs.start(read, finished=ask, name="read image")

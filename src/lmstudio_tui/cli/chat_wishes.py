"""What `chat` may be told besides a prompt and parameters, and which model is asked when none was named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from lmstudio_tui.features.models import model_for_chat
from lmstudio_tui.sdk import FeatureUnavailableError, ProtocolError

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.sdk import LMStudioClient


class Wishes(NamedTuple):
    """What is wished for besides an answer.

    Args:
        latest: whether to go on with the conversation used last.
        conversation: the id of the one to go on with, or the beginning of it.
        save: whether to keep it; None when nothing was said.
        images: files to send as images.
        files: files to send as texts.
        schema: a file with the JSON schema of the answer.
        preset: the name of a preset.
    """

    latest: bool = False
    conversation: str | None = None
    save: bool | None = None
    images: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()
    schema: Path | None = None
    preset: str | None = None

    def __bool__(self) -> bool:
        return self != Wishes()

    @property
    def goes_on(self) -> bool:
        """Whether there was something before."""
        return self.latest or self.conversation is not None

    @property
    def keeps(self) -> bool:
        """Whether the library keeps it: a script that asks something would only fill it."""
        return self.goes_on if self.save is None else self.save

    @property
    def needs_library(self) -> bool:
        """Whether anything of the library is read or written."""
        return self.goes_on or self.keeps or self.preset is not None

    def check(self) -> None:
        """Refuse wishes that contradict each other.

        Raises:
            typer.BadParameter
        """
        if self.latest and self.conversation is not None:
            raise typer.BadParameter("--continue goes on with the latest conversation; --conversation names one.")

    def members(self) -> dict[str, Any]:
        """The members that a JSON answer has besides the usual ones, empty."""
        kept = {"conversation_id": None, "message_id": None} if self.keeps else {}
        return {**kept, "valid": None, "schema_error": None} if self.schema is not None else kept


def any_model(client: LMStudioClient) -> str | None:
    """A loaded model, else any; None where the server keeps no list and chooses itself."""
    try:
        return model_for_chat(client.list_models())
    except (FeatureUnavailableError, ProtocolError):
        return None

"""Making a pane when it is first shown: what it is made of is not imported before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmstudio_tui.tui.panes.pane import Pane
    from lmstudio_tui.tui.services import Services


def make_pane(name: str, services: Services) -> Pane:
    """The pane of that name, which is also its id.

    Raises:
        KeyError: when there is none.
    """
    match name:
        case "chat":
            from lmstudio_tui.tui.panes.chat import ChatPane

            return ChatPane(services, id=name)
        case "models":
            from lmstudio_tui.tui.panes.models import ModelsPane

            return ModelsPane(services.downloads, services.remembered, services.now, id=name)
        case "embeddings":
            from lmstudio_tui.tui.panes.embeddings import EmbeddingsPane

            return EmbeddingsPane(services, id=name)
        case "transcribe":
            from lmstudio_tui.tui.panes.transcribe import TranscribePane

            return TranscribePane(services, id=name)
        case "speech":
            from lmstudio_tui.tui.panes.speech import SpeechPane

            return SpeechPane(services, id=name)
        case "images":
            from lmstudio_tui.tui.panes.images import ImagesPane

            return ImagesPane(services, id=name)
        case "inspector":
            from lmstudio_tui.tui.panes.inspector import InspectorPane

            return InspectorPane(services.exchanges, services.now, id=name)
        case _:
            raise KeyError(name)

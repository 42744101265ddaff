"""What panes ask of the app, whichever pane it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.message import Message

from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.features.service_view import Service

Purpose = Literal["chat", "embeddings"]


class ServerDoubted(Message):
    """A request failed in a way that makes one doubt the server, or changed what it has: look at it at once."""


class CopyWanted(Message):
    """A text is to be copied.

    What could act on a terminal is left out, because copies are often pasted into one.

    Args:
        text: what is to be on the clipboard.
        what: says what it is, such as "answer".
    """

    def __init__(self, text: str, what: str) -> None:
        super().__init__()
        self.text = clean(text)
        self.what = what


class SaveWanted(Message):
    """A text is to be written to a file that the user names; nothing is overwritten without asking.

    Args:
        text: the content.
        what: says what it is, such as "HAR of 12 requests".
        suggested: where it may go; a relative path counts from the current folder.
    """

    def __init__(self, text: str, what: str, suggested: Path) -> None:
        super().__init__()
        self.text = text
        self.what = what
        self.suggested = suggested


class ModelChosen(Message):
    """A model is to be used from now on, on this server.

    Args:
        model: its id.
        purpose: what for.
    """

    def __init__(self, model: str, purpose: Purpose) -> None:
        super().__init__()
        self.model = model
        self.purpose: Purpose = purpose


class PaneWanted(Message):
    """Another pane is to be shown.

    Args:
        name: as in `PANES`.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class ModelWanted(Message):
    """A model for the chat is to be chosen."""


class TourBegun(Message):
    """Somebody who has never seen the app is being shown around: that happens once."""


class ChatsOpened(Message):
    """Other conversations are open now; they are opened again at the next start.

    Args:
        ids: of the conversations, in the order of their tabs.
        front: the one in front.
    """

    def __init__(self, ids: tuple[str, ...], front: str | None) -> None:
        super().__init__()
        self.ids = ids
        self.front = front


class PromptWanted(Message):
    """A text is to go into the chat's prompt, to what is there already.

    Args:
        text: as it is to stand there.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class SpeakWanted(Message):
    """A text is to be spoken in the speech pane.

    Args:
        text: without markup.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class EmbeddingsWanted(Message):
    """Texts are to be embedded by a model in the embeddings pane.

    Args:
        model: its id.
    """

    def __init__(self, model: str) -> None:
        super().__init__()
        self.model = model


class ServiceWanted(Message):
    """Audio, or images, is needed: look for its server from now on, if it has one of its own.

    Args:
        service: which of the two.
    """

    def __init__(self, service: Service) -> None:
        super().__init__()
        self.service: Service = service


class ServersWanted(Message):
    """Another server is to be chosen."""


class FactWanted(Message):
    """What is known of the server is to be explained.

    Args:
        fact: the id of the one to begin with (`features.facts`).
    """

    def __init__(self, fact: str) -> None:
        super().__init__()
        self.fact = fact

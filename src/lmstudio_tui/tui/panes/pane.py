"""What every pane is, so that the frame need not know which one it has before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical

from lmstudio_tui.tui.widgets.columns import Columns

if TYPE_CHECKING:
    from textual.widget import Widget

    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.store.library.records import Conversation
    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.messages import ChatsOpened


class Pane(Vertical):
    """One of the app's panes. It is told of the server, and asks for things by the messages in `tui.messages`.

    A hidden pane is told everything, too, and draws nothing.
    """

    DEFAULT_CSS = "Pane { height: 1fr; }"

    where: ClassVar[Where] = "everywhere"
    """Where in the catalogue its commands are."""

    services: ClassVar[tuple[Service, ...]] = ()
    """What it needs that may have a server of its own. That server is first looked for when such a pane is made."""

    def use_client(self, client: LMStudioSDK) -> None:
        """Talk to another server from now on; what still runs against the one before is dropped."""

    def show_server(self, view: ServerView) -> None:
        """Take note of what the server is like now."""

    def use_service(self, service: Service, client: LMStudioSDK | None, view: ServiceView) -> None:
        """Take note of who serves audio, or images, and of what that server is like now.

        Args:
            service: which of the two.
            client: for its server; None while there is none.
            view: who it is, and how.
        """

    def use_model(self, model: str | None) -> None:
        """Take note of the model that the chat asks."""

    def show_defaults(self, chat: str | None, embeddings: str | None) -> None:
        """Take note of which models are used for what on this server."""

    def at_stake(self) -> str:
        """What would be lost sight of if the app were left now, in a sentence; empty when nothing would."""
        return ""

    def arrive(self) -> None:
        """The pane was just brought to the front: put the cursor where it belongs."""

    def receive(self, text: str) -> None:
        """Take a text that another pane has sent here, without losing what is there."""

    async def open_kept(self, conversation: Conversation) -> None:
        """Show a conversation, where one has to do with conversations."""
        del conversation

    def try_model(self, model: str) -> None:
        """Use a model that another pane has chosen for what is in front."""

    def actor(self, action: str) -> Widget:
        """Who does what the catalogue calls so: the pane itself, or something in it.

        Args:
            action: the name, without arguments.
        """
        del action
        return self

    @property
    def own_model(self) -> str | None:
        """The model that what is in front asks, whatever was chosen last; None where it has none of its own."""
        return None

    def show_columns(self, share: float | None) -> None:
        """Share the room among its two columns as it was shared by hand; None where it never was."""
        for columns in self.query(Columns):
            columns.use(share)

    def leave(self) -> ChatsOpened | None:
        """The app ends: keep what was not kept yet, and say which conversations are to be open at the next start.

        They are said here, since nobody waits for a message any more.
        """

"""Which model is asked: chosen from the list, or settled when a server appears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.models import model_for_chat
from lmstudio_tui.sdk import LMStudioError, ModelSummary
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.header import HeaderBar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.keys_in_turn import KeysInTurnApp
    from lmstudio_tui.tui.memory import Memory
    from lmstudio_tui.tui.messages import ModelChosen
    from lmstudio_tui.tui.panes.pane import Pane
    from lmstudio_tui.tui.server_link import ServerLink
    from lmstudio_tui.tui.worker_bridge import Run, Runs


class ModelChoice:
    """Knows the model that is asked, tells the header and the panes, and remembers it for each server.

    Args:
        app: shows the list of models.
        runs: of the app.
        link: to the server in use.
        memory: knows what was chosen last.
        panes: those that were made so far.
        by_name: the model that was asked for when the app was started; None when none was.
    """

    def __init__(
        self,
        app: KeysInTurnApp,
        runs: Runs,
        link: ServerLink,
        memory: Memory,
        panes: Mapping[str, Pane],
        by_name: str | None,
    ) -> None:
        self.model = by_name
        """The one that is asked; None while there is none."""
        self._app = app
        self._runs = runs
        self._link = link
        self._memory = memory
        self._panes = panes
        self._by_name = by_name

    def forget(self) -> None:
        """Another server has other models."""
        self.model = None

    def settle(self, view: ServerView) -> None:
        """Choose a model when a server appears."""
        config = self._link.config
        listed = {model.id for model in view.models}
        own = next((one for pane in self._panes.values() if (one := pane.own_model) in listed), None)
        preferred = (own, self.model, self._memory.state.last_model.get(config.base_url), config.default_model)
        # What was asked for by name is asked for, listed or not.
        chosen = self._by_name or model_for_chat(view.models, *preferred)
        wanted = next((name for name in preferred if name), None)
        if chosen != wanted and wanted is not None and self._by_name is None and view.models:
            instead = f"{clean_line(chosen)} is asked instead" if chosen else "there is none to ask"
            self._app.notify(f"{clean_line(wanted)} is not on this server; {instead}.", severity="warning")
        self._use(chosen)

    def introduce(self, pane: Pane) -> None:
        """Tell a pane that has just been made."""
        pane.use_model(self.model)
        self.tell_defaults()

    def _use(self, model: str | None) -> None:
        self.model = model
        self._app.query_one(HeaderBar).show_model(model)
        for pane in self._panes.values():
            pane.use_model(model)
        self.tell_defaults()

    def tell_defaults(self) -> None:
        """The models pane marks which models are used for what."""
        config = self._link.config
        chosen = self._memory.state.last_embedding_model.get(config.base_url) or config.default_embedding_model
        for pane in self._panes.values():
            pane.show_defaults(self.model, chosen)

    def ask(self) -> None:
        """Offer the models, as they are now."""
        client = self._link.client
        if client is None:
            return

        def fetch(emit: object, scope: CancelScope) -> tuple[ModelSummary, ...] | LMStudioError:
            del emit
            try:
                return tuple(client.list_models(scope=scope))
            except LMStudioError as error:
                return error

        run: Run[object, tuple[ModelSummary, ...] | LMStudioError] = self._runs.start(
            fetch, finished=self._offer, name="models"
        )
        self._app.keys_wait_for(lambda: run.ended)

    def _offer(self, found: tuple[ModelSummary, ...] | LMStudioError) -> None:
        if isinstance(found, LMStudioError):
            self._app.notify(f"{found.message} {found.hint}", severity="error")
            return
        from lmstudio_tui.tui.screens.model_picker import ModelPicker

        if not isinstance(self._app.screen, ModelPicker):
            self._app.push_screen(ModelPicker(found, self.model), self._choose)

    def take(self, event: ModelChosen) -> None:
        """A model was chosen somewhere else, to be asked or for embeddings."""
        if event.purpose == "chat":
            self._choose(event.model)
            return
        self._memory.keep(self._memory.state.with_embedding_model(self._link.config.base_url, event.model))
        self.tell_defaults()

    def _choose(self, model: str | None) -> None:
        if model is not None:
            self._use(model)
            self._memory.keep(self._memory.state.with_model(self._link.config.base_url, model))

"""Changing settings while the app runs: what can be taken over at once is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.settings_desk import InForce, SettingsDeskError
from lmstudio_tui.tui.messages import ModelChosen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lmstudio_tui.features.settings_desk import SettingsDesk
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.messages import Purpose
    from lmstudio_tui.tui.remarks import RemarkingApp
    from lmstudio_tui.tui.server_choice import ServerChoice
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.worker_bridge import Runs


_MODELS: Final[dict[str, Purpose]] = {"default_model": "chat", "default_embedding_model": "embeddings"}
"""Settings that name a model, and what for."""


class SettingsChoice:
    """Shows the settings, and has the app go by them.

    Args:
        app: shows the screen.
        services: knows the settings.
        runs: of the app.
        server: knows the profile in use, and takes another configuration over.
        models: gives the ids of the models that there are.
        use_looks: is told how the app is to look.
    """

    def __init__(
        self,
        app: RemarkingApp,
        services: Services,
        runs: Runs,
        server: ServerChoice,
        models: Callable[[], Sequence[str]],
        use_looks: Callable[[InForce], None],
    ) -> None:
        self._app = app
        self._services = services
        self._runs = runs
        self._server = server
        self._models = models
        self._use_looks = use_looks

    def ask(self, at: str = "") -> None:
        """Show the settings.

        Args:
            at: the name of the setting to begin at; else the first one.
        """
        from lmstudio_tui.tui.screens.settings import SettingsScreen

        front = self._app.screen
        if isinstance(front, SettingsScreen):
            front.go_to(at)
        if len(self._app.screen_stack) > 1:
            return
        if self._services.settings is None:
            self._app.notify("There is no file to keep settings in.", severity="warning")
            return
        desk = self._services.settings()
        models = list(self._models())
        screen = SettingsScreen(
            desk,
            lambda: self._server.profile,
            lambda name: self._apply(desk, name),
            {"theme": sorted(self._app.available_themes)},
            {"default_model": models, "default_embedding_model": models},
            at,
        )
        self._app.push_screen(screen)

    def _apply(self, desk: SettingsDesk, name: str) -> None:
        """Go by the settings as they are now; a command may have to print a key first."""

        def read(emit: object, scope: CancelScope) -> InForce | SettingsDeskError:
            del emit, scope
            try:
                return desk.in_force(self._server.profile)
            except SettingsDeskError as error:
                return error

        def use(found: InForce | SettingsDeskError) -> None:
            if isinstance(found, SettingsDeskError):
                self._app.notify(f"{found.message} {found.hint}".strip(), severity="error", timeout=10)
                return
            self._use_looks(found)
            self._use_model(found, name)
            self._server.settle(found.config, anew=name.startswith(("audio_", "images_")))

        self._runs.start(read, finished=use, name="settings")

    def _use_model(self, found: InForce, name: str) -> None:
        """Who names another model wants it now, if the server has it; the one chosen last would count more."""
        purpose = _MODELS.get(name)
        model: str | None = getattr(found.config, name) if purpose else None
        if purpose and model and model in self._models():
            self._app.post_message(ModelChosen(model, purpose))

"""Asking several models the same, and keeping one of the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.tui.messages import ModelChosen
from lmstudio_tui.tui.panes.chat.opening import open_screen

if TYPE_CHECKING:
    from lmstudio_tui.tui.panes.chat.pane import ChatPane


def compare(pane: ChatPane, models: tuple[str, ...]) -> None:
    """Ask these models the prompt that is typed, or those that are chosen there."""
    from lmstudio_tui.features.chat.compare import parameters_after, thread_after
    from lmstudio_tui.features.chat.titles import title_of
    from lmstudio_tui.tui.screens.compare import CompareResult, CompareScreen

    view, desk, composer = pane.view, pane.desk, pane.view.composer
    if view.busy():
        return
    prompt = "" if composer.is_command else composer.prompt_to_send
    attachments = view.along.keep()

    def take(result: CompareResult | None) -> None:
        if result is not None and not result.messages:
            composer.put(result.draft)
        elif result is not None:
            composer.put("")
            view.along.take()
            view.show_thread(thread_after(view.thread, result.messages, result.chosen))
            if not view.conversation.title:
                pane.show_conversation(replace(view.conversation, title=title_of(result.messages[0].text)))
            if (kept := view.thread.get(result.chosen)) is not None and kept.requested_model:
                presets = [Parameters.from_json(preset.parameters) for preset in desk.presets]
                pane.use_parameters(parameters_after(kept, view.parameters, presets) or view.parameters)
                pane.post_message(ModelChosen(kept.requested_model, "chat"))
        view.arrive()

    known = (view.parameters, desk.presets, desk.server.models)
    screen = CompareScreen(
        desk, view.conversation, view.thread, *known, prompt, models, attachments=attachments, keep=view.keep
    )
    open_screen(pane, screen, take)

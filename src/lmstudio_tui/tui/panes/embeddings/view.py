"""The embeddings pane as it shows what there is: texts, models, vectors, and how it stands with them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.widgets import Input, TextArea

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.messages import ServerDoubted
from lmstudio_tui.tui.panes.embeddings.desk import Desk
from lmstudio_tui.tui.panes.embeddings.frame import EmbeddingsFrame
from lmstudio_tui.tui.panes.embeddings.picturing import Picturing
from lmstudio_tui.tui.panes.embeddings.text_states import TextStates, state_in_words
from lmstudio_tui.tui.panes.embeddings.words import (
    error_in_words,
    in_room,
    order_in_words,
    outcome_in_words,
    progress_in_words,
    set_title,
    short,
    sources_of,
)
from lmstudio_tui.tui.widgets.frames import framed
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from typing import Unpack

    from textual.timer import Timer

    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.tui.panes.embeddings.view_tabs import ViewName
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions

_CORNERS: Final = 4
"""Cells of a frame's content that its title does not take."""


class EmbeddingsView(EmbeddingsFrame):
    """Shows a set of texts, and five views of their vectors.

    Args:
        services: where sets and vectors are kept, and the time of day.
    """

    def __init__(self, services: Services, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._services = services
        self._runs = Runs(self)
        self._desk = Desk(
            self._runs, services.embeddings, self._show_all, self._show_progress, self._embedded, self._warn
        )
        self._states = TextStates(self._desk)
        self._listed: tuple[object, ...] = ()
        self._clock: Timer | None = None
        self._pictures = Picturing(self._runs, self._desk, self._views, self._show_pictures)

    def on_mount(self) -> None:
        """See which set was in front."""
        self._show_all()
        self._desk.load(self._opened)
        self._desk.shelf.listen(self._heard_of_store)
        self._clock = self.set_interval(1, self._show_progress, pause=True)

    def on_unmount(self) -> None:
        """Nothing goes on without the pane; what was changed is on disk."""
        self._runs.drop_all()

    def on_resize(self) -> None:
        """There is another room for what is said in the frames."""
        self.call_after_refresh(self._show_frames)

    def _heard_of_store(self, sentence: str) -> None:
        """The file was found damaged: told in the thread that has found it."""
        # The app may be closing its loop at this very moment; then there is nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self.call_later(self._warn, sentence)

    def _opened(self) -> None:
        """The set of last time is there."""
        self._desk.look_again()
        self._views.bring(self._desk.settings.view)
        self._pictures.use(self._desk.settings)
        self._show_all()

    # What it is told

    def use_client(self, client: LMStudioSDK) -> None:
        """Talk to another server from now on; what was done is kept."""
        self._desk.use_client(client)

    def show_server(self, view: ServerView) -> None:
        """Take note of what the server is like now."""
        self._desk.see(view)

    def show_defaults(self, chat: str | None, embeddings: str | None) -> None:
        """Take note of the model that is used for embeddings."""
        del chat
        self._desk.use_default(embeddings)

    def leave(self) -> None:
        """Write what still waits to be written."""
        self._desk.leave()

    # Showing

    def _show_all(self) -> None:
        """Something has changed: the texts, the vectors, the server."""
        if self.is_mounted and self.is_attached:
            self._show_texts()
            self._show_pictures()

    def _show_progress(self) -> None:
        """An embedding has come farther, or has taken a second more."""
        if self.is_mounted:
            self._keep_time()
            if any(side.embedded for side in self._desk.sides):
                self._show_work()
            else:
                self._show_pictures()

    def _keep_time(self) -> None:
        """Say each second for how long the server was waited for, while it is."""
        if self._clock is not None and self._desk.embedding.asking:
            self._clock.resume()
        elif self._clock is not None:
            self._clock.pause()

    def _show_texts(self) -> None:
        records, states, groups = self._desk.held.texts.records, self._states.all, self._pictures.groups_of_texts
        before, self._listed = self._listed, (records, states, groups)
        if not before or any(one is not other for one, other in zip(before, self._listed, strict=True)):
            self.list.show(records, states, groups)

    def _show_frames(self) -> None:
        """Say in the frames what there is: texts, how the one under the cursor stands, models, how they are shown."""
        desk, held, frame, views = self._desk, self._desk.held, self.query_one("#texts"), self._views
        room = frame.size.width - _CORNERS
        name = held.name or next(iter(sources_of(held.texts.records[:1])), "")
        frame.border_title = framed(set_title(held.count, name, room - 1))
        at = self.list.chosen
        known = bool(desk.sides) or not desk.embedding.running
        state = state_in_words(desk, at) if known and at is not None and at < held.count else ""
        prefixed = "prefixed" if held.texts.query_prefix or held.texts.document_prefix else ""
        frame.border_subtitle = Text(in_room([state, prefixed], room) if held.count else "")
        views.border_title = Text(" | ".join(short(model) for model in desk.choice.models) or "no model")
        order = order_in_words(sorted_now=views.heat.ordered) if views.shows_heat else ""
        views.border_subtitle = Text(in_room([clean_line(desk.choice.note), order], views.size.width - _CORNERS))

    def _show_pictures(self) -> None:
        """Show the view in front, or why there is none."""
        if not self.is_mounted:
            return
        notice = self._desk.notice()
        had = bool(notice) and self._views.front.has_focus_within
        self._views.say(*notice)
        if had:
            self.list.focus()
        if not notice:
            self._pictures.show()
        self._show_frames()
        self._show_work()
        self.refresh_bindings()

    @property
    def _stops(self) -> str:
        """What the key does that stops: in a line of text it leaves that first."""
        typing = isinstance(self.screen.focused, Input | TextArea)
        return told("{embeddings.leave} leaves the box, then stops" if typing else "{embeddings.stop} stops")

    def _show_work(self) -> None:
        """Say how it stands."""
        desk = self._desk
        step, notice = desk.embedding.progress, desk.notice()
        if step is not None and step.progress is not None:
            embedding = desk.embedding
            words = progress_in_words(step.model, step.progress, embedding.waited_s, asking=not notice)
            self._views.show_work("Stopping …" if embedding.stopping else f"{words} · {self._stops}", "busy")
        elif words := self._pictures.work:
            self._views.show_work(f"{words} {self._stops}", "busy")
        elif desk.embedding.running:
            self._views.show_work(self._stops if notice else f"Looking in the store … {self._stops}", "busy")
        elif notice:
            # Why the run before has ended stays there while the notice says how the server is now.
            why = error_in_words(desk.broken) if desk.broken is not None else ""
            self._views.show_work("" if desk.says_broken(notice) else why, "bad")
        else:
            said = outcome_in_words(
                desk.sides, desk.embedding.missing, stopped=desk.stopped, can_ask=desk.can_ask, broken=desk.broken
            )
            failed = desk.broken is not None
            problem = self._pictures.problem
            self._views.show_work(" ".join(filter(None, (said, problem))), "bad" if failed or problem else "")

    def _embedded(self) -> None:
        """It has ended, one way or the other."""
        self._keep_time()
        if self._views.front_name == "facts":
            self._desk.measure_store()
        if any(side.error is not None for side in self._desk.sides):
            self.post_message(ServerDoubted())
        if not self.is_on_screen and self._desk.long:
            said = outcome_in_words(
                self._desk.sides,
                self._desk.embedding.missing,
                stopped=False,
                can_ask=self._desk.can_ask,
                broken=self._desk.broken,
            )
            self._say(said or "The texts are embedded.", "warning" if said else "information")
        self._show_all()

    def _bring(self, name: ViewName) -> None:
        """Bring a view to the front."""
        self._views.bring(name)
        self._desk.remember(view=name)
        if name == "facts":
            self._desk.measure_store()
        self._show_pictures()

"""The models pane as it looks: the list, the details, what is under way; what it is told and how it shows that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Static

from lmstudio_tui.features.models.order import LOADED_FIRST
from lmstudio_tui.features.models.saying import incapable
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.messages import Purpose, ServerDoubted
from lmstudio_tui.tui.panes.models.activity import Activity, ActivityStrip
from lmstudio_tui.tui.panes.models.details import ModelDetails
from lmstudio_tui.tui.panes.models.fetching import Downloads
from lmstudio_tui.tui.panes.models.frame_top import FrameTop
from lmstudio_tui.tui.panes.models.listing import Listing
from lmstudio_tui.tui.panes.models.loading import Loads
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.widgets.columns import Columns, Handle
from lmstudio_tui.tui.widgets.model_table import ModelTable
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.notifications import SeverityLevel
    from textual.timer import Timer
    from textual.widgets import Input

    from lmstudio_tui.features.models import RememberedModels
    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK, ModelSummary
    from lmstudio_tui.store.downloads import DownloadsFile
    from lmstudio_tui.tui.screens.load_model import LoadModel
    from lmstudio_tui.tui.typed import WidgetOptions

_SIDE_FROM = 100
"""Cells of the pane from which on the details stand beside the list."""


class ModelsView(Pane):
    """All models in a table that is filtered as one types.

    Args:
        downloads: in which downloads outlive the app.
        remembered: what a server had, by its base URL, for when it is away. May block.
        now: the time of day.
    """

    DEFAULT_CSS = """
    ModelsView {
        & #banner { display: none; height: auto; padding: 0 2; color: $text-warning; }
        & #banner.-some { display: block; }
        & #list { width: 1fr; }
        & #box {
            height: 1fr;
            border-left: round $border-blurred;
            border-right: round $border-blurred;
            border-bottom: round $border-blurred;
            border-subtitle-color: $text-muted;
            padding: 0 0 0 1;
        }
        & #list:focus-within #box {
            border-left: round $border;
            border-right: round $border;
            border-bottom: round $border;
        }
        & ModelDetails { display: none; width: 1fr; }
        &.-reading #list { display: none; }
        &.-reading ModelDetails { display: block; }
        &.-side #list { display: block; }
        &.-side ModelDetails { display: block; width: 25%; min-width: 34; max-width: 60; }
    }
    """

    def __init__(
        self,
        downloads: DownloadsFile,
        remembered: Callable[[str], RememberedModels | None],
        now: Callable[[], datetime],
        **options: Unpack[WidgetOptions],
    ) -> None:
        super().__init__(**options)
        self._client: LMStudioSDK | None = None
        self._remembered = remembered
        self._runs = Runs(self)
        self._listing = Listing(now)
        self._loads = Loads(self._runs, self._show_work, self._work_ended)
        self._downloads = Downloads(self._runs, downloads, now, self._show_work, self._work_ended)
        self._uses: dict[Purpose, str | None] = {}
        self._ticker: Timer | None = None
        self._working = (False, False)
        self._form: LoadModel | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="banner")
        with Columns(id="main"):
            with Vertical(id="list"):
                yield FrameTop()
                with Vertical(id="box"):
                    yield ModelTable(id="models-table")
            yield Handle()
            yield ModelDetails(id="details")
        yield ActivityStrip()

    def on_mount(self) -> None:
        """Look right before the first view of the server has come."""
        self._show_list()

    def on_unmount(self) -> None:
        """Nothing goes on without the pane."""
        self._runs.drop_all()

    @property
    def table(self) -> ModelTable:
        """The list."""
        return self.query_one(ModelTable)

    @property
    def _details(self) -> ModelDetails:
        return self.query_one(ModelDetails)

    @property
    def _top(self) -> FrameTop:
        return self.query_one(FrameTop)

    @property
    def _side(self) -> bool:
        """Whether the details stand beside the list."""
        return self.has_class("-side")

    # What it is told

    def use_client(self, client: LMStudioSDK) -> None:
        """Talk to another server from now on; loads are no longer waited for, and a line says which."""
        if self._client is not None:
            self._loads.leave(self._client.config.base_url)
        self._client = client
        self._downloads.use(client)
        self._recall(client.config.base_url)
        self._show_work()

    def show_server(self, view: ServerView) -> None:
        """Take note of the server's coming and going, and of what it has."""
        before = self._listing.view
        could = self._incapable
        changed = self._listing.see(view)
        self._downloads.show_online(view.online)
        if view.base_url != before.base_url:
            self._recall(view.base_url)
        if changed or view.base_url != before.base_url or view.presence is not before.presence:
            self._show_list(measure=changed or view.base_url != before.base_url)
            self._show_work()
        elif not view.online or not self._listing.entries:
            self._show_around(len(self._listing.rows))
        if could != self._incapable:
            self.refresh_bindings()

    @property
    def _incapable(self) -> tuple[str, ...]:
        """What the server cannot do, of that which the keys are for."""
        return tuple(one for one in ("model_load", "download") if incapable(self._listing.view, one))

    def use_model(self, model: str | None) -> None:
        """Mark the model that the chat asks."""
        self._mark_use("chat", model)

    def show_defaults(self, chat: str | None, embeddings: str | None) -> None:
        """Mark the models that are used, each for its purpose."""
        self._mark_use("chat", chat)
        self._mark_use("embeddings", embeddings)

    def arrive(self) -> None:
        """Put the cursor into the list, or back to where it was."""
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors or (focused is self._details and not self._details.display):
            (self._details if self.has_class("-reading") else self.table).focus()

    def at_stake(self) -> str:
        """Loads that are waited for. Downloads go on without the app."""
        loading = [clean_line(name) for name, words in self._loads.busy().items() if words.startswith("loading")]
        if not loading:
            return ""
        verb = "is" if len(loading) == 1 else "are"
        return f"{', '.join(loading)} {verb} being loaded: how that ends would not be seen."

    def _recall(self, base_url: str) -> None:
        """Look for what the server had, for as long as it tells nothing."""

        def work(emit: object, scope: CancelScope) -> RememberedModels | None:
            del emit, scope
            return self._remembered(base_url)

        def found(remembered: RememberedModels | None) -> None:
            if remembered is not None and self._listing.remember(base_url, remembered):
                self._show_list(measure=True)

        self._runs.start(work, finished=found, name="remembered models")

    # Showing

    def _show_list(self, *, measure: bool = False) -> None:
        listing = self._listing
        table = self.table
        if measure:
            table.measure(listing.entries)
        rows = listing.rows
        table.show_rows(rows, listing.order, listing.query.marks)
        self._show_around(len(rows))
        self._show_state()

    def _show_around(self, shown: int) -> None:
        """The title, the line over the list, and what stands in place of rows."""
        listing = self._listing
        self._top.show(listing.title(shown), stale=not listing.view.online)
        self.table.show_empty(listing.empty())
        banner = listing.banner()
        line = self.query_one("#banner", Static)
        if line.has_class("-some") != bool(banner) or (banner and str(line.content) != banner):
            line.update(Text(banner))
            line.set_class(bool(banner), "-some")
        order = listing.order
        arrow = "" if order.by == LOADED_FIRST and not order.reverse else f" {order.arrow}"
        self.query_one("#box").border_subtitle = f"{order.title}{arrow}"

    def _show_state(self) -> None:
        names: dict[Purpose, str] = {"embeddings": "embeddings", "chat": "chat"}
        uses: dict[str, str] = {}
        for purpose, model in self._uses.items():
            if model is not None:
                uses[model] = f"{uses[model]}, {names[purpose]}" if model in uses else f"← {names[purpose]}"
        stale = bool(self._listing.entries) and not self._listing.view.online
        self.table.show_state(stale=stale, busy=self._loads.busy(), uses=uses)
        self._show_details()
        if self._form is not None:
            self._form.follow()

    def _show_details(self) -> None:
        model = self._selected
        used = [purpose for purpose, name in self._uses.items() if model is not None and name == model.id]
        self._details.show(model, f"used for {' and '.join(used)}" if used else "")

    def _show_work(self) -> None:
        """What is under way, here and in the table."""
        activities = self._activities()
        self.query_one(ActivityStrip).show(activities)
        self._show_state()
        running = self._loads.running
        if running and self._ticker is None:
            self._ticker = self.set_interval(1.0, self._show_work)
        elif not running and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
        working = (running, any(one.can_dismiss for one in activities))
        if working != self._working:
            self._working = working
            self.refresh_bindings()

    def _activities(self) -> list[Activity]:
        return [*self._loads.activities(), *self._downloads.activities()]

    def _work_ended(self, remark: str) -> None:
        """A model came, went, or did not: the list is another one now."""
        if remark:
            self._say(remark)
        self.post_message(ServerDoubted())

    def _say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Say something in passing. It may hold a server's words, so that it is no markup."""
        self.notify(text, severity=severity, timeout=8 if severity == "warning" else 5, markup=False)

    def _mark_use(self, purpose: Purpose, model: str | None) -> None:
        if self._uses.get(purpose) != model:
            self._uses[purpose] = model
            self._show_state()

    def on_resize(self) -> None:
        """Put the details beside the list where there is room."""
        was = self._side
        self.set_class(self.size.width >= _SIDE_FROM, "-side")
        self.query_one(Columns).share_out()
        self.query_one(ActivityStrip).fit(self.size.height)
        if was != self._side and not self._side and self._details.has_focus:
            self.add_class("-reading")
        self.call_after_refresh(self._show_details)

    # What happens in it

    def on_model_table_highlighted(self) -> None:
        """The cursor is on another model."""
        self._show_details()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as one types."""
        event.stop()
        self._listing.ask(event.value)
        self._show_list()

    def on_filter_input_left(self) -> None:
        """Go from the filter to the list."""
        self.table.focus()

    def on_descendant_focus(self) -> None:
        """The frame lights up with the list, and the filter is there while the cursor is."""
        self._light()

    def on_descendant_blur(self) -> None:
        """The same when the cursor goes."""
        self._light()

    def _light(self) -> None:
        self._top.set_class(self.table.has_focus or self._top.filter.has_focus, "-lit")
        self._show_around(len(self._listing.rows))

    @property
    def _selected(self) -> ModelSummary | None:
        entry = self.table.entry
        return entry.model if entry is not None else None

    def _chosen(self) -> ModelSummary | None:
        """The model under the cursor; says so when there is none."""
        model = self._selected
        if model is None:
            self._say("There is no model under the cursor.", "warning")
        return model

"""The models pane: what the server has, what is in memory, and what is on its way there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from lmstudio_tui.features.models.columns import COLUMNS
from lmstudio_tui.features.models.order import LOADED_FIRST, ORDERS
from lmstudio_tui.features.models.saying import refusal
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.messages import CopyWanted, EmbeddingsWanted, ModelChosen, Purpose
from lmstudio_tui.tui.panes.models.activity import ActivityLine, ActivityStrip
from lmstudio_tui.tui.panes.models.view import ModelsView
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.screens.download_model import DownloadModel
from lmstudio_tui.tui.screens.load_model import LoadModel
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import BindingType
    from textual.screen import Screen

    from lmstudio_tui.sdk import LoadModelRequest, ModelSummary
    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.widgets.model_table import ModelTable

Result = TypeVar("Result")

_ALL = "\0all"
"""In the choice of an instance; no id of a server's can be this."""


class ModelsPane(ModelsView):
    """All models, and everything that can be done with them. The arguments are those of `ModelsView`."""

    where: ClassVar[Where] = "models"

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("models.details", "models.load", "models.unload", "models.download", "models.chat", "models.stop"),
        *bindings("models.dismiss", "models.filter", "models.sort", "models.reverse", "models.copy", "models.embed"),
        *bindings("models.try", "models.unload_all", "models.back"),
        # Instead of those that a server cannot do; the same keys.
        *(replace(one, action="refuse('model_load')", show=False) for one in bindings("models.load", "models.unload")),
        *(replace(one, action="refuse('model_load')", show=False) for one in bindings("models.unload_all")),
        *(replace(one, action="refuse('download')", show=False) for one in bindings("models.download")),
    ]

    # The mouse

    def on_model_table_opened(self) -> None:
        """A model was clicked twice."""
        self.action_details()

    def on_model_table_title_clicked(self, event: ModelTable.TitleClicked) -> None:
        """Sort by that column, or turn it round."""
        self._sort_by(event.column)

    def on_frame_edge_clicked(self) -> None:
        """The title was clicked."""
        self.action_filter()

    def on_activity_line_pressed(self, event: ActivityLine.Pressed) -> None:
        """Stop it, or put it away."""
        if event.activity.can_dismiss:
            self._dismiss(event.activity.id)
        else:
            self._loads.stop(event.activity.id)

    # Actions

    def _able(self, capability: str) -> bool:
        """Whether the server may be asked for that; says why when not."""
        refused = refusal(self._listing.view, capability)
        if refused or self._client is None:
            self._say(refused or "There is no connection to the server yet.", "warning")
            return False
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now. What a server cannot do is not offered, but its key says why."""
        match action:
            case "load" | "unload" | "unload_all":
                return "model_load" not in self._incapable
            case "download":
                return "download" not in self._incapable
            case "refuse":
                return parameters[0] in self._incapable
            case "stop":
                return self._loads.running
            case "dismiss_line":
                return any(one.can_dismiss for one in self._activities())
            case "details":
                return self.table.has_focus
            case _:
                return True

    def action_refuse(self, capability: str) -> None:
        """Say why the server cannot do that."""
        self._say(refusal(self._listing.view, capability), "warning")

    def _open(self, screen: Screen[Result], answered: Callable[[Result | None], None]) -> None:
        app_of(self).push_screen(screen, answered)

    def action_details(self) -> None:
        """Show the details, and put the cursor there."""
        if self._chosen() is None:
            return
        self.add_class("-reading")
        self._details.focus()
        self.call_after_refresh(self._show_details)

    def action_back(self) -> None:
        """From the details to the list; there, clear the filter."""
        if self.has_class("-reading") or not self.table.has_focus:
            self.remove_class("-reading")
            self.table.focus()
        elif self._top.filter.value:
            self._top.filter.value = ""

    def action_filter(self) -> None:
        """Go to the filter."""
        self.remove_class("-reading")
        self._top.add_class("-filtering")
        self._top.filter.focus()

    def action_sort(self) -> None:
        """Choose what to sort by."""
        options = [(LOADED_FIRST, "loaded first", "then by name")]
        options += [(column.id, column.title, "") for column in COLUMNS]

        def chosen(by: str | None) -> None:
            if by in ORDERS:
                self._sort_by(by)

        self._open(Choose("Sort by", options, self._listing.order.by), chosen)

    def action_reverse(self) -> None:
        """The other way round."""
        self._sort_by(self._listing.order.by)

    def _sort_by(self, by: str) -> None:
        self._listing.sort(self._listing.order.chosen(by))
        self._show_list()

    def action_copy_id(self) -> None:
        """Copy the model's id."""
        if (model := self._chosen()) is not None:
            self.post_message(CopyWanted(model.id, "model id"))

    def action_use(self, purpose: Purpose) -> None:
        """Use the model for something from now on."""
        model = self._chosen()
        if model is None:
            return
        name = clean_line(model.id)
        if purpose == "chat" and model.type == "embedding":
            self._say(f"{name} makes embeddings; it cannot chat. e uses it for embeddings.", "warning")
        elif purpose == "chat" and not model.can_chat:
            kind = clean_line(model.type or "unknown")
            self._say(f"{name} is of the type {kind}; it cannot chat. type:llm shows those that can.", "warning")
        elif purpose == "chat" or self._embeds(model):
            self.post_message(ModelChosen(model.id, purpose))

    def action_try_embedding(self) -> None:
        """Embed texts by the model, in the pane that is there for that."""
        model = self._chosen()
        if model is not None and self._embeds(model):
            self.post_message(EmbeddingsWanted(model.id))

    def _embeds(self, model: ModelSummary) -> bool:
        """Whether it may make embeddings; says so when not."""
        if model.type in {"embedding", None}:
            return True
        self._say(f"{clean_line(model.id)} is no embedding model. type:embedding shows those.", "warning")
        return False

    def action_load(self) -> None:
        """Choose how to load the model."""
        model = self._chosen()
        if model is None or not self._able("model_load"):
            return

        def now() -> ModelSummary:
            known = self._listing.find(model.id) or model
            loading = self._loads.loading(model.id) and not known.loaded
            return known.model_copy(update={"state": "loading"}) if loading else known

        self._form = LoadModel(now, lambda: refusal(self._listing.view, "model_load"), self._loads.asked_last(model.id))
        self._open(self._form, self._load)

    def _load(self, request: LoadModelRequest | None) -> None:
        self._form = None
        if request is not None and self._client is not None:
            self._loads.load(self._client, request)

    def action_unload(self) -> None:
        """Unload the model: its one instance, or the one that is chosen."""
        model = self._chosen()
        if model is None or not self._able("model_load"):
            return
        if not model.loaded and not model.instances:
            self._say(f"{clean_line(model.id)} is not loaded.", "warning")
            return
        instances = [one.id for one in model.instances] or [model.id]
        if len(instances) == 1:
            self._unload(model.id, instances)
            return
        options = [
            (one.id, one.id, f"{one.context_length:,} tokens" if one.context_length else "") for one in model.instances
        ]

        def chosen(instance: str | None) -> None:
            if instance is not None:
                self._unload(model.id, instances if instance == _ALL else [instance])

        options.append((_ALL, f"all {len(instances)} of them", ""))
        self._open(Choose("Unload which instance?", options), chosen)

    def action_unload_all(self) -> None:
        """Unload everything, when that is confirmed."""
        if not self._able("model_load"):
            return
        instances = self._in_memory()
        if not instances:
            self._say("No model is loaded.", "warning")
            return

        def confirmed(yes: bool | None) -> None:
            # What is in memory may have changed while the question stood there.
            if yes and self._able("model_load") and (now := self._in_memory()):
                self._unload("all models", now)

        some = "1 instance is" if len(instances) == 1 else f"{len(instances)} instances are"
        named = ", ".join(clean_line(one) for one in instances[:8]) + (" …" if len(instances) > 8 else "")
        question = f"{some} in memory: {named}. Whatever they are answering is cut off."
        self._open(Confirm("Unload all models?", question, "Unload"), confirmed)

    def _in_memory(self) -> list[str]:
        models = [entry.model for entry in self._listing.entries if entry.model.loaded]
        return [name for model in models for name in ([one.id for one in model.instances] or [model.id])]

    def _unload(self, model: str, instances: list[str]) -> None:
        if self._client is not None:
            self._loads.unload(self._client, model, instances)

    def action_download(self) -> None:
        """Ask what to download."""
        if not self._able("download"):
            return

        def asked(wanted: tuple[str, str | None] | None) -> None:
            if wanted is None:
                return
            there = self._downloads.find(*wanted)
            if there is None:
                self._downloads.begin(*wanted)
            else:
                self._say(f"{clean_line(wanted[0])} is being downloaded already.", "warning")
                self.query_one(ActivityStrip).go_to(there)

        self._open(DownloadModel(lambda: refusal(self._listing.view, "download")), asked)

    def action_stop(self) -> None:
        """Wait no longer for a load: the focused line's, else the model's under the cursor, else the last one."""
        line = self.query_one(ActivityStrip).focused_line
        model = self._selected
        if not (line is not None and self._loads.stop(line.id)):
            self._loads.stop(model=model.id if model is not None else None)

    def action_dismiss_line(self) -> None:
        """Put away the focused line, else the first that has ended, else the first at rest."""
        line = self.query_one(ActivityStrip).focused_line
        rest = sorted((one for one in self._activities() if one.can_dismiss), key=lambda one: not one.ended)
        wanted = line if line is not None and line.can_dismiss else next(iter(rest), None)
        if wanted is not None:
            self._dismiss(wanted.id)

    def _dismiss(self, activity_id: str) -> None:
        self._loads.dismiss(activity_id)
        if said := self._downloads.dismiss(activity_id):
            self._say(said)
        if not self._activities():
            self.table.focus()

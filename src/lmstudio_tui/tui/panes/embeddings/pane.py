"""The embeddings pane: what can be done in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.widgets import Input, TextArea

from lmstudio_tui.tui.commands import bindings, key_of
from lmstudio_tui.tui.panes.embeddings.doing import EmbeddingsDoing
from lmstudio_tui.tui.panes.embeddings.picturing import COLOURS
from lmstudio_tui.tui.panes.embeddings.set_desk import MOST
from lmstudio_tui.tui.panes.embeddings.view_tabs import VIEWS, ViewName
from lmstudio_tui.tui.panes.embeddings.words import added_in_words
from lmstudio_tui.vectors.values import METHODS, METRICS

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType
    from textual.widget import Widget

    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.panes.embeddings.entry_box import EntryBox
    from lmstudio_tui.tui.panes.embeddings.heat_map import HeatMap
    from lmstudio_tui.tui.panes.embeddings.nearest_view import NearestView
    from lmstudio_tui.tui.panes.embeddings.point_map import PointMap
    from lmstudio_tui.tui.panes.embeddings.text_list import TextList
    from lmstudio_tui.tui.panes.embeddings.view_tabs import ViewTabs

_IN_VIEWS: Final[dict[str, tuple[ViewName, ...]]] = {
    "metric": ("similarity", "nearest"),
    "order": ("similarity",),
    "method": ("map",),
    "colour": ("map",),
    "sweep": ("facts",),
    "copy": ("vector",),
}
"""The views in which something makes sense."""


class EmbeddingsPane(EmbeddingsDoing):
    """Texts, and everything that can be done with their vectors. The arguments are those of `EmbeddingsView`."""

    where: ClassVar[Where] = "embeddings"

    BINDINGS: ClassVar[list[BindingType]] = [
        # The footer shows them in this order, as far as there is room.
        *bindings("embeddings.leave", "embeddings.stop", "embeddings.back", "embeddings.embed", "embeddings.type"),
        *bindings("embeddings.metric", "embeddings.order", "embeddings.method", "embeddings.colour"),
        *bindings("embeddings.sweep", "embeddings.copy", "embeddings.sets", "embeddings.model"),
        *bindings("embeddings.file", "embeddings.file_typing", "embeddings.new", "embeddings.second"),
        *bindings("embeddings.prefixes", "embeddings.prefixes_typing", "embeddings.export"),
        *bindings("embeddings.export_typing", "embeddings.edit", "embeddings.delete", "embeddings.undo"),
        *(one for name in VIEWS for one in bindings(f"embeddings.{name}", f"embeddings.{name}_typing")),
        *bindings("embeddings.next_view", "embeddings.previous_view"),
        *bindings("embeddings.view_after", "embeddings.view_before"),
    ]

    _arrived: bool = False

    def arrive(self) -> None:
        """Put the cursor where texts are typed while there are none, else back to where it was."""
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            # At the start keys may have been typed ahead, however soon the set of last time is there: they are texts.
            if self._arrived and self._desk.held.count:
                self.list.focus()
            else:
                self.entry.focus()
        self._arrived = True

    # What happens in it

    def on_entry_box_entered(self, event: EntryBox.Entered) -> None:
        """Enter: add what was typed; what there is no room for is left in the box."""
        event.stop()
        count, offered = self._desk.add_pasted(event.text)
        if count < offered:
            self._warn(added_in_words(count, offered, MOST))
            self.entry.insert("\n".join(event.text.splitlines()[-(offered - count) :]))

    def on_entry_box_pasted(self, event: EntryBox.Pasted) -> None:
        """Several lines: add them at once."""
        event.stop()
        count, offered = self._desk.add_pasted(event.text)
        said = added_in_words(count, offered, MOST)
        if count < offered:
            self._warn(said)
        elif count:
            self._say(f"{said} {key_of('embeddings.undo')} takes {'it' if count == 1 else 'them'} out again.")

    def on_entry_box_files_dropped(self, event: EntryBox.FilesDropped) -> None:
        """Files: read them."""
        self._read(event.paths)

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted where nothing is typed is texts, too."""
        if not isinstance(self.screen.focused, Input | TextArea):
            event.stop()
            self.entry.focus()
            self.entry.take(event.text)

    def on_text_list_moved(self, event: TextList.Moved) -> None:
        """Look at another text."""
        event.stop()
        if event.index is not None:
            self._look_at(event.index)
        self._show_frames()

    def on_text_list_opened(self, event: TextList.Opened) -> None:
        """What is near to it?"""
        event.stop()
        self._find_like(event.index)

    def on_text_list_marked(self) -> None:
        """Esc takes marks away."""
        self.refresh_bindings()

    def on_heat_map_moved(self, event: HeatMap.Moved) -> None:
        """The text of the row is the one that one looks at."""
        event.stop()
        self._look_at(event.row, but=self.views.heat)

    def on_heat_map_opened(self, event: HeatMap.Opened) -> None:
        """What is near to the text of the row?"""
        event.stop()
        self._find_like(event.row)

    def on_point_map_moved(self, event: PointMap.Moved) -> None:
        """Look at that text."""
        event.stop()
        self._look_at(event.index, but=self.views.map)

    def on_point_map_opened(self, event: PointMap.Opened) -> None:
        """What is near to it?"""
        event.stop()
        self._find_like(event.index)

    def on_nearest_view_query_changed(self, event: NearestView.QueryChanged) -> None:
        """Nobody types any more."""
        event.stop()
        self._pictures.query(event.text)

    def on_nearest_view_sort_changed(self, event: NearestView.SortChanged) -> None:
        """Others may be the nearest by the other model."""
        event.stop()
        self._pictures.show()

    def on_nearest_view_moved(self, event: NearestView.Moved) -> None:
        """Look at that text."""
        event.stop()
        if event.index is not None:
            self._look_at(event.index)

    def on_nearest_view_opened(self, event: NearestView.Opened) -> None:
        """Look at its vector."""
        event.stop()
        self._look_at(event.index)
        self._bring("vector")

    def on_view_tabs_clicked(self, event: ViewTabs.Clicked) -> None:
        """Another view."""
        event.stop()
        self._bring(event.view)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Other keys make sense elsewhere, and Esc does something else where one types."""
        del event
        self.refresh_bindings()
        self._show_work()

    def actor(self, action: str) -> Widget:
        """Who does it: the pane, the view in front, or the list."""
        parts: tuple[Widget, ...] = (self, self.views.front, self.list)
        return next((part for part in parts if hasattr(part, f"action_{action}")), self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        del parameters
        if not self.is_mounted:
            return True
        if action in _IN_VIEWS:
            return self.views.front_name in _IN_VIEWS[action] and any(side.embedded for side in self._desk.sides)
        match action:
            case "leave_entry":
                return self.entry.has_focus
            case "stop":
                return self._busy and not self.entry.has_focus
            case "edit" | "delete":
                return self.list.chosen is not None
            case "undo":
                return self._desk.held.can_undo or bool(self._gone)
            case "embed":
                return self._desk.held.count > 0
            case "export":
                return any(side.embedded for side in self._desk.sides)
            case _:
                return hasattr(self, f"action_{action}")

    # Going about

    @property
    def _busy(self) -> bool:
        """Whether something is under way that Esc stops."""
        return self._desk.embedding.running or self._pictures.busy

    def action_leave_entry(self) -> None:
        """Leave the box for new texts; what is typed stays in it, and what is under way goes on."""
        self.list.focus()

    def action_stop(self) -> None:
        """Stop what is under way."""
        if self._desk.embedding.running:
            self._desk.stop()
        else:
            self._pictures.stop()
        self._show_all()

    def action_back(self) -> None:
        """Stop what is under way; else go back from the view, take marks away, go to the list."""
        if self._busy:
            self.action_stop()
            return
        if self.has_class("-slim") and self.has_class("-looking"):
            self.remove_class("-looking")
            self.call_after_refresh(self.list.focus)
        elif self.list.marked and self.list.has_focus_within:
            self.list.unmark()
        else:
            self.list.focus()
        self._show_all()

    def action_type(self) -> None:
        """Go to the box for new texts."""
        self.entry.focus()

    def action_view(self, name: str) -> None:
        """Show another view; a query can be typed at once, and the key of the view in front goes into it."""
        again = self.views.front_name == name
        if self.has_class("-slim") and not self.has_class("-looking"):
            self.add_class("-looking")
            self.call_after_refresh(self.views.take_keys)
        self._bring(next(one for one in VIEWS if one == name))
        if again or name == "nearest":
            self.views.take_keys()

    def action_turn(self, step: int) -> None:
        """Show the next view, or the one before."""
        at = VIEWS.index(self.views.front_name)
        self._bring(VIEWS[(at + step) % len(VIEWS)])

    # How the views are

    def action_metric(self) -> None:
        """Measure in another way."""
        at = METRICS.index(self._pictures.metric)
        self._pictures.metric = METRICS[(at + 1) % len(METRICS)]
        self._desk.remember(metric=self._pictures.metric)
        self._show_pictures()

    def action_order(self) -> None:
        """Sort the heat map, or no longer."""
        pictures = self._pictures
        # What was stopped before it was sorted is wanted again.
        pictures.sorted = not (self.views.heat.ordered or (pictures.sorted and pictures.busy))
        pictures.again()
        self._desk.remember(sorted=pictures.sorted)
        self._show_pictures()

    def action_method(self) -> None:
        """Make the map in another way."""
        at = METHODS.index(self._pictures.method)
        self._pictures.method = METHODS[(at + 1) % len(METHODS)]
        self._pictures.again()
        self._show_pictures()

    def action_colour(self) -> None:
        """Let the colours of the map say something else."""
        at = COLOURS.index(self._pictures.colour)
        self._pictures.colour = COLOURS[(at + 1) % len(COLOURS)]
        self._pictures.again()
        self._show_all()

    def action_sweep(self) -> None:
        """Measure how quickly batches of each size are embedded."""
        if self._pictures.stop():
            return
        job, client = self._desk.shown, self._desk.client
        if client is None or job is None:
            self._warn("There is no server to measure.")
            return
        self._pictures.sweeping.start(client, job, self._desk.sides)

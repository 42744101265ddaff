"""The images pane: what can be done in it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.features.service_view import Ability
from lmstudio_tui.sdk.types.images import ImageRequest
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.panes.images.handing import look, save
from lmstudio_tui.tui.panes.images.picker import choose_model, choose_size
from lmstudio_tui.tui.panes.images.rows import made_together
from lmstudio_tui.tui.panes.images.view import ImagesView
from lmstudio_tui.tui.widgets.frame_keys import press_key_of

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType
    from textual.widget import Widget
    from textual.widgets import Input

    from lmstudio_tui.store.media.records import ImageRecord
    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.panes.images.fields import FieldInput
    from lmstudio_tui.tui.panes.images.thumbnails import Thumbnails
    from lmstudio_tui.tui.panes.images.view import FilterInput

_SEEDS = 2**31
_ON_AN_IMAGE = frozenset({"use_prompt", "again", "another", "save", "copy_path", "copy_prompt", "delete"})


class ImagesPane(ImagesView):
    """Making images, and everything that can be done with them. The arguments are those of `ImagesView`."""

    where: ClassVar[Where] = "images"

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("images.make", "images.back", "images.open", "images.prompt", "images.again", "images.another"),
        *bindings("images.save", "images.copy", "images.copy_prompt", "images.delete", "images.undo"),
        *bindings("images.filter", "images.model", "images.size", "images.previous", "images.next"),
    ]

    # What happens in it

    def on_image_form_make_wanted(self) -> None:
        """Enter in the prompt, or in a field."""
        self.action_make()

    def on_make_button_pressed(self) -> None:
        """The button: begin, or end."""
        if self._making.running:
            self._making.stop()
            self._show_work()
        else:
            self.action_make()

    def on_field_input_list_wanted(self, event: FieldInput.ListWanted) -> None:
        """The list of a field."""
        event.stop()
        if event.name == "model":
            self.action_choose_model()
        else:
            self.action_choose_size()

    def on_record_list_moved(self) -> None:
        """The cursor is on another image."""
        self._show_chosen()
        self.refresh_bindings()

    def on_record_list_opened(self) -> None:
        """A double click."""
        self.action_open()

    def on_thumbnails_chosen(self, event: Thumbnails.Chosen) -> None:
        """A small one was clicked."""
        self.list.choose(event.image_id)

    def on_click(self, event: events.Click) -> None:
        """What the frame of the list says of its key can be clicked."""
        press_key_of(self.query_one("#history"), event, self.list)

    def on_preview_clicked(self) -> None:
        """The large one was clicked."""
        self.action_open()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed."""
        event.stop()
        self._show_list()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Into the list, with the filter as it is."""
        event.stop()
        self.list.focus()

    def on_filter_input_stepped(self, event: FilterInput.Stepped) -> None:
        """The arrows walk through the list while the cursor is in the filter."""
        event.stop()
        self.list.action_move(event.step)

    def on_descendant_focus(self) -> None:
        """Other keys make sense elsewhere."""
        self.refresh_bindings()

    # Making

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        del parameters
        if not self.is_mounted:
            return True
        if action in _ON_AN_IMAGE:
            return self.list.chosen is not None
        match action:
            case "open" | "turn":
                return self.list.has_focus and self.list.chosen is not None
            case "undo":
                return self._album.can_undo
            case "filter":
                return bool(self._album.records)
            case _:
                return True

    def actor(self, action: str) -> Widget:
        """The list moves its own cursor."""
        return self if hasattr(self, f"action_{action}") else self.list

    def action_make(self) -> None:
        """Make what the form says."""
        if not self._busy() and (request := self.form.request()) is not None:
            self._begin(request)

    def _busy(self) -> bool:
        if self._making.running:
            self._warn(told("Images are being made; {images.back} stops that."))
        return self._making.running

    def _begin(self, request: ImageRequest) -> None:
        if self._client is None:
            words = self._words
            tone = "bad" if words.ability is Ability.NO else ""
            self._show_work(" ".join(filter(None, (words.line, words.next_step))), tone)
            return
        if request.model is None and self._artist is not None:
            request = request.model_copy(update={"model": self._artist})
        self._watched = self.list.chosen.id if self.list.chosen is not None else None
        self._making.start(self._client, request)
        self.form.show_making(True)
        self._show_work()
        self.refresh_bindings()

    def action_again(self) -> None:
        """Make it once more as it was."""
        record = self._chosen()
        if record is not None and record.seed is None:
            self._say("Nobody knows its seed, so the server chooses one.")
        if record is not None:
            self._repeat(record, record.seed)

    def action_another(self) -> None:
        """Make it with another seed."""
        if (record := self._chosen()) is not None:
            self._repeat(record, secrets.randbelow(_SEEDS))

    def _repeat(self, record: ImageRecord, seed: int | None) -> None:
        if not record.prompt.strip():
            self._warn("Nobody knows its prompt any more.")
        elif not self._busy():
            self._begin(ImageRequest(prompt=record.prompt, model=record.model, size=_size(record), seed=seed))

    def action_back(self) -> None:
        """Stop; else from the filter to the list without it; from the form to the list, and back."""
        if self._making.running:
            self._making.stop()
            self._show_work()
        elif self.filter.has_focus or (self.list.has_focus and self.filter.value):
            self.filter.value = ""
            self.remove_class("-filtering")
            self.list.focus()
            self._show_list()
        elif self.list.has_focus or not self._album.records:
            self.form.prompt.focus()
        else:
            self.list.focus()

    def action_choose_size(self) -> None:
        """Choose among the common sizes."""
        choose_size(self, self.form.value("size"), lambda size: self._take("size", size))

    def action_choose_model(self) -> None:
        """Choose among the models of the server."""
        models = self._service.view.models if self._service is not None else ()
        choose_model(self, models, self.form.value("model"), lambda model: self._take("model", model))

    def _take(self, name: str, value: str) -> None:
        self.form.fill(name, value)
        self.form.query_one(f"#{name}").focus()

    # With the chosen one

    def _chosen(self) -> ImageRecord | None:
        """The chosen image; says so when there is none."""
        if self.list.chosen is None:
            self._warn("There is no image under the cursor.")
        return self.list.chosen

    def action_filter(self) -> None:
        """Go to the filter."""
        self.add_class("-filtering")
        self.filter.focus()
        self._show_list()

    def action_turn(self, step: int) -> None:
        """Go to the next of those that were made at once."""
        record = self.list.chosen
        if record is None:
            return
        together = made_together(record, self.list.shown)
        at = [one.id for one in together].index(record.id) + step
        if 0 <= at < len(together):
            self.list.choose(together[at].id)

    def action_open(self) -> None:
        """Look at it alone."""
        if (record := self._chosen()) is not None:
            look(self, record, made_together(record, self.list.shown), self._way)

    def action_use_prompt(self) -> None:
        """Put its prompt and settings into the form."""
        if (record := self._chosen()) is not None:
            self.form.use(record)
            self.form.prompt.focus()

    def action_save(self) -> None:
        """Write it to a file that is named now."""
        if (record := self._chosen()) is not None:
            save(self, self._runs, record)

    def action_copy_path(self) -> None:
        """Copy where the file is."""
        if (record := self._chosen()) is not None:
            self.post_message(CopyWanted(str(record.path), "path of the image"))

    def action_copy_prompt(self) -> None:
        """Copy the prompt."""
        if (record := self._chosen()) is not None:
            self.post_message(CopyWanted(record.prompt, "prompt"))

    def action_delete(self) -> None:
        """Take it away."""
        if (record := self._chosen()) is not None:
            self._album.remove(record)
            self._say(told("The image is deleted. {images.undo} brings it back."))

    def action_undo(self) -> None:
        """Bring back the one that was taken away last."""
        record = self._album.undo()
        if record is None:
            self._say("There is nothing to bring back.")
        else:
            self._reveal(record)
            self._say("The image is back.")


def _size(record: ImageRecord) -> str | None:
    """As it was asked for; None when that could not be asked for again."""
    try:
        return ImageRequest(prompt="any", size=record.size).size
    except ValueError:
        return None

"""The form for one server: its name, its address, where its key comes from, its models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, RadioButton, RadioSet, Static

from lmstudio_tui.features.profiles import KeyKind, ProfileDraft, ProfileError
from lmstudio_tui.features.server_trial import Trial, try_server
from lmstudio_tui.sdk import RequestCancelledError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, moves, told
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.tick import Tick
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.features.profiles import Profiles
    from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioSDK

_FIELDS = {
    "name": ("Name", "box"),
    "base_url": ("Address", "http://127.0.0.1:1234"),
    "key_text": ("", ""),
    "default_model": ("Model", "the one to ask there; else a loaded one"),
    "default_embedding_model": ("Embeddings", "the model to embed with"),
    "audio_base_url": ("Audio at", "the same server"),
    "images_base_url": ("Images at", "the same server"),
}
_KINDS: dict[KeyKind, tuple[str, str, str]] = {
    "none": ("none", "", ""),
    "typed": ("typed", "The key", "kept in config.toml, readable by you alone"),
    "variable": ("variable", "Variable", "the name of an environment variable, such as BOX_KEY"),
    "command": ("command", "Command", "a command line that prints the key, such as: pass show box"),
}


_SLIM_BELOW: Final = 74
"""Columns of the terminal."""


class _Choice(RadioButton):
    """Tells by its mark whether it is chosen, and not by its colour alone."""

    def render(self) -> Content:
        """The mark as it has to be now, and the label."""
        self.BUTTON_INNER = "●" if self.value else " "
        return super().render()


class ProfileEditor(Dialog[str | None]):
    """Saves a profile and gives its name, or None when nothing was saved.

    A key that is there already is never shown and never read: left empty, it stays.

    Args:
        profiles: where it is saved.
        connect: makes a client, for trying it. Called in a thread.
        draft: what the form shows at first.
        was: as `draft_of` gave it; None for a new profile.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "profile.save", "profile.test"),
        *moves(up="app.focus_previous", down="app.focus_next"),
    ]
    AUTO_FOCUS = "#name"

    DEFAULT_CSS = """
    ProfileEditor {
        & > .frame { max-width: 92; max-height: 95%; padding: 1 2 0 2; }
        & .row { height: auto; }
        & .row > .label { width: 13; height: 1; color: $text-muted; }
        & .row Input, & .row Input:focus { width: 1fr; background: $panel; padding: 0 1; margin: 0; }
        & .row Input:focus { background: $boost; }
        & .wrong, & #allow_wrong { color: $text-error; padding: 0 0 0 13; height: auto; display: none; }
        & .wrong.-shown { display: block; }
        & RadioSet, & RadioSet:focus { layout: horizontal; width: 1fr; height: 1; border: none; padding: 0; }
        & RadioSet, & RadioSet:focus { background: transparent; }
        & RadioSet > RadioButton { width: auto; margin-right: 2; background: transparent; }
        & RadioSet:blur > RadioButton.-selected > .toggle--label { background: transparent; }
        & RadioSet > RadioButton.-on > .toggle--label { text-style: bold; }
        & Tick { width: 1fr; margin-left: 13; display: none; }
        & Tick.-shown { display: block; }
        & #buttons { height: 1; margin-top: 1; align-horizontal: right; }
        & #buttons Button { margin-left: 2; min-width: 10; }
        &.-slim Tick { margin-left: 0; }
        &.-slim RadioSet, &.-slim RadioSet:focus { layout: grid; grid-size: 2; grid-rows: 1; height: 2; }
        & #note { height: auto; min-height: 2; margin-top: 1; }
    }
    """

    def __init__(
        self,
        profiles: Profiles,
        connect: Callable[[ClientConfig], LMStudioSDK],
        draft: ProfileDraft,
        was: ProfileDraft | None,
    ) -> None:
        super().__init__()
        self._profiles = profiles
        self._connect = connect
        self._first = draft
        self._was = was
        self._kind: KeyKind = draft.key_kind
        self._key_texts = dict.fromkeys(_KINDS, "") | {draft.key_kind: draft.key_text}
        self._wrong: dict[str, str] = {}
        self._touched: set[str] = {"base_url", "key_text"} if was or draft.base_url else set()
        self._runs = Runs(self)
        self._checking: Run[None, Any] | None = None
        self._trying: Run[None, Any] | None = None
        self._saving = False

    def on_resize(self) -> None:
        """The kinds of keys stand in two rows where one is too short for them."""
        self.set_class(app_of(self).size.width < _SLIM_BELOW, "-slim")

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="frame", can_focus=False) as frame:
            frame.border_title = f"Server {clean_line(self._was.name)}" if self._was else "A new server"
            frame.border_subtitle = told(
                "{profile.save} save   {profile.test} test   Tab next field   {dialog.leave} back"
            )
            for name, (label, placeholder) in _FIELDS.items():
                if name == "key_text":
                    with Horizontal(classes="row"):
                        yield Static("Key", classes="label")
                        with RadioSet(id="key_kind"):
                            for kind, (word, _, _) in _KINDS.items():
                                yield _Choice(word, value=kind == self._kind, id=f"kind_{kind}")
                with Horizontal(classes="row", id=f"row_{name}"):
                    yield Static(label, classes="label")
                    yield LineInput(getattr(self._first, name), placeholder=placeholder, id=name)
                yield Label(classes="wrong", id=f"wrong_{name}")
            yield Tick("", value=self._first.allow, id="allow")
            yield Label(classes="wrong", id="wrong_allow")
            yield Static(id="note")
            with Horizontal(id="buttons"):
                yield Button("Test", id="do_test", compact=True)
                yield Button("Back", id="do_leave", compact=True)
                yield Button("Save", id="do_save", compact=True, variant="primary")

    def on_mount(self) -> None:
        """Show the key's field as it has to be, and look at the draft for the first time."""
        self._show_key()
        self._check()

    def on_unmount(self) -> None:
        """End whatever is under way."""
        self._runs.drop_all()

    @property
    def draft(self) -> ProfileDraft:
        """The profile as the form has it."""
        texts = {name: self.query_one(f"#{name}", Input).value.strip() for name in _FIELDS}
        if self._kind == "none":
            texts["key_text"] = ""
        allow = self.query_one(Tick).value
        return ProfileDraft(key_kind=self._kind, allow=allow, **cast("dict[str, Any]", texts))

    @property
    def changed(self) -> bool:
        """Whether there is something to save."""
        return self.draft != self._first

    # As it is typed

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check it."""
        self._edited(event.input.id or "")

    def on_checkbox_changed(self) -> None:
        """Check it."""
        self._edited("allow")

    def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        """Another way to give the key: its text is another, too."""
        kind = cast("KeyKind", (event.pressed.id or "").removeprefix("kind_"))
        if kind == self._kind:
            return
        field = self.query_one("#key_text", Input)
        self._key_texts[self._kind] = field.value
        self._kind = kind
        self._show_key()
        self._touched.discard("key_text")
        self._check()

    def _show_key(self) -> None:
        _, label, placeholder = _KINDS[self._kind]
        row, field = self.query_one("#row_key_text"), self.query_one("#key_text", Input)
        row.display = self._kind != "none"
        row.query_one(Static).update(label)
        field.password = self._kind == "typed"
        kept = self._kind == "typed" and self._was is not None and self._was.key_kind == "typed"
        field.placeholder = "unchanged; type to replace it" if kept else placeholder
        with field.prevent(Input.Changed):
            field.value = self._key_texts[self._kind]

    def _edited(self, name: str) -> None:
        self._touched.add(name)
        if self._trying is None:
            self._note("")
        self._check()

    def _check(self) -> None:
        """Have the draft looked at, in a thread."""
        draft = self.draft

        def look(emit: object, scope: CancelScope) -> tuple[dict[str, str], list[str]] | ProfileError:
            del emit, scope
            try:
                return self._profiles.check(draft, self._was), self._profiles.hosts_of(draft)
            except ProfileError as error:
                return error

        if self._checking is not None:
            self._checking.drop()
        self._checking = self._runs.start(look, finished=self._checked, name="check")

    def _checked(self, result: tuple[dict[str, str], list[str]] | ProfileError) -> None:
        if isinstance(result, ProfileError):
            self._note(result.message, result.hint, "$text-error")
            return
        self._wrong, hosts = result
        allow = self.query_one(Tick)
        allow.label = Content(f"prompts may leave this machine, for {clean_line(' and '.join(hosts))}")
        allow.set_class(bool(hosts), "-shown")
        self._show_wrong()

    def _show_wrong(self) -> None:
        """Show what is wrong beside the fields that were touched: an empty form is no list of mistakes."""
        for name in (*_FIELDS, "allow"):
            label = self.query_one(f"#wrong_{name}", Label)
            sentence = self._wrong.get(name, "") if name in self._touched or name == "allow" else ""
            label.update(Content(clean_line(sentence)))
            label.set_class(bool(sentence), "-shown")

    def on_input_submitted(self) -> None:
        """Go on to the next field."""
        self.focus_next()

    # Saving, trying, leaving

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """As the keys do."""
        {"do_test": self.action_test, "do_leave": self.action_leave, "do_save": self.action_save}[
            event.button.id or ""
        ]()

    def action_save(self) -> None:
        """Check it once more, write it, and close."""
        if self._saving:
            return
        draft = self.draft

        def write(emit: object, scope: CancelScope) -> dict[str, str] | ProfileError:
            del emit, scope
            try:
                wrong = self._profiles.check(draft, self._was)
                if not wrong:
                    self._profiles.save(draft, self._was)
            except ProfileError as error:
                return error
            return wrong

        def written(result: dict[str, str] | ProfileError) -> None:
            self._saving = False
            if isinstance(result, ProfileError):
                self._note(result.message, result.hint, "$text-error")
            elif result:
                self._refuse(result)
            else:
                self.dismiss(draft.name)

        self._saving = True
        self._runs.start(write, finished=written, name="save")

    def _refuse(self, wrong: dict[str, str]) -> None:
        """Show all that is wrong, with the cursor on the first of it."""
        self._wrong = wrong
        self._touched |= wrong.keys()
        self._show_wrong()
        first = next((name for name in (*_FIELDS, "allow") if name in wrong), None)
        if first is None:
            self._note(next(iter(wrong.values())), "", "$text-error")
        else:
            self.query_one("#key_kind" if first == "key_text" and self._kind == "none" else f"#{first}").focus()

    def action_test(self) -> None:
        """Try the server as the form has it."""
        draft = self.draft

        def ask(emit: object, scope: CancelScope) -> Trial | None:
            del emit
            try:
                return try_server(self._connect, lambda: self._profiles.config_of_draft(draft, self._was), scope)
            except RequestCancelledError:
                return None

        self._stop()
        self._trying = self._runs.start(ask, finished=self._tried, crashed=self._broke, name="trial")
        self._note("Asking …", told("{dialog.leave} stops it."))

    def _tried(self, trial: Trial | None) -> None:
        self._trying = None
        if trial is not None:
            mark = "● " if trial.answered else "✗ "
            self._note(mark + trial.told, trial.more, "$text-success" if trial.answered else "$text-error")

    def _broke(self, error: BaseException) -> None:
        self._trying = None
        self._note(f"That did not work ({type(error).__name__}).", "", "$text-error")

    def _stop(self) -> None:
        if self._trying is not None:
            self._trying.drop()
            self._trying = None

    def _note(self, text: str, more: str = "", style: str = "") -> None:
        parts = [(clean_line(text), style), *([(f"\n{clean_line(more)}", "dim")] if more else [])]
        note = self.query_one("#note", Static)
        note.update(Content.assemble(*parts))
        if text:
            self.call_after_refresh(note.scroll_visible, animate=False)

    def action_leave(self) -> None:
        """End the test, else close it; what is not saved is asked about first."""
        if self._trying is not None:
            self._stop()
            self._note("Stopped.")
        elif self.changed:
            question = "What was changed here is not saved."
            app_of(self).push_screen(Confirm("Discard it?", question, "Discard", "Keep editing"), self._discard)
        else:
            self.dismiss(None)

    def _discard(self, yes: bool | None) -> None:
        if yes:
            self.dismiss(None)

"""The chat pane: conversations, their parameters, and what can be done with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.features.history.exporting import FORMATS, file_name
from lmstudio_tui.store.library.records import Preset
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.messages import ModelChosen, ModelWanted, SaveWanted
from lmstudio_tui.tui.panes.chat.desk import Undo
from lmstudio_tui.tui.panes.chat.shelf import Shelf, take_in
from lmstudio_tui.tui.panes.chat.slashing import SlashRunner
from lmstudio_tui.tui.panes.chat.voiced import VoicedPane
from lmstudio_tui.tui.widgets.parameters_panel import ParametersPanel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App
    from textual.binding import BindingType
    from textual.widget import Widget

    from lmstudio_tui.features.history.exporting import Format
    from lmstudio_tui.store.library.records import Conversation, Loaded
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.widgets.composer import Composer


class ChatPane(VoicedPane):
    """Conversations, several at a time. What was open is open again at the next start."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("chat.model", "chat.new", "chat.list", "chat.undo", "chat.parameters", "chat.attach", "chat.tools"),
        *bindings("chat.next_tab", "chat.previous_tab", "chat.close_tab", "chat.compare", "chat.export"),
        *bindings("chat.record", "chat.speak", "chat.to_speech"),
    ]

    DEFAULT_CSS = """
    ChatPane.-parameters ParametersPanel { width: 40; }
    .-narrow ChatPane.-parameters, .-tiny ChatPane.-parameters {
        & #tabs { display: none; }
        & ParametersPanel { width: 1fr; }
    }
    """

    def __init__(self, services: Services, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(services, id=id)
        self._slash = SlashRunner(self)

    # Parameters

    def use_parameters(self, parameters: Parameters) -> None:
        """Ask with these from now on, in the conversation in front."""
        self.view.use_parameters(parameters)
        self._show_parameters()

    @property
    def _panel(self) -> ParametersPanel | None:
        """The parameters, where they are shown. They are made when they are first wanted."""
        return next((panel for panel in self.query(ParametersPanel) if panel.display), None)

    def _show_parameters(self) -> None:
        if self._panel is not None:
            self._panel.show(self.view.parameters, self.desk.presets, {}, of=self.view.conversation.id)

    async def action_parameters(self) -> None:
        """Show or hide the parameters."""
        if self._panel is not None:
            self._panel.display = False
            self.remove_class("-parameters")
            self.view.arrive()
            return
        if not self.query(ParametersPanel):
            await self.query_one("#side-by-side").mount(ParametersPanel())
        panel = self.query_one(ParametersPanel)
        panel.display = True
        self.add_class("-parameters")
        self._show_parameters()
        panel.focus_filter()

    async def on_parameters_panel_panel_closed(self) -> None:
        """It was left."""
        await self.action_parameters()

    def on_parameters_panel_parameters_changed(self, event: ParametersPanel.ParametersChanged) -> None:
        """Ask with others from now on, in the conversation that they were typed for."""
        for tab in self.tabs:
            if tab.view is not None and tab.conversation.id == event.of:
                tab.view.use_parameters(event.parameters)

    def on_parameters_panel_preset_used(self, event: ParametersPanel.PresetUsed) -> None:
        """A preset was chosen."""
        self.use_preset(event.name)

    def on_parameters_panel_preset_saved(self, event: ParametersPanel.PresetSaved) -> None:
        """The parameters are to have a name."""
        self.save_preset(event.name, event.parameters)

    def on_parameters_panel_preset_deleted(self, event: ParametersPanel.PresetDeleted) -> None:
        """A preset is to go."""
        self.delete_preset(event.name)

    def use_preset(self, name: str) -> bool:
        """Ask with the parameters of that name; False when there are none."""
        preset = self.desk.preset(name)
        if preset is None:
            return False
        before, conversation = self.view.parameters, self.view.conversation.id

        def back() -> None:
            if (view := self.desk.views.get(conversation)) is not None:
                view.use_parameters(before)

        self.desk.undos.append(Undo("The parameters are as before.", back))
        self.view.use_parameters(Parameters.from_json(preset.parameters))
        self._show_parameters()
        return True

    def save_preset(self, name: str, parameters: Parameters) -> None:
        """Keep parameters by name."""
        preset = Preset(name, parameters.to_json())
        self.desk.library.save_preset(preset)
        self._use_presets([*(one for one in self.desk.presets if one.name != name), preset])

    def delete_preset(self, name: str) -> None:
        """Forget parameters; it can be undone."""
        gone = self.desk.preset(name)
        if gone is not None:
            self.desk.library.delete_preset(name)
            back = gone
            self.desk.undos.append(
                Undo(
                    f"The preset {name} is back.", lambda: self.save_preset(name, Parameters.from_json(back.parameters))
                )
            )
            self._use_presets([one for one in self.desk.presets if one.name != name])

    def _use_presets(self, presets: list[Preset]) -> None:
        self.desk.presets = tuple(sorted(presets, key=lambda one: one.name.casefold()))
        self._show_context()
        self._show_parameters()

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        del parameters
        match action:
            case "choose_model":
                return self.desk.server.online
            case "undo_last":
                return bool(self.desk.undos)
            case "tab" | "close_tab":
                return len(self._tabs) > 1 or (action == "close_tab" and self._front is not None)
            case "export":
                return self._front is not None and bool(self.thread.path)
            case "compare":
                return self.desk.server.online
            case _:
                return super().check_action(action, ())

    def actor(self, action: str) -> Widget:
        """Who does what the catalogue calls so: the pane, or the conversation in front."""
        return self if hasattr(self, f"action_{action}") or self._front is None else self.view

    def action_choose_model(self) -> None:
        """Ask for a model."""
        self.post_message(ModelWanted())

    def action_undo_last(self) -> None:
        """Bring back what was deleted or closed last."""
        self.notify(self.desk.undo(), timeout=3)
        self.refresh_bindings()

    # Other screens

    def action_conversations(self) -> None:
        """Show the conversations."""
        from lmstudio_tui.tui.screens.conversations import Conversations

        shelf = Shelf(self)

        async def go(chosen: tuple[str, str | None, str] | None) -> None:
            if chosen is None:
                self.view.arrive()
                return
            conversation = shelf.conversation(chosen[0])
            if conversation is not None:
                await self.open(conversation, find=chosen[2])

        here = self.view.conversation.id
        self._open(Conversations(shelf, here, interrupted=shelf.interrupted, now=self.desk.now), go)

    def action_export(self) -> None:
        """Write the conversation in front to a file."""
        self.choose_export(self.view.loaded)

    def choose_export(self, loaded: Loaded) -> None:
        """Ask for the format, and write a conversation to a file."""
        from lmstudio_tui.tui.screens.choose import Choose

        formats = [
            ("md", "Markdown", "for people: the branch that is shown"),
            ("json", "JSON", "everything, to be read again: all branches, parameters, attachments"),
            ("html", "HTML", "one page to look at, in light and dark"),
        ]

        def write(chosen: str | None) -> None:
            for ending in FORMATS:
                if ending == chosen:
                    self.export(loaded, ending)

        self._open(Choose("Export as", formats), write)

    def export(self, loaded: Loaded, ending: Format = "md", path: Path | None = None) -> None:
        """Write a conversation to a file, as the ending says: md, json or html."""

        def make(emit: object, scope: object) -> str:
            del emit, scope
            from lmstudio_tui.features.history.exporting import export

            return export(loaded, ending, blob=self.desk.library.blob)

        def save(text: str) -> None:
            name = path or Path(file_name(loaded.conversation, ending))
            self.post_message(SaveWanted(text, f"conversation as {ending}", name))

        self.runs.start(make, finished=save, name="export")

    def action_import(self) -> None:
        """Read conversations from a file."""
        from lmstudio_tui.tui.screens.attach_file import AttachFile

        def read(paths: list[Path] | None) -> None:
            if paths:
                self.import_files(paths)

        self._open(AttachFile(title="Import", take="Import"), read)

    def import_files(self, paths: Sequence[Path]) -> None:
        """Read conversations from files; the last one is opened."""

        def read(emit: object, scope: object) -> tuple[list[Conversation], list[str]]:
            del emit, scope
            return take_in(paths, self.desk.library, self.desk.now().timestamp())

        def tell(found: tuple[list[Conversation], list[str]]) -> None:
            conversations, complaints = found
            for sentence in complaints:
                self.notify(sentence, severity="error")
            if conversations:
                count = "One conversation" if len(conversations) == 1 else f"{len(conversations)} conversations"
                self.notify(f"{count} read.", timeout=4)
                self.call_later(self.open, conversations[-1])
                self._list_again()

        self.runs.start(read, finished=tell, name="import")

    def _list_again(self) -> None:
        """The list of conversations, where it is open, shows what has come."""
        from lmstudio_tui.tui.screens.conversations import Conversations

        app: App[object] = self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - as it is
        for screen in app.screen_stack:
            if isinstance(screen, Conversations):
                screen.look_again()

    def action_attach(self) -> None:
        """Send a file along; where some are, look at them, and take them out again."""
        if self.view.attached:
            self._choose_attached()
        else:
            self._choose_file()

    def _choose_attached(self) -> None:
        from lmstudio_tui.tui.screens.choose import Choose

        ways = [
            ("more", "Attach another file", ""),
            ("look", "Look at what is attached", "and take it out there"),
            ("none", "Send nothing along", ""),
        ]

        def go(way: str | None) -> None:
            if way == "more":
                self._choose_file()
            elif way == "look":
                self.view.look_at_attached()
            elif way == "none":
                self.view.detach()

        self._open(Choose("Attached to the next prompt", ways), go)

    def _choose_file(self) -> None:
        from lmstudio_tui.tui.screens.attach_file import AttachFile

        def take(paths: list[Path] | None) -> None:
            if paths:
                self.view.attach_paths(paths)

        self._open(AttachFile(), take)

    def action_tools(self) -> None:
        """Choose what the model may call."""
        from lmstudio_tui.features.tools import Approvals, load_tools
        from lmstudio_tui.tui.screens.choose_tools import ChooseTools

        folder = self.desk.tools_folder

        def take(names: frozenset[str] | None) -> None:
            if names is not None:
                self.view.use_tools(tuple(sorted(names)))

        chosen = ChooseTools(folder, lambda: load_tools(folder), self.view.tools, Approvals(self.desk.approvals_file))
        self._open(chosen, take)

    def action_rename(self) -> None:
        """Ask for another title."""
        from lmstudio_tui.tui.screens.rename import title_entry

        def take(title: str | None) -> None:
            if title:
                self.view.rename(title)

        self._open(title_entry(self.view.conversation.title), take)

    def action_compare(self) -> None:
        """Ask several models the same."""
        self.compare(())

    def compare(self, models: tuple[str, ...]) -> None:
        """Ask these models the same, or those that are chosen there."""
        from lmstudio_tui.features.chat.compare import parameters_after, thread_after
        from lmstudio_tui.features.chat.titles import title_of
        from lmstudio_tui.tui.screens.compare import CompareResult, CompareScreen
        from lmstudio_tui.tui.widgets.composer import Composer

        view, desk, composer = self.view, self.desk, self.view.query_one(Composer)
        if view.busy():
            return
        prompt = "" if composer.is_command else composer.prompt_to_send
        attachments = view.keep_attached()

        def take(result: CompareResult | None) -> None:
            if result is not None and not result.messages:
                composer.put(result.draft)
            elif result is not None:
                composer.put("")
                view.take_attached()
                view.show_thread(thread_after(view.thread, result.messages, result.chosen))
                if not view.conversation.title:
                    self.show_conversation(replace(view.conversation, title=title_of(result.messages[0].text)))
                if (kept := view.thread.get(result.chosen)) is not None and kept.requested_model:
                    presets = [Parameters.from_json(preset.parameters) for preset in desk.presets]
                    self.use_parameters(parameters_after(kept, view.parameters, presets) or view.parameters)
                    self.post_message(ModelChosen(kept.requested_model, "chat"))
            view.arrive()

        known = (view.parameters, desk.presets, desk.server.models)
        screen = CompareScreen(
            desk, view.conversation, view.thread, *known, prompt, models, attachments=attachments, keep=view.keep
        )
        self._open(screen, take)

    # Commands

    def show_commands(self) -> None:
        """Show all slash commands; the one that is taken is put into the prompt."""
        from lmstudio_tui.features.chat.slash_commands import COMMANDS
        from lmstudio_tui.tui.screens.choose import Choose

        def begin(name: str | None) -> None:
            if name is not None:
                self.view.composer.put(f"/{name} ")

        self._open(Choose("Commands", [(one.name, one.usage, one.help) for one in COMMANDS]), begin)

    async def on_composer_command_given(self, event: Composer.CommandGiven) -> None:
        """A slash command was typed."""
        event.stop()
        try:
            await self._slash.run(event.command, event.argument)
        except ValueError as error:
            self.notify(str(error), severity="warning")
        else:
            if event.composer.is_attached:
                event.composer.accept()

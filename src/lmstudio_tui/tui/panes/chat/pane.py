"""The chat pane: conversations, their parameters, and what can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.messages import ModelWanted
from lmstudio_tui.tui.panes.chat.comparing import compare
from lmstudio_tui.tui.panes.chat.porting import Porting
from lmstudio_tui.tui.panes.chat.presets import Presets
from lmstudio_tui.tui.panes.chat.shelf import Shelf
from lmstudio_tui.tui.panes.chat.slashing import SlashRunner
from lmstudio_tui.tui.panes.chat.voiced import VoicedPane
from lmstudio_tui.tui.widgets.columns import Columns
from lmstudio_tui.tui.widgets.parameters_panel import ParametersPanel

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from textual.binding import BindingType
    from textual.widget import Widget

    from lmstudio_tui.features.chat.parameters import Parameters
    from lmstudio_tui.store.library.records import Conversation
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions
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

    def __init__(self, services: Services, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(services, **options)
        self.presets = Presets(self.desk, self._presets_changed)
        """Parameters by name."""
        self.porting = Porting(self)
        """Files of conversations."""
        self._slash = SlashRunner(self)

    # Parameters

    def use_parameters(self, parameters: Parameters) -> None:
        """Ask with these from now on, in the conversation in front."""
        self.view.use_parameters(parameters)
        self._show_parameters()

    @property
    def _panel(self) -> ParametersPanel | None:
        """The parameters, where they are shown. They are made when they are first wanted."""
        return next((panel for panel in self.query(ParametersPanel) if panel.display and panel.is_mounted), None)

    def _show_parameters(self) -> None:
        if self._panel is not None:
            self._panel.show(self.view.parameters, self.desk.presets, {}, of=self.view.conversation.id)

    async def action_parameters(self) -> None:
        """Show or hide the parameters."""
        if self._panel is not None:
            self._panel.display = False
            self.remove_class("-parameters")
            self.query_one(Columns).share_out()
            self.view.arrive()
            return
        if not self.query(ParametersPanel):
            await self.query_one("#side-by-side").mount(ParametersPanel())
        panel = self.query_one(ParametersPanel)
        panel.display = True
        self.add_class("-parameters")
        self.query_one(Columns).share_out()
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
        self.presets.save(event.name, event.parameters)

    def on_parameters_panel_preset_deleted(self, event: ParametersPanel.PresetDeleted) -> None:
        """A preset is to go."""
        self.presets.delete(event.name)

    def use_preset(self, name: str) -> bool:
        """Ask with the parameters of that name; False when there are none."""
        used = self.presets.use(name, self.view)
        if used:
            self._show_parameters()
        return used

    def _presets_changed(self) -> None:
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
                return len(self._tabs) > 1 or (action == "close_tab" and self._tabs.front is not None)
            case "export":
                return self._tabs.front is not None and bool(self.thread.path)
            case "compare":
                return self.desk.server.online
            case _:
                return super().check_action(action, ())

    def actor(self, action: str) -> Widget:
        """Who does what the catalogue calls so: the pane, or the conversation in front."""
        return self if hasattr(self, f"action_{action}") or self._tabs.front is None else self.view

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

    async def open_kept(self, conversation: Conversation) -> None:
        """Show a conversation."""
        await self.open(conversation)

    def action_export(self) -> None:
        """Write the conversation in front to a file."""
        self.porting.choose_export(self.view.loaded)

    def action_import(self) -> None:
        """Read conversations from a file."""
        self.porting.choose_import()

    def action_attach(self) -> None:
        """Send a file along; where some are, look at them, and take them out again."""
        if self.view.along.attachments:
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
                self.view.along.look()
            elif way == "none":
                self.view.along.clear()

        self._open(Choose("Attached to the next prompt", ways), go)

    def _choose_file(self) -> None:
        from lmstudio_tui.tui.screens.attach_file import AttachFile

        def take(paths: list[Path] | None) -> None:
            if paths:
                self.view.along.attach(paths)

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
        compare(self, models)

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

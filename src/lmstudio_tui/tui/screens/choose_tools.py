"""Choosing the tools that the model may call in a conversation; and how one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from rich.style import Style
from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from lmstudio_tui.features.tools import Approvals, Problem, Tool
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.options import Options
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.sdk import CancelScope

Loaded: TypeAlias = tuple[tuple[Tool, ...], tuple[Problem, ...], frozenset[str]]
"""The tools, what is wrong with files, and the names of the tools whose commands run without asking."""

FORMAT = """{"type": "function",
 "function": {
   "name": "get_weather",
   "description": "The weather of a place.",
   "parameters": {"type": "object",
                  "properties": {"city": {"type": "string"}}}},
 "command": ["python3", "weather.py"], "timeout_seconds": 10}"""
"""A whole tool, as an example."""


_KEYS: Final = (
    "{tools.tick} tick   {tools.use} use   {tools.reload} reread   {tools.folder} copy path   "
    "{tools.teach} how   {dialog.leave} back"
)
_KEYS_FOR_NONE: Final = "{tools.reload} reread   {tools.folder} copy path   {dialog.leave} back"


class ChooseTools(Dialog[frozenset[str] | None]):
    """Gives the names of the tools that were ticked, or None when it was left.

    Args:
        folder: where the files of tools live.
        load: reads them. Called in a thread.
        chosen: the names ticked at first.
        approvals: which commands run without asking; None where there are none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "tools.tick", "tools.use", "tools.all", "tools.reload"),
        *bindings("tools.folder", "tools.revoke", "tools.teach"),
    ]
    AUTO_FOCUS = "OptionList"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"tools--mark", "tools--quiet", "tools--bad", "tools--good"}

    DEFAULT_CSS = """
    ChooseTools {
        & > .tools--mark { color: $accent; text-style: bold; }
        & > .tools--quiet { color: $text-muted; }
        & > .tools--bad { color: $text-warning; }
        & > .tools--good { color: $text-success; }
        & > .frame { width: 94%; max-width: 110; height: 94%; max-height: 32; padding: 0 1; }
        & OptionList, & OptionList:focus {
            height: 1fr;
            border: none;
            background: transparent;
            padding: 0;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            scrollbar-size-vertical: 1;
        }
        & #more { height: auto; max-height: 9; overflow-y: auto; border-top: solid $border-blurred; padding: 0 1; }
        & #more { scrollbar-size-vertical: 1; }
        & #more.-alone { border-top: none; }
        & OptionList:focus > .option-list--option-highlighted { background: $primary 35%; color: $foreground; }
        & .frame.-taught { height: auto; }
        & .-taught > Horizontal { margin-top: 1; }
        & Horizontal { height: 1; align-horizontal: right; }
        & Button { margin-left: 2; min-width: 10; }
    }
    """

    def __init__(
        self,
        folder: Path,
        load: Callable[[], tuple[tuple[Tool, ...], tuple[Problem, ...]]],
        chosen: Collection[str] = (),
        approvals: Approvals | None = None,
    ) -> None:
        super().__init__()
        self._folder = folder
        self._load = load
        self._chosen = set(chosen)
        self._approvals = approvals
        self._tools: tuple[Tool, ...] = ()
        self._problems: tuple[Problem, ...] = ()
        self._approved: frozenset[str] = frozenset()
        self._loaded = False
        self._teaching = False
        self._runs = Runs(self)
        self._run: Run[None, Loaded] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Tools in this conversation"
            frame.border_subtitle = told(_KEYS)
            yield Options(compact=True)
            yield Static(id="more")
            with Horizontal():
                yield Button(Text("Back"), id="back", compact=True)
                yield Button(Text("Use"), id="use", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Read the files."""
        self.action_reload()

    def on_unmount(self) -> None:
        """Nobody waits for them any more."""
        self._runs.drop_all()

    # The list

    def action_reload(self) -> None:
        """Read the files, perhaps again."""
        if self._run is not None:
            return
        load, approvals = self._load, self._approvals

        def read(emit: Callable[[None], None], scope: CancelScope) -> Loaded:
            del emit, scope
            tools, problems = load()
            free = frozenset(tool.name for tool in tools if approvals is not None and approvals.allows(tool))
            return tools, problems, free

        self._run = self._runs.start(read, finished=self._show, crashed=self._crashed, name="tools")

    def _crashed(self, error: BaseException) -> None:
        self._run = None
        self.query_one("#more", Static).update(Text(f"The tools could not be read ({type(error).__name__})."))

    def _show(self, loaded: Loaded) -> None:
        self._run, self._loaded = None, True
        self._tools, self._problems, self._approved = loaded
        self._draw()
        self._explain()

    def redraw(self) -> None:
        """Show them in other colours."""
        self._draw()

    def _draw(self) -> None:
        options = self.query_one(OptionList)
        at = options.highlighted
        options.clear_options()
        options.add_options([Option(self._line(tool)) for tool in self._tools])
        options.add_options([Option(self._problem_line(problem)) for problem in self._problems])
        if options.option_count:
            options.highlighted = min(at or 0, options.option_count - 1)

    def _colour(self, name: str) -> Style:
        """The colour alone: the background is the cursor's."""
        return Style(color=self.get_component_rich_style(f"tools--{name}").color)

    def _line(self, tool: Tool) -> Text:
        width = max((len(one.name) for one in self._tools), default=0)
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append("[✓] " if tool.name in self._chosen else "[ ] ", style=self._colour("mark"))
        line.append(f"{tool.name:<{min(width, 30)}}  ", style="bold")
        how = "runs  " if tool.name in self._approved else "asks  " if tool.command else "hand  "
        line.append(how, style=self._colour("bad" if tool.name in self._approved else "good"))
        return line.append(tool.description, style=self._colour("quiet"))

    def _problem_line(self, problem: Problem) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append("  ! ", style=self._colour("bad"))
        return line.append(f"{clean_line(problem.file.name)}: {problem.sentence}", style=self._colour("bad"))

    def on_option_list_option_highlighted(self) -> None:
        """Explain it."""
        self._explain()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click ticks it."""
        event.stop()
        self.action_tick()

    def _explain(self) -> None:
        """The one under the cursor, or where tools come from."""
        if not self._loaded:
            return
        tool, problem = (None, None) if self._teaching else self._under
        if tool is not None:
            text = Text(f"{tool.name}: {tool.description or 'no description.'}\n")
            text.append(f"{clean_line(str(tool.file))}\n", style=self._colour("quiet"))
            text.append(self._how(tool))
        elif problem is not None:
            text = Text(f"{clean_line(str(problem.file))}\n")
            text.append(problem.sentence, style=self._colour("bad"))
        else:
            none = "" if self._tools or self._problems else "There are no tools yet. "
            text = Text(f"{none}Each *.json file in {clean_line(str(self._folder))} defines one:\n\n")
            text.append(FORMAT, style=self._colour("quiet"))
            text.append("\n\nWithout a command you answer its calls by hand. More in docs/tools.md.")
        # Without a list there is room for the explanation.
        empty = tool is None and problem is None
        self.query_one(OptionList).display = not empty
        more = self.query_one("#more", Static)
        more.styles.max_height = 100 if empty else 9
        more.set_class(empty, "-alone")
        more.update(text)
        frame = self.query_one(".frame")
        frame.set_class(empty, "-taught")
        # Where there is no tool there is nothing to tick.
        frame.border_subtitle = told(_KEYS if self._tools or self._problems else _KEYS_FOR_NONE)
        self.call_after_refresh(self.fit_keys)

    def _how(self, tool: Tool) -> str:
        if not tool.command:
            return "You answer its calls by hand."
        limit = f"at most {tool.timeout_seconds:g} s"
        if tool.name in self._approved:
            again = told("{tools.revoke} asks again before it runs.")
            return f"Runs without asking: $ {tool.command_line} ({limit}). {again}"
        return f"Asks before it runs: $ {tool.command_line} ({limit})."

    @property
    def _under(self) -> tuple[Tool | None, Problem | None]:
        """What is under the cursor."""
        at = self.query_one(OptionList).highlighted
        if at is None:
            return None, None
        if at < len(self._tools):
            return self._tools[at], None
        number = at - len(self._tools)
        return None, self._problems[number] if number < len(self._problems) else None

    def action_teach(self) -> None:
        """Show how a tool is made, or the tools again."""
        self._teaching = not self._teaching
        self._explain()

    # What can be done

    def action_tick(self) -> None:
        """Let the model call it, or no longer."""
        tool, _ = self._under
        if tool is not None:
            self._chosen ^= {tool.name}
            self._draw()

    def action_tick_all(self) -> None:
        """All of them, or none where all are ticked."""
        names = {tool.name for tool in self._tools}
        self._chosen = set[str]() if names <= self._chosen else self._chosen | names
        self._draw()

    def action_copy_folder(self) -> None:
        """Copy the path of the folder, for a file manager or a shell."""
        self.post_message(CopyWanted(str(self._folder), "the folder's path"))

    def action_revoke(self) -> None:
        """Ask again before its command runs."""
        tool, _ = self._under
        if tool is None or self._approvals is None or tool.name not in self._approved:
            return
        approvals = self._approvals

        def revoke(emit: Callable[[None], None], scope: CancelScope) -> bool:
            del emit, scope
            return approvals.revoke(tool)

        def done(written: bool) -> None:
            if not written:
                self.notify(f"{clean_line(str(approvals.path))} cannot be written.", severity="error", markup=False)
            self.action_reload()

        self._runs.start(revoke, finished=done, name="approvals")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Use them, or leave it as it was."""
        if event.button.id == "use":
            self._take()
        else:
            self.dismiss(None)

    def action_take(self) -> None:
        """Use those that are ticked; on a button, that button."""
        focused = self.focused
        if isinstance(focused, Button):
            focused.press()
        else:
            self._take()

    def _take(self) -> None:
        if self._loaded:
            # What is not there any more cannot be called; what is broken at the moment stays chosen.
            names = {tool.name for tool in self._tools}
            self.dismiss(frozenset(self._chosen if self._problems else self._chosen & names))

    def action_leave(self) -> None:
        """Leave it as it was."""
        self.dismiss(None)

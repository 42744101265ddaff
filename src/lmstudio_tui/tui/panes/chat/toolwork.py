"""A conversation in which models call functions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.store.library.records import Message, ToolCallRecord, new_id
from lmstudio_tui.tui.commands import key_of, told
from lmstudio_tui.tui.panes.chat.asking import AskingView
from lmstudio_tui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from lmstudio_tui.features.tools import Tool, ToolResult
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.library.records import Status


class ToolingView(AskingView):
    """Calls are answered one after the other; when all are, the model goes on by itself."""

    def open_calls(self) -> list[ToolCallRecord]:
        """The calls of the last answer that nobody has answered yet."""
        path, asking = self.thread.path, self._last_answer()
        if asking is None or asking.status == "streaming":
            return []
        done = {one.tool_call_id for one in path[path.index(asking) + 1 :]}
        return [call for call in asking.tool_calls if call.id not in done]

    def _last_answer(self) -> Message | None:
        """The one that calls functions, if any does."""
        return next((one for one in reversed(self.thread.path) if one.role == "assistant"), None)

    def answer_tools(self) -> None:
        """Have the next open call answered: by a command that was approved for it, else by the user."""
        calls = self.open_calls()
        if not calls or self.streaming:
            return

        def look(emit: object, scope: object) -> tuple[Tool | None, bool]:
            del emit, scope
            from lmstudio_tui.features.tools import Approvals, check_arguments

            tool = next(iter(self._load_tools([name for name in self.tools if name == calls[0].name])), None)
            if tool is None or not tool.command or check_arguments(tool, calls[0].arguments):
                return tool, False
            return tool, Approvals(self.desk.approvals_file).allows(tool)

        def go_on(found: tuple[Tool | None, bool]) -> None:
            tool, allowed = found
            if tool is not None and allowed:
                self._run_command(calls[0], tool)
            else:
                self._ask_user(calls[0], tool)

        self._runs.start(look, finished=go_on, name="tools")

    def _ask_user(self, call: ToolCallRecord, tool: Tool | None) -> None:
        from lmstudio_tui.features.tools import REFUSAL
        from lmstudio_tui.tui.screens.answer_tool import AnswerTool, ToolDecision

        if not self.is_on_screen or not self.screen.is_active:
            self.notify(
                f"A model wants {call.name} to be called: {key_of('chat.retry')} in its conversation answers.",
                timeout=8,
            )
            return

        def decided(decision: ToolDecision | None) -> None:
            self._typed_answers.pop(call.id, None)
            match decision:
                case ToolDecision(kind="run") if tool is not None:
                    if decision.always:
                        self._approve(tool)
                    self._run_command(call, tool)
                case ToolDecision(kind="answer"):
                    self._answer_call(call, decision.text, "complete")
                case ToolDecision(kind="refuse"):
                    self._answer_call(call, decision.text or REFUSAL, "stopped")
                case _:
                    self._typed_answers[call.id] = decision.text if decision is not None else ""
                    self.remark(told("The call stays open; {chat.retry} takes it up again."))

        asking = self._last_answer()
        ids = [one.id for one in asking.tool_calls] if asking is not None else []
        place = (ids.index(call.id) + 1, len(ids)) if call.id in ids else (1, 1)
        asked = AnswerTool(call, tool, place=place, answer=self._typed_answers.get(call.id, ""))
        self._open(asked, decided)

    def _approve(self, tool: Tool) -> None:
        def keep(emit: object, scope: object) -> bool:
            del emit, scope
            from lmstudio_tui.features.tools import Approvals

            return Approvals(self.desk.approvals_file).allow(tool)

        def tell(kept: bool) -> None:
            if not kept:
                self.notify("That could not be remembered: it is asked again the next time.", severity="warning")

        self._runs.start(keep, finished=tell, name="approve")

    def _run_command(self, call: ToolCallRecord, tool: Tool) -> None:
        transcript = self.query_one(Transcript)
        asking = self._last_answer()
        if asking is not None:
            transcript.update_turn(asking.id, status="streaming", activity=f"running {tool.command_line}")

        def run(emit: object, scope: CancelScope) -> ToolResult:
            del emit
            from lmstudio_tui.features.tools import run_command

            return run_command(tool, call.arguments, scope)

        def done(result: ToolResult) -> None:
            self._command = None
            if result.cancelled:
                self._call_left(result.note)
            else:
                self._answer_call(call, result.text, "complete" if result.ok else "failed", result.note)

        def broken(error: BaseException) -> None:
            self._command = None
            self._answer_call(call, f"The tool could not be run ({type(error).__name__}).", "failed")

        self._command = self._runs.start(run, finished=done, crashed=broken, name="tool")
        self.refresh_bindings()

    def _call_left(self, note: str) -> None:
        """The command was stopped: the call stays open."""
        asking = self._last_answer()
        self._shown.redraw(asking.id if asking is not None else None)
        self.remark(f"{note} The call stays open; {key_of('chat.retry')} takes it up again.".strip())
        self._tell()

    def _answer_call(self, call: ToolCallRecord, text: str, status: Status, note: str = "") -> None:
        """Keep what came of a call, and go on."""
        message = Message(
            id=new_id(),
            conversation_id=self.conversation.id,
            parent_id=self.thread.head,
            role="tool",
            text=text,
            tool_call_id=call.id,
            status=status,
            note=note,
            created_at=self.desk.now().timestamp(),
        )
        self._say(message, self._call_answered)

    def _call_answered(self, message: Message) -> None:
        """Go on with the next call, or with the model when there is no other."""
        if self.open_calls():
            self.answer_tools()
        else:
            self.have_answered(message)

    def stop(self) -> None:
        """Stop the answer, or the command that answers for a tool."""
        super().stop()
        if self._command is not None:
            self._command.cancel()

    # The schema

    def check_schema(self, message: Message) -> None:
        """Say whether an answer is what the schema wants; it is kept with it."""
        schema = self.parameters.schema
        if schema is None:
            return

        def look(emit: object, scope: object) -> str:
            del emit, scope
            from lmstudio_tui.features.chat.schema_check import check

            verdict = check(message.text, schema)
            return verdict.message if verdict.valid else f"Not what the schema wants: {verdict.message}"

        def tell(sentence: str) -> None:
            now = self.thread.get(message.id)
            if now is not None:
                noted = replace(now, note="\n".join(part for part in (now.note, sentence) if part))
                self.desk.library.add(noted)
                self._shown.replace(noted)

        self._runs.start(look, finished=tell, name="schema")

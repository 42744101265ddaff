"""Doing what was typed as a slash command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from lmstudio_tui.features.chat.answers import effort_of, figures_of
from lmstudio_tui.features.chat.slash_arguments import (
    code_of,
    export_of,
    path_of,
    with_assigned,
    without_assigned,
)
from lmstudio_tui.features.history.exporting import FORMATS
from lmstudio_tui.sdk.wire import is_object
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.messages import CopyWanted, ModelChosen, ModelWanted, SaveWanted
from lmstudio_tui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from lmstudio_tui.features.chat.slash_commands import SlashCommand
    from lmstudio_tui.features.history.exporting import Format
    from lmstudio_tui.tui.panes.chat.pane import ChatPane
    from lmstudio_tui.tui.panes.chat.view import ConversationView


class SlashRunner:
    """Runs commands in the conversation in front.

    Args:
        pane: where they were typed.
    """

    def __init__(self, pane: ChatPane) -> None:
        self._pane = pane
        self._ways: dict[str, Callable[[str], Awaitable[None] | None]] = {
            "model": self._model,
            "system": self._system,
            "set": self._set,
            "unset": self._unset,
            "schema": self._schema,
            "preset": self._preset,
            "save-preset": self._save_preset,
            "new": lambda _: pane.action_new_chat(),
            "clear": lambda _: pane.action_new_chat(),
            "title": self._title,
            "retry": lambda _: self._view.action_retry(),
            "edit": lambda _: self._view.action_edit(),
            "continue": lambda _: self._view.action_continue_answer(),
            "branch": self._branch,
            "delete": self._delete,
            "attach": lambda path: self._view.along.attach([_path(path)]),
            "tools": lambda _: pane.action_tools(),
            "compare": self._compare,
            "record": lambda _: pane.action_record(),
            "speak": lambda _: pane.action_speak(),
            "copy": self._copy,
            "code": self._code,
            "find": lambda text: self._view.find(text) if text else self._view.action_find(),
            "fold": lambda _: self._view.query_one(Transcript).action_fold_message(),
            "stats": self._stats,
            "export": self._export,
            "import": lambda path: pane.porting.import_files([_path(path)]),
            "help": self._help,
            "quit": self._quit,
        }

    @property
    def _view(self) -> ConversationView:
        return self._pane.view

    async def run(self, command: SlashCommand, argument: str) -> None:
        """Do it.

        Raises:
            ValueError: when the argument is of no use; the text is a sentence.
        """
        if command.needs_argument and not argument:
            raise ValueError(f"{command.usage}: {command.help}")
        awaited = self._ways[command.name](argument)
        if awaited is not None:
            await awaited

    # Models and parameters

    def _model(self, name: str) -> None:
        if not name:
            self._pane.post_message(ModelWanted())
            return
        models = [model.id for model in self._pane.desk.server.models]
        alike = [model for model in models if name.casefold() in model.casefold()]
        chosen = name if name in models else alike[0] if len(alike) == 1 else None
        if chosen is None and len(alike) > 1:
            raise ValueError(f"Several models are called so: {clean_line(', '.join(alike[:4]))}.")
        # What is not listed may exist all the same: some servers load what is asked for.
        self._pane.post_message(ModelChosen(chosen or name, "chat"))
        if chosen is None:
            self._pane.remark(f"{clean_line(name)} is not in the server's list; it is asked all the same.")

    async def _system(self, text: str) -> None:
        if not text:
            await self._pane.action_parameters()
            return
        self._pane.use_parameters(self._view.parameters.with_value("system", text))
        self._pane.remark("The system prompt is set.")

    def _set(self, argument: str) -> None:
        self._pane.use_parameters(with_assigned(self._view.parameters, argument))
        self._pane.remark(f"Set: {self._view.parameters.words or 'nothing'}.")

    def _unset(self, argument: str) -> None:
        self._pane.use_parameters(without_assigned(self._view.parameters, argument))
        self._pane.remark(f"Set: {self._view.parameters.words or 'nothing; the server decides'}.")

    def _schema(self, argument: str) -> None:
        if not argument:
            self._pane.use_parameters(self._view.parameters.with_value("schema", None))
            self._pane.remark("Answers are free again.")
            return
        from lmstudio_tui.features.chat.schema_check import fault_of

        path = _path(argument)
        try:
            schema: object = json.loads(path.read_bytes())
        except OSError as error:
            raise ValueError(f"{path} cannot be read: {(error.strerror or 'it is no file').lower()}.") from None
        except (ValueError, RecursionError):
            raise ValueError(f"{path} holds no JSON.") from None
        if not is_object(schema):
            raise ValueError(f"{path} holds no JSON schema: that is an object.")
        if fault := fault_of(schema):
            raise ValueError(f"{path} holds no JSON schema: {fault}")
        self._pane.use_parameters(self._view.parameters.with_value("schema", schema))
        self._pane.remark("Answers follow the schema, and are checked.")

    async def _preset(self, name: str) -> None:
        if not name:
            await self._pane.action_parameters()
        elif not self._pane.use_preset(name):
            known = ", ".join(preset.name for preset in self._pane.desk.presets)
            raise ValueError(f"There is no preset {name!r}; there is: {clean_line(known) or 'none yet'}.")
        else:
            self._pane.remark(f"Preset {clean_line(name)}: {self._view.parameters.words or 'nothing set'}.")

    def _save_preset(self, name: str) -> None:
        self._pane.presets.save(name, self._view.parameters)
        self._pane.remark(f"Kept as {clean_line(name)}.")

    # The conversation

    def _title(self, text: str) -> None:
        if text:
            self._view.rename(text)
        else:
            self._pane.action_rename()

    def _branch(self, number: str) -> None:
        thread = self._view.thread
        several = next((one for one in reversed(thread.path) if len(thread.siblings(one.id)) > 1), None)
        if several is None:
            raise ValueError("There is only one branch: edit a prompt, or ask again, to make another.")
        place, count = thread.position(several.id)
        wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
        if number and not 1 <= wanted <= count:
            raise ValueError(f"There are {count} branches, numbered from 1.")
        step = wanted - place if number else (1 if place < count else 1 - count)
        self._view.switch(several.id, step)

    def _delete(self, _: str) -> None:
        prompt = self._view.thread.last_prompt
        if prompt is None:
            raise ValueError("There is nothing to delete.")
        self._view.delete(prompt)

    def _compare(self, argument: str) -> None:
        self._pane.compare(tuple(argument.split()))

    def _stats(self, _: str) -> None:
        path = self._view.thread.path
        answers = [one for one in path if one.role == "assistant"]
        efforts = [effort_of(one) for one in answers]
        tokens, took = sum(one for one, _ in efforts), sum(took for _, took in efforts) / 1000
        lines = [f"{len(path)} messages, {len(answers)} answers, {tokens:,} tokens in {took:,.1f} s."]
        lines.append(self._view.context_in_use().sentence)
        if answers and (last := figures_of(answers[-1])):
            lines.append(f"Last: {last}")
        self._pane.notify("\n".join(lines), timeout=10, title="Figures")

    # Copying, saving, reading

    def _copy(self, which: str) -> None:
        path = self._view.thread.path
        if which == "all":
            from lmstudio_tui.features.history.exporting import export

            text = export(self._view.loaded, "md")
            self._pane.post_message(CopyWanted(text, "conversation"))
            return
        answers = [one for one in path if one.role == "assistant" and one.text]
        number = int(which) if which.isascii() and which.isdigit() and len(which) < 7 else None
        if not answers:
            raise ValueError("There is no answer to copy yet.")
        if which and (number is None or not 1 <= number <= len(answers)):
            raise ValueError(f"/copy takes a number from 1 to {len(answers)}, or all.")
        self._pane.post_message(CopyWanted(answers[(number or len(answers)) - 1].text, "answer"))

    def _code(self, argument: str) -> None:
        number, path = code_of(argument)
        answer = self._view.thread.last_answer
        blocks = self._view.query_one(Transcript).code_blocks(answer.id) if answer is not None else []
        chosen = [block for block in blocks if block.number == number] if number else blocks[-1:]
        if not chosen:
            raise ValueError("There is no such block of code in the last answer.")
        if path:
            self._pane.post_message(SaveWanted(chosen[0].code, f"code block {chosen[0].number}", Path(path)))
        else:
            self._pane.post_message(CopyWanted(chosen[0].code, f"code block {chosen[0].number}"))

    def _export(self, argument: str) -> None:
        ending, path = export_of(argument)
        if not self._view.thread.path:
            raise ValueError("There is nothing to export yet.")
        by_name: dict[str, Format] = {one: one for one in FORMATS}
        wanted = by_name[ending]
        self._pane.porting.export(self._view.loaded, wanted, _path(path) if path else None)

    def _help(self, name: str) -> None:
        from lmstudio_tui.features.chat.slash_commands import BY_NAME

        command = BY_NAME.get(name.removeprefix("/").lower())
        if command is not None:
            self._pane.notify(f"{command.usage}\n{command.help}", timeout=10)
        else:
            self._pane.call_later(self._pane.show_commands)

    async def _quit(self, _: str) -> None:
        await self._pane.run_action("app.quit")


def _path(argument: str) -> Path:
    try:
        return Path(path_of(argument)).expanduser()
    except RuntimeError:
        raise ValueError(f"There is no such user: {clean_line(argument)[:60]}") from None

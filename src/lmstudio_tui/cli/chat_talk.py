"""A `chat` that goes on with a conversation, is kept, or has files, a schema or a preset with it."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from lmstudio_tui.cli.answer import print_answer
from lmstudio_tui.cli.chat_files import attached_files, refuse_the_unseen, schema_of
from lmstudio_tui.cli.chat_keeping import Keeping
from lmstudio_tui.cli.chat_wishes import any_model
from lmstudio_tui.cli.console import say
from lmstudio_tui.cli.history_library import loaded_named, open_library
from lmstudio_tui.cli.models_naming import near_names
from lmstudio_tui.cli.outcome import CommandError, Exit
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.features.chat.prompting import request_of
from lmstudio_tui.features.chat.schema_check import fault_of
from lmstudio_tui.features.chat.thread import Thread
from lmstudio_tui.features.chat.titles import title_of
from lmstudio_tui.store.library.records import Conversation, Loaded, Message, new_id
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lmstudio_tui.cli.chat_wishes import Wishes
    from lmstudio_tui.cli.session import Session
    from lmstudio_tui.features.chat.attaching import Attached
    from lmstudio_tui.store.library import Library


@dataclass(frozen=True)
class Asked:
    """What was asked for.

    Args:
        question: the prompt.
        model: the one that was named.
        system: the system prompt that was given.
        given: parameters, by the API's names.
        extra: parameters of this server.
    """

    question: str
    model: str | None
    system: str | None
    given: Mapping[str, Any]
    extra: Mapping[str, Any]


@dataclass(frozen=True)
class _Place:
    """Where a prompt stands.

    Args:
        conversation: the one that it belongs to.
        path: what was said before it.
        is_new: whether the conversation begins with it.
    """

    conversation: Conversation
    path: tuple[Message, ...]
    is_new: bool

    @property
    def model(self) -> str | None:
        """The model of the conversation: the one chosen for it, else the one that was asked last."""
        asked = (message.requested_model or message.model for message in reversed(self.path))
        return self.conversation.model or next((model for model in asked if model), None)


def talk(session: Session, wishes: Wishes, asked: Asked, *, streaming: bool, as_object: bool, stats: bool) -> int:
    """Ask, print the answer as it comes, and keep it if that is wished.

    Args:
        session: gives the client.
        wishes: what is wished for.
        asked: what was asked for.
        streaming: whether a stream is asked for.
        as_object: print one JSON object at the end, in place of text.
        stats: print the figures to standard error.

    Returns:
        the exit code.

    Raises:
        CommandError, LMStudioError, SettingsError: when it cannot be asked; nothing is kept then.
        typer.BadParameter: when a parameter cannot be that.
    """
    with ExitStack() as stack:
        library = stack.enter_context(open_library()) if wishes.needs_library else None
        place = _place(library, wishes)
        parameters = _parameters(library, place, wishes, asked)
        files = attached_files(wishes)
        client = session.client(streaming=streaming)
        client.check_supported()
        model = asked.model or place.model or session.config.default_model or any_model(client)
        refuse_the_unseen(client, model, files)
        prompt = _prompt(place, asked, files)
        request = request_of((*place.path, prompt), parameters, model, blob=_blobs(library, files))
        keeping = None
        if library is not None and wishes.keeps:
            conversation = replace(_begun(place, asked, parameters, files), head=prompt.id)
            keeping = Keeping(library, conversation, prompt, parameters, model, files, is_new=place.is_new)
        return print_answer(
            client.stream_chat_completion(request),
            as_object=as_object,
            stats=stats,
            keeping=keeping,
            schema=parameters.schema,
        )


def _place(library: Library | None, wishes: Wishes) -> _Place:
    loaded: Loaded | None = None
    if library is not None and wishes.conversation is not None:
        loaded = loaded_named(library, wishes.conversation)
    elif library is not None and wishes.latest:
        loaded = _latest(library)
        if loaded is None:
            say("note: there is no conversation to go on with; this begins one.")
    if loaded is None:
        return _Place(Conversation(id=new_id(), created_at=time.time()), (), is_new=True)
    path = _answered(Thread(loaded.messages, loaded.conversation.head).path)
    if path and path[-1].status == "streaming":
        raise CommandError(
            f"“{clean_line(loaded.conversation.title)}” is being answered at this moment, by another program.",
            kind="ConversationBusyError",
            hint="Wait for the end of that answer, or stop it there.",
        )
    return _Place(loaded.conversation, path, is_new=False)


def _answered(path: tuple[Message, ...]) -> tuple[Message, ...]:
    """The branch without what was never answered at its end: asked again, it is another version of it."""
    ended = {"failed", "stopped", "interrupted"}
    while len(path) > 1 and path[-1].status in ended and not (path[-1].text or path[-1].tool_calls):
        path = path[:-2] if path[-2].role == "user" else path[:-1]
    return path


def _latest(library: Library) -> Loaded | None:
    """The conversation used last in which something was said: the app may have begun another one."""
    last = library.last_conversation()
    if last is not None and not last.messages:
        talks = [hit.conversation for hit in library.conversations() if hit.conversation.messages]
        last = max(talks, key=lambda one: one.updated_at, default=None)
    return None if last is None else library.load(last.id)


def _parameters(library: Library | None, place: _Place, wishes: Wishes, asked: Asked) -> Parameters:
    """Those of the conversation, then those of the preset, then those given."""
    parameters = Parameters.from_json(place.conversation.parameters)
    if library is not None and wishes.preset is not None:
        parameters = parameters.with_all(_preset(library, wishes.preset))
    try:
        for name, value in asked.given.items():
            parameters = parameters.with_value(name, value)
        if asked.system:
            parameters = parameters.with_value("system", asked.system)
        for name, value in asked.extra.items():
            parameters = parameters.with_extra(name, value)
        return _with_schema(parameters, wishes.schema) if wishes.schema else parameters
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _with_schema(parameters: Parameters, path: Path) -> Parameters:
    """Raises:
    CommandError, ValueError: when the file has no JSON schema.
    """
    parameters = parameters.with_value("schema", schema_of(path))
    fault = fault_of(parameters.schema or {})
    if fault:
        raise CommandError(f"{clean_line(str(path))}: {fault}", kind="SchemaError", code=Exit.USAGE)
    return parameters


def _preset(library: Library, name: str) -> Parameters:
    presets = {preset.name: preset for preset in library.presets()}
    found = presets.get(name)
    if found is not None:
        return Parameters.from_json(found.parameters)
    near = near_names(name, list(presets)) or list(presets)[:6]
    hint = f"There is: {', '.join(map(clean_line, near))}." if near else "The app saves one: /save-preset NAME."
    raise CommandError(
        f"There is no preset {clean_line(name)}.", kind="PresetNotFoundError", hint=hint, code=Exit.USAGE
    )


def _prompt(place: _Place, asked: Asked, files: tuple[Attached, ...]) -> Message:
    return Message(
        id=new_id(),
        conversation_id=place.conversation.id,
        parent_id=place.path[-1].id if place.path else None,
        role="user",
        text=asked.question,
        attachments=tuple(one.attachment for one in files),
        created_at=time.time(),
    )


def _begun(place: _Place, asked: Asked, parameters: Parameters, files: tuple[Attached, ...]) -> Conversation:
    """The conversation with what is known of it from now on. A new one keeps the parameters that it began with."""
    conversation = place.conversation
    if not conversation.title:
        conversation = replace(conversation, title=title_of(asked.question, [one.attachment.name for one in files]))
    if place.is_new:
        conversation = replace(conversation, parameters=parameters.to_json())
    return replace(conversation, model=asked.model) if asked.model else conversation


def _blobs(library: Library | None, files: tuple[Attached, ...]) -> Callable[[str], bytes | None]:
    """The bytes of the files at hand, and of those that were sent before."""
    here = {one.attachment.sha256: one.data for one in files}

    def blob(sha256: str) -> bytes | None:
        return here.get(sha256) or (library.blob(sha256) if library is not None else None)

    return blob

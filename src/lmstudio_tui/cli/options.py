"""The options that several commands share.

A command that asks a server takes a `session`. What says which server that is, it has by itself: `complete` puts the
options in the place of the session, which is made of them when the command runs.
"""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import completing
from lmstudio_tui.cli.session import Session, session_of

if TYPE_CHECKING:
    from collections.abc import Callable

SERVER = "Which server"
ANSWER = "How it answers"
SENT = "Conversation and files"
"""The titles under which the help lists options."""

BaseUrl = Annotated[
    str | None,
    typer.Option(
        "--base-url", metavar="URL", help="The server, such as http://127.0.0.1:1234.", rich_help_panel=SERVER
    ),
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        metavar="KEY",
        help="The server's key; better in LM_STUDIO_API_KEY, unseen by others.",
        rich_help_panel=SERVER,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="A settings file in place of the usual config.toml.", rich_help_panel=SERVER
    ),
]
Demo = Annotated[
    bool, typer.Option("--demo", help="Use the built-in simulator: no server is needed.", rich_help_panel=SERVER)
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="A server by its name in config.toml.",
        autocompletion=completing.profiles,
        rich_help_panel=SERVER,
    ),
]
LogLevel = Annotated[
    str | None,
    typer.Option(
        "--log-level",
        metavar="LEVEL",
        help="Log requests: off, error, info or debug.",
        autocompletion=completing.log_levels,
    ),
]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, also when it fails.")]
Model = Annotated[str | None, typer.Option("--model", "-m", metavar="ID", help="The model; else a loaded one.")]
NoStream = Annotated[bool, typer.Option("--no-stream", help="Ask for the answer in one piece.")]
Stats = Annotated[bool, typer.Option("--stats", help="Print tokens, speed and times to standard error.")]

Temperature = Annotated[
    float | None, typer.Option("--temperature", "-t", metavar="X", help="0 to 2.", rich_help_panel=ANSWER)
]
MaxTokens = Annotated[
    int | None, typer.Option("--max-tokens", metavar="N", help="-1 is no limit.", rich_help_panel=ANSWER)
]
TopP = Annotated[float | None, typer.Option("--top-p", metavar="X", help="0 to 1.", rich_help_panel=ANSWER)]
TopK = Annotated[
    int | None, typer.Option("--top-k", metavar="N", help="Only the N likeliest tokens.", rich_help_panel=ANSWER)
]
MinP = Annotated[float | None, typer.Option("--min-p", metavar="X", help="0 to 1.", rich_help_panel=ANSWER)]
PresencePenalty = Annotated[
    float | None, typer.Option("--presence-penalty", metavar="X", help="-2 to 2.", rich_help_panel=ANSWER)
]
FrequencyPenalty = Annotated[
    float | None, typer.Option("--frequency-penalty", metavar="X", help="-2 to 2.", rich_help_panel=ANSWER)
]
RepeatPenalty = Annotated[
    float | None, typer.Option("--repeat-penalty", metavar="X", help="Above 0; 1 is none.", rich_help_panel=ANSWER)
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="The same seed, the same answer (mostly).", rich_help_panel=ANSWER),
]
Stop = Annotated[
    list[str] | None,
    typer.Option("--stop", metavar="TEXT", help="Stop before it; may be repeated.", rich_help_panel=ANSWER),
]
Ttl = Annotated[
    int | None,
    typer.Option(
        "--ttl", metavar="S", help="Unload a model loaded for this after S idle seconds.", rich_help_panel=ANSWER
    ),
]
DraftModel = Annotated[
    str | None, typer.Option("--draft-model", metavar="ID", help="For speculative decoding.", rich_help_panel=ANSWER)
]
Param = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        metavar="NAME=JSON",
        help="Any other parameter the server knows; may be repeated.",
        rich_help_panel=ANSWER,
    ),
]

Continue = Annotated[
    bool, typer.Option("--continue", "-c", help="Go on with the conversation used last.", rich_help_panel=SENT)
]
Conversation = Annotated[
    str | None,
    typer.Option(
        "--conversation", metavar="ID", help="Go on with this one; `history list` shows them.", rich_help_panel=SENT
    ),
]
Save = Annotated[
    bool | None,
    typer.Option(
        "--save/--no-save",
        help="Keep it as a conversation, or not; else only what goes on with one.",
        rich_help_panel=SENT,
    ),
]
Image = Annotated[
    list[Path] | None,
    typer.Option("--image", metavar="FILE", help="Send an image; may be repeated.", rich_help_panel=SENT),
]
File = Annotated[
    list[Path] | None,
    typer.Option("--file", metavar="FILE", help="Send a file of text along; may be repeated.", rich_help_panel=SENT),
]
Schema = Annotated[
    Path | None,
    typer.Option(
        "--schema", metavar="FILE", help="A JSON schema; the answer is checked against it.", rich_help_panel=SENT
    ),
]
Preset = Annotated[
    str | None, typer.Option("--preset", metavar="NAME", help="Parameters kept under this name.", rich_help_panel=SENT)
]


def complete(app: typer.Typer) -> None:
    """Give every command and group of an app that takes a session the options which that is made of."""
    for one in (*app.registered_commands, app.registered_callback):
        if one is not None and one.callback is not None:
            one.callback = _completed(one.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            complete(group.typer_instance)


_OF_A_SESSION: dict[str, tuple[Any, Any]] = {
    "base_url": (BaseUrl, None),
    "api_key": (ApiKey, None),
    "config_path": (Config, None),
    "demo": (Demo, False),
    "profile": (Profile, None),
    "log_level": (LogLevel, None),
}
"""By the names that `session_of` knows them by: what they are, and what they are when they are not given."""


def _completed(command: Callable[..., Any]) -> Callable[..., Any]:
    parameters = dict(inspect.signature(command, eval_str=True).parameters)
    if getattr(parameters.pop("session", None), "annotation", None) is not Session:
        return command
    wants_context = "context" in parameters

    @functools.wraps(command)
    def run(*, context: typer.Context, **given: Any) -> Any:
        session = session_of(context, **{name: given.pop(name) for name in _OF_A_SESSION})
        return command(session=session, **given, **({"context": context} if wants_context else {}))

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters.setdefault("context", inspect.Parameter("context", keyword, annotation=typer.Context))
    for name, (kind, default) in _OF_A_SESSION.items():
        parameters[name] = inspect.Parameter(name, keyword, default=default, annotation=kind)
    signature = inspect.Signature([one.replace(kind=keyword) for one in parameters.values()])
    # Set, because typer asks for both; what it finds there it hands over by name.
    run.__annotations__ = {name: one.annotation for name, one in parameters.items()}
    vars(run)["__signature__"] = signature
    return run

"""The options that several commands share.

A command takes `BaseUrl`, `ApiKey`, `Config` and `Demo` and hands them to `session_of`. `--profile` and `--log-level`
it has by itself: `complete` adds them to every command and group that has a `--base-url`, and when the command runs
they are in the session already. So a command has no parameters for them and does not hand them to `session_of`.
"""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli.session import session_of

if TYPE_CHECKING:
    from collections.abc import Callable

BaseUrl = Annotated[
    str | None, typer.Option("--base-url", metavar="URL", help="The server, such as http://127.0.0.1:1234.")
]
ApiKey = Annotated[
    str | None,
    typer.Option("--api-key", metavar="KEY", help="The server's key; better in LM_STUDIO_API_KEY, unseen by others."),
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="A settings file in place of the usual config.toml.")
]
Demo = Annotated[bool, typer.Option("--demo", help="Use the built-in simulator: no server is needed.")]
Profile = Annotated[str | None, typer.Option("--profile", metavar="NAME", help="A server by its name in config.toml.")]
LogLevel = Annotated[
    str | None, typer.Option("--log-level", metavar="LEVEL", help="Log requests: off, error, info or debug.")
]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, also when it fails.")]
Model = Annotated[str | None, typer.Option("--model", "-m", metavar="ID", help="The model; else a loaded one.")]
NoStream = Annotated[bool, typer.Option("--no-stream", help="Ask for the answer in one piece.")]
Stats = Annotated[bool, typer.Option("--stats", help="Print tokens, speed and times to standard error.")]

Temperature = Annotated[float | None, typer.Option("--temperature", "-t", metavar="X", help="0 to 2.")]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", metavar="N", help="-1 is no limit.")]
TopP = Annotated[float | None, typer.Option("--top-p", metavar="X", help="0 to 1.")]
TopK = Annotated[int | None, typer.Option("--top-k", metavar="N", help="Only the N likeliest tokens.")]
MinP = Annotated[float | None, typer.Option("--min-p", metavar="X", help="0 to 1.")]
PresencePenalty = Annotated[float | None, typer.Option("--presence-penalty", metavar="X", help="-2 to 2.")]
FrequencyPenalty = Annotated[float | None, typer.Option("--frequency-penalty", metavar="X", help="-2 to 2.")]
RepeatPenalty = Annotated[float | None, typer.Option("--repeat-penalty", metavar="X", help="Above 0; 1 is none.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="The same seed, the same answer (mostly).")]
Stop = Annotated[list[str] | None, typer.Option("--stop", metavar="TEXT", help="Stop before it; may be repeated.")]
Ttl = Annotated[
    int | None, typer.Option("--ttl", metavar="S", help="Unload a model loaded for this after S idle seconds.")
]
DraftModel = Annotated[str | None, typer.Option("--draft-model", metavar="ID", help="For speculative decoding.")]
Param = Annotated[
    list[str] | None,
    typer.Option("--param", metavar="NAME=JSON", help="Any other parameter the server knows; may be repeated."),
]

Continue = Annotated[bool, typer.Option("--continue", "-c", help="Go on with the conversation used last.")]
Conversation = Annotated[
    str | None, typer.Option("--conversation", metavar="ID", help="Go on with this one; `history list` shows them.")
]
Save = Annotated[
    bool | None,
    typer.Option("--save/--no-save", help="Keep it as a conversation, or not; else only what goes on with one."),
]
Image = Annotated[list[Path] | None, typer.Option("--image", metavar="FILE", help="Send an image; may be repeated.")]
File = Annotated[
    list[Path] | None, typer.Option("--file", metavar="FILE", help="Send a file of text along; may be repeated.")
]
Schema = Annotated[
    Path | None, typer.Option("--schema", metavar="FILE", help="A JSON schema; the answer is checked against it.")
]
Preset = Annotated[str | None, typer.Option("--preset", metavar="NAME", help="Parameters kept under this name.")]


def complete(app: typer.Typer) -> None:
    """Give `--profile` and `--log-level` to every command and group of an app that has a `--base-url`."""
    for one in (*app.registered_commands, app.registered_callback):
        if one is not None and one.callback is not None:
            one.callback = _completed(one.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            complete(group.typer_instance)


def _completed(command: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(command, eval_str=True)
    if "base_url" not in signature.parameters or "profile" in signature.parameters:
        return command

    @functools.wraps(command)
    def run(*, profile: str | None, log_level: str | None, **given: Any) -> Any:
        session_of(given["context"], profile=profile, log_level=log_level)
        return command(**given)

    more = {"profile": Profile, "log_level": LogLevel}
    run.__annotations__ = command.__annotations__ | more
    keyword = inspect.Parameter.KEYWORD_ONLY
    options = [inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in more.items()]
    # Set, because typer asks for it; what it finds there it hands over by name.
    vars(run)["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), *options])
    return run

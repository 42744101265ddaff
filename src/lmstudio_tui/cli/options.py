"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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

"""A request as Python code for the openai package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from lmstudio_tui.features.inspector.exchange import header
from lmstudio_tui.features.inspector.literals import TooDeepError, arguments, literal, quoted
from lmstudio_tui.features.inspector.multipart import boundary_of, fields_of
from lmstudio_tui.features.inspector.secrets import PLACEHOLDER, safe
from lmstudio_tui.features.inspector.sending import (
    KEY_VARIABLE,
    NotExportableError,
    is_hidden,
    told_headers,
    variable_for,
    whole_body,
)
from lmstudio_tui.sdk.wire import is_object, json_or_none

if TYPE_CHECKING:
    from lmstudio_tui.features.inspector.exchange import Exchange
    from lmstudio_tui.sdk.recording import Headers

_SAMPLING = "frequency_penalty logit_bias logprobs max_tokens n presence_penalty seed stop temperature top_p user"
_CHATTING = """
    stream stream_options tools tool_choice parallel_tool_calls response_format reasoning_effort max_completion_tokens
    metadata modalities audio prediction service_tier store top_logprobs verbosity functions function_call
    web_search_options
"""
_ENDPOINTS: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "/chat/completions": ("chat.completions.create", ("model", "messages"), f"{_SAMPLING} {_CHATTING}"),
    "/completions": (
        "completions.create",
        ("model", "prompt"),
        f"{_SAMPLING} stream stream_options best_of echo suffix",
    ),
    "/embeddings": ("embeddings.create", ("model", "input"), "dimensions encoding_format user"),
    "/audio/speech": (
        "audio.speech.create",
        ("model", "voice", "input"),
        "instructions response_format speed stream_format",
    ),
    "/images/generations": (
        "images.generate",
        ("prompt",),
        "model n size quality style background moderation output_format output_compression response_format user",
    ),
    "/audio/transcriptions": (
        "audio.transcriptions.create",
        ("file", "model"),
        "language prompt response_format temperature",
    ),
    "/audio/translations": ("audio.translations.create", ("file", "model"), "prompt response_format temperature"),
}
"""The end of an address: the method, what it wants, and what else it takes."""
_FORMS: Final = ("/audio/transcriptions", "/audio/translations")
_MODELS: Final = re.compile(r"/models(?:/(?P<id>.+))?$")


def as_openai(exchange: Exchange) -> str:
    """Code that asks the same by the openai package, where the package has that endpoint.

    What the package has no name for is put into `extra_body`. The key is taken from an environment variable.

    Raises:
        NotExportableError: the package has no such endpoint; or the body is not whole, or not what the package sends.
    """
    exchange = safe(exchange)
    parts = urlsplit(exchange.summary.url)
    version, separator, path = parts.path.rpartition("/v1/")
    if not separator or version.endswith("/api"):
        raise _unknown(exchange)
    base_url = urlunsplit((parts.scheme, parts.netloc, f"{version}/v1", "", ""))
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    method = exchange.summary.method
    models = _MODELS.fullmatch(f"/{path}") if method == "GET" else None
    try:
        if models is not None:
            call = _models_call(models["id"], query)
        elif method == "POST" and f"/{path}" in _ENDPOINTS:
            call = _call(exchange, f"/{path}", query)
        else:
            raise _unknown(exchange)
    except TooDeepError:
        raise NotExportableError("The request's body is nested too deeply for Python source.") from None
    return _client(exchange, base_url) + "\n" + call


def _unknown(exchange: Exchange) -> NotExportableError:
    return NotExportableError(
        f"The openai package has no method for {exchange.summary.method} {exchange.summary.path}: "
        "it knows chat, completions, embeddings, models, audio and images below /v1."
    )


def _client(exchange: Exchange, base_url: str) -> str:
    """The client, with the key and the headers that are not its own."""
    key = header(exchange.request_headers, "authorization")
    own = {"authorization", "content-type", "accept"}
    extra: Headers = tuple((name, value) for name, value in told_headers(exchange) if name not in own)
    hidden = bool(key) or any(is_hidden(name, value) for name, value in extra)
    source = ("import os\n\n" if hidden else "") + "from openai import OpenAI\n\nclient = OpenAI(\n"
    source += f"    base_url={quoted(base_url)},\n"
    # The package wants some key, the server wants none.
    source += f'    api_key=os.environ["{KEY_VARIABLE}"],\n' if key else '    api_key="none",\n'
    if extra:
        source += "    default_headers={\n"
        source += "".join(f"        {quoted(name)}: {_value(name, value)},\n" for name, value in extra)
        source += "    },\n"
    return source + ")\n"


def _value(name: str, value: str) -> str:
    if not is_hidden(name, value):
        return quoted(value)
    before, _, after = value.partition(PLACEHOLDER)
    found = f'os.environ["{variable_for(name)}"]'
    return " + ".join([*([quoted(before)] if before else []), found, *([quoted(after)] if after else [])])


def _models_call(name: str | None, query: dict[str, str]) -> str:
    if name:
        return f"print(client.models.retrieve({quoted(unquote(name))}))\n"
    inside = f"extra_query={literal(query)}" if query else ""
    return f"for model in client.models.list({inside}):\n    print(model.id)\n"


def _call(exchange: Exchange, path: str, query: dict[str, str]) -> str:
    method, wanted, others = _ENDPOINTS[path]
    values = _form(exchange) if path in _FORMS else _document(exchange)
    known = {*wanted, *others.split()}
    named: dict[str, Any] = {name: values[name] for name in (*wanted, *others.split()) if name in values}
    extra = {name: value for name, value in values.items() if name not in known}
    note = ""
    file = ""
    for name in wanted:
        if name == "file":
            file = f'    file=open({quoted(str(named.pop("file", None) or "audio.wav"))}, "rb"),\n'
        elif name not in named:
            note = f"# The request had no {name}.\n"
            named = {name: "", **named}
    if path == "/embeddings" and "encoding_format" not in named:
        # The package would ask for base64 by itself.
        named["encoding_format"] = "float"
    if extra:
        named["extra_body"] = extra
    if query:
        named["extra_query"] = query
    inside = f"{file}{arguments(named)}"
    return f"{note}response = client.{method}(\n{inside})\n{_printing(path, streams=named.get('stream') is True)}"


def _printing(path: str, *, streams: bool) -> str:
    if path in {"/chat/completions", "/completions"} and streams:
        piece = "chunk.choices[0].delta.content" if path == "/chat/completions" else "chunk.choices[0].text"
        loop = "for chunk in response:\n    if chunk.choices:\n"
        return f'{loop}        print({piece} or "", end="", flush=True)\nprint()\n'
    return {
        "/chat/completions": "print(response.choices[0].message.content)\n",
        "/completions": "print(response.choices[0].text)\n",
        "/embeddings": "print([len(row.embedding) for row in response.data])\n",
        "/audio/speech": 'response.write_to_file("answer.bin")\n',
    }.get(path, "print(response)\n")


def _document(exchange: Exchange) -> dict[str, Any]:
    body = whole_body(exchange)
    values = None if body is None else json_or_none(body)
    if not is_object(values):
        raise NotExportableError("The request's body is no JSON object, which is all that the openai package sends.")
    return values


def _form(exchange: Exchange) -> dict[str, Any]:
    """The fields of a form; in place of a file stands its name."""
    boundary = boundary_of(header(exchange.request_headers, "content-type"))
    fields = fields_of(whole_body(exchange) or b"", boundary) if boundary else None
    if not fields:
        raise NotExportableError("The request's body is no form with a file, which is what the openai package sends.")
    values: dict[str, Any] = {}
    for field in fields:
        values[field.name] = _number(field.name, field.text) if field.filename is None else field.filename
    return values


def _number(name: str, text: str) -> object:
    """The one field of these forms that the package takes as a number."""
    if name != "temperature":
        return text
    try:
        return float(text)
    except ValueError:
        return text

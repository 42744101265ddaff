"""What the pictures show, always the same: models, requests, servers by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app_parts import NOW, FakeServer

from lmstudio_tui.cli.profiles import SettingsProfiles
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import (
    AttemptFailed,
    BodyReceived,
    CallFinished,
    CallStarted,
    CancelScope,
    ChunkReceived,
    ClientConfig,
    Connected,
    DownloadStatus,
    EventReceived,
    HeadersReceived,
    HealthStatus,
    LMStudioSDK,
    ModelInstance,
    ModelSummary,
    ServerKind,
    ServerRefusedError,
)
from lmstudio_tui.store.downloads import DownloadsFile, KnownDownload

URL = "http://127.0.0.1:1234"


def _model(name: str, size: float, context: int, can: str, *details: str, loaded: int | None = None) -> ModelSummary:
    """A model, in a line.

    Args:
        size: gigabytes.
        can: its capabilities.
        details: its type, parameters, quantization, format and architecture.
        loaded: the context length of its instance.
    """
    kind, parameters, quantization, form, architecture = details
    instance = ModelInstance(id=name, context_length=loaded, parallel=4, flash_attention=True, eval_batch_size=512)
    return ModelSummary.read(
        {
            "id": name,
            "display_name": name.rpartition("/")[2].replace("-", " ").title(),
            "type": kind,
            "publisher": name.partition("/")[0] if "/" in name else None,
            "architecture": architecture,
            "parameters": parameters,
            "quantization": quantization,
            "format": form,
            "size_bytes": int(size * 1e9),
            "max_context_length": context,
            "state": "loaded" if loaded else "not-loaded",
            "instances": [instance.model_dump()] if loaded else [],
            "capabilities": can.split(),
            "sources": ["/api/v1/models", "/api/v0/models", "/v1/models"],
        }
    )


MODELS = (
    _model("qwen/qwen3-8b", 4.92, 40960, "tools reasoning", "llm", "8B", "Q4_K_M", "gguf", "qwen3", loaded=16384),
    _model("nomic-embed-text-v1.5", 0.084, 2048, "", "embedding", "137M", "F16", "gguf", "nomic-bert", loaded=2048),
    _model("deepseek/deepseek-r1-0528-qwen3-8b", 4.62, 131072, "reasoning", "llm", "8B", "4bit", "mlx", "qwen3"),
    _model("google/gemma-3-12b", 8.15, 131072, "vision", "vlm", "12B", "Q4_0", "gguf", "gemma3"),
    _model("google/gemma-3n-e4b", 5.86, 32768, "vision tools", "vlm", "E4B", "Q4_K_M", "gguf", "gemma3n"),
    _model("ibm/granite-4-h-tiny", 4.23, 131072, "tools", "llm", "7B", "Q4_K_M", "gguf", "granitehybrid"),
    _model("meta-llama/llama-3.3-70b", 42.5, 131072, "tools", "llm", "70B", "Q4_K_M", "gguf", "llama"),
    _model("microsoft/phi-4", 9.05, 16384, "", "llm", "14.7B", "Q4_K_M", "gguf", "phi3"),
    _model("mistralai/magistral-small", 14.3, 131072, "tools reasoning", "llm", "24B", "Q4_K_M", "gguf", "llama"),
    _model("openai/gpt-oss-20b", 12.1, 131072, "tools reasoning", "llm", "20B", "MXFP4", "gguf", "gpt-oss"),
    _model("qwen/qwen3-30b-a3b", 18.6, 262144, "tools", "llm", "30B-A3B", "Q4_K_M", "gguf", "qwen3moe"),
    _model("qwen/qwen3-vl-4b", 3.3, 262144, "vision tools", "vlm", "4B", "Q4_K_M", "gguf", "qwen3vl"),
    _model("text-embedding-bge-m3", 1.16, 8192, "", "embedding", "567M", "F16", "gguf", "bert"),
    _model("zai-org/glm-4.6v-flash", 7.09, 131072, "vision tools reasoning", "vlm", "9B", "4bit", "mlx", "glm4v"),
)


@dataclass
class PicturedServer(FakeServer):
    """A server with those models, which downloads one."""

    models: tuple[ModelSummary, ...] = MODELS

    def download_status(self, job_id: str, *, scope: CancelScope | None = None) -> DownloadStatus:
        return DownloadStatus(
            job_id=job_id,
            status="downloading",
            total_size_bytes=14_300_000_000,
            downloaded_bytes=8_710_000_000,
            bytes_per_second=46_200_000,
        )


def begin_download(folder: Path) -> None:
    """Have one under way."""
    known = KnownDownload("job_493c7c9ded", "mistralai/devstral-small", "Q4_K_M")
    DownloadsFile(folder / "downloads.json").add(URL, known)


# Requests


def _headers(body: bytes | None) -> tuple[tuple[str, str], ...]:
    kind = (("content-type", "application/json"), ("content-length", str(len(body)))) if body else ()
    return (("host", "127.0.0.1:1234"), ("accept", "application/json"), ("authorization", "Bearer [key]"), *kind)


@dataclass
class Recorded:
    """Puts requests into a log, moment by moment."""

    log: ExchangeLog = field(default_factory=ExchangeLog)
    count: int = 0

    def call(
        self,
        ago: float,
        path: str,
        feature: str,
        *,
        sent: dict[str, Any] | None = None,
        answer: dict[str, Any] | None = None,
        events: Sequence[tuple[float, str]] = (),
        status: int = 200,
        wait: float = 2.0,
        connect: float | None = None,
        tries: int = 1,
        error: tuple[str, str] | None = None,
        background: bool = False,
    ) -> None:
        """Record one request.

        Args:
            ago: seconds before `NOW`.
            sent: its body.
            answer: the body of the answer, unless it is a stream.
            events: of a stream: milliseconds from the beginning, and the data.
            wait: milliseconds until the headers of the answer.
            connect: milliseconds for the connection; None when one was used again.
            tries: how often it was sent.
            error: the name of what went wrong, and its message.
        """
        self.count += 1
        name = f"call-{self.count:03d}"
        body = None if sent is None else json.dumps(sent, ensure_ascii=False).encode()
        method = "GET" if body is None else "POST"
        began = NOW.timestamp() - ago
        tell = self.log.record
        tell(
            CallStarted(name, method, URL + path, path, _headers(body), body, bool(events), began, feature, background)
        )
        if connect is not None:
            tell(Connected(name, connect, 1, connect, None))
        at = (connect or 0.0) + wait
        for number in range(1, tries):
            tell(AttemptFailed(name, at, number, "ServerFailureError", "The server is overloaded.", 503, 250.0))
            at += 250.0 + wait
        kind = "text/event-stream" if events else "application/json"
        tell(HeadersReceived(name, at, tries, status, (("content-type", kind), ("connection", "keep-alive"))))
        first = at
        received = 0
        for moment, data in events:
            at = moment
            received += len(data) + 8
            tell(ChunkReceived(name, at, len(data) + 8))
            tell(EventReceived(name, at, "", data))
        if answer is not None:
            whole = json.dumps(answer, ensure_ascii=False).encode()
            received = len(whole)
            at += 0.4
            tell(ChunkReceived(name, at, received))
            tell(BodyReceived(name, at, whole))
        tell(
            CallFinished(
                call_id=name,
                at_ms=at,
                outcome="failed" if error else "ok",
                error=error[0] if error else "",
                message=error[1] if error else "",
                status=status,
                attempts=tries,
                bytes_sent=len(body or b"") * tries,
                bytes_received=received,
                duration_ms=at,
                connect_ms=connect if tries == 1 else None,
                send_ms=0.3,
                wait_ms=wait - 0.3,
                first_byte_ms=first,
                first_token_ms=events[1][0] if events else None,
                stream_ms=at - first if events else 0.4,
            )
        )


def _chunk(delta: dict[str, str], reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return json.dumps({"id": "chatcmpl-9a3e061a", "choices": [choice]}, separators=(",", ":"))


def _stream(words: Sequence[str], first: float, every: float) -> list[tuple[float, str]]:
    events = [(first - 4.0, _chunk({"role": "assistant", "content": ""}))]
    events += [(first + at * every, _chunk({"content": word})) for at, word in enumerate(words)]
    end = first + len(words) * every
    usage = {"prompt_tokens": 21, "completion_tokens": len(words), "total_tokens": 21 + len(words)}
    return [
        *events,
        (end, _chunk({}, "stop")),
        (end + 0.5, json.dumps({"id": "chatcmpl-9a3e061a", "choices": [], "usage": usage})),
        (end + 0.6, "[DONE]"),
    ]


def _question(text: str, model: str = "qwen/qwen3-8b") -> dict[str, Any]:
    said = [{"role": "user", "content": text}]
    return {"model": model, "messages": said, "stream": True, "stream_options": {"include_usage": True}}


_LIST = {"object": "list", "data": [{"id": model.id, "object": "model"} for model in MODELS]}
_SENTENCE = (
    "The sky is blue because air scatters short waves of light more than long ones . "
    "At sunset the light takes a longer way , and red is what is left ."
)


def exchanges() -> ExchangeLog:
    """Requests of every kind; the newest is a stream."""
    recorded = Recorded()
    call = recorded.call
    call(212.0, "/v1/models", "models", answer=_LIST, connect=0.4)
    call(204.4, "/v1/chat/completions", "chat", sent=_question("Hello"), events=_stream(["Hello", "!"], 380.0, 24.0))
    load = {"model": "google/gemma-3-12b", "context_length": 32768}
    too_big = 'Failed to load model "google/gemma-3-12b": insufficient system resources.'
    call(
        171.9,
        "/api/v1/models/load",
        "model_load",
        sent=load,
        answer={"error": {"message": too_big, "type": "invalid_request"}},
        status=400,
        wait=2140.0,
        error=("ModelLoadError", too_big),
    )
    done = {"type": "llm", "instance_id": "google/gemma-3-12b", "status": "loaded", "load_time_seconds": 9.1}
    call(150.2, "/api/v1/models/load", "model_load", sent=load | {"context_length": 8192}, answer=done, wait=9120.0)
    call(
        118.0, "/api/v1/models/unload", "model_load", sent={"instance_id": "google/gemma-3-12b"}, answer=load, wait=64.0
    )
    missing = "Invalid model identifier 'gwen3-8b'."
    call(
        96.3,
        "/v1/chat/completions",
        "chat",
        sent=_question("Hello", "gwen3-8b"),
        answer={"error": {"message": missing, "code": "model_not_found"}},
        status=404,
        wait=1.4,
        error=("ModelNotFoundError", missing),
    )
    call(81.7, "/v1/chat/completions", "chat", sent=_question("Ping"), tries=2, events=_stream(["Pong"], 720.0, 22.0))
    call(
        60.2, "/api/v1/models/download", "download", sent={"model": "mistralai/devstral-small"}, answer=done, wait=210.0
    )
    call(58.9, "/api/v1/models/download/status/job_493c7c9ded", "download", answer=done)
    for ago in (35.0, 30.0, 25.0, 20.0):
        call(ago, "/lmstudio-greeting", "health", answer={"lmstudio": True}, background=True)
        call(ago - 0.01, "/v1/models", "models", answer=_LIST, background=True)
    call(
        14.2,
        "/v1/chat/completions",
        "chat",
        sent=_question("Why is the sky blue?"),
        connect=0.6,
        wait=312.0,
        events=_stream([f" {word}" for word in _SENTENCE.split()], 420.0, 24.2),
    )
    return recorded.log


# Servers by name

_CONFIG = """
profile = "studio"

[profiles.studio]
base_url = "http://127.0.0.1:1234"
default_model = "qwen/qwen3-8b"

[profiles.box]
base_url = "http://box.lan:1234"
allowed_hosts = ["box.lan"]
api_key_command = "pass show box"
default_model = "openai/gpt-oss-20b"

[profiles.work]
base_url = "https://models.example.com"
allowed_hosts = ["models.example.com"]
api_key_env = "WORK_KEY"

[profiles.nas]
base_url = "http://nas.lan:8080"
"""


def profiles(folder: Path) -> SettingsProfiles:
    """Some servers, one of which may not be used."""
    path = folder / "config.toml"
    path.write_text(_CONFIG, encoding="utf-8")
    return SettingsProfiles(path, config_path=path, without=ClientConfig, environ={"WORK_KEY": "-"})


def connect(server: FakeServer) -> Any:
    """Makes clients for the server, and for an Ollama beside it; nobody else answers."""

    def make(config: ClientConfig) -> LMStudioSDK:
        if config.base_url == URL:
            return server.connect(config)
        return (_Ollama() if config.base_url.endswith(":11434") else FakeServer(health_error=_NOBODY)).connect(config)

    return make


_NOBODY = ServerRefusedError("Nothing answers: connection refused.")


class _Ollama(FakeServer):
    def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
        del scope
        return HealthStatus(
            status="ok", kind=ServerKind.OPENAI, software="Ollama", version="0.12.6", latency_ms=2.0, capabilities={}
        )

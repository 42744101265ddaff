"""Requests as code: it runs, and sends the very same thing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector_parts import KEY, Echo, ask, chat_body, made_up, newest, recording
from lmstudio_tui.features.inspector.curl import as_curl
from lmstudio_tui.features.inspector.exchange import Body, Exchange
from lmstudio_tui.features.inspector.literals import TooDeepError, literal
from lmstudio_tui.features.inspector.python_httpx import as_httpx
from lmstudio_tui.features.inspector.python_openai import as_openai
from lmstudio_tui.features.inspector.sending import NotExportableError
from lmstudio_tui.sdk import ModelFilter
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

curl_is_there = pytest.mark.skipif(
    shutil.which("curl") is None or shutil.which("sh") is None, reason="neither curl nor a shell to run it in"
)

BODIES = {
    "quotes": chat_body('it\'s "quoted" and $HOME `date` \\ !'),
    "newlines": chat_body("one\ntwo\r\nthree\ttab"),
    "unicode": chat_body("ünïcode 日本語 🎉 \u202e \ufeff"),
    "laid out": json.dumps({"model": "m", "messages": []}, indent=2).encode() + b"\n",
    "escaped half": b'{"model":"m","messages":[{"role":"user","content":"\\ud83d"}]}',
    "twice": b'{"model":"m","model":"n","x":1.0,"y":1e400,"z":100000000000000000000000}',
    "at": b"@/etc/passwd",
    "no json": b"a=b&c='d'",
    "percent": b"100%s %d %%",
    "binary": bytes(range(256)) * 3,
    "escape": b"\x1b]52;c;aGk=\x07\x1b[201~",
    "nul": b"a\x00b",
    "cr": b"a\rb\r\nc",
    "empty": b"",
    "deep": b"[" * 300 + b"]" * 300,
    "long": chat_body("x" * 300_000),
    "long binary": os.urandom(40_000),
}
BODY = pytest.mark.parametrize("name", list(BODIES))


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    with Echo() as server:
        yield server


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, api_key=KEY)) as server:
        yield server


def environment(key: str = KEY) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return kept | {"LM_STUDIO_API_KEY": key, "COOKIE": "crumb", "PYTHONPATH": ""}


def run_shell(code: str, folder: Path | None = None) -> str:
    done = subprocess.run(
        ["sh"], input=code.encode(), capture_output=True, timeout=60, env=environment(), cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8", "replace")


def run_python(code: str, folder: Path, more: str = "") -> str:
    env = environment() | {"PYTHONPATH": more}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, timeout=60, env=env, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


# curl


@curl_is_there
@BODY
def test_curl_sends_every_body_as_it_was(echo: Echo, name: str) -> None:
    exchange = made_up(BODIES[name], url=f"{echo.base_url}/v1/chat/completions", method="POST")
    run_shell(as_curl(exchange))
    method, path, headers, body = echo.asked[-1]
    assert (method, path) == ("POST", "/v1/chat/completions")
    assert body == BODIES[name]
    assert headers["content-type"] == "application/json"


@curl_is_there
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_curl_sends_any_text(echo: Echo, text: str) -> None:
    body = text.encode("utf-8", "replace")
    run_shell(as_curl(made_up(body, url=f"{echo.base_url}/v1/x", method="POST")))
    assert echo.asked[-1][3] == body


@curl_is_there
def test_curl_takes_the_key_from_the_environment(echo: Echo) -> None:
    headers = (
        ("host", "127.0.0.1"),
        ("user-agent", "lmstudio-tui"),
        ("content-length", "2"),
        ("authorization", "Bearer [key]"),
        ("cookie", "[key]"),
        ("x-team", 'it\'s $HOME [key] "a"'),
        ("x-empty", ""),
        ("content-type", "application/json"),
    )
    code = as_curl(made_up(b"{}", url=f"{echo.base_url}/v1/x?a=[1]&b={{2}}", headers=headers))
    assert '"authorization: Bearer $LM_STUDIO_API_KEY"' in code
    assert '"cookie: $COOKIE"' in code
    for boring in ("host:", "user-agent", "content-length"):
        assert boring not in code
    run_shell(code)
    _, target, sent, _ = echo.asked[-1]
    assert sent["authorization"] == f"Bearer {KEY}"
    assert sent["cookie"] == "crumb"
    assert sent["x-team"] == 'it\'s $HOME [key] "a"'
    assert sent["x-empty"] == ""
    assert target == "/v1/x?a=[1]&b={2}"


@curl_is_there
def test_curl_sends_other_methods_and_no_body(echo: Echo) -> None:
    run_shell(as_curl(made_up(None, url=f"{echo.base_url}/v1/models", headers=())))
    assert echo.asked[-1][0] == "GET"
    assert "content-type" not in echo.asked[-1][2]
    run_shell(as_curl(made_up(None, url=f"{echo.base_url}/v1/models", method="POST", headers=())))
    assert echo.asked[-1][0] == "POST"
    run_shell(as_curl(made_up(b"x", url=f"{echo.base_url}/v1/models", method="PUT", headers=())))
    assert (echo.asked[-1][0], echo.asked[-1][3]) == ("PUT", b"x")
    assert "content-type" not in echo.asked[-1][2]


@curl_is_there
def test_curl_against_the_simulator(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url, api_key=KEY) as (client, log):
        client.stream_chat_completion(ask(text='What\'s "new"?')).run()
        code = as_curl(newest(log))
        client.list_models(ModelFilter(limit=2))
        listing = as_curl(log.get(log.snapshot()[-1].call_id) or newest(log))
    assert "curl -N" in code
    assert KEY not in code
    said = run_shell(code)
    assert said.count("data: {") > 3
    assert "data: [DONE]" in said
    assert KEY not in listing
    run_shell(listing)


def test_a_long_binary_body_is_a_file_that_a_comment_names(tmp_path: Path) -> None:
    body = os.urandom(500_000)
    exchange = made_up(body, url="http://127.0.0.1:1/v1/audio/transcriptions")
    assert "--data-binary @body.bin" in as_curl(exchange)
    assert as_curl(exchange).startswith("# body.bin: the 500,000 bytes")
    assert "# body.bin" in as_httpx(exchange)


def test_media_go_into_a_file(tmp_path: Path) -> None:
    media: dict[str, Any] = {"response_headers": (("content-type", "audio/mpeg"),)}
    with Echo(b"\x00\x01sound", "audio/mpeg") as server:
        url = f"{server.base_url}/v1/audio/speech"
        exchange = made_up(b'{"model":"m","voice":"v","input":"hi"}', url=url, **media)
        assert "--output answer.bin" in as_curl(exchange)
        run_python(as_httpx(exchange), tmp_path)
    assert (tmp_path / "answer.bin").read_bytes() == b"\x00\x01sound"


# httpx


@BODY
def test_httpx_sends_every_body_as_it_was(echo: Echo, tmp_path: Path, name: str) -> None:
    headers = (("content-type", "application/json"), ("authorization", "Bearer [key]"), ("x-name", "Zoë"))
    exchange = made_up(BODIES[name], url=f"{echo.base_url}/v1/chat/completions?a=b", method="POST", headers=headers)
    code = as_httpx(exchange)
    if len(code) > 100_000:
        (tmp_path / "code.py").write_text(code, encoding="utf-8")
        code = "exec(open('code.py', encoding='utf-8').read())"
    said = run_python(code, tmp_path)
    method, path, sent, body = echo.asked[-1]
    assert (method, path) == ("POST", "/v1/chat/completions?a=b")
    assert body == BODIES[name]
    assert sent["content-type"] == "application/json"
    assert sent["authorization"] == f"Bearer {KEY}"
    assert sent["x-name"] == "Zoë"
    assert said.startswith("200\n")


def test_httpx_shows_json_as_python() -> None:
    body = json.dumps({"model": "m", "stream": False, "stop": None, "messages": [{"content": "it's"}]})
    code = as_httpx(made_up(body.replace(": ", ":").replace(", ", ",").encode()))
    assert "json=body" in code
    assert '"stream": False' in code
    assert "None" in code
    assert "content-type" not in code


def test_httpx_streams_against_the_simulator(simulator: SimulatorServer, tmp_path: Path) -> None:
    with recording(simulator.base_url, api_key=KEY) as (client, log):
        client.stream_chat_completion(ask(text="日本語 'x' \"y\"\n")).run()
        code = as_httpx(newest(log))
    assert KEY not in code
    said = run_python(code, tmp_path)
    assert said.startswith("200\n")
    assert "data: [DONE]" in said


# openai

STAND_IN = '''
"""Does what the package does with these calls, as far as the wire goes."""
import json, os, urllib.request

class Thing:
    def __init__(self, values): self.__dict__.update(values)
    def __getattr__(self, name): return None
    def __repr__(self): return "a thing"
    def write_to_file(self, name): open(name, "wb").write(b"")

def thing(value):
    if isinstance(value, dict): return Thing({name: thing(one) for name, one in value.items()})
    return [thing(one) for one in value] if isinstance(value, list) else value

class OpenAI:
    def __init__(self, *, base_url, api_key, default_headers=None):
        self._known = (base_url, api_key, default_headers or {})
        for name in ("chat", "completions", "embeddings", "models", "audio", "images"):
            setattr(self, name, Group(self, name))

class Group:
    PATHS = {
        "chat.completions.create": "/chat/completions", "completions.create": "/completions",
        "embeddings.create": "/embeddings", "images.generate": "/images/generations",
        "audio.speech.create": "/audio/speech", "audio.transcriptions.create": "/audio/transcriptions",
        "audio.translations.create": "/audio/translations",
    }
    def __init__(self, client, name): self._client, self._name = client, name
    def __getattr__(self, name): return Group(self._client, f"{self._name}.{name}")
    def __call__(self, *names, extra_body=None, extra_query=None, file=None, **values):
        base_url, key, headers = self._client._known
        query = "&".join(f"{name}={value}" for name, value in (extra_query or {}).items())
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json", **headers}
        path = self.PATHS.get(self._name)
        if path is None:
            url = f"{base_url}/models" + "".join(f"/{name}" for name in names) + (f"?{query}" if query else "")
            data = None
        else:
            url = base_url + path + (f"?{query}" if query else "")
            data = json.dumps({**values, **(extra_body or {})}).encode()
        answer = urllib.request.urlopen(urllib.request.Request(url, data, headers)).read().decode()
        if values.get("stream"):
            lines = [line[6:] for line in answer.splitlines() if line.startswith("data: {")]
            return [thing(json.loads(line)) for line in lines]
        found = thing(json.loads(answer))
        return found.data if self._name == "models.list" else found
'''


@pytest.fixture(scope="module")
def openai_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where to import openai from: the package itself when it is there, otherwise something like it."""
    folder = tmp_path_factory.mktemp("stand-in")
    (folder / "openai.py").write_text(STAND_IN, encoding="utf-8")
    return str(folder)


def test_openai_asks_the_same(echo: Echo, tmp_path: Path, openai_folder: str) -> None:
    values = {"temperature": 0.5, "top_k": 7, "ttl": None, "stop": ["a", "b"], "not a name": {"x": [1, True]}}
    headers = (("authorization", "Bearer [key]"), ("x-team", "blue"), ("content-type", "application/json"))
    answer = b'{"choices":[{"message":{"content":"hi"}}]}'
    with Echo(answer) as server:
        body = chat_body('it\'s "so" 日本語\n', **values)
        code = as_openai(made_up(body, url=f"{server.base_url}/v1/chat/completions?a=b", headers=headers))
        said = run_python(code, tmp_path, openai_folder)
        method, path, sent, asked = server.asked[-1]
    assert said == "hi\n"
    assert (method, path) == ("POST", "/v1/chat/completions?a=b")
    assert json.loads(asked) == json.loads(body)
    assert (sent["authorization"], sent["x-team"]) == (f"Bearer {KEY}", "blue")
    assert "extra_body={" in code
    assert 'os.environ["LM_STUDIO_API_KEY"]' in code


def test_openai_streams_against_the_simulator(simulator: SimulatorServer, tmp_path: Path, openai_folder: str) -> None:
    with recording(simulator.base_url, api_key=KEY) as (client, log):
        said = client.stream_chat_completion(ask("sim-llama-3.2-3b", "Say it")).run()
        code = as_openai(newest(log))
        client.list_models()
        listing = next(one for one in log.snapshot() if one.path == "/v1/models")
        models = as_openai(log.get(listing.call_id) or newest(log))
    assert run_python(code, tmp_path, openai_folder).strip() == said.text.strip()
    assert len(run_python(models, tmp_path, openai_folder).splitlines()) > 5


@pytest.mark.parametrize(
    ("path", "body", "call"),
    [
        ("/v1/completions", {"model": "m", "prompt": "p", "stream": True}, "client.completions.create("),
        ("/v1/embeddings", {"model": "m", "input": ["a"]}, "client.embeddings.create("),
        (
            "/v1/audio/speech",
            {"model": "m", "input": "a", "voice": "v", "format": "f"},
            "client.audio.speech.create(",
        ),
        ("/v1/images/generations", {"prompt": "a cat", "steps": 4}, "client.images.generate("),
        ("/prefix/v1/chat/completions", {"messages": []}, "client.chat.completions.create("),
        ("/v1/models/a%2Fb", None, 'client.models.retrieve("a/b")'),
        ("/v1/models?limit=5", None, 'client.models.list(extra_query={"limit": "5"})'),
    ],
)
def test_openai_has_these(
    path: str, body: dict[str, object] | None, call: str, tmp_path: Path, openai_folder: str
) -> None:
    with Echo(b'{"data":[],"choices":[{"text":"t","message":{}}]}') as server:
        raw = None if body is None else json.dumps(body).encode()
        code = as_openai(made_up(raw, url=f"{server.base_url}{path}"))
        compile(code, "code", "exec")
        assert call in code
        assert 'api_key="none"' in code
        run_python(code, tmp_path, openai_folder)
        asked = server.asked[-1]
    if body is not None:
        sent = json.loads(asked[3])
        assert body.items() <= sent.items()


@pytest.mark.parametrize(
    ("path", "method", "body", "why"),
    [
        ("/api/v1/models", None, None, "has no method for GET /api/v1/models"),
        ("/api/v1/models/load", None, b"{}", "has no method for POST"),
        ("/health", None, None, "has no method"),
        ("/v1/chat/completions", "GET", None, "has no method"),
        ("/v1/rerank", None, b"{}", "has no method"),
        ("/v1/chat/completions", None, b"no json", "is no JSON object"),
        ("/v1/chat/completions", None, b"[]", "is no JSON object"),
        ("/v1/chat/completions", None, b'{"x":' + b"[" * 60 + b"]" * 60 + b"}", "nested too deeply"),
        ("/v1/audio/transcriptions", None, b"{}", "is no form"),
    ],
)
def test_openai_says_why_not(path: str, method: str | None, body: bytes | None, why: str) -> None:
    with pytest.raises(NotExportableError, match=why):
        as_openai(made_up(body, url=f"http://127.0.0.1:1234{path}", method=method))


def test_openai_takes_a_form_apart() -> None:
    parts = [
        b'content-disposition: form-data; name="model"\r\n\r\nwhisper-1',
        b'content-disposition: form-data; name="temperature"\r\n\r\n0.2',
        b'content-disposition: form-data; name="beam"\r\n\r\n5',
        b'content-disposition: form-data; name="file"; filename="a b.wav"\r\ncontent-type: audio/wav\r\n\r\n\x00\xff',
    ]
    body = b"".join(b"--xyz\r\n" + part + b"\r\n" for part in parts) + b"--xyz--\r\n"
    headers = (("content-type", "multipart/form-data; boundary=xyz"),)
    code = as_openai(made_up(body, url="http://127.0.0.1:1234/v1/audio/transcriptions", headers=headers))
    compile(code, "code", "exec")
    assert 'file=open("a b.wav", "rb")' in code
    assert 'model="whisper-1"' in code
    assert "temperature=0.2" in code
    assert 'extra_body={"beam": "5"}' in code


# What is not whole


@pytest.mark.parametrize("body", [Body(b"a", b"c", 9), Body(size=9, dropped=True)], ids=["cut", "dropped"])
@pytest.mark.parametrize("write", [as_curl, as_httpx, as_openai])
def test_what_is_not_whole_is_refused(body: Body, write: object) -> None:
    assert callable(write)
    with pytest.raises(NotExportableError, match="not whole"):
        write(_with_body(body))


def _with_body(body: Body) -> Exchange:
    whole = made_up(b"{}")
    return made_up(b"{}", request_body=body, request_headers=whole.request_headers)


def test_headers_that_were_dropped_are_refused() -> None:
    with pytest.raises(NotExportableError, match="headers"):
        as_curl(made_up(b"{}", headers_dropped=True))


# Literals

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(VALUES)
def test_literals_mean_what_they_say(value: object) -> None:
    assert repr(eval(literal(value))) == repr(value)


def test_odd_literals() -> None:
    assert eval(literal(10**5000)) == 10**5000
    assert literal(float("inf")) == 'float("inf")'
    deep: list[object] = []
    for _ in range(60):
        deep = [deep]
    with pytest.raises(TooDeepError):
        literal(deep)
    assert "\n" in literal({"key": "x" * 100, "other": 1})
    assert textwrap.dedent(literal([])) == "[]"

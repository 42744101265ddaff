"""No text holds a key, nor the part of it that a server quotes."""

from __future__ import annotations

import logging
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk_servers import KEY, RawServer, answering, ask, config, event, reply, whole_stream

from lmstudio_tui.sdk import AuthenticationError, ClientConfig, LMStudioClient, LMStudioError
from lmstudio_tui.sdk.redaction import PLACEHOLDER, Redactor

KEYS = st.text(alphabet="abcXYZ019-:[key]", min_size=8, max_size=40)


def runs(key: str) -> set[str]:
    return {key[start : start + 8] for start in range(len(key) - 7)}


@given(KEYS, st.data())
def test_no_run_of_eight_characters_of_the_key_survives(key: str, data: st.DataObject) -> None:
    part = st.tuples(st.integers(0, len(key)), st.integers(0, len(key))).map(lambda ends: key[min(ends) : max(ends)])
    text = "".join(data.draw(st.lists(part | st.text(alphabet="abcXYZ019 ", max_size=6), max_size=6)))
    shown = Redactor([key])(text)
    assert not [run for run in runs(key) if run in shown]


@given(st.text(max_size=80))
def test_without_keys_an_ordinary_text_is_unchanged(text: str) -> None:
    if not any(word in text.lower() for word in ("sk-", "bearer", "provided")):
        assert Redactor()(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("provided: sk-lm-Ab3d… Ensure", f"provided: {PLACEHOLDER} Ensure"),
        ("Authorization: Bearer abcdefgh", f"Authorization: Bearer {PLACEHOLDER}"),
        ("API token provided: 22aac52a71…", f"API token provided: {PLACEHOLDER}"),
        ("API key provided: abcdefgh. See", f"API key provided: {PLACEHOLDER}. See"),
        ("(`Authorization: Bearer abc-123_x`).", f"(`Authorization: Bearer {PLACEHOLDER}`)."),
        ("Bearer `abcdefgh`, <abcdefgh>", f"Bearer `{PLACEHOLDER}`, <abcdefgh>"),
        ('{"m":"Bearer \\"x\\" or \\"Bearer abcdefgh\\""}', f'{{"m":"Bearer \\"x\\" or \\"Bearer {PLACEHOLDER}\\""}}'),
        ("Bearer ab`cdefgh.ij)kl", f"Bearer {PLACEHOLDER}"),
        ("bearer\n\tabcdefgh…", f"bearer\n\t{PLACEHOLDER}"),
    ],
)
def test_what_looks_like_a_key_is_taken_out_too(text: str, shown: str) -> None:
    assert Redactor()(text) == shown


@pytest.mark.parametrize(
    "example",
    [
        "$LM_API_TOKEN", "${API_KEY}", "$env:LM_STUDIO_API_KEY", "%TOKEN%", "<token>", "<your api key>", "[your-token]",
        "{{ api_key }}", "{token}", "YOUR_TOKEN", "your-api-key-here", "LM_API_TOKEN", "api-key", "token", "tokens",
        "authentication", 'realm="LM Studio"', "error=\\\"invalid_token\\\"", "***", "````",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "`Authorization: Bearer {}`", '"Bearer {}"', "(Bearer {}).", "Bearer {}, or"])
def test_an_example_of_a_key_stays_readable(example: str, around: str) -> None:
    text = around.format(example)
    assert Redactor()(text) == text


@pytest.mark.parametrize(
    "key",
    [
        "$abcdefgh", "$TOKENabc123", "$TOKEN$abcdef", "${abcdefgh}", "<abcdefgh>", "<token>abcdefgh", "[token]a1b2c3",
        "{{abcdefgh}}", "%abcdefgh%", "YOURabc123", "YOUR_TOKEN1", "my-secret-token", "token-abc123", "token:abcdefgh",
        "tokenabcdef", "realm=abcdefgh", "$2a$10$abcdefgh", "authentication1", "api_key_4f2", "0123456789abcdef",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["Bearer {}", "`Authorization: Bearer {}`", "(BEARER {}).", "Bearer {}, or"])
def test_what_only_resembles_an_example_is_taken_out(key: str, around: str) -> None:
    shown = Redactor()(around.format(key))
    assert PLACEHOLDER in shown
    assert key.strip("<>[]{}") not in shown


@pytest.mark.parametrize("key", ["$LM_API_TOKEN", "<token>", "YOUR_TOKEN", "token", "api-key", "realm", "`a`b`c`d`e`"])
def test_a_key_in_use_is_taken_out_even_if_it_is_like_an_example(key: str) -> None:
    assert key not in Redactor([key])(f"Bearer {key} and `Bearer {key}`.")


def test_what_an_example_is_takes_no_long_looking() -> None:
    began = time.monotonic()
    for what in ("a_", "$a_key_", "<a ", "${key_", "`", "bearer ", "your_key_"):
        Redactor()("bearer " + what * 50_000)
    assert time.monotonic() - began < 10


def test_a_short_key_is_taken_out_as_a_word_only() -> None:
    assert Redactor(["abc"])("abc abcd x-abc (abc)") == f"{PLACEHOLDER} abcd x-abc ({PLACEHOLDER})"


MALFORMED = {
    "error": {
        "type": "invalid_request",
        "code": "invalid_api_key",
        "message": f"Malformed LM Studio API token provided: {KEY[:10]}… Ensure …",
    }
}
LEAKS = [
    reply(MALFORMED, 401),
    reply(MALFORMED, 200),
    reply(f"<html>{KEY}</html>".encode(), 200, "text/html"),
    reply(f"<html>{KEY}</html>".encode(), 502, f"text/{KEY}"),
    reply({"detail": [{"loc": ["body", KEY], "msg": KEY}]}, 422),
    reply(b"oops " + KEY.encode(), 200, "text/plain", f"x-request-id: {KEY}"),
    reply({"unexpected": KEY}, 200),
    whole_stream(event({"error": {"message": f"bad {KEY}"}})),
    whole_stream(b"data: " + KEY.encode() + b"\n\n"),
    b"HTTP/1.1 " + KEY.encode() + b" X\r\n\r\n",
    b"garbage " + KEY.encode() + b"\r\n\r\n",
]


@pytest.mark.parametrize("answer", LEAKS, ids=range(len(LEAKS)))
@pytest.mark.usefixtures("impatient")
def test_nothing_that_a_call_leaves_behind_holds_the_key(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    records: list[object] = []
    texts: list[str] = []
    with (
        RawServer(answering(answer)) as server,
        LMStudioClient(config(server, api_key=KEY), listener=records.append) as client,
    ):
        stream = client.stream_chat_completion(ask())
        try:
            texts += [str(one) for one in stream]
        except LMStudioError as error:
            chain: BaseException | None = error
            while chain is not None:
                texts += [str(chain), repr(chain), *map(str, chain.args), *map(str, vars(chain).values())]
                chain = chain.__cause__ or chain.__context__
        texts += [repr(client), repr(client.config), repr(stream), str(records), str(stream.partial)]
    texts += [record.getMessage() for record in caplog.records]
    assert not [text for text in texts if any(run in text for run in runs(KEY))]


def test_the_key_is_sent_and_its_quote_is_not_shown() -> None:
    with RawServer(answering(reply(MALFORMED, 401))) as server, LMStudioClient(config(server, api_key=KEY)) as client:
        with pytest.raises(AuthenticationError) as caught:
            client.create_chat_completion(ask())
        assert f"authorization: bearer {KEY}".lower() in server.requests[0].decode().lower()
    assert caught.value.message.startswith("Malformed LM Studio API token provided: [key]")
    assert "LM_STUDIO_API_KEY" in caught.value.hint
    assert caught.value.hint.startswith("The server does not take the key that was sent")


REQUIRED = (
    "An LM Studio API token is required to make requests to this server, but none was provided. Please provide an API "
    "token using the Authorization header: `Authorization: Bearer $LM_API_TOKEN`"
)


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, False),
        ({"extra_headers": {"X-Team": "blue", "Cookie": "session=1"}}, False),
        ({"api_key": KEY}, True),
        ({"extra_headers": {"X-Api-Key": "abcdefgh"}}, True),
    ],
)
@pytest.mark.parametrize("status", [401, 403, 200])
def test_the_next_step_goes_by_whether_a_key_was_sent(settings: dict[str, Any], sent: bool, status: int) -> None:
    answer = reply({"error": {"message": REQUIRED, "code": "invalid_api_key"}}, status)
    with (
        RawServer(answering(answer)) as server,
        LMStudioClient(config(server, **settings)) as client,
        pytest.raises(AuthenticationError) as caught,
    ):
        client.list_models()
    assert caught.value.message == REQUIRED
    assert caught.value.hint == (AuthenticationError.refused_hint if sent else AuthenticationError.default_hint)


def test_secrets_in_extra_headers_are_secrets() -> None:
    settings = ClientConfig(extra_headers={"X-Api-Token": "Token abcdefghijkl", "X-Team": "blue"})
    assert "abcdefghijkl" in settings.secrets()
    assert "blue" not in settings.secrets()
    assert "abcdefghijkl" not in repr(settings)

"""Images: within the answer or at an address, several, some of them broken (server contract, section 1)."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk_servers import KEY, Connection, Handler, RawServer, answering, reply
from sdk_sounds import PNG, client_of, line_of
from sdk_tape import Tape

from lmstudio_tui.sdk import (
    BadRequestError,
    BodyReceived,
    CallFinished,
    CallStarted,
    CancelScope,
    FeatureUnavailableError,
    HeadersReceived,
    ImageRequest,
    ImageResult,
    LMStudioClient,
    ProtocolError,
    RequestCancelledError,
    StatusError,
)
from lmstudio_tui.sdk.imaging import _rows, _source_of

B64 = base64.b64encode(PNG).decode()
JPEG, GIF, WEBP = b"\xff\xd8\xff\xe0" + bytes(20), b"GIF89a" + bytes(20), b"RIFF\0\0\0\0WEBP" + bytes(20)


def made(body: Any, n: int = 1, **request: Any) -> ImageResult:
    with RawServer(answering(reply(body))) as server, client_of(server) as client:
        return client.create_image(ImageRequest(prompt="a cat", n=n, **request))


def body_of(request: bytes) -> dict[str, Any]:
    return json.loads(request.partition(b"\r\n\r\n")[2])


def test_what_is_asked_for_and_what_comes() -> None:
    row = {"b64_json": B64, "revised_prompt": "a fine cat", "seed": 7}
    with (
        RawServer(answering(reply({"created": 1, "model": "sd", "data": [row]}))) as server,
        client_of(server) as client,
    ):
        request = ImageRequest(prompt="a cat", model="m", size="512x256", seed=7, extra={"steps": 4})
        found = client.create_image(request)
        [asked] = server.requests
    assert line_of(asked) == "POST /v1/images/generations"
    assert body_of(asked) == {
        "model": "m",
        "prompt": "a cat",
        "size": "512x256",
        "seed": 7,
        "steps": 4,
        "response_format": "b64_json",
    }
    [image] = found.images
    assert (image.data, image.media_type, image.revised_prompt, image.seed) == (PNG, "image/png", "a fine cat", 7)
    assert (found.model, found.problems) == ("sd", ())


def test_a_server_that_will_not_be_told_how_to_answer() -> None:
    no = reply({"error": {"message": "Unknown parameter: 'response_format'."}}, 400)
    yes = reply({"data": [{"b64_json": B64}]})
    with RawServer(answering(no), answering(yes)) as server, client_of(server, default_model="d") as client:
        assert len(client.create_image(ImageRequest(prompt="x", n=1)).images) == 1
        assert body_of(server.requests[1]) == {"model": "d", "prompt": "x"}
    with RawServer(answering(no)) as server, client_of(server) as client, pytest.raises(BadRequestError):
        client.create_image(ImageRequest(prompt="x", extra={"response_format": "url"}))


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"b64_json": B64}, "image/png"),
        ({"b64_json": f"data:image/jpeg;base64,{B64}"}, "image/png"),
        ({"b64_json": B64.rstrip("=")}, "image/png"),
        ({"b64_json": f"{B64[:20]}\n{B64[20:]}"}, "image/png"),
        ({"b64_json": base64.urlsafe_b64encode(JPEG).decode()}, "image/jpeg"),
        ({"url": f"data:image/png;base64,{base64.b64encode(GIF).decode()}"}, "image/gif"),
        ({"b64_json": None, "url": "", "base64": base64.b64encode(WEBP).decode()}, "image/webp"),
        (B64, "image/png"),
    ],
)
def test_an_image_within_the_answer(row: Any, kind: str) -> None:
    found = made({"data": [row]})
    assert [image.media_type for image in found.images] == [kind]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"b64_json": "####"}, "its base64 is broken"),
        ({"b64_json": "data:,"}, "it is empty"),
        (
            {"b64_json": base64.b64encode(b"{'error': 'no'}").decode()},
            "no PNG, JPEG, WebP or GIF; it begins \"{'error'",
        ),
        ({}, "neither the image nor its address"),
        (None, "does not tell where it is"),
        ({"error": {"message": "filtered"}}, "the server says: filtered"),
        ({"url": "ftp://127.0.0.1/a.png"}, "cannot be fetched"),
        ({"url": "file:///etc/passwd"}, "cannot be fetched"),
        ({"url": "http://[/a.png"}, "its address is none"),
        ({"url": "http://user:password@127.0.0.1/a.png"}, "cannot be fetched"),
    ],
)
def test_one_that_is_broken_is_a_problem_and_the_others_are_there(row: Any, said: str) -> None:
    found = made({"data": [{"b64_json": B64}, row, {"b64_json": B64}]}, n=3)
    assert len(found.images) == 2
    [problem] = found.problems
    assert problem.startswith("Image 2 of 3 could not be had: ")
    assert said in problem
    alone = made({"data": [row]})
    assert alone.images == ()
    assert alone.problems[0].startswith("The image could not be had")


def test_fewer_than_were_asked_for_is_said() -> None:
    found = made({"data": [{"b64_json": B64}]}, n=3)
    assert (len(found.images), found.problems) == (1, ("3 images were asked for; the server made 1.",))


@pytest.mark.parametrize("body", [{"data": []}, {"data": None}, {"status": "ok"}, [], "x", 3])
def test_an_answer_without_images(body: Any) -> None:
    with pytest.raises(ProtocolError, match="holds no images"):
        made(json.dumps(body).encode())


def test_other_shapes() -> None:
    assert len(made({"images": [B64, B64]}, n=2).images) == 2
    assert len(made({"url": f"data:image/png;base64,{B64}"}).images) == 1
    assert len(made({"data": {"b64_json": B64}}).images) == 1
    with RawServer(answering(reply(PNG, kind="image/png"))) as server, client_of(server) as client:
        assert client.create_image(ImageRequest(prompt="x")).images[0].data == PNG


# Addresses


def both(rows: str, *, image: bytes = b"") -> Handler:
    """Answers with addresses, and serves what is there."""

    def handle(connection: Connection) -> None:
        while True:
            asked = connection.request()
            answer = reply(json.loads(rows)) if asked.startswith(b"POST") else image or reply(PNG, kind="image/png")
            connection.send(answer)

    return handle


@pytest.mark.parametrize("host", ["", "http://127.0.0.1:{port}", "http://localhost:{port}"])
@pytest.mark.parametrize("path", ["", "/behind/a/proxy"])
def test_an_image_on_the_same_server_is_fetched_with_the_key(host: str, path: str) -> None:
    rows: list[str] = [""]
    with RawServer(lambda connection: both(rows[0])(connection)) as server:
        url = f"{host.format(port=server.base_url.rpartition(':')[2])}/out/a.png?x=1"
        rows[0] = json.dumps({"data": [{"url": url}]})
        with client_of(f"{server.base_url}{path}", api_key=KEY) as client:
            [image] = client.create_image(ImageRequest(prompt="x")).images
        assert (image.data, image.url) == (PNG, url)
        assert [line_of(one) for one in server.requests] == [f"POST {path}/v1/images/generations", "GET /out/a.png?x=1"]
        assert all(KEY.encode() in one for one in server.requests)
        assert b"accept: image/*" in server.requests[1].lower()


def test_one_on_another_server_is_not_fetched_unless_it_may_be_and_then_without_the_key() -> None:
    tape = Tape()
    with RawServer(answering(reply(PNG, kind="image/png"))) as other:
        rows = json.dumps({"data": [{"url": f"{other.base_url}/a.png"}]})
        with RawServer(both(rows)) as server:
            config = client_of(server, api_key=KEY, extra_headers={"X-Secret": "very secret"}).config
            with LMStudioClient(config, recorder=tape) as client:
                refused = client.create_image(ImageRequest(prompt="x"))
                assert (refused.images, other.requests) == ((), [])
                assert "another server" in refused.problems[0]
                fetched = client.create_image(ImageRequest(prompt="x"), fetch_elsewhere=True)
        assert fetched.images[0].data == PNG
        [asked] = other.requests
        assert KEY.encode() not in asked
        assert b"secret" not in asked.lower()
    assert len(tape.all(BodyReceived)) == 3


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply(b"", 302, "text/plain", "Location: http://127.0.0.2/a.png"), "redirects are not followed"),
        (reply({"error": "gone"}, 410), "gone"),
        (reply(b"<html>Sign in</html>", kind="image/png"), "no PNG, JPEG, WebP or GIF"),
        (reply(b"", kind="image/png"), "no PNG"),
    ],
)
def test_one_that_cannot_be_fetched_is_a_problem(answer: bytes, said: str) -> None:
    rows = json.dumps({"data": [{"url": "/a.png"}, {"b64_json": B64}]})
    with RawServer(both(rows, image=answer)) as server, client_of(server, max_retries=0) as client:
        found = client.create_image(ImageRequest(prompt="x", n=2))
    assert len(found.images) == 1
    assert said in found.problems[0]


def test_it_can_be_left_while_it_is_made_and_while_it_is_fetched() -> None:
    scope = CancelScope()

    def fetch(connection: Connection) -> None:
        connection.request()
        connection.send(reply({"data": [{"url": "/a.png"}]}))
        connection.request()
        scope.cancel()
        connection.wait_until_left()

    with RawServer(fetch) as server, client_of(server) as client:
        with pytest.raises(RequestCancelledError):
            client.create_image(ImageRequest(prompt="x"), scope=scope)
        assert server.left.wait(5)
        with pytest.raises(RequestCancelledError):
            client.create_image(ImageRequest(prompt="x"), scope=scope)


# What a server refuses


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        (reply({"error": {"message": "No image backend is configured."}}, 503), "backend"),
        (reply({"error": "no image backend"}), "backend"),
        (reply({"error": "backend missing"}, 501), "backend"),
        (reply({"detail": "Not Found"}, 404), "endpoint"),
    ],
)
def test_what_is_missing_is_named(answer: bytes, missing: str) -> None:
    with (
        RawServer(answering(answer)) as server,
        client_of(server, max_retries=0) as client,
        pytest.raises(FeatureUnavailableError) as caught,
    ):
        client.create_image(ImageRequest(prompt="x"))
    assert caught.value.context["missing"] == missing
    assert "images_base_url" in caught.value.hint


def test_a_refusal_is_an_error_and_the_work_is_not_asked_for_again() -> None:
    for answer in (reply({"error": "prompt refused"}), reply({"error": "prompt refused"}, 500)):
        with RawServer(answering(answer)) as server, client_of(server) as client:
            with pytest.raises(StatusError, match="prompt refused"):
                client.create_image(ImageRequest(prompt="x"))
            assert len(server.requests) == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["data", "images", "url", "b64_json", "error"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_no_answer_is_too_odd(value: Any) -> None:
    for row in _rows(value) or ():
        source = _source_of(row)
        assert source.data or source.url or source.problem


# The key


@pytest.mark.parametrize(
    "url", [f"/x{KEY}", f"http://[{KEY}", f"http://{KEY}.example/x", f"http://a.example/{KEY}", f"ftp://{KEY}/x"]
)
@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_address_that_holds_the_key_is_not_shown_and_takes_it_nowhere(url: str, elsewhere: bool) -> None:
    tape = Tape()
    rows = json.dumps({"data": [{"url": url}]})
    told: list[str] = []
    with RawServer(both(rows, image=reply(b"", 404))) as server:
        config = client_of(server, api_key=KEY).config
        with LMStudioClient(config, recorder=tape, listener=lambda call: told.append(call.path)) as client:
            found = client.create_image(ImageRequest(prompt="x"), fetch_elsewhere=elsewhere)
    [problem] = found.problems
    shown = f"{problem} {told} {tape.all(CallStarted)} {tape.all(CallFinished)}"
    assert KEY[-8:] not in shown
    assert KEY[:8] not in shown


@pytest.mark.parametrize("written", [KEY, quote(KEY, "")])
def test_another_server_is_not_given_the_key_in_an_address(written: str) -> None:
    with RawServer(answering(reply(PNG, kind="image/png"))) as other:
        rows = json.dumps({"data": [{"url": f"{other.base_url}/a.png?k={written}"}]})
        with RawServer(both(rows)) as server, client_of(server, api_key=KEY) as client:
            found = client.create_image(ImageRequest(prompt="x"), fetch_elsewhere=True)
        assert (found.images, other.requests) == ((), [])
    assert "holds the key of this one" in found.problems[0]


def test_what_another_server_says_is_shown_without_the_key() -> None:
    key = "like no other key 0123456789"
    with RawServer(answering(reply(f"no {key}".encode(), 410, "text/plain", f"X-Said: {key}"))) as other:
        rows = json.dumps({"data": [{"url": f"{other.base_url}/a.png"}]})
        tape = Tape()
        with (
            RawServer(both(rows)) as server,
            LMStudioClient(client_of(server, api_key=key).config, recorder=tape) as client,
        ):
            found = client.create_image(ImageRequest(prompt="x"), fetch_elsewhere=True)
    assert "no [key]" in found.problems[0]
    assert key not in str(tape.all(BodyReceived)) + str(tape.all(HeadersReceived))

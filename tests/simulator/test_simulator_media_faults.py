"""Every fault of speech, hearing, voices and images is reached, and does what its sentence says."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image
from simulator_asks import serving
from tone_parts import soundfile, spoken, wav

from lmstudio_tui.simulator import FAULTS, MEDIA_FAULTS, SimulatorConfig

TEXT = "One sentence. Another one."
STATUS = {
    "detail-string": 400,
    "detail-object": 400,
    "detail-list": 422,
    "unavailable-once": 503,
    "wav-only": 400,
    "too-large": 413,
    "absent": 404,
}
CUT = ("cut", "close", "sse-cut")
SILENT = ("never", "stall", "sse-stall")
SLOW = ("gap", "slow")
WAV = wav(spoken(TEXT))
NAMES = [name.partition("-")[::2] for name in MEDIA_FAULTS]


def config(**extra: object) -> SimulatorConfig:
    return SimulatorConfig(flavour="openai", speed=0, **extra)  # pyright: ignore[reportArgumentType]


def ask(client: httpx.Client, kind: str, model: str = "", **extra: object) -> httpx.Response:
    """A request of that kind, to a model or to whichever answers."""
    named = {"model": model} if model else {}
    match kind:
        case "speech":
            return client.post("/v1/audio/speech", json={"input": TEXT, "speed": 4, **named, **extra})
        case "hearing":
            data = {**named, **{name: str(value) for name, value in extra.items()}}
            return client.post("/v1/audio/transcriptions", files={"file": ("a.wav", WAV)}, data=data)
        case "voices":
            return client.get("/v1/audio/voices", params=named)
        case _:
            return client.post("/v1/images/generations", json={"prompt": "a hill", "size": "32x32", **named, **extra})


def faulty(client: httpx.Client, name: str, **extra: object) -> httpx.Response:
    """The answer of the fault `name`."""
    return ask(client, name.partition("-")[0], f"fault-{name}", **extra)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serving(config()) as (_, http):
        yield http


@pytest.mark.parametrize(("kind", "name"), [pair for pair in NAMES if pair[1] not in SLOW])
def test_each_fault_does_something_of_its_own(client: httpx.Client, kind: str, name: str) -> None:
    model = f"fault-{kind}-{name}"
    if name in CUT:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            ask(client, kind, model, stream="true") if kind == "hearing" else ask(client, kind, model)
    elif name in SILENT:
        client.timeout = httpx.Timeout(0.7)
        with pytest.raises(httpx.ReadTimeout):
            ask(client, kind, model)
        client.timeout = httpx.Timeout(10)
    else:
        expected = STATUS.get(name, 500 if name == "sse-error" else 200)
        if (kind, name) == ("hearing", "wav-only"):
            # The file of this test is one.
            expected = 200
        assert ask(client, kind, model).status_code == expected
        assert expected != 503 or ask(client, kind, model).status_code == 200


def test_a_fault_can_be_that_of_the_whole_server() -> None:
    for name, kind in (("voices-strings", "voices"), ("speech-html", "speech"), ("images-none", "images")):
        with serving(config(media_fault=name)) as (_, http):
            whole_server = ask(http, kind)
        with serving(config()) as (_, http):
            assert whole_server.content == faulty(http, name).content != ask(http, kind).content


def test_each_fault_has_one_sentence_and_a_name_of_its_own() -> None:
    assert all(sentence.endswith(".") and not sentence[0].islower() for sentence in MEDIA_FAULTS.values())
    assert not FAULTS.keys() & MEDIA_FAULTS.keys()


def test_the_faults_are_listed_where_they_can_be_met() -> None:
    with serving(config(images=False)) as (_, http):
        names = {model["id"] for model in http.get("/v1/models").json()["data"]}
    assert "fault-speech-cut" in names
    assert "fault-images-none" not in names
    assert not any(name.startswith("fault-voices") for name in names)


def test_audio_that_is_none(client: httpx.Client) -> None:
    assert faulty(client, "speech-json-200").json()["error"]["message"]
    lied = faulty(client, "speech-json-as-audio")
    assert (lied.headers["content-type"], "error" in lied.json()) == ("audio/mpeg", True)
    page = faulty(client, "speech-html-as-audio", response_format="flac")
    assert (page.headers["content-type"], page.content[:9]) == ("audio/flac", b"<!doctype")
    assert faulty(client, "speech-empty").content == b""
    with pytest.raises(soundfile.LibsndfileError):
        soundfile.info(io.BytesIO(faulty(client, "speech-junk", response_format="flac").content))


def test_audio_of_another_form(client: httpx.Client) -> None:
    other = faulty(client, "speech-other-format", response_format="mp3")
    assert (other.headers["content-type"], other.content[:4]) == ("audio/mpeg", b"RIFF")
    swapped = faulty(client, "speech-other-format", response_format="wav")
    assert (swapped.headers["content-type"], swapped.content[:1]) == ("audio/wav", b"\xff")
    assert faulty(client, "speech-other-type").headers["content-type"] == "application/octet-stream"
    assert faulty(client, "speech-json-type").headers["content-type"].startswith("application/json")
    sound = ask(client, "speech", response_format="wav").content
    endless = faulty(client, "speech-endless-wav").content
    assert (endless[4:8], endless[40:44], endless[44:]) == (b"\xff" * 4, b"\xff" * 4, sound[44:])
    assert int.from_bytes(faulty(client, "speech-long-wav").content[40:44], "little") == 2 * (len(sound) - 44)
    assert faulty(client, "speech-bare-pcm").content == sound[44:]
    assert faulty(client, "speech-wav-only", response_format="wav").content == sound
    for name in ("byte", "odd-pieces"):
        short = ask(client, "speech", input="Hi.").content
        assert faulty(client, f"speech-{name}", input="Hi.").content == short


@pytest.mark.parametrize("name", SLOW)
def test_audio_that_takes_its_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.simulator.media.speech_faults._GAP_S", 0.05)
    monkeypatch.setattr("lmstudio_tui.simulator.media.speech_faults._PIECE_S", 0.4)
    with serving(config()) as (_, http):
        sound = ask(http, "speech", input="Hi.", response_format="wav").content
        assert faulty(http, f"speech-{name}", input="Hi.", response_format="wav").content == sound


def test_transcripts_of_another_form(client: httpx.Client) -> None:
    verbose = {"response_format": "verbose_json"}
    assert faulty(client, "hearing-text", **verbose).text == TEXT
    assert faulty(client, "hearing-json-string").json() == TEXT
    assert faulty(client, "hearing-no-segments", **verbose).json() == {"text": TEXT}
    assert faulty(client, "hearing-srt-in-json", response_format="srt").json()["text"].startswith("1\n00:00:00,")
    assert faulty(client, "hearing-srt-in-json", response_format="vtt").json()["text"].startswith("WEBVTT")
    odd = faulty(client, "hearing-odd-segments", **verbose).json()["segments"]
    assert odd[0] is None
    assert isinstance(odd[1]["start"], str)
    timed = faulty(client, "hearing-centiseconds", **verbose).json()
    assert timed["segments"][0]["start"].startswith("00:00:00.")
    assert timed["words"] == TEXT.split()
    assert faulty(client, "hearing-nothing").json() == {"text": ""}
    assert faulty(client, "hearing-empty").content == b""
    flac = client.post("/v1/audio/speech", json={"input": "Hi.", "response_format": "flac"}).content
    refused = client.post(
        "/v1/audio/transcriptions", files={"file": ("a.flac", flac)}, data={"model": "fault-hearing-wav-only"}
    )
    assert refused.status_code == 400
    assert "WAV" in refused.json()["error"]["message"]


def test_streams_of_another_form(client: httpx.Client) -> None:
    stream = {"stream": "true"}
    assert faulty(client, "hearing-no-stream", **stream).json() == {"text": TEXT}
    lines = faulty(client, "hearing-sse-lines", **stream).text.split("\n\n")
    assert lines == ["data: One sentence.", "data: Another one.", ""]
    unnamed = faulty(client, "hearing-sse-unnamed", **stream).text.splitlines()
    assert json.loads(unnamed[0].removeprefix("data: "))["text"] == "One sentence."
    assert '{"error":' in faulty(client, "hearing-sse-error", **stream).text


def test_lists_of_voices_of_another_form(client: httpx.Client) -> None:
    assert faulty(client, "voices-strings").json()["voices"][0] == "alto"
    assert faulty(client, "voices-list").json()[0] == "alto"
    assert faulty(client, "voices-names").json()["voices"][0] == {"name": "alto"}
    assert faulty(client, "voices-voice-ids").json()["voices"][0]["voice_id"] == "alto"
    assert faulty(client, "voices-data").json()["data"][0]["id"] == "alto"
    assert faulty(client, "voices-empty").json() == {"voices": []}
    assert len(faulty(client, "voices-many").json()["voices"]) == 1000


def test_images_of_another_form(client: httpx.Client) -> None:
    def data(name: str) -> list[dict[str, str]]:
        return faulty(client, f"images-{name}", n=2).json()["data"]

    assert data("elsewhere")[0]["url"].startswith("http://images.elsewhere.invalid/")
    assert client.get(data("gone")[0]["url"]).status_code == 404
    assert data("relative")[0]["url"].startswith("/v1/images/")
    assert data("data-url")[0]["url"].startswith("data:image/png;base64,")
    assert data("data-in-b64")[0]["b64_json"].startswith("data:image/png;base64,")
    assert (len(data("fewer")), len(data("none"))) == (1, 0)
    for name, kind in (("jpeg", "JPEG"), ("webp", "WEBP")):
        assert Image.open(io.BytesIO(base64.b64decode(data(name)[0]["b64_json"]))).format == kind
    assert base64.b64decode(data("not-an-image")[0]["b64_json"]).startswith(b"This is no image.")
    assert "*" in data("junk-b64")[0]["b64_json"]
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(base64.b64decode(data("truncated")[0]["b64_json"]))).load()

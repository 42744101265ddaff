"""The endpoints for speech and hearing, over HTTP."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from typing import Any

import httpx
import numpy as np
import pytest
from simulator_asks import Json, serving
from tone_parts import TEXT, noise, soundfile, spoken, wav

from lmstudio_tui.simulator import SimulatorConfig, SimulatorError
from lmstudio_tui.simulator.config import Flavour
from lmstudio_tui.simulator.engine.tone_code import RATE

SPEECH, HEARING, TRANSLATION = "/v1/audio/speech", "/v1/audio/transcriptions", "/v1/audio/translations"
MEDIA: tuple[Flavour, ...] = ("openai", "classic")


def config(flavour: Flavour = "openai", **extra: Any) -> SimulatorConfig:
    return SimulatorConfig(flavour=flavour, speed=0, **extra)


def say(client: httpx.Client, text: str = TEXT, **extra: object) -> httpx.Response:
    return client.post(SPEECH, json={"input": text, **extra})


def hear(client: httpx.Client, data: bytes, path: str = HEARING, /, **form: Any) -> httpx.Response:
    return client.post(path, files={"file": ("speech.wav", data)}, data=form)


def complaint(response: httpx.Response) -> str:
    body = response.json()
    return body["detail"] if "detail" in body else body["error"]["message"]


def events(client: httpx.Client, data: bytes, **form: Any) -> list[Json]:
    response = hear(client, data, stream="true", **form)
    assert response.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line.removeprefix("data: ")) for line in response.text.splitlines() if line]


@pytest.mark.parametrize("flavour", MEDIA)
def test_what_is_spoken_is_heard(flavour: Flavour) -> None:
    kinds = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "opus": "audio/ogg", "ogg": "audio/ogg"}
    with serving(config(flavour)) as (_, client):
        for voice, (kind, media_type) in zip(
            ("alto", "bass", "tenor", "soprano", "piccolo"), kinds.items(), strict=True
        ):
            audio = say(client, voice=voice, response_format=kind, speed=2)
            assert audio.headers["content-type"] == media_type
            assert "content-length" not in audio.headers
            assert hear(client, audio.content).json() == {"text": TEXT}
        pcm = say(client, format="pcm", model="sim-speech")
        assert pcm.headers["content-type"] == "audio/pcm;rate=24000"
        samples = np.frombuffer(pcm.content, "<i2").astype(np.float32) / np.float32(32768)
        assert hear(client, wav(samples)).json()["text"] == TEXT
        assert say(client).headers["content-type"] == "audio/mpeg"


def test_the_forms_of_a_transcript() -> None:
    with serving(config()) as (_, client):
        data = say(client, response_format="wav").content
        whole = hear(client, data, response_format="verbose_json", language="de", temperature="0.5").json()
        assert (whole["task"], whole["language"], whole["text"]) == ("transcribe", "de", TEXT)
        assert abs(whole["duration"] - (len(data) - 44) / 2 / RATE) < 0.01
        assert [part["text"] for part in whole["segments"]] == [
            "The quick brown fox jumps over the lazy dog.",
            "Grüße aus Köln, 日本語のテキスト。",
            TEXT.splitlines()[1],
        ]
        assert "words" not in whole
        times: dict[str, Any] = {"timestamp_granularities[]": ["word", "segment"]}
        both = hear(client, data, response_format="verbose_json", **times).json()
        assert [word["word"] for word in both["words"]] == TEXT.split()
        assert both["segments"]
        srt = hear(client, data, response_format="srt").text
        assert srt.startswith("1\n00:00:00,06")
        assert srt.count(" --> ") == 3
        vtt = hear(client, data, response_format="vtt").text
        assert vtt.startswith("WEBVTT\n\n00:00:00.06")
        plain = hear(client, data, response_format="text", prompt="about foxes")
        assert (plain.text, plain.headers["content-type"]) == (TEXT, "text/plain; charset=utf-8")


def test_a_translation_is_marked_as_none() -> None:
    with serving(config()) as (_, client):
        data = say(client, "Guten Tag. Wie geht es?", response_format="wav").content
        assert hear(client, data, TRANSLATION).json() == {"text": "[untranslated] Guten Tag. Wie geht es?"}
        whole = hear(client, data, TRANSLATION, response_format="verbose_json", language="de").json()
        assert (whole["task"], whole["language"]) == ("translate", "en")
        assert [part["text"] for part in whole["segments"]] == ["[untranslated] Guten Tag.", "Wie geht es?"]


def test_a_transcript_comes_sentence_by_sentence() -> None:
    with serving(config()) as (_, client):
        data = say(client, response_format="flac").content
        found = events(client, data)
        assert [one["type"] for one in found] == ["transcript.text.delta"] * 3 + ["transcript.text.done"]
        assert "".join(one["delta"] for one in found[:-1]) == found[-1]["text"] == TEXT
        timed = events(client, data, response_format="verbose_json")
        assert [one["type"].rpartition(".")[2] for one in timed] == ["delta", "segment"] * 3 + ["done"]
        assert timed[-1]["segments"][1]["text"] == timed[3]["text"]
    with serving(config("classic")) as (_, client):
        assert hear(client, data, stream="true").json()["text"] == TEXT


def test_other_sound_is_described() -> None:
    with serving(config()) as (_, client):
        body = hear(client, wav(noise(spoken(), 3)), response_format="verbose_json").json()
    assert body["text"].startswith("This is not the simulator's tone code: ")
    assert len(body["segments"]) == 1


@pytest.mark.parametrize("detail", [False, True])
@pytest.mark.parametrize("flavour", MEDIA)
def test_what_makes_no_sense_is_refused_in_words(flavour: Flavour, detail: bool) -> None:
    with serving(config(flavour, detail_errors=detail)) as (_, client):
        sound = wav(spoken("Hi."))
        refusals = {
            "no file": client.post(HEARING, files={"other": ("a", sound)}),
            "empty": hear(client, b""),
            "no audio": hear(client, b"<html>" * 100),
            "multipart": client.post(HEARING, json={}),
            "its middle": client.post(
                HEARING, content=b"--x\r\n", headers={"content-type": "multipart/form-data; boundary=x"}
            ),
            "no end of its headers": client.post(
                HEARING, content=b"--x\r\na\r\n--x--", headers={"content-type": "multipart/form-data; boundary=x"}
            ),
            "response_format": hear(client, sound, response_format="pdf"),
            "temperature": hear(client, sound, temperature="hot"),
            "no times of": hear(client, sound, **{"timestamp_granularities[]": "letter"}),
            "for speech": hear(client, sound, model="sim-speech"),
            "nothing to say": say(client, ""),
            "JSON object": client.post(SPEECH, content=b"["),
            "no voice": say(client, voice="nobody"),
            "the speed": say(client, speed=9),
            "a number": say(client, speed="fast"),
        }
        for words, response in refusals.items():
            assert response.status_code == 400
            assert ("detail" in response.json()) is detail
            assert words.lower() in complaint(response).lower()
        assert hear(client, sound, model="whisper-1").status_code == 404
        no_aac = say(client, response_format="aac")
        assert no_aac.status_code == (415 if flavour == "openai" else 400)
        assert "mp3, wav, flac" in complaint(no_aac)
        chat = client.post("/v1/chat/completions", json={"model": "sim-speech", "messages": []})
        assert "for speech" in chat.json()["error"]


def test_the_voices_are_listed_and_a_get_finds_the_rest() -> None:
    for flavour in MEDIA:
        with serving(config(flavour)) as (_, client):
            listed = client.get("/v1/audio/voices").json()["voices"]
            assert [voice["id"] for voice in listed][:2] == ["alto", "bass"]
            for path in (SPEECH, HEARING, TRANSLATION, "/v1/images/generations", "/v1/chat/completions"):
                assert client.get(path).status_code == 405


def served(simulated: SimulatorConfig) -> tuple[set[str], list[int]]:
    """The models for audio and images that a server lists, and what it answers to a GET at each endpoint."""
    with serving(simulated) as (_, client):
        names = {model["id"] for model in client.get("/v1/models").json()["data"]}
        paths = (HEARING, TRANSLATION, SPEECH, "/v1/images/generations", "/v1/audio/voices")
        return names & {"sim-hearing", "sim-speech", "sim-images"}, [client.get(path).status_code for path in paths]


def test_where_audio_and_images_are_served() -> None:
    everything = ({"sim-hearing", "sim-speech", "sim-images"}, [405, 405, 405, 405, 200])
    assert served(config()) == served(config("classic")) == everything
    audio = ({"sim-hearing", "sim-speech"}, [405, 405, 405, 404, 200])
    assert served(config(images=False)) == served(config("classic", server_version="0.2.20")) == audio
    nothing: tuple[set[str], list[int]] = (set(), [404] * 5)
    assert served(config("classic", server_version="0.2.19")) == nothing
    assert served(config(audio=False, images=False)) == nothing
    assert served(config("lmstudio")) == (set(), [200] * 5)


def test_the_models_tell_what_they_do() -> None:
    with serving(config(list_faults=False)) as (_, client):
        tasks = {model["id"]: model.get("task") for model in client.get("/v1/models").json()["data"]}
    assert tasks["sim-hearing"] == "automatic-speech-recognition"
    assert tasks["sim-speech"] == "text-to-speech"
    assert tasks["sim-images"] == "text-to-image"
    assert tasks["sim-llama-3.1-8b"] is None


def test_a_key_is_wanted_for_audio_too() -> None:
    for flavour in MEDIA:
        with serving(config(flavour, api_key="secret")) as (_, client):
            assert say(client).status_code == 401
            client.headers["Authorization"] = "Bearer secret"
            assert say(client, "Hi.").status_code == 200


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(SimulatorError, match="speech-nonsense"):
        config(media_fault="speech-nonsense")


def test_speech_is_sent_while_it_is_made() -> None:
    with serving(SimulatorConfig(flavour="openai", speed=2000)) as (_, client):
        body = {"input": TEXT * 3, "response_format": "wav"}
        with client.stream("POST", SPEECH, json=body) as response:
            pieces = list(response.iter_raw())
    data = b"".join(pieces)
    assert len(pieces) > 5
    assert int.from_bytes(data[40:44], "little") == len(data) - 44
    assert soundfile.info(io.BytesIO(data)).samplerate == RATE


def test_a_client_that_leaves_ends_the_work() -> None:
    with serving(SimulatorConfig(flavour="openai", speed=20)) as (server, client):
        with client.stream("POST", SPEECH, json={"input": TEXT * 50}) as response:
            next(response.iter_raw())
        assert server.wait_for(lambda seen: any(request.disconnected for request in seen.requests), 5)


def test_the_server_answers_others_while_it_listens() -> None:
    """Twenty minutes of noise take a while; another request meanwhile does not."""
    sound = np.random.default_rng(1).integers(-3000, 3000, (8000 * 1200,), np.int16)
    file = io.BytesIO()
    soundfile.write(file, sound, 8000, format="WAV")
    answers: list[httpx.Response] = []
    with serving(config()) as (server, client):
        listening = threading.Thread(target=lambda: answers.append(hear(client, file.getvalue())))
        listening.start()
        assert server.wait_for(lambda seen: any(request.path == HEARING for request in seen.requests), 10)
        assert httpx.get(f"{server.base_url}/health").json() == {"status": "ok"}
        done_first = bool(answers)
        listening.join()
    assert not done_first
    assert "1,200.0 s of sound" in answers[0].json()["text"]


def test_a_simulator_without_audio_requests_imports_none_of_it() -> None:
    script = (
        "import sys, urllib.request\n"
        "from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer\n"
        "with SimulatorServer(SimulatorConfig(flavour='openai')) as server:\n"
        "    urllib.request.urlopen(server.base_url + '/v1/audio/voices').read()\n"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'soundfile', 'soxr', 'PIL')))\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0

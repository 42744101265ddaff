"""A server that says the same as the last time is not read again."""

from __future__ import annotations

from typing import Any

import pytest

from lmstudio_tui.features.health import HealthMonitor
from lmstudio_tui.features.server_view import ServerView
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, ModelFilter, ProtocolError
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.repeating import LastAnswers
from lmstudio_tui.sdk.wire import document_of
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

GET = Call("GET", "/v1/models", "models")


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every body of which JSON is made."""
    bodies: list[bytes] = []

    def counted(raw: bytes) -> Any:
        bodies.append(raw)
        return document_of(raw)

    monkeypatch.setattr("lmstudio_tui.sdk.transport.document_of", counted)
    return bodies


@pytest.mark.parametrize("flavour", ["lmstudio", "classic", "openai"])
def test_a_server_at_rest_is_asked_and_not_read(flavour: Any, parsed: list[bytes]) -> None:
    with (
        SimulatorServer(SimulatorConfig(flavour=flavour, models=50)) as server,
        LMStudioClient(ClientConfig(base_url=server.base_url)) as client,
    ):
        kind = client.health().kind
        first = client.list_models()
        client.ping(kind)
        before, requests = len(parsed), client.heard_at
        for _ in range(3):
            client.ping(kind)
            again = client.list_models()
            assert all(one is other for one, other in zip(again, first, strict=True))
        read = [raw for raw in parsed[before:] if b"uptime_ms" not in raw]
        assert not read, "nothing but the health of a classic server, which counts its time"
        assert client.heard_at > requests


def test_what_has_changed_is_read_and_seen(parsed: list[bytes]) -> None:
    with (
        SimulatorServer(SimulatorConfig(load_seconds=0)) as server,
        LMStudioClient(ClientConfig(base_url=server.base_url)) as client,
    ):
        loaded = next(model for model in client.list_models() if model.instances)
        client.list_models()
        before = len(parsed)
        client.unload_model(loaded.instances[0].id)
        now = next(model for model in client.list_models() if model.id == loaded.id)
        assert len(now.instances) == len(loaded.instances) - 1
        assert before < len(parsed) <= before + 4, "the unloading, and the lists that tell of it"


def test_other_words_of_the_same_question_have_answers_of_their_own() -> None:
    with (
        SimulatorServer(SimulatorConfig(flavour="classic")) as server,
        LMStudioClient(ClientConfig(base_url=server.base_url)) as client,
    ):
        for _ in range(2):
            assert len(client.list_models(ModelFilter(limit=1))) == 1
            assert len(client.list_models()) > 1


def test_a_whole_look_is_as_before(parsed: list[bytes]) -> None:
    seen: list[ServerView] = []
    with (
        SimulatorServer() as server,
        LMStudioClient(ClientConfig(base_url=server.base_url)) as client,
    ):
        monitor = HealthMonitor(client, every=0.001)

        def tell(view: ServerView) -> None:
            seen.append(view)
            if len(seen) == 4:
                monitor.stop()

        monitor.run(tell)
    assert [view.online for view in seen] == [True] * 4
    assert all(view.models is seen[0].models for view in seen), "nothing is told anew that is as it was"


def test_only_what_is_asked_again_and_again_is_remembered() -> None:
    answers, read = LastAnswers(), list[bytes]()

    def reads(raw: bytes) -> object:
        read.append(raw)
        return [raw]

    body = answers.document(GET, b"[1]", reads)
    assert answers.document(GET, b"[1]", reads) is body
    assert answers.document(GET, b"[2]", reads) is not body
    assert read == [b"[1]", b"[2]"]
    posted = Call("POST", "/v1/models", "models")
    assert answers.document(posted, b"[1]", reads) is not answers.document(posted, b"[1]", reads)
    huge = bytes(5 * 1024 * 1024)
    assert answers.document(GET, huge, reads) is not answers.document(GET, huge, reads)
    for number in range(20):
        answers.document(Call("GET", f"/{number}", "models"), b"[1]", reads)
    read.clear()
    answers.document(GET, b"[2]", reads)
    assert read, "no more than some are remembered"


def test_what_cannot_be_read_is_not_remembered() -> None:
    answers = LastAnswers()

    def refuses(raw: bytes) -> object:
        raise ProtocolError(f"{len(raw)} bytes")

    for _ in range(2):
        with pytest.raises(ProtocolError):
            answers.document(GET, b"<html>", refuses)

"""What the time of an answer went into: the server's figures and the client's, put together."""

from __future__ import annotations

from typing import get_args

import pytest

from lmstudio_tui.features.chat.phases import NAMES, Phases, doing, merged, sentence
from lmstudio_tui.sdk import PhaseName

SEEN: Phases = (("wait", 500.0), ("thought", 1000.0), ("answer", 3000.0))


@pytest.mark.parametrize(
    ("server", "client", "found"),
    [
        ((), (), ()),
        ((), SEEN, SEEN),
        # What the server tells counts, and its order is always the same.
        (
            (("answer", 2900.0), ("load", 200.0), ("prompt", 290.0), ("thought", 990.0)),
            SEEN,
            (("load", 200.0), ("prompt", 290.0), ("thought", 990.0), ("answer", 2900.0)),
        ),
        # It tells how long it generated; the client saw what.
        (
            (("prompt", 490.0), ("answer", 4000.0)),
            SEEN,
            (("prompt", 490.0), ("thought", 1000.0), ("answer", 3000.0)),
        ),
        (
            (("prompt", 490.0), ("answer", 4000.0)),
            (("wait", 500.0), ("answer", 4000.0)),
            (("prompt", 490.0), ("answer", 4000.0)),
        ),
        ((("prompt", 1.0), ("answer", 9.0)), (("wait", 1.0), ("thought", 9.0)), (("prompt", 1.0), ("thought", 9.0))),
        # It leaves something out.
        ((("load", 480.0),), SEEN, (("load", 480.0), ("thought", 1000.0), ("answer", 3000.0))),
        ((("load", 480.0),), (), (("load", 480.0),)),
        # The rest of the wait is a queue, or the network.
        (
            (("prompt", 500.0), ("answer", 3000.0)),
            (("wait", 2500.0), ("answer", 3000.0)),
            (("wait", 2000.0), ("prompt", 500.0), ("answer", 3000.0)),
        ),
        (
            (("prompt", 450.0), ("answer", 3000.0)),
            (("wait", 500.0), ("answer", 3000.0)),
            (("prompt", 450.0), ("answer", 3000.0)),
        ),
        # It came in one piece: the client's wait is all of it.
        (
            (("prompt", 450.0), ("answer", 3000.0)),
            (("wait", 3500.0), ("answer", 0.0)),
            (("prompt", 450.0), ("answer", 3000.0)),
        ),
        # The server's clock runs ahead of the client's.
        ((("prompt", 9000.0), ("answer", 9000.0)), SEEN, (("prompt", 9000.0), ("thought", 2250.0), ("answer", 6750.0))),
        ((("prompt", 0.0), ("answer", 10.0)), (), (("answer", 10.0),)),
        ((("prompt", 5.0), ("something", 7.0)), (), (("prompt", 5.0), ("something", 7.0))),
    ],
)
def test_both_sides_are_put_together(server: Phases, client: Phases, found: Phases) -> None:
    assert merged(server, client) == found


@pytest.mark.parametrize(
    ("phases", "said"),
    [
        ((), ""),
        (
            (("load", 1200.0), ("prompt", 400.0), ("thought", 2400.0), ("answer", 7100.0)),
            "load 1.2 s · prompt 0.4 s · thought 2.4 s · answer 7.1 s",
        ),
        ((("prompt", 7.0), ("answer", 95.0)), "prompt 7 ms · answer 0.1 s"),
        ((("answer", 59_949.0),), "answer 59.9 s"),
        ((("answer", 185_000.0),), "answer 3 min 05 s"),
    ],
)
def test_they_make_a_sentence(phases: Phases, said: str) -> None:
    assert sentence(phases) == said


@pytest.mark.parametrize(
    ("name", "progress", "said"),
    [
        ("load", None, "loading the model"),
        ("load", 0.434, "loading the model 43 %"),
        ("prompt", 1.0, "reading the prompt 100 %"),
        ("thought", None, "thinking"),
        ("answer", None, "answering"),
    ],
)
def test_what_a_server_does_is_said(name: PhaseName, progress: float | None, said: str) -> None:
    assert doing(name, progress) == said


def test_every_phase_has_words() -> None:
    for name in get_args(PhaseName):
        assert NAMES[name]
        assert doing(name)

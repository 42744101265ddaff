"""The filter of requests: it means what it says, and nothing that is typed is an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.inspector.exchange import Summary
from lmstudio_tui.features.inspector.query import matching


def summary(name: str, method: str = "GET", path: str = "/v1/models", **more: object) -> Summary:
    values: dict[str, object] = {"state": "ok", "status": 200, "duration_ms": 5.0, **more}
    return Summary(name, method, f"http://127.0.0.1:1234{path}", path, 0.0, **values)  # pyright: ignore[reportArgumentType]


ALL = [
    summary("models"),
    summary("chat", "POST", "/v1/chat/completions", stream=True, duration_ms=2500.0, feature="chat", events=9),
    summary("slow", "POST", "/v1/chat/completions", duration_ms=90_000.0, feature="chat", attempts=2),
    summary("missing", path="/health", state="failed", status=404, error="FeatureUnavailableError", message="No such"),
    summary("broken", "POST", state="failed", status=503, error="ServerFailureError", message='It said "no room"'),
    summary("refused", state="failed", status=None, error="ServerRefusedError", message="Nothing answers"),
    summary("running", "POST", "/v1/embeddings", state="waiting", status=None, duration_ms=None),
    summary("again", "POST", "/v1/chat/completions", replay_of="chat", feature="replay"),
]
EVERYTHING = [one.call_id for one in ALL]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", EVERYTHING),
        ("chat", ["chat", "slow", "again"]),
        ("CHAT post", ["chat", "slow", "again"]),
        ("status:200", ["models", "chat", "slow", "again"]),
        ("status:4xx", ["missing"]),
        ("status:5", ["broken"]),
        ("status:50x", ["broken"]),
        ("status:refused", ["refused"]),
        ("-status:2xx", ["missing", "broken", "refused", "running"]),
        ("method:post", ["chat", "slow", "broken", "running", "again"]),
        ("!method:post", ["models", "missing", "refused"]),
        ("path:chat", ["chat", "slow", "again"]),
        ("path:embed", ["running"]),
        ("failed", ["missing", "broken", "refused"]),
        ("fail", ["missing", "broken", "refused"]),
        ("-failed -chat", ["models", "running"]),
        ("stream", ["chat"]),
        ("running", ["running"]),
        ("retried", ["slow"]),
        ("replay", ["again"]),
        ("is:failed", ["missing", "broken", "refused"]),
        ("is:nonsense", EVERYTHING),
        ("slow>2s", ["chat", "slow"]),
        ("slow>2500ms", ["slow"]),
        ("slow>1m", ["slow"]),
        ("slow>1,5s", ["chat", "slow"]),
        ("slow<1s", ["models", "missing", "broken", "refused", "again"]),
        ("slow>", EVERYTHING),
        ("status:", EVERYTHING),
        ("-", EVERYTHING),
        ("error:nothing", ["refused"]),
        ('"no room"', ["broken"]),
        ('-"no room" failed', ["missing", "refused"]),
        ("feature:chat", ["chat", "slow"]),
        ("url:1234", EVERYTHING),
        ("nothing-like-this", []),
        ("what:ever", []),
    ],
)
def test_queries(query: str, names: list[str]) -> None:
    assert [one.call_id for one in matching(ALL, query)] == names


@given(st.text())
def test_nothing_that_is_typed_is_an_error(query: str) -> None:
    found = matching(ALL, query)
    assert [one for one in ALL if one in found] == found


@given(
    st.sampled_from(["status:4xx", "slow>2s", "method:post", '"no room"', "path:chat", "-failed"]), st.integers(0, 12)
)
def test_nothing_that_is_half_typed_is_an_error(query: str, length: int) -> None:
    matching(ALL, query[:length])

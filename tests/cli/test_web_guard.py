"""Who may ask the web server, and what its apps find in their environment."""

from __future__ import annotations

import pytest

from lmstudio_tui.web.environment import KEY_VARIABLE, app_environment, handed_key, in_browser
from lmstudio_tui.web.guard import Guard, origin_of

HERE = Guard(frozenset({"127.0.0.1"}))
EXPOSED = Guard(frozenset({"0.0.0.0", "box", "box.local"}), everywhere=True)
BEHIND = Guard(frozenset({"127.0.0.1", "tui.example"}), public="https://tui.example")


@pytest.mark.parametrize(
    ("guard", "host", "origin"),
    [
        (HERE, "127.0.0.1:8642", "http://127.0.0.1:8642"),
        (HERE, "localhost:9000", "http://localhost:9000"),  # through a tunnel
        (HERE, "[::1]:8642", "http://[::1]:8642"),
        (HERE, "LOCALHOST:8642", "HTTP://localhost:8642"),
        (HERE, "localhost", "http://localhost"),
        (HERE, "localhost", "https://localhost"),  # a proxy that speaks TLS
        (EXPOSED, "192.168.1.7:8642", "http://192.168.1.7:8642"),
        (EXPOSED, "box:8642", "http://box:8642"),
        (BEHIND, "tui.example", "https://tui.example"),
        (BEHIND, "127.0.0.1:8642", "https://tui.example"),  # a proxy that puts its own words
    ],
)
def test_its_own_pages_may(guard: Guard, host: str, origin: str) -> None:
    assert guard.refusal(host, origin, needs_origin=True) == ""
    assert guard.refusal(host, None, needs_origin=False) == ""


@pytest.mark.parametrize(
    ("guard", "host", "origin"),
    [
        (HERE, "127.0.0.1:8642", "http://evil.example"),
        (HERE, "127.0.0.1:8642", "http://127.0.0.1:3000"),  # another server of this machine
        (HERE, "127.0.0.1:8642", "http://localhost:8642"),
        (HERE, "127.0.0.1:8642", "null"),
        (HERE, "127.0.0.1:8642", ""),
        (HERE, "127.0.0.1:8642", None),
        (HERE, "127.0.0.1:8642", "http://127.0.0.1:8642@evil.example"),
        (HERE, "evil.example:8642", "http://evil.example:8642"),  # a name that was made to lead here
        (HERE, "127.0.0.1.evil.example:8642", "http://127.0.0.1.evil.example:8642"),
        (HERE, "192.168.1.7:8642", "http://192.168.1.7:8642"),
        (HERE, "me@127.0.0.1:8642", "http://127.0.0.1:8642"),
        (HERE, "", "http://127.0.0.1:8642"),
        (HERE, None, "http://127.0.0.1:8642"),
        (HERE, "127.0.0.1:port", "http://127.0.0.1:8642"),
        (EXPOSED, "evil.example:8642", "http://evil.example:8642"),
        (EXPOSED, "box:8642", "http://evil.example"),
        (BEHIND, "tui.example", "https://evil.example"),
        (BEHIND, "127.0.0.1:8642", "http://tui.example"),
    ],
)
def test_nobody_else_may(guard: Guard, host: str | None, origin: str | None) -> None:
    assert guard.refusal(host, origin, needs_origin=True) != ""


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Box.Example/tui/", "https://box.example"),
        ("http://box:80", "http://box"),
        ("http://box:8642/", "http://box:8642"),
        ("http://[::1]:8642/", "http://[::1]:8642"),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize("url", ["", "box", "ftp://box", "http://", "http://me@box", "http://box:port"])
def test_what_has_no_origin(url: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        origin_of(url)


def test_the_environment_of_an_app() -> None:
    outer = {"TMUX": "/tmp/x", "TERM": "xterm-kitty", "SSH_CONNECTION": "a", "PATH": "/bin", "NO_COLOR": "1"}
    found = app_environment(outer, api_key="hush", version="1")
    assert in_browser(found)
    assert not in_browser(outer)
    assert {"TMUX", "SSH_CONNECTION"}.isdisjoint(found)
    assert (found["TERM"], found["PATH"], found["NO_COLOR"]) == ("xterm-256color", "/bin", "1")
    assert handed_key(found) == "hush"
    assert KEY_VARIABLE not in found
    assert handed_key(found) == "hush"
    assert KEY_VARIABLE not in app_environment({KEY_VARIABLE: "another's"}, api_key=None, version="1")

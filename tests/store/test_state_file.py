"""What the app remembers: it comes back whole, and no fault of the file reaches the app."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmstudio_tui.store.state import REMEMBERED_SERVERS, AppState, StateFile

if TYPE_CHECKING:
    from pathlib import Path

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
states = st.builds(AppState, last_pane=st.none() | texts, last_model=st.dictionaries(texts, texts))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["last_pane", "last_model"]), inner),
)
reuse_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100
)


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    return StateFile(tmp_path / "state" / "state.json")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def put(file: StateFile, content: bytes) -> None:
    file.path.parent.mkdir(exist_ok=True)
    file.path.write_bytes(content)


@reuse_folder
@given(state=states)
def test_what_was_saved_comes_back(file: StateFile, state: AppState) -> None:
    assert file.save(state)
    assert file.load() == state


def test_nothing_is_made_before_something_is_saved(file: StateFile) -> None:
    assert file.load() == AppState()
    assert not file.path.parent.exists()


@reuse_folder
@given(content=st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_content_stops_the_app(file: StateFile, content: bytes) -> None:
    put(file, content)
    state = file.load()
    assert file.save(state), "what was loaded can be saved"
    assert file.load() == state


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe{}", b"[" * 100_000, b'{"last_pane": ' + b"9" * 5_000 + b"}"],
    ids=["empty", "cut off", "a list", "null", "not Unicode", "too deep", "too long a number"],
)
def test_a_broken_file_is_set_aside(file: StateFile, content: bytes) -> None:
    put(file, content)
    assert file.load() == AppState()
    assert names_in(file.path.parent) == ["state.json.broken"]
    assert file.broken_path.read_bytes() == content


def test_a_newer_broken_file_takes_the_place_of_an_older_one(file: StateFile) -> None:
    for content in (b"first", b"second"):
        put(file, content)
        file.load()
    assert file.broken_path.read_bytes() == b"second"


def test_a_broken_file_that_cannot_be_moved_stays(file: StateFile) -> None:
    put(file, b"broken")
    file.broken_path.mkdir()
    assert file.load() == AppState()
    assert file.path.read_bytes() == b"broken"


def test_members_of_a_later_version_are_passed_over(file: StateFile) -> None:
    put(file, b'{"version": 9, "last_pane": "chat", "last_model": {"http://a": "m"}, "layout": {"rail": 20}}')
    assert file.load() == AppState(last_pane="chat", last_model={"http://a": "m"})


@pytest.mark.parametrize(
    ("content", "state"),
    [
        ({"last_pane": 3, "last_model": {"u": "m"}}, AppState(last_model={"u": "m"})),
        ({"last_pane": "chat", "last_model": ["u"]}, AppState(last_pane="chat")),
        ({"last_model": {"u": None, "v": "m", "w": "", "": "m"}}, AppState(last_model={"v": "m"})),
        ({"last_pane": "", "last_model": None}, AppState()),
        ({"last_pane": "\ud800", "last_model": {"u": "\udfff", "\ud800": "m"}}, AppState()),
    ],
)
def test_what_is_usable_is_used(file: StateFile, content: object, state: AppState) -> None:
    put(file, json.dumps(content).encode())
    assert file.load() == state
    assert file.path.exists(), "it is no broken file"


def test_a_file_that_cannot_be_read_is_left_alone(file: StateFile) -> None:
    file.path.mkdir(parents=True)
    assert file.load() == AppState()
    assert file.path.is_dir()


def test_a_home_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    assert not StateFile(tmp_path / "file" / "state.json").save(AppState()), "its folder is a file"

    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    assert not StateFile(tmp_path / "folder" / "state.json").save(AppState(last_pane="chat"))


def test_a_state_is_changed_by_making_another() -> None:
    state = AppState().with_pane("models").with_model("http://a", "m").with_model("http://b", "n")
    assert state.with_model("http://a", "o") == AppState("models", {"http://b": "n", "http://a": "o"})
    assert list(state.with_model("http://a", "o").last_model) == ["http://b", "http://a"], (
        "the server used last is last"
    )
    assert state.last_model == {"http://a": "m", "http://b": "n"}


def test_only_so_many_servers_are_remembered() -> None:
    state = AppState()
    for number in range(REMEMBERED_SERVERS + 5):
        state = state.with_model(f"http://127.0.0.1:{number}", "m")
    assert len(state.last_model) == REMEMBERED_SERVERS
    assert "http://127.0.0.1:4" not in state.last_model
    assert f"http://127.0.0.1:{REMEMBERED_SERVERS + 4}" in state.last_model

"""`history`: what is kept, and how it is listed, found, shown, taken out, taken in and thrown away."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Result, Run
from terminal_runs import Reply, at_terminal

from lmstudio_tui.paths import library_file
from lmstudio_tui.store.library import Conversation, Library, Loaded, Message

TALKS = {
    "aaaa1111": ("Why is the sky blue?", "Because of Rayleigh scattering, above all."),
    "aaaa2222": ("A poem about rust", "Iron \x1b[31mand\x1b[0m rain."),
    "bbbb3333": ("", "Nobody named this one."),
}
MESSAGE = {
    *("id", "parent_id", "role", "text", "reasoning", "status", "model", "requested_model", "usage", "stats"),
    "created_at",
}


@pytest.fixture(autouse=True)
def library(home: Path) -> Path:
    """Three conversations; the last one was used last."""
    store = Library(library_file())
    for at, (id_, (title, answer)) in enumerate(TALKS.items()):
        moment = 1_763_690_000.25 + at
        conversation = Conversation(id=id_, title=title, created_at=moment, updated_at=moment, head=f"{id_}-a")
        question = Message(
            id=f"{id_}-q", conversation_id=id_, parent_id=None, role="user", text=title or "?", created_at=moment
        )
        said = Message(
            id=f"{id_}-a",
            conversation_id=id_,
            parent_id=question.id,
            role="assistant",
            text=answer,
            reasoning="Hm, let me think.",
            created_at=moment,
            model="qwen3-8b",
            requested_model="qwen3",
            usage={"total_tokens": 3},
            stats={"duration_ms": 1.5},
        )
        other = Message(
            id=f"{id_}-o",
            conversation_id=id_,
            parent_id=question.id,
            role="assistant",
            created_at=moment,
            text="Something else",
        )
        store.import_(Loaded(conversation, (question, said, other)))
    store.close()
    return home


def listed(cli: Run) -> list[str]:
    return [one["id"] for one in cli("history", "list", "--json").json["conversations"]]


# Listing and searching


def test_the_list_as_json(cli: Run) -> None:
    found = cli("history", "list", "--json")
    assert (found.code, found.err) == (0, "")
    assert [one["id"] for one in found.json["conversations"]] == ["bbbb3333", "aaaa2222", "aaaa1111"]
    one = found.json["conversations"][2]
    assert {"id", "title", "created_at", "updated_at", "messages"} <= set(one)
    assert (one["title"], one["messages"]) == ("Why is the sky blue?", 3)
    for name in ("created_at", "updated_at"):
        assert datetime.fromisoformat(one[name]).utcoffset() == timedelta(0)
    assert one["created_at"] == "2025-11-21T01:53:20.250+00:00"


def test_the_list_for_people_begins_with_ids_that_can_be_used(cli: Run) -> None:
    found = cli("history")
    assert found == cli("history", "list")
    ids = [line.split()[0] for line in found.out.splitlines()]
    assert ids == ["bbbb3333", "aaaa2222", "aaaa1111"]
    assert "3 messages  Why is the sky blue?" in found.out
    assert "Untitled conversation" in found.out
    assert [line.split()[0] for line in cli("history", "list", "--limit", "1").out.splitlines()] == ["bbbb3333"]
    for id_ in ids:
        assert cli("history", "show", id_).code == 0


def test_searching(cli: Run) -> None:
    found = cli("history", "search", "rayleigh", "scatt", "--json").json["conversations"]
    assert [one["id"] for one in found] == ["aaaa1111"]
    assert "Rayleigh scattering" in found[0]["snippet"]
    assert found[0]["message_id"] == "aaaa1111-a"
    assert "Rayleigh scattering" in cli("history", "search", "rayleigh").out
    nothing = cli("history", "search", "xylophone")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "Nothing is found for xylophone.\n")
    assert cli("history", "search", "xylophone", "--json").json == {"conversations": []}


def test_an_empty_library_is_no_error_and_is_not_made(cli: Run, home: Path) -> None:
    library_file().unlink()
    for found in (cli("history"), cli("history", "search", "x")):
        assert (found.code, found.out, found.err) == (0, "", "There are no conversations yet.\n")
    assert cli("history", "list", "--json").json == {"conversations": []}
    assert cli("history", "show", "x").code == 1
    assert not library_file().exists()


def test_a_damaged_library_is_told_of(cli: Run) -> None:
    library_file().write_bytes(b"this is no database, and long enough to be looked at " * 100)
    found = cli("history", "list", "--json")
    assert found.json == {"conversations": []}
    assert found.err.startswith("warning: ")
    assert "set aside" in found.err


# Showing


def test_a_conversation_as_json(cli: Run) -> None:
    shown = cli("history", "show", "aaaa1", "--json").json
    assert (shown["id"], shown["title"], shown["head"]) == ("aaaa1111", "Why is the sky blue?", "aaaa1111-a")
    question, answer, other = shown["messages"]
    for message in shown["messages"]:
        assert set(message) >= MESSAGE
        assert datetime.fromisoformat(message["created_at"]).tzinfo
    assert (question["role"], question["parent_id"], question["model"]) == ("user", None, None)
    assert (answer["text"], answer["reasoning"], answer["status"]) == (
        TALKS["aaaa1111"][1],
        "Hm, let me think.",
        "complete",
    )
    assert (answer["model"], answer["requested_model"]) == ("qwen3-8b", "qwen3")
    assert (answer["usage"]["total_tokens"], answer["stats"]["duration_ms"]) == (3, 1.5)
    assert [one["shown"] for one in shown["messages"]] == [True, True, False]
    assert other["parent_id"] == question["id"]


def test_a_conversation_for_people(cli: Run) -> None:
    shown = cli("history", "show", "aaaa2222").out
    assert shown.startswith("A poem about rust\nqwen3-8b · ")
    assert "\nYou\nA poem about rust\n\nAssistant · qwen3-8b\nIron \x1b[31mand\x1b[0m rain.\n" in shown
    assert "Something else" not in shown
    assert "Hm, let me" not in shown
    whole = cli("history", "show", "aaaa2222", "--all-branches", "--reasoning").out
    assert whole.index("Hm, let me think.") < whole.index("--- another branch, after “A poem about rust” ---")
    assert "Something else" in whole


def test_on_a_terminal_nothing_acts(library: Path) -> None:
    code, text = at_terminal("history", "show", "aaaa2222", environ={"NO_COLOR": "1"})
    assert code == 0
    assert "Iron and rain." in text
    assert "\x1b" not in text
    assert "\x1b[1mYou\x1b[0m" in at_terminal("history", "show", "aaaa2222")[1]


def test_on_a_narrow_terminal_titles_are_cut(library: Path) -> None:
    _, text = at_terminal("history", "list", size=(50, 24))
    assert max(map(len, text.splitlines())) <= 50
    assert "Why is the sky blue?" in text
    assert "messages" not in text


def test_on_a_terminal_hits_stand_out(library: Path) -> None:
    assert "of \x1b[1mRayleigh\x1b[0m scattering" in at_terminal("history", "search", "rayleigh")[1]
    assert "\x1b" not in at_terminal("history", "search", "rayleigh", environ={"NO_COLOR": "1"})[1]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("aaaa", "error: 2 conversations have an id that begins with aaaa.\n"),
        ("cccc", "error: There is no conversation cccc.\n"),
        ("", "error: There is no conversation .\n"),
        ("%", "error: There is no conversation %.\n"),
    ],
)
def test_an_id_that_means_none_or_several(cli: Run, name: str, message: str) -> None:
    for command in ("show", "export"):
        found = cli("history", command, name)
        assert (found.code, found.out) == (1, "")
        assert found.err.startswith(message)
        assert "  try: " in found.err
    failed = cli("history", "show", name, "--json").json
    assert (failed["messages"], failed["error"]["message"]) == ([], message[7:-1])


# Export and import


@pytest.mark.parametrize(("format_", "start"), [("md", "<!--"), ("json", "{"), ("html", "<!DOCTYPE html>")])
def test_exporting(cli: Run, tmp_path: Path, format_: str, start: str) -> None:
    printed = cli("history", "export", "aaaa1", "--format", format_)
    assert printed.out.startswith(start)
    assert "Rayleigh" in printed.out
    path = tmp_path / f"out.{format_}"
    written = cli("history", "export", "aaaa1", "-o", str(path))
    assert (written.code, written.out) == (0, "")
    assert path.read_text(encoding="utf-8") == printed.out


def test_no_file_is_replaced_unless_that_is_said(cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.md"
    path.write_text("mine", encoding="utf-8")
    refused = cli("history", "export", "aaaa1", "-o", str(path))
    assert (refused.code, path.read_text(encoding="utf-8")) == (2, "mine")
    assert "is there already" in refused.err
    assert "--force" in refused.err
    assert cli("history", "export", "aaaa1", "-o", str(path), "--force").code == 0
    assert "Rayleigh" in path.read_text(encoding="utf-8")


def test_into_a_folder_the_title_is_the_name(cli: Run, tmp_path: Path) -> None:
    assert cli("history", "export", "aaaa1", "-o", str(tmp_path), "-f", "html").code == 0
    assert (tmp_path / "why-is-the-sky-blue-aaaa1111.html").exists()
    gone = cli("history", "export", "aaaa1", "-o", str(tmp_path / "no" / "out.md"))
    assert (gone.code, gone.err.count("\n")) == (1, 1)
    assert "cannot be written: no such file or directory." in gone.err
    assert cli("history", "export", "aaaa1", "-f", "pdf").code == 2


def test_a_backup_has_every_conversation_though_two_have_one_title(cli: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    cli("history", "export", "aaaa1", "-o", str(copy))
    cli("history", "import", str(copy))
    ids = [one["id"] for one in cli("history", "list", "--json").json["conversations"]]
    # The folder is not there, and is called one by what the line ends with.
    folder = tmp_path / "safe" / "backup"
    for one in ids:
        assert cli("history", "export", one, "-f", "json", "-o", f"{folder}/").code == 0
    saved = {json.loads(path.read_text(encoding="utf-8"))["id"] for path in folder.iterdir()}
    assert saved == set(ids)
    # Once more: nothing is replaced without leave.
    assert cli("history", "export", ids[0], "-f", "json", "-o", f"{folder}/").code == 2
    assert cli("history", "export", ids[0], "-f", "json", "-o", f"{folder}/", "--force").code == 0
    assert len(list(folder.iterdir())) == len(ids)


@pytest.mark.parametrize("name", ["copy.json/", "copy.json/deeper/"])
def test_a_folder_that_cannot_be_made(cli: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "copy.json").write_text("mine", encoding="utf-8")
    failed = cli("history", "export", "aaaa1", "-o", f"{tmp_path}/{name}")
    assert (failed.code, failed.err.count("\n")) == (1, 1)
    assert "cannot be written: " in failed.err
    assert (tmp_path / "copy.json").read_text(encoding="utf-8") == "mine"


def test_what_was_exported_comes_back_as_it_was(cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    before = cli("history", "show", "aaaa1", "--json").json
    assert cli("history", "export", "aaaa1", "-o", str(path)).code == 0
    library_file().unlink()
    assert cli("history", "import", str(path)).code == 0
    assert cli("history", "show", "aaaa1", "--json").json == before


def test_what_is_there_already_is_taken_in_under_another_id(cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    cli("history", "export", "aaaa1", "-o", str(path))
    before = cli("history", "show", "aaaa1", "--json").json
    (imported,) = cli("history", "import", str(path), "--json").json["imported"]
    assert imported["id"] not in TALKS
    assert (imported["title"], imported["messages"], imported["file"]) == ("Why is the sky blue?", 3, str(path))
    copy = cli("history", "show", imported["id"], "--json").json
    assert [one["text"] for one in copy["messages"]] == [one["text"] for one in before["messages"]]
    assert not {one["id"] for one in copy["messages"]} & {one["id"] for one in before["messages"]}
    assert cli("history", "show", "aaaa1", "--json").json == before
    assert len(listed(cli)) == 4


def test_one_file_that_is_wrong_keeps_none_of_the_others(cli: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.json"
    good.write_text("## User\nhi\n\n## Assistant\nhello\n", encoding="utf-8")
    bad.write_text('[{"role": "user", "content": 3}]', encoding="utf-8")
    found = cli("history", "import", str(bad), str(good), str(tmp_path / "none"))
    assert found.code == 2
    assert re.fullmatch(r"[0-9a-f]{32}  good \(2 messages\)\n", found.out)
    assert f"error: {bad}: messages[0].content: The content is neither" in found.err
    assert f"error: {tmp_path / 'none'} cannot be read: no such file or directory." in found.err
    failed = cli("history", "import", str(bad), "--json").json
    assert (failed["imported"], failed["failed"][0]["error"]["type"]) == ([], "ImportError")


def test_importing_from_a_pipe(cli: Run) -> None:
    messages = [{"role": "user", "content": "from a pipe"}, {"role": "assistant", "content": "yes"}]
    assert cli("history", "import", "-", stdin=json.dumps(messages).encode()).code == 0
    assert len(listed(cli)) == 4
    assert cli("history", "search", "pipe", "--json").json["conversations"][0]["title"] == "from a pipe"


# Deleting


def test_deleting_wants_a_yes(cli: Run) -> None:
    refused = cli("history", "delete", "aaaa1")
    assert (refused.code, "Add --yes." in refused.err) == (2, True)
    assert len(listed(cli)) == 3
    deleted = cli("history", "delete", "aaaa1", "bbbb", "--yes")
    assert (deleted.code, deleted.out) == (
        0,
        "“Why is the sky blue?” is deleted.\nThe conversation bbbb3333 is deleted.\n",
    )
    assert "history restore aaaa1111 bbbb3333" in deleted.err
    assert listed(cli) == ["aaaa2222"]
    assert cli("history", "search", "rayleigh", "--json").json == {"conversations": []}


def test_what_was_deleted_comes_back(cli: Run) -> None:
    before = cli("history", "show", "aaaa1", "--json").json
    assert cli("history", "delete", "aaaa1", "--yes", "--json").json == {"deleted": ["aaaa1111"]}
    assert cli("history", "restore", "aaaa1111", "--json").json == {"restored": ["aaaa1111"]}
    assert cli("history", "show", "aaaa1", "--json").json == before
    missing = cli("history", "restore", "nope")
    assert (missing.code, "was deleted in the last 30 days" in missing.err) == (1, True)


def test_of_several_that_are_named_all_or_none_are_deleted(cli: Run) -> None:
    failed = cli("history", "delete", "aaaa1", "nope", "--yes", "--json")
    assert (failed.code, failed.json["deleted"]) == (1, [])
    assert len(listed(cli)) == 3


def test_at_a_terminal_it_is_asked(library: Path, cli: Run) -> None:
    code, text = at_terminal("history", "delete", "aaaa1", replies=[Reply("[y/N]", "n\n")])
    assert (code, "Delete “Why is the sky blue?”? [y/N]" in text, "Nothing was deleted." in text) == (1, True, True)
    assert at_terminal("history", "delete", "aaaa1", "bbbb", replies=[Reply("2 conversations?", "y\n")])[0] == 0
    assert listed(cli) == ["aaaa2222"]


# Mistakes


@pytest.mark.parametrize(
    "arguments", [["history", "--limit", "3", "show", "x"], ["-m", "x", "history"], ["history", "list", "--limit", "0"]]
)
def test_options_in_the_wrong_place(cli: Run, arguments: list[str]) -> None:
    assert cli(*arguments).code == 2


def test_the_objects_that_the_page_shows_have_these_members(cli: Run) -> None:
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```json\n(.*?)```", page.partition("\n## history\n")[2].partition("\n## ")[0], re.DOTALL)
    told: list[dict[str, Any]] = [json.loads(block) for block in blocks]
    found: list[Result] = [cli("history", "list", "--json"), cli("history", "show", "aaaa1", "--json")]
    assert len(told) == len(found)
    for told_, real in zip(told, (one.json for one in found), strict=True):
        name = "conversations" if "conversations" in told_ else "messages"
        assert set(told_) <= set(real)
        assert set(told_[name][0]) == set(real[name][0])

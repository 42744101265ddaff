"""Texts out of files: one a line, out of tables, out of JSON; and what is said when that cannot be."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmstudio_tui.features.embeddings import gathering, json_texts
from lmstudio_tui.features.embeddings.reading import ReadingError, decoded, parse_pasted, read_piped, read_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.features.embeddings.reading import TextsRead

FORMATS = "Texts are read from txt (a text a line), csv, tsv, json, jsonl or ndjson."
LATIN = "It is not UTF-8; it was read as Latin-1 (Windows-1252), so look at its accents."


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., TextsRead]:
    """Writes a file, and reads it."""

    def read(name: str, content: str | bytes, **wishes: Any) -> TextsRead:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_texts(path, **wishes)

    return read


def texts(found: TextsRead) -> list[str]:
    return [each.text for each in found.texts]


def refused(use: Callable[[], object]) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        use()
    assert caught.value.message.endswith(".")
    return caught.value


# A text a line


def test_a_text_a_line(read: Callable[..., TextsRead]) -> None:
    found = read("notes.txt", "one\n\n  two, with blanks  \n \t \nthree\x1b[31m\u2028still three")
    assert texts(found) == ["one", "  two, with blanks  ", "three\x1b[31m\u2028still three"]
    assert {each.source for each in found.texts} == {"notes.txt"}
    assert found.skipped == 2
    assert found.notes == ("2 blank lines were left out.",)
    assert (found.columns, found.column) == ((), None)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(read: Callable[..., TextsRead], end: str, last: bool) -> None:
    found = read("a.TXT", end.join(["one", "two", "three"]) + end * last)
    assert texts(found) == ["one", "two", "three"]
    assert (found.skipped, found.notes) == (0, ())


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ("It was read as UTF-16.",)),
        ("utf-16-le", ("It was read as UTF-16.",)),
        ("utf-16-be", ("It was read as UTF-16.",)),
        ("utf-32", ("It was read as UTF-32.",)),
        ("cp1252", (LATIN,)),
        ("latin-1", (LATIN,)),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl"])
def test_however_it_is_written(read: Callable[..., TextsRead], name: str, encoding: str, note: tuple[str, ...]) -> None:
    lines = ["Grüße aus Zürich", "déjà vu"]
    content = {
        "a.txt": "\n".join(lines),
        "a.csv": "\n".join(["text", *lines]),
        "a.jsonl": "\n".join(json.dumps(line, ensure_ascii=False) for line in lines),
    }[name]
    found = read(name, content.encode(encoding))
    assert texts(found) == lines
    assert found.notes == note


def test_what_is_neither_utf_8_nor_windows(read: Callable[..., TextsRead]) -> None:
    # This byte is nothing in Windows-1252; it comes late, when much has been read as UTF-8.
    found = read("a.txt", b"plain\n" * 30_000 + b"\x81 \xe9\n")
    assert texts(found)[-1] == "\x81 é"
    assert len(found.texts) == 30_001
    assert found.notes == (LATIN,)


def test_marked_as_utf_16_but_cut(read: Callable[..., TextsRead]) -> None:
    assert texts(read("a.txt", "one\ntwo".encode("utf-16")[:-1])) == ["one", "tw\ufffd"]


def test_no_more_than_the_limit(read: Callable[..., TextsRead]) -> None:
    lines = "".join(f"text {number}\n" for number in range(50_001))
    found = read("a.txt", lines)
    assert len(found.texts) == 50_000
    assert found.notes == ("There are more than 50,000 texts in it: the first 50,000 were read.",)
    assert read("a.txt", lines, limit=50_001).notes == ()
    assert texts(read("a.csv", f"text\n{lines}", limit=2)) == ["text 0", "text 1"]
    assert texts(read("a.json", json.dumps(lines.split("\n")), limit=2)) == ["text 0", "text 1"]
    found = read("a.jsonl", '["a", "b", "c"]\n"d"\n', limit=2)
    assert texts(found) == ["a", "b"]
    assert found.notes == ("There are more than 2 texts in it: the first 2 were read.",)


def test_what_follows_the_limit_is_not_read(read: Callable[..., TextsRead]) -> None:
    found = read("a.txt", b"one\ntwo\nthree\n" + b"x" * 100_000 + b"\n" + b"\xff\x00", limit=2)
    assert texts(found) == ["one", "two"]


# Tables


def test_a_table_with_a_header(read: Callable[..., TextsRead]) -> None:
    found = read(
        "data.csv",
        'id,title,body,score\n1,One,"a ""long"" text,\nwith a new line",0.5\n2,Two,"",1\n'
        "3,Three\n\n4,Four, more of it,2\n",
    )
    assert texts(found) == ['a "long" text,\nwith a new line', " more of it"]
    assert found.columns == ("id", "title", "body", "score")
    assert found.column == "body"
    assert found.skipped == 2
    assert found.notes == (
        "The texts are from “body”; there is also “id”, “title” and “score”.",
        "1 blank line was left out.",
        "1 line without “body” was left out: 5.",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_how_it_is_cut(read: Callable[..., TextsRead], name: str, delimiter: str) -> None:
    rows = [["name", "remark"], ["a", "first, with a comma"], ["b", "second; with another; sign"], ["c", "third"]]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(rows)
    found = read(name, written.getvalue())
    assert texts(found) == [row[1] for row in rows[1:]]
    assert found.column == "remark"


def test_quotes_that_are_written_otherwise(read: Callable[..., TextsRead]) -> None:
    found = read("a.csv", 'id,text\n1,"say \\"hi, you\\" now"\n2,"x"\n')
    assert texts(found) == ['say "hi, you" now', "x"]
    found = read("a.csv", 'id, text\n1, "a, b"\n2, "c, d, e"\n')
    assert texts(found) == ["a, b", "c, d, e"]


def test_a_single_column_is_not_cut(read: Callable[..., TextsRead]) -> None:
    found = read("a.csv", "text\nHello, world\nfoo, bar, baz\nqux\n")
    assert texts(found) == ["Hello, world", "foo, bar, baz", "qux"]
    assert found.columns == ("text",)
    assert found.notes == ()
    assert texts(read("a.csv", "Hello, world\nfoo, bar, baz\nqux\n")) == ["Hello, world", "foo, bar, baz", "qux"]
    assert texts(read("a.csv", '"a quoted\nline"\n"another"\n')) == ["a quoted\nline", "another"]


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("id,Title,TEXT", "TEXT"),
        ("question,answer,id", "question"),
        ("content,text,body", "text"),
        ("id,document,url", "document"),
        ("a,b,c", "b"),
    ],
)
def test_which_column(read: Callable[..., TextsRead], header: str, chosen: str) -> None:
    found = read("a.csv", f"{header}\nx1,the very longest of all of these,y\nx2,another one of these,why\n")
    assert found.column == chosen
    assert found.columns == tuple(header.split(","))


def test_the_choice_can_be_made(read: Callable[..., TextsRead]) -> None:
    table = "id,text,note\n1,one,eins\n2,two,zwei\n"
    for column in ("note", " NOTE", "3"):
        found = read("a.csv", table, column=column)
        assert texts(found) == ["eins", "zwei"]
        assert found.notes == ()
    assert texts(read("a.csv", table, column="id")) == ["1", "2"]
    error = refused(lambda: read("a.csv", table, column="nope"))
    assert error.message == "a.csv has no column “nope”."
    assert error.hint == "There is “id”, “text” and “note”."
    refused(lambda: read("a.csv", table, column="4"))
    # A name that nobody would take for one is one when it is asked for.
    assert texts(read("a.csv", "xy,zz\none,1 a\ntwo,2 b\n", column="xy")) == ["one", "two"]


def test_many_columns_are_not_all_named(read: Callable[..., TextsRead]) -> None:
    names = [f"c{number}" for number in range(30)]
    found = read("a.csv", f"text,{','.join(names)}\n" + ",".join(["word"] * 31))
    assert found.notes[0].endswith("“c7” and 22 more.")


def test_a_table_without_a_header(read: Callable[..., TextsRead]) -> None:
    found = read("a.tsv", "1\tfoo bar baz\n2\tmore words here\n")
    assert texts(found) == ["foo bar baz", "more words here"]
    assert (found.columns, found.column) == (("1", "2"), "2")
    assert texts(read("a.tsv", "1\tfoo bar baz\n2\tmore words here\n", column="1")) == ["1", "2"]


def test_a_header_that_is_only_likely_is_said(read: Callable[..., TextsRead]) -> None:
    found = read("a.csv", "a;b\n1;Hällo Welt\n2;etwas, das länger ist\n")
    assert texts(found) == ["Hällo Welt", "etwas, das länger ist"]
    assert found.notes[0] == "Its first line was taken for the names of the columns."


@pytest.mark.parametrize("first", ["a,a", "a,", "1,b", "x,y", f"{'long ' * 20},b"])
def test_a_first_row_that_names_nothing(read: Callable[..., TextsRead], first: str) -> None:
    assert len(read("a.csv", f"{first}\nz,w\nv,\n").texts) >= 2
    assert read("a.csv", f"{first}\nz,w\nv,\n").columns == ("1", "2")


def test_columns_of_the_same_name_and_of_none(read: Callable[..., TextsRead]) -> None:
    found = read("a.csv", "text,text,,4\na,b,c,d\n", column="3")
    assert found.columns == ("text", "text (2)", "3", "4")
    assert texts(found) == ["c"]
    assert read("a.csv", "text,2,\n,,a\n", column="3").columns == ("text", "2", "3")
    assert read("a.csv", "id,3,\nx,y,a\n", column="3 (3)").column == "3 (3)"


def test_a_quote_that_is_never_closed(read: Callable[..., TextsRead]) -> None:
    found = read("a.csv", 'id,text\n1,one\n2,"two\n3,three\n4,four\n')
    assert texts(found) == ["one"]
    assert found.notes[-1] == "1 line with a quote that is never closed was left out: 3."


def test_a_field_that_is_far_too_long(read: Callable[..., TextsRead], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.features.embeddings.table_texts.LONGEST", 1000)
    error = refused(lambda: read("a.csv", 'text\n"' + "word\n" * 1000))
    assert error.message.startswith("a.csv cannot be read as a table: ")
    assert "quote" in error.hint


def test_fields_longer_than_python_takes_by_itself(read: Callable[..., TextsRead]) -> None:
    assert texts(read("a.csv", f"id,text\n1,{'x' * 300_000}\n")) == ["x" * 300_000]


def test_a_large_table(read: Callable[..., TextsRead]) -> None:
    rows = "".join(f'{number},"text\n{number}"\n' for number in range(3000))
    found = read("a.csv", f"id,text\n{rows}")
    assert texts(found) == [f"text\n{number}" for number in range(3000)]
    assert found.skipped == 0


def test_only_a_header(read: Callable[..., TextsRead]) -> None:
    assert refused(lambda: read("a.csv", "id,text\n")).message == "a.csv has no texts in it."


# A cell ends in nothing that is cut off, and does not look like a number, so that the column stays the longest.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1d"), min_size=1, max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150)
@given(st.lists(CELLS.filter(lambda cell: not cell.isspace()), min_size=1, max_size=20))
def test_whatever_was_written_as_csv_is_read(read: Callable[..., TextsRead], cells: list[str]) -> None:
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerows([["id", "text"], *([f"{number}", cell] for number, cell in enumerate(cells))])
    assert texts(read("a.csv", written.getvalue())) == cells


# JSON


def test_json_lines(read: Callable[..., TextsRead]) -> None:
    found = read("a.jsonl", '\n{"id":1,"text":"one"}\nbad\n{"id":2}\n"plain"\n5\nnull\n\n["x","y"]\n{"text":" "}\n')
    assert texts(found) == ["one", "plain", "x", "y"]
    assert found.skipped == 5
    assert found.notes == (
        "1 blank line was left out.",
        "1 line that cannot be read as JSON was left out: 3.",
        "3 lines without “text” were left out: 4, 6 and 7.",
    )
    assert found.column == "text"


def test_many_bad_lines_are_not_all_named(read: Callable[..., TextsRead]) -> None:
    found = read("a.ndjson", '"one"\n' + "{\n" * 2000)
    assert found.notes == ("2,000 lines that cannot be read as JSON were left out: 2, 3, 4, 5, 6 and 1,995 more.",)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (["a", "b"], ["a", "b"]),
        ({"model": "m", "input": ["a", "b", ""]}, ["a", "b"]),
        ({"model": "m", "input": "a"}, ["a"]),
        ({"model": "m", "dimensions": 2, "data": [{"index": 0, "text": "a", "embedding": [1, 2]}]}, ["a"]),
        ({"title": "mine", "items": [{"body": "a"}, {"body": "b"}]}, ["a", "b"]),
        ({"meta": ["x"], "paragraphs of it": ["a", "b"]}, ["a", "b"]),
        ([{"document": {"text": "a"}, "id": "1"}], ["a"]),
        ([{"summary": "", "title": "t", "content": "a"}, {"content": "b"}], ["a", "b"]),
        ([{"q": "short", "long one": "a longer text"}], ["a longer text"]),
        ("only one", ["only one"]),
        ([{"deep": {"er": {"text": "a"}}}], ["a"]),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_json_in_one_piece(
    read: Callable[..., TextsRead], name: str, value: object, wanted: list[str], indent: int | None
) -> None:
    assert texts(read(name, json.dumps(value, indent=indent))) == wanted


def test_requests_in_a_batch(read: Callable[..., TextsRead]) -> None:
    found = read(
        "batch.jsonl",
        '{"custom_id":"1","body":{"model":"m","input":"hello"}}\n{"custom_id":"2","body":{"model":"m","input":["a","b"]}}\n',
    )
    assert texts(found) == ["hello", "a", "b"]
    assert found.columns == ("custom_id", "body.model", "body.input")
    found = read("batch.jsonl", '{"custom_id":"1","body":{"input":"x"}}', column="custom_id")
    assert texts(found) == ["1"]


def test_entries_of_a_list_are_counted_as_such(read: Callable[..., TextsRead]) -> None:
    found = read("a.json", '[{"text": "a"}, {}, 5, {"text": ["b", 6]}, "c", {"text": {"a": 1}}]')
    assert texts(found) == ["a", "c"]
    assert found.notes == ("4 entries without “text” were left out: 2, 3, 4 and 6.",)


def test_a_value_a_line_in_a_file_called_json(read: Callable[..., TextsRead]) -> None:
    found = read("a.json", '{"text":"a"}\n\n{"text":"b"}\n{"text":\n')
    assert texts(found) == ["a", "b"]
    assert found.notes == ("1 line that cannot be read as JSON was left out: 4.",)


def test_what_is_no_json(read: Callable[..., TextsRead]) -> None:
    error = refused(lambda: read("a.json", '{"text":"a",,}'))
    assert error.message.startswith("a.json is no JSON: Expecting property name")
    error = refused(lambda: read("a.jsonl", "not\nat all\n"))
    assert error.message == "a.jsonl has no texts in it."
    assert error.hint == "2 lines that cannot be read as JSON were left out: 1 and 2."
    refused(lambda: read("a.json", "[" * 100_000))
    refused(lambda: read("a.jsonl", "[" * 100_000))
    refused(lambda: read("a.json", "9" * 10_000))
    for content in ("[]", "{}", "5", '[{"id": 1}, {"id": 2}]', '{"text": []}'):
        assert refused(lambda content=content: read("a.json", content)).message == "a.json has no texts in it."


def test_a_member_that_is_not_there(read: Callable[..., TextsRead]) -> None:
    error = refused(lambda: read("a.jsonl", '{"text":"a","id":"x"}', column="body"))
    assert error.message == "a.jsonl has no column “body”."
    assert error.hint == "There is “text” and “id”."


def test_text_that_only_json_can_hold(read: Callable[..., TextsRead]) -> None:
    assert texts(read("a.jsonl", r'"a\u0000b\nc"' + "\n" + r'"\ud800"')) == ["a\0b\nc", "\ud800"]


def test_json_that_is_far_too_large(read: Callable[..., TextsRead], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_texts, "_LARGEST", 1000)
    error = refused(lambda: read("a.json", json.dumps(["x" * 100] * 20, indent=1)))
    assert error.message == "a.json is too large to be read in one piece."
    assert "JSON Lines" in error.hint
    # A line at a time there is no such limit.
    assert len(read("a.jsonl", ('"' + "x" * 100 + '"\n') * 20).texts) == 20


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100)
@given(st.lists(st.text(min_size=1).filter(lambda text: not text.isspace()), min_size=1), st.booleans())
def test_whatever_was_written_as_json_is_read(read: Callable[..., TextsRead], wanted: list[str], plain: bool) -> None:
    values: list[object] = [text if plain else {"id": 1, "text": text} for text in wanted]
    assert texts(read("a.jsonl", "\n".join(map(json.dumps, values)))) == wanted
    assert texts(read("a.json", json.dumps(values))) == wanted


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=200)
@given(st.binary(max_size=300), st.sampled_from(["txt", "csv", "tsv", "json", "jsonl"]))
def test_anything_is_read_or_refused_in_words(read: Callable[..., TextsRead], content: bytes, ending: str) -> None:
    # Any other exception is a failure.
    with suppress(ReadingError):
        found = read(f"a.{ending}", content)
        assert found.texts
        assert not any(each.text.isspace() for each in found.texts)


# What cannot be read


@pytest.mark.parametrize("name", ["a.log", "a.md", "noending", ".txt"])
def test_of_another_kind(read: Callable[..., TextsRead], name: str) -> None:
    found = read(name, "one\ntwo")
    assert [each.text for each in found.texts] == ["one", "two"]
    assert found.notes[0].startswith(f"{name} was read as a text a line")


@pytest.mark.parametrize(
    ("content", "called"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04...", "a packed file, as office documents are"),
        (b"\x89PNG\r\n", "an image"),
        (b"PAR1....", "a Parquet file"),
    ],
)
def test_known_by_its_bytes(read: Callable[..., TextsRead], content: bytes, called: str) -> None:
    assert refused(lambda: read("a.txt", content)).message == f"a.txt is {called}, and no text."


@pytest.mark.parametrize(
    "content",
    [b"\0", b"a\0b\0", b"a\0\0b", b"text\n" * 20_000 + b"\0", bytes(range(1, 256)) * 10, b"\x01\x02\x03" * 20],
)
def test_bytes_that_no_text_has(read: Callable[..., TextsRead], content: bytes) -> None:
    if content == b"a\0b\0":
        assert texts(read("a.txt", content)) == ["ab"]
        return
    error = refused(lambda: read("a.txt", content))
    assert error.message == "a.txt is no text: there are bytes in it that no text has."


def test_nothing_in_it(read: Callable[..., TextsRead]) -> None:
    for name in ("a.txt", "a.csv", "a.json", "a.jsonl"):
        assert refused(lambda name=name: read(name, "")).message == f"{name} is empty."
    error = refused(lambda: read("a.txt", "\n\n \n"))
    assert (error.message, error.hint) == ("a.txt has no texts in it.", "3 blank lines were left out.")
    for name in ("a.csv", "a.jsonl", "a.json"):
        refused(lambda name=name: read(name, "\n \n"))


def test_a_line_that_is_far_too_long(read: Callable[..., TextsRead], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.features.embeddings.reading.LONGEST", 1000)
    error = refused(lambda: read("a.txt", "short\n" + "x" * 1001))
    assert error.message == "Line 2 of a.txt has more than 1,000 characters."


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    assert refused(lambda: read_texts(tmp_path / "folder.txt")).message == "folder.txt is a folder."
    error = refused(lambda: read_texts(tmp_path / "none.txt"))
    assert error.message == f"There is no file {tmp_path / 'none.txt'}."
    assert error.hint == f"Is {tmp_path} the right folder?"
    assert "cannot hold" in refused(lambda: read_texts(Path("a\0b.txt"))).message
    assert "no such user" in refused(lambda: read_texts(Path("~nobody-of-that-name/a.txt"))).message


@pytest.mark.skipif(os.name != "posix", reason="such files are not everywhere")
def test_what_is_no_ordinary_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert refused(lambda: read_texts(tmp_path / "pipe.txt")).message == "pipe.txt is no ordinary file."
    threading.Thread(target=lambda: (tmp_path / "pipe.txt").write_bytes("é\nb".encode("utf-16"))).start()
    found = read_texts(tmp_path / "pipe.txt", pipes=True)
    assert ([each.text for each in found.texts], found.notes) == (["é", "b"], ("It was read as UTF-16.",))
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    refused(lambda: read_texts(tmp_path / "loop.txt"))
    assert refused(lambda: read_texts(tmp_path / ("x" * 300 + ".txt"))).message.endswith("that name is too long.")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied"), "a.txt could not be read: you may not read it."),
        (OSError(5, "Input/output error"), "a.txt could not be read: Input/output error."),
    ],
)
def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str) -> None:
    (tmp_path / "a.txt").write_text("text")

    def refuse(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    assert refused(lambda: read_texts(tmp_path / "a.txt")).message == said


def test_names_are_harmless_in_what_is_said(read: Callable[..., TextsRead]) -> None:
    error = refused(lambda: read("a\x1b[31m.csv", "text,i\x1b[31md\na,b\n", column="n\x1b[31mo"))
    assert error.message == "a.csv has no column “no”."
    assert error.hint == "There is “text” and “id”."
    assert refused(lambda: read("a\x1b[31m.json", "nothing")).message.startswith("a.json is no JSON")
    found = read("a\x1b[31m.csv", "text,i\x1b[31md\na,b\n")
    assert found.notes == ("The texts are from “text”; there is also “id”.",)
    # What is sent, or asked for again, is as it is in the file.
    assert found.columns == ("text", "i\x1b[31md")


# Piped in


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_what_is_piped_in_is_decoded_as_a_file_is(encoding: str) -> None:
    text = "Grüße aus Köln\r\nsecond\n"
    found = read_piped(text.encode(encoding))
    assert [(each.text, each.source) for each in found.texts] == [("Grüße aus Köln", "-"), ("second", "-")]
    assert bool(found.notes) == (not encoding.startswith("utf-8"))
    assert decoded(text.encode(encoding)) == (text, "".join(found.notes))


def test_what_is_piped_in_and_no_text() -> None:
    assert read_piped(b" \n\n").texts == []
    assert decoded(b"") == ("", "")
    for data in (b"a\0\0\0b", b"%PDF-1.7 ", bytes(range(256)), b"a" * 70_000 + b"\0"):
        for reader in (read_piped, decoded):
            assert "Standard input is" in refused(lambda data=data, reader=reader: reader(data)).message


# Typed or pasted


@pytest.mark.parametrize(
    ("pasted", "wanted"),
    [
        ("", []),
        ("one", ["one"]),
        ("one\ntwo\r\nthree\rfour\n", ["one", "two", "three", "four"]),
        ("\n\n one \n\t\n", [" one "]),
        ("\ufeffone\x0bstill one\u2028and still", ["one\x0bstill one\u2028and still"]),
    ],
)
def test_pasted_lines(pasted: str, wanted: list[str]) -> None:
    assert parse_pasted(pasted) == wanted


@given(st.text())
def test_nothing_that_was_pasted_is_lost(pasted: str) -> None:
    assert "".join("".join(parse_pasted(pasted)).split()) == "".join(pasted.removeprefix("\ufeff").split())


def test_numbers_of_what_was_left_out() -> None:
    found = gathering.Gathering("a.txt", 5)
    for number in range(1, 5):
        found.leave_out(number, "without a text")
    assert found.notes() == ["4 lines without a text were left out: 1, 2, 3 and 4."]
    assert found.skipped == 4

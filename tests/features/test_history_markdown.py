"""Markdown: readable, and understood when it comes back; also what others have written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from history_parts import BLOBS, TEXTS, conversation, rich, said
from hypothesis import example, given, settings

from lmstudio_tui.features.history.exporting import export, file_name
from lmstudio_tui.features.history.importing import Imported, UnreadableError, read, read_file
from lmstudio_tui.store.library.records import ToolCallRecord

ELSEWHERE = """## User
hi
## Assistant
<details type="reasoning" done="true" duration="3">
<summary>Thought for 3 seconds</summary>
> hm
</details>
hello
"""


def imported(text: str, name: str = "notes.md") -> Imported:
    (found,) = read(text.encode(), name)
    return found


def test_a_conversation_as_people_read_it() -> None:
    loaded = conversation(
        said("m1", None, "user", "Why is the *sky* blue?"),
        said("m2", "m1", "assistant", "Because of **Rayleigh**.", reasoning="Think.", model="qwen/qwen3-8b"),
        title="The sky",
        parameters={"system": "Be brief."},
    )
    top, _, rest = export(loaded, "md").partition("\n\n")
    assert top.startswith("<!-- lmstudio-tui {")
    assert rest == (
        "# The sky\n\n*qwen/qwen3-8b · 2025-11-21 01:53 UTC*\n\n## System\n\nBe brief.\n\n## User\n\n"
        "Why is the *sky* blue?\n\n## Assistant (qwen/qwen3-8b)\n\n<details>\n<summary>Reasoning</summary>\n\n"
        "Think.\n\n</details>\n\nBecause of **Rayleigh**.\n"
    )


def test_the_branch_that_is_shown_comes_back() -> None:
    found = imported(export(rich(), "md", blob=BLOBS.get))
    before, after = rich().messages[:5], found.loaded.messages
    assert [(one.role, one.text.strip("\n"), one.reasoning) for one in before] == [
        (one.role, one.text, one.reasoning) for one in after
    ]
    assert [(one.tool_calls, one.tool_call_id, one.status) for one in before] == [
        (one.tool_calls, one.tool_call_id, one.status) for one in after
    ]
    assert [one.parent_id for one in after] == [None, *(one.id for one in after[:-1])]
    conversation_ = found.loaded.conversation
    assert (conversation_.title, conversation_.head, conversation_.created_at) == (
        "Weather",
        after[-1].id,
        1763690000.5,
    )
    assert conversation_.parameters == {"system": "Be brief.\n## System"}
    (notes,) = after[0].attachments
    assert (notes.name, notes.media_type, found.blobs[notes.sha256]) == (
        "no<t>es.txt",
        "text/plain",
        [*BLOBS.values()][1],
    )
    assert found.notes == ("1 attachment is named and not in the file.",)


def test_other_branches_follow_only_when_they_are_wanted() -> None:
    assert "Another answer" not in export(rich(), "md")
    whole = export(rich(), "md", whole_tree=True)
    assert whole.index("# Another branch, after: How is it in Oslo?") < whole.index("Another answer")
    assert len(imported(whole).loaded.messages) == 5, "what is imported is the branch that was shown"


@given(TEXTS, TEXTS, TEXTS, TEXTS)
@example("```", "</details>\n```", "{}", "```\n<!-- lmstudio-tui: the text ends within a fence -->")
@example("<details>\n<summary>Reasoning</summary>\n\nx\n\n</details>", "", "```json\n", "")
@settings(max_examples=300)
def test_no_text_passes_for_anything_else(prompt: str, reasoning: str, arguments: str, answer: str) -> None:
    calls = (ToolCallRecord(id="1", name="f", arguments=arguments), ToolCallRecord(id="2", name="g", arguments=""))
    loaded = conversation(
        said("m1", None, "user", prompt),
        said("m2", "m1", "assistant", answer, reasoning=reasoning, tool_calls=calls),
        said("m3", "m2", "tool", answer, tool_call_id="1"),
        said("m4", "m3", "user", "the end"),
        parameters={"system": prompt},
    )
    found = imported(export(loaded, "md")).loaded
    assert [one.role for one in found.messages] == ["user", "assistant", "tool", "user"]
    first, second, third, last = found.messages
    as_read = [text.strip("\n") for text in (first.text, second.text, second.reasoning)]
    assert as_read == [text.strip("\n") for text in (prompt, answer, reasoning)]
    assert [call.arguments for call in second.tool_calls] == [arguments, ""]
    assert third.text == answer
    assert last.text == "the end"
    assert found.conversation.parameters.get("system", "").strip("\n") == as_read[0]


@pytest.mark.parametrize(
    "text",
    [
        "## User\n\nhi\n\n## Assistant\n\nhello\n",
        "# Greeting\nabout it\n\n### USER\nhi\n\n### ASSISTANT\nhello",
        "## Human:\r\nhi\r\n\r\n## AI:\r\nhello\r\n",
        "\ufeff#### you\nhi\n#### assistant (qwen)\n\n<think>\nhm\n</think>\n\nhello",
        ELSEWHERE,
    ],
)
def test_what_was_written_by_hand_or_elsewhere_is_understood(text: str) -> None:
    messages = imported(text).loaded.messages
    assert [(one.role, one.text) for one in messages] == [("user", "hi"), ("assistant", "hello")]
    assert messages[1].reasoning in {"", "hm"}


def test_the_title_is_the_heading_or_the_name_of_the_file() -> None:
    text = "## User\nhi\n## Assistant\nyo\n"
    assert imported(f"# A \\*title\\*\n\n{text}").loaded.conversation.title == "A *title*"
    assert imported(text, "my-notes.md").loaded.conversation.title == "my-notes"
    assert imported(text, "").loaded.conversation.title == "hi"


def test_a_heading_within_code_divides_nothing() -> None:
    text = "## User\nhi\n\n```md\n## Assistant\n```\n\n## Assistant\nyo"
    assert imported(text).loaded.messages[0].text == "hi\n\n```md\n## Assistant\n```"


def test_headings_that_only_begin_alike_divide_nothing() -> None:
    text = "## User\nhi\n## User interface\n## Assistant professor\n## Assistant\nyo"
    assert imported(text).loaded.messages[0].text == "hi\n## User interface\n## Assistant professor"


def test_a_text_without_anybody_speaking_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("# A page\n\n```\n## User\n```\n", encoding="utf-8")
    with pytest.raises(UnreadableError) as caught:
        read_file(path)
    assert caught.value.message == "No heading says who speaks."
    assert "## User" in caught.value.hint


def test_a_title_and_a_model_cannot_break_out() -> None:
    message = said("m1", None, "assistant", "x", model="a\n## User\n")
    text = export(conversation(message, title="-->\n## User"), "md")
    assert [one.role for one in imported(text).loaded.messages] == ["assistant"]


def test_names_of_files_are_plain() -> None:
    def name(title: str) -> str:
        return file_name(conversation(title=title).conversation, "md")

    assert name("Why is the sky blue?") == "why-is-the-sky-blue.md"
    assert name("../../etc/passwd") == "etc-passwd.md"
    assert name("") == "conversation-c1.md"
    assert name("日本 語") == "日本-語.md"
    assert len(name("x" * 500)) < 80

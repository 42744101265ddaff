"""The branches of a conversation: what is shown, what is remembered, and that no damage stops it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.thread import Thread
from lmstudio_tui.store.library.records import Message, Role

NAMES = "abcdefgh"


def said(id_: str, parent: str | None = None, role: str = "user", at: float = 0.0, text: str = "") -> Message:
    return Message(
        id=id_, conversation_id="c", parent_id=parent, role=cast("Role", role), text=text or id_, created_at=at
    )


def shown(thread: Thread) -> str:
    return "".join(message.id for message in thread.path)


BRANCHED = (
    said("a", None, "user", 1),
    said("b", "a", "assistant", 2),
    said("c", "a", "assistant", 3),
    said("d", "b", "user", 4),
    said("e", "d", "assistant", 5),
    said("f", "b", "user", 6),
    said("g", "f", "assistant", 7),
    said("h", None, "user", 8),
)
"""a ─ b ─ d ─ e,  b ─ f ─ g,  a ─ c,  and h as another beginning."""


def test_the_branch_of_the_head_is_shown() -> None:
    assert shown(Thread(BRANCHED, "e")) == "abde"
    assert shown(Thread(BRANCHED, "b")) == "ab"
    assert shown(Thread({message.id: message for message in BRANCHED}, "g")) == "abfg"


def test_nothing_is_a_thread_too() -> None:
    empty = Thread()
    assert (empty.path, empty.head, empty.last_answer, empty.last_prompt, empty.prompts) == ((), None, None, None, ())
    assert empty.switched("x", 1) is empty
    assert empty.without("x") is empty
    assert (empty.siblings("x"), empty.position("x"), empty.below("x"), empty.get("x")) == ((), (0, 0), (), None)
    assert shown(empty.with_message(said("a"), head=False)) == "a"


@pytest.mark.parametrize("head", [None, "gone"])
def test_the_newest_branch_stands_in_for_a_head_that_does_not_exist(head: str | None) -> None:
    assert shown(Thread(BRANCHED, head)) == "h"
    assert shown(Thread(BRANCHED[:-1], head)) == "abfg"


def test_versions_have_the_same_parent_and_the_same_role() -> None:
    thread = Thread([*BRANCHED, said("i", "b", "tool", 9)], "e")
    assert thread.siblings("b") == ("b", "c")
    assert thread.siblings("d") == ("d", "f")
    assert thread.siblings("i") == ("i",)
    assert thread.siblings("a") == ("a", "h")
    assert thread.position("f") == (2, 2)
    assert thread.position("e") == (1, 1)


def test_a_branch_is_left_and_found_again_as_it_was() -> None:
    thread = Thread(BRANCHED, "e")
    other = thread.switched("b", 1)
    assert shown(other) == "ac"
    assert shown(other.switched("c", -1)) == "abde"
    assert shown(other.with_message(said("i", "g", "user", 20), head=False).switched("c", -1)) == "abde"


def test_a_branch_that_was_not_shown_yet_is_shown_to_its_newest_end() -> None:
    assert shown(Thread(BRANCHED, "c").switched("c", -1)) == "abfg"
    late = [*BRANCHED, said("i", "e", "user", 30)]
    assert shown(Thread(late, "c").switched("c", -1)) == "abdei"


def test_what_was_chosen_can_be_handed_on() -> None:
    thread = Thread(BRANCHED, "e").switched("b", 1)
    assert shown(Thread(BRANCHED, "c", thread.chosen).switched("c", -1)) == "abde"


def test_beyond_the_first_and_the_last_version_nothing_happens() -> None:
    thread = Thread(BRANCHED, "e")
    assert thread.switched("b", -1) is thread
    assert thread.switched("b", 2) is thread
    assert thread.switched("b", 0) is thread


def test_a_message_can_be_the_last_one_shown_for_another_branch_to_begin_there() -> None:
    thread = Thread(BRANCHED, "e").ending("a").with_message(said("i", "a", "assistant", 9))
    assert shown(thread) == "ai"
    assert thread.position("i") == (3, 3)
    assert thread.ending("nobody") is thread


def test_a_message_that_grows_keeps_its_place() -> None:
    thread = Thread(BRANCHED, "e")
    grown = thread.replaced(said("e", "d", "assistant", 5, "more"))
    assert grown.path[-1].text == "more"
    assert thread.path[-1].text == "e"
    assert shown(grown) == "abde"
    assert thread.replaced(said("x")) is thread
    assert grown.replaced(said("c", "a", "assistant", 3, "hidden")).get("c") == said("c", "a", "assistant", 3, "hidden")


def test_a_message_is_added_in_the_order_of_time() -> None:
    thread = Thread(BRANCHED, "e").with_message(said("i", "b", "user", 5), head=False)
    assert thread.siblings("d") == ("d", "i", "f")
    assert shown(thread) == "abde"


def test_adding_what_is_there_puts_it_in_its_place() -> None:
    thread = Thread(BRANCHED, "e").with_message(said("c", "a", "assistant", 3, "new"))
    assert shown(thread) == "ac"
    assert thread.path[-1].text == "new"
    assert len(thread) == len(BRANCHED)


@pytest.mark.parametrize(
    ("head", "gone", "left"),
    [
        ("e", "e", "abd"),
        ("e", "d", "abfg"),
        ("g", "f", "abde"),
        ("e", "b", "ac"),
        ("e", "a", "h"),
        ("e", "h", "abde"),
        ("e", "c", "abde"),
    ],
)
def test_what_is_deleted_gives_way_to_another_version_or_to_what_was_before(head: str, gone: str, left: str) -> None:
    thread = Thread(BRANCHED, head)
    after = thread.without(gone)
    assert shown(after) == left
    assert not set(thread.below(gone)) & set(after.messages)


def test_the_last_of_everything_can_be_deleted() -> None:
    assert Thread([said("a")], "a").without("a") == Thread()


def test_what_was_asked_and_answered() -> None:
    thread = Thread([*BRANCHED, replace(said("i", "g", "assistant", 9), text="")], "i")
    assert thread.prompts == ("a", "f")
    last_answer, last_prompt, of_tool = thread.last_answer, thread.last_prompt, thread.prompt_of("i")
    assert last_answer is not None
    assert last_answer.id == "g"
    assert last_prompt is not None
    assert last_prompt.id == "f"
    assert of_tool is not None
    assert of_tool.id == "f"
    assert thread.prompt_of("nobody") is None
    assert thread.parent("a") is None
    assert thread.parent("b") == thread.get("a")
    assert thread.children(None) == ("a", "h")


def test_damage_is_shown_as_far_as_it_goes() -> None:
    orphan = [said("a", None, at=1), said("b", "a", "assistant", 2), said("c", "gone", "user", 3)]
    assert shown(Thread(orphan, "c")) == "c"
    assert Thread(orphan, "c").siblings("c") == ("a", "c")
    circle = [said("a", "c", at=1), said("b", "a", at=2), said("c", "b", at=3)]
    assert shown(Thread(circle, "c")) == "abc"
    assert shown(Thread([said("a", "a")], "a")) == "a"


def test_a_parent_that_comes_late_is_found() -> None:
    thread = Thread([said("b", "a", "assistant", 2)], "b").with_message(said("a", at=1), head=False)
    assert shown(thread) == "ab"


def trees(names: str = NAMES) -> st.SearchStrategy[list[Message]]:
    """Messages with any parents: missing ones, circles, and moments out of order."""
    one = st.builds(
        said,
        st.sampled_from(names),
        st.one_of(st.none(), st.sampled_from(names + "xy")),
        st.sampled_from(["user", "assistant", "tool"]),
        st.integers(0, 5).map(float),
    )
    return st.lists(one, max_size=len(names) * 2).map(
        lambda each: list({message.id: message for message in each}.values())
    )


@given(trees(), st.sampled_from([*NAMES, "x", None]))
def test_any_tree_has_a_branch_to_show(messages: list[Message], head: str | None) -> None:
    thread = Thread(messages, head)
    assert bool(thread.path) == bool(messages)
    if messages:
        assert thread.path[-1].id == thread.head
        assert thread.tree.above(thread.path[0].id) is None
        assert head not in thread or thread.head == head
    for before, after in zip(thread.path, thread.path[1:], strict=False):
        assert thread.tree.above(after.id) == before.id


@given(trees(), st.sampled_from([*NAMES, None]))
def test_every_message_can_be_reached_and_left_again(messages: list[Message], head: str | None) -> None:
    thread = Thread(messages, head)
    for message in messages:
        there = thread.showing(message.id)
        assert message in there.path
        assert there.tip(message.id) == there.head
        place, total = there.position(message.id)
        assert there.siblings(message.id)[place - 1] == message.id
        for step in (1, -1):
            if 1 <= place + step <= total:
                other = there.switched(message.id, step)
                assert other.siblings(message.id)[place - 1 + step] in {each.id for each in other.path}
                back = other.switched(there.siblings(message.id)[place - 1 + step], -step)
                assert back.path == there.path


def _children(thread: Thread) -> dict[str | None, tuple[str, ...]]:
    return {parent: ids for parent, ids in thread.tree.children.items() if ids}


@given(trees(), st.data())
def test_step_by_step_comes_to_the_same_as_at_once(messages: list[Message], data: st.DataObject) -> None:
    thread = Thread()
    for message in messages:
        thread = thread.with_message(message, head=data.draw(st.booleans()))
        assert thread.path == Thread(thread.messages, thread.head).path
    assert _children(thread) == _children(Thread(messages))
    for message in messages[::2]:
        changed = replace(message, parent_id=data.draw(st.sampled_from([*NAMES, "x", None])))
        thread = thread.replaced(changed)
        assert thread.path == Thread(thread.messages, thread.head).path
    while len(thread):
        id_ = data.draw(st.sampled_from(sorted(thread.messages)))
        before, below = set(thread.messages), set(thread.below(id_))
        thread = thread.without(id_)
        rebuilt = Thread(thread.messages, thread.head)
        assert set(thread.messages) == before - below
        assert (thread.path, thread.head, _children(thread)) == (rebuilt.path, rebuilt.head, _children(rebuilt))


def test_a_long_conversation_is_quick() -> None:
    roles = ("user", "assistant")
    messages = [
        said(str(number), str(number - 1) if number else None, roles[number % 2], number) for number in range(5000)
    ]
    began = time.process_time()
    thread = Thread(messages, "4999")
    for number in range(200):
        thread = thread.replaced(said("4999", "4998", "assistant", 4999, str(number)))
        thread = thread.with_message(said(f"n{number}", thread.head, roles[number % 2], 5000 + number))
    assert len(thread.path) == 5200
    assert time.process_time() - began < 1.5

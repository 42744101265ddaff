"""Finding conversations by words in their titles, prompts and answers.

All words must be in a conversation, each in its title or in any of its messages. Where the index finds nothing, what
was typed is looked for anywhere in the texts, also within words; so too where this Python's SQLite has no index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from lmstudio_tui.store.library.base import placeholders
from lmstudio_tui.store.library.index import SEARCHED_ROLES
from lmstudio_tui.store.library.reading import CONVERSATIONS, newest
from lmstudio_tui.store.library.records import Hit
from lmstudio_tui.store.library.rows import conversation_of
from lmstudio_tui.store.library.schema import SHIFT
from lmstudio_tui.store.library.words import folded, marks_in, snippet_of, terms_of

if TYPE_CHECKING:
    from lmstudio_tui.store.library.base import Base
    from lmstudio_tui.store.library.words import Term

_AT_ONCE: Final = 500

_Found: TypeAlias = dict[int, int | None]
"""Conversations by number, each with the message that was found; None where only the title was."""
_FIND: Final = f"SELECT rowid >> {SHIFT}, max(rowid) FROM words WHERE words MATCH ? GROUP BY 1"  # noqa: S608


def search(base: Base, query: str, limit: int) -> tuple[Hit, ...]:
    """The conversations that a query finds, as the list has them; without a query, all of them.

    Args:
        base: where.
        query: words, of which the last may be unfinished; in quotes, words that follow each other.
        limit: how many at most.
    """
    terms = terms_of(query)
    if not terms:
        return tuple(Hit(conversation) for conversation in newest(base, limit))
    titles = base.rows("SELECT number, title FROM conversations WHERE deleted_at IS NULL AND title <> ''")
    found = _by_index(base, terms, titles, limit) if base.searchable else {}
    if not found:
        terms = terms_of(query, loose=True)
        found = _in_all([_with_titles(_by_scan(base, term), term, titles) for term in terms])
    return _hits(base, found, terms, limit)


def _by_index(base: Base, terms: tuple[Term, ...], titles: list[tuple[int, str]], limit: int) -> _Found:
    """The numbers of the conversations in which all terms are, each with the number of the message to show."""
    words = [term.match for term in terms if term.words]
    together: _Found = {}
    if len(words) > 1:
        together = dict(base.rows(_FIND, (" AND ".join(words),)))
        if len(together) >= limit and len(words) == len(terms):
            # There are enough that have them all in one message.
            return _in_all([_with_titles({}, term, titles) for term in terms]) | together
    each: list[_Found] = []
    for term in terms:
        by_text = dict(base.rows(_FIND, (term.match,))) if term.words else _by_scan(base, term)
        each.append(_with_titles(by_text, term, titles))
        if not each[-1]:
            return {}
    found = _in_all(each)
    # A message that has all of the words says more than the last that has one.
    return {number: together.get(number) or best for number, best in found.items()}


def _with_titles(by_text: _Found, term: Term, titles: list[tuple[int, str]]) -> _Found:
    by_title: _Found = dict.fromkeys(number for number, title in titles if term.first(title) >= 0)
    return by_title | by_text


def _in_all(each: list[_Found]) -> _Found:
    """The conversations that are in each of these."""
    found = each[0]
    for more in each[1:]:
        found = {number: more[number] or best for number, best in found.items() if number in more}
    return found


def _by_scan(base: Base, term: Term) -> _Found:
    """Look into every text."""
    # LIKE knows the two cases of ASCII, and no others.
    typed = term.literal
    spellings = {typed} if typed.isascii() else {typed, typed.lower(), typed.upper(), typed.capitalize(), folded(typed)}
    conditions = " OR ".join(["text LIKE ? ESCAPE '\\'"] * len(spellings))
    rows = base.rows(
        f"SELECT number >> {SHIFT}, max(number) FROM messages WHERE deleted_at IS NULL"  # noqa: S608
        f" AND role IN ({placeholders(len(SEARCHED_ROLES))}) AND ({conditions}) GROUP BY 1",
        (*SEARCHED_ROLES, *(f"%{_escaped(spelling)}%" for spelling in sorted(spellings))),
    )
    return dict(rows)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _hits(base: Base, found: _Found, terms: tuple[Term, ...], limit: int) -> tuple[Hit, ...]:
    """The first of the conversations that were found, with what was found in them."""
    order = base.run(
        "SELECT number FROM conversations WHERE deleted_at IS NULL ORDER BY pinned DESC, updated_at DESC, number DESC"
    )
    chosen: list[int] = []
    for (number,) in order:
        if number in found:
            chosen.append(number)
            if len(chosen) >= limit:
                break
    hits: list[Hit] = []
    for start in range(0, len(chosen), _AT_ONCE):
        some = chosen[start : start + _AT_ONCE]
        conversations = _by_number(base, some)
        messages = [best for number in some if (best := found[number]) is not None]
        texts = {
            row[0]: row[1:]
            for row in base.rows(
                f"SELECT number, id, text FROM messages WHERE number IN ({placeholders(len(messages))})",  # noqa: S608
                messages,
            )
        }
        for number in some:
            conversation = conversation_of(conversations[number])
            marks = marks_in(conversation.title, terms)
            best = texts.get(found[number])
            if best is None:
                hits.append(Hit(conversation, title_marks=marks))
            else:
                snippet, snippet_marks = snippet_of(best[1], terms)
                hits.append(Hit(conversation, snippet, snippet_marks, marks, best[0]))
    return tuple(hits)


def _by_number(base: Base, numbers: list[int]) -> dict[int, tuple[object, ...]]:
    rows = base.rows(
        CONVERSATIONS.replace("SELECT ", "SELECT number, ", 1) + f" AND number IN ({placeholders(len(numbers))})",
        numbers,
    )
    return {row[0]: row[1:] for row in rows}

"""What is put right in passing: answers whose writer is gone, messages that the index does not know, old deletions."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from lmstudio_tui.store.library.base import Op, transaction
from lmstudio_tui.store.library.index import forget_messages, has_waiting, index_waiting
from lmstudio_tui.store.library.schema import SHIFT
from lmstudio_tui.store.library.writing import KEPT_DELETED, interrupt

if TYPE_CHECKING:
    from lmstudio_tui.store.library.base import Base
    from lmstudio_tui.store.library.liveness import Presence


def unattended(base: Base, own: frozenset[str], presence: Presence) -> list[Op]:
    """What must be written before the library is read.

    Args:
        base: where to look.
        own: the ids of the answers that this process is writing.
        presence: knows which processes are there.
    """
    ops: list[Op] = []
    streaming = base.rows("SELECT id, writer FROM messages WHERE status = 'streaming'")
    alive = {writer: presence.alive(writer) for writer in {writer for id_, writer in streaming if id_ not in own}}
    gone = [id_ for id_, writer in streaming if id_ not in own and not alive[writer]]
    if gone:
        ops.append(Op(partial(interrupt, ids=gone)))
    if has_waiting(base):
        ops.append(Op(index_waiting))
    return ops


def purge(base: Base, moment: float) -> None:
    """Remove for good what was deleted long ago.

    Args:
        base: where.
        moment: now, in seconds since 1970.
    """
    before = moment - KEPT_DELETED
    conversations = [row[0] for row in base.rows("SELECT number FROM conversations WHERE deleted_at < ?", (before,))]
    messages = [row[0] for row in base.rows("SELECT number FROM messages WHERE deleted_at < ?", (before,))]
    if not conversations and not messages:
        return
    with transaction(base.connection):
        for number in conversations:
            low = number << SHIFT
            numbers = base.rows(
                "SELECT number FROM messages WHERE number >= ? AND number < ?", (low, low + (1 << SHIFT))
            )
            messages.extend(row[0] for row in numbers)
        forget_messages(base, messages)
        gone = [(number,) for number in messages]
        base.many("DELETE FROM pieces WHERE message_id = (SELECT id FROM messages WHERE number = ?)", gone)
        base.many("DELETE FROM messages WHERE number = ?", gone)
        base.many("DELETE FROM conversations WHERE number = ?", [(number,) for number in conversations])
        _purge_blobs(base, before)


def _purge_blobs(base: Base, before: float) -> None:
    """Remove bytes that no message has."""
    used: set[str] = set()
    for (text,) in base.rows("SELECT attachments FROM messages WHERE attachments IS NOT NULL"):
        with suppress(ValueError, TypeError, KeyError):
            used.update(each["sha256"] for each in json.loads(text))
    old = base.rows("SELECT sha256 FROM blobs WHERE stored_at < ?", (before,))
    base.many("DELETE FROM blobs WHERE sha256 = ?", [row for row in old if row[0] not in used])

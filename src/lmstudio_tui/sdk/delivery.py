"""What comes bit by bit, and is only asked for when somebody wants it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from lmstudio_tui.sdk.cancellation import CancelScope

if TYPE_CHECKING:
    from collections.abc import Generator

T = TypeVar("T")


class Delivery(ABC, Generic[T]):
    """Iterate over it in a `with` block, so that it is always closed. Nothing is sent before the first item.

    One thread iterates; `cancel` is for any thread.

    Args:
        scope: cancels it; by default one of its own.

    Attributes:
        scope: as above.
    """

    def __init__(self, scope: CancelScope | None) -> None:
        self.scope = scope or CancelScope()
        self._items = self._run()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        return next(self._items)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it; if it has not ended, the connection is closed. In the iterating thread only."""
        self._items.close()

    def cancel(self) -> None:
        """End it, from any thread; the iterating one gets `RequestCancelledError`."""
        self.scope.cancel()

    @abstractmethod
    def _run(self) -> Generator[T]:
        """Ask, and give what comes."""

"""Heights of many things above each other: where each begins, and what stands at a given row."""

from __future__ import annotations

from bisect import bisect_right


class Heights:
    """A list of heights with running sums, which are renewed only from the first change on."""

    __slots__ = ("_clean", "_heights", "_tops")

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._tops: list[int] = [0]
        self._clean = 0

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def __setitem__(self, index: int, height: int) -> None:
        if self._heights[index] != height:
            self._heights[index] = height
            self._clean = min(self._clean, index)

    def append(self, height: int) -> None:
        """Put one more at the end."""
        self._heights.append(height)

    def truncate(self, length: int) -> None:
        """Keep only the first `length` heights."""
        del self._heights[length:]
        self._clean = min(self._clean, length)

    def delete(self, index: int) -> None:
        """Take one out."""
        del self._heights[index]
        self._clean = min(self._clean, index)

    @property
    def total(self) -> int:
        """The sum of all heights."""
        return self.top(len(self._heights))

    def top(self, index: int) -> int:
        """Return the row at which `index` begins."""
        if self._clean < index or len(self._tops) <= index:
            self._renew()
        return self._tops[index]

    def find(self, row: int) -> tuple[int, int]:
        """Return what stands at `row`, as an index and the row within it; rows outside are taken as the nearest."""
        total = self.total
        if not total:
            return 0, 0
        row = min(max(row, 0), total - 1)
        index = bisect_right(self._tops, row) - 1
        return index, row - self._tops[index]

    def _renew(self) -> None:
        tops = self._tops
        del tops[self._clean + 1 :]
        total = tops[-1]
        for height in self._heights[self._clean :]:
            total += height
            tops.append(total)
        self._clean = len(self._heights)

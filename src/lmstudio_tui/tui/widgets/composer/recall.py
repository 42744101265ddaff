"""Walking through the prompts sent before. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST: Final = 2000


class Recall:
    """Earlier prompts, and where one is among them.

    What was typed before the walk began narrows it: where prompts begin with that, only those are met.
    """

    def __init__(self) -> None:
        self._prompts: list[str] = []
        self._walk: list[str] = []
        self._position = 0

    @property
    def walking(self) -> bool:
        """Whether an earlier prompt is shown."""
        return self._position < len(self._walk)

    def set_prompts(self, prompts: Iterable[str]) -> None:
        """Take other prompts, the oldest first. A walk that is under way goes on as it was."""
        latest = dict.fromkeys(reversed([prompt for prompt in prompts if prompt.strip()]))
        self._prompts = list(reversed(latest))[-_MOST:]

    def add(self, prompt: str) -> None:
        """A prompt was sent: it is the first to be met, and only there."""
        if prompt.strip():
            self.set_prompts([*self._prompts, prompt])
        self.end()

    def end(self) -> None:
        """Be back at what is being typed."""
        self._walk, self._position = [], 0

    def step(self, step: int, typed: str) -> str | None:
        """Go on.

        Args:
            step: -1 for the prompt before, 1 for the one after.
            typed: what is in the prompt; it counts where the walk begins.

        Returns:
            the prompt that is met; empty for what was being typed; None when there is nothing further that way.
        """
        if not self.walking:
            if step > 0:
                return None
            self._walk = self._matching(typed)
            self._position = len(self._walk)
        wanted = self._position + step
        if not 0 <= wanted <= len(self._walk):
            return None
        self._position = wanted
        return self._walk[wanted] if self.walking else ""

    def _matching(self, typed: str) -> list[str]:
        start = typed.strip().casefold()
        others = [prompt for prompt in self._prompts if prompt != typed]
        return [prompt for prompt in others if prompt.casefold().startswith(start)] or others

"""What the tests of the player share: one whose loudspeakers are stand-ins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from player_parts import Shop

from lmstudio_tui.audio import playing
from lmstudio_tui.audio.player import Player


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Where the player gets its loudspeakers from."""
    shop = Shop()
    monkeypatch.setattr(playing, "Loudspeaker", shop)
    return shop


@pytest.fixture
def player(shop: Shop) -> Iterator[Player]:
    """A player that is heard by the shop's loudspeakers."""
    player = Player()
    yield player
    player.close()

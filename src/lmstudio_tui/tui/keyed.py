"""Screens on which the keys are those that the user wants."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.binding import BindingsMap
from textual.keys import key_to_character
from textual.screen import Screen

from lmstudio_tui.tui.keymap import changed_keys
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from textual.binding import Binding
    from textual.dom import DOMNode

    _Screen = Screen
else:
    # A base of other screens beside Textual's, which looks for styles along the first base that is a widget.
    _Screen = Generic

Result = TypeVar("Result")


class Keyed(_Screen[Result]):
    """What screens have in common, as the first base of one: bindings with an id have the keys of the key map.

    Textual's own key map does not suffice. It has no way to take a key from a command; and where several commands share
    a key, each for another state of the widget, it takes that key from all of them when one of them gets another.
    """

    @property
    def _binding_chain(self) -> list[tuple[DOMNode, BindingsMap]]:
        if not changed_keys():
            return super()._binding_chain
        focused = self.focused
        nodes: list[DOMNode] = [self, app_of(self)]
        if focused is not None and not focused.loading:
            nodes = focused.ancestors_with_self
        chain: list[tuple[DOMNode, BindingsMap]] = []
        for node in nodes:
            bindings = bindings_of(node)
            # What a field of text takes as a letter is no key for what it stands in.
            for key in list(bindings):
                if any(before.check_consume_key(key, key_to_character(key)) for before, _ in chain):
                    del bindings[key]
            chain.append((node, BindingsMap.from_keys(bindings)))
        return chain


class KeyedScreen(Keyed[None], Screen[None]):
    """The screen with the panes."""


def bindings_of(node: DOMNode) -> dict[str, list[Binding]]:
    """The bindings of a widget, a screen or the app, by the keys that they have now, in the order of the footer."""
    changed = changed_keys()
    wanted: dict[str, list[Binding]] = {}
    usual: dict[str, list[Binding]] = {}
    moved: set[tuple[str, str]] = set()
    order: dict[str, None] = {}
    # Textual hands them over in no other way.
    for key, found in node._bindings.key_to_bindings.items():  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        for one in found:
            if one.id is None or one.id not in changed:
                order[key] = None
                usual.setdefault(key, []).append(one)
            elif (one.id, one.action) not in moved:
                moved.add((one.id, one.action))
                for each in changed[one.id]:
                    order[each] = None
                    wanted.setdefault(each, []).append(replace(one, key=each, key_display=None))
    # A wish comes first; what has no id, as the keys with which a text is edited, gives way to it.
    return {
        key: [*wanted.get(key, ()), *(one for one in usual.get(key, ()) if key not in wanted or one.id is not None)]
        for key in order
    }

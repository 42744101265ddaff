"""docs/settings-reference.md: every setting, from the model that checks them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from lmstudio_tui.settings.catalogue import Setting, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD: Final = """# Settings reference

Every setting with what it may hold, its default and its environment variable, from the model that checks them.
[Settings](settings.md) says where the file is, what counts more than what, and how profiles and keys work.

Flags count most, then the environment, then `config.toml`, then these defaults. A setting that may stand in a profile
may also stand at the top of the file, where it holds for every server that says nothing else.
"""


def settings_page() -> str:
    """The page, as it ought to be."""
    lines = [_HEAD, "| setting | what it is for | default |", "| --- | --- | --- |"]
    lines += [f"| [`{one.name}`](#{one.name}) | {_cell(one.meaning)} | {_default(one)} |" for one in catalogue()]
    for title, group in groupby(catalogue(), key=lambda one: one.group_title):
        lines += ["", f"## {title}"]
        for one in group:
            lines += ["", f"### {one.name}", "", *_entry(one)]
    return "\n".join(lines) + "\n"


def _entry(one: Setting) -> Iterator[str]:
    yield f"{one.meaning if one.meaning.startswith('http') else one.meaning[:1].upper() + one.meaning[1:]}."
    yield ""
    yield f"* It must be {one.must_be}."
    yield f"* Default: {_default(one)}"
    yield f"* In the environment: {', '.join(f'`{variable}`' for variable in one.variables)}"
    yield f"* In a profile: {'yes' if one.in_profile else 'no, at the top of the file only'}"
    yield f"* Changed in the app it counts {'at once' if one.at_once else 'from the next start'}."
    if one.hidden:
        yield "* Its value is never shown."


def _default(one: Setting) -> str:
    return one.default if one.default == "none" or " " in one.default else f"`{one.default}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

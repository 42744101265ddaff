"""A conversation as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from lmstudio_tui.features.history.words import file_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.store.library.records import Loaded

__all__ = ["FORMATS", "Format", "export", "file_name"]

Format = Literal["md", "json", "html"]
FORMATS: Final[tuple[Format, ...]] = ("md", "json", "html")


def export(
    loaded: Loaded,
    format: Format,  # noqa: A002 - as the option is called
    *,
    whole_tree: bool = False,
    blob: Callable[[str], bytes | None] | None = None,
) -> str:
    """A conversation in a format. It may take a while: for a worker thread.

    Args:
        loaded: the conversation.
        format: `md` for people, `html` to look at, `json` for everything.
        whole_tree: whether the branches that are not shown are in it; JSON has them in any case.
        blob: gives the bytes of an attachment by its SHA-256 (`Library.blob`); None leaves them out.
    """
    # Each when it is used: the highlighter alone takes a tenth of a second.
    if format == "json":
        from lmstudio_tui.features.history.json_format import as_json

        return as_json(loaded, blob=blob)
    if format == "html":
        from lmstudio_tui.features.history.html_format import as_html

        return as_html(loaded, whole_tree=whole_tree, blob=blob)
    from lmstudio_tui.features.history.markdown import as_markdown

    return as_markdown(loaded, whole_tree=whole_tree, blob=blob)

"""Make the generated pages anew: `make references`.

What is generated is kept in the repository, so that it can be read there; tests/docs/test_docs_pages.py says when it is
no longer true.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "tests")]

from commands_page import commands_page  # noqa: E402
from key_tables import keys_page  # noqa: E402
from key_tables import main as write_keys  # noqa: E402
from sdk_page import sdk_page  # noqa: E402
from settings_page import settings_page  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/cli-reference.md": commands_page,
    "docs/keys.md": keys_page,
    "docs/sdk-reference.md": sdk_page,
    "docs/settings-reference.md": settings_page,
}
"""The pages that are made of the source, by their path: what makes them."""


def main() -> None:
    """Write them."""
    for path, page in PAGES.items():
        (ROOT / path).write_text(page(), encoding="utf-8")
    write_keys()  # the README's table, too


if __name__ == "__main__":
    main()

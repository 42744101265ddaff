"""What mkdocs does besides: pages and pictures that lie outside `docs` are taken over, and links lead to them."""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

sys.path.insert(0, str(Path(__file__).parent))

from site_links import GENERATED, in_the_site, page_of

_ROOT = Path(__file__).parents[2]
_LOG = logging.getLogger("mkdocs.hooks.site")
_FETCHED = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=["'](?:https?:)?//[^"']*""")


def on_files(files: Any, *, config: Any) -> Any:
    """Take over the pages and pictures that lie elsewhere in the repository."""
    for path in GENERATED:
        text = (_ROOT / path).read_text(encoding="utf-8")
        files.append(File.generated(config, str(page_of(path)), content=in_the_site(text, path)))
    for picture in sorted((_ROOT / "screenshots").glob("*.png")):
        files.append(File.generated(config, f"screenshots/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Links of the code host become those of the site."""
    if page.file.generated_by is not None:
        return markdown
    return in_the_site(markdown, f"docs/{page.file.src_uri}")


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    """Nothing is loaded from elsewhere: what would be is a warning, which a strict build fails on."""
    for found in _FETCHED.findall(output):
        _LOG.warning("%s loads something from elsewhere: %s", page.file.src_uri, found)
    return output

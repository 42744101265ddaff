"""The frame of an HTML file that stands alone: no script, nothing from elsewhere, light or dark as the reader likes."""

from __future__ import annotations

from html import escape
from typing import Final

from lmstudio_tui.features.history.html_markdown import code_style

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Said to the browser, too: should anything foreign have come through, it could still load and run nothing."""

_STYLE: Final = """\
:root { color-scheme: light dark; --text: #1f2328; --muted: #59636e; --page: #ffffff; --panel: #f6f8fa;
  --line: #d1d9e0; --user: #0969da; --bad: #b35900; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 50rem; background: var(--page); color: var(--text);
  font: 16px/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
header { border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .25rem; }
header p, footer, summary, .who small, .files { color: var(--muted); font-size: .875rem; }
article, .system { margin: 0 0 1.5rem; unicode-bidi: isolate; }
article.user, .system { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; }
.who { font-size: 1rem; margin: 0 0 .25rem; }
.user .who { color: var(--user); }
.note { color: var(--bad); font-size: .875rem; }
.said > :first-child { margin-top: 0; } .said > :last-child { margin-bottom: 0; }
.typed { white-space: pre-wrap; }
p, li, td, th, h1, h2, h3, h4, h5, h6, .typed { unicode-bidi: plaintext; text-align: start; }
.branch { border-top: 1px solid var(--line); color: var(--muted); font-size: .875rem; margin: 2rem 0 1rem;
  padding-top: 1rem; }
details { margin: .5rem 0; } details > div, blockquote { border-left: 3px solid var(--line); margin: .5rem 0;
  padding-left: 1rem; color: var(--muted); }
pre { background: var(--panel); border-radius: .375rem; overflow-x: auto; padding: .75rem; font-size: .875rem;
  line-height: 1.45; overflow-wrap: normal; }
.user pre { background: var(--page); }
code { font-family: ui-monospace, monospace; font-size: .875em; } pre code { font-size: inherit; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .25rem .75rem; }
img { display: block; max-width: 100%; border-radius: .375rem; }
a { color: var(--user); }
.code .err { border: 0 !important; }
@media print { body { max-width: none; padding: 0; } pre { white-space: pre-wrap; } }
"""
_DARK: Final = """\
:root { --text: #e6edf3; --muted: #9198a1; --page: #0d1117; --panel: #161b22; --line: #3d444d; --user: #4493f8;
  --bad: #d29922; }
"""


def page(title: str, body: str) -> str:
    """A whole HTML file.

    Args:
        title: as text.
        body: as HTML.
    """
    dark = "\n".join(f"  {line}" for line in f"{_DARK}{code_style('github-dark')}".split("\n"))
    style = f"{_STYLE}{code_style('default')}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    return (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )

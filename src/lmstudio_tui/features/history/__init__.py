"""Conversations as files: exported as Markdown, JSON or HTML, and imported from what other programs export, too."""

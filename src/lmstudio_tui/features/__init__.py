"""Use cases and their pure state: no Textual here, and no terminal."""

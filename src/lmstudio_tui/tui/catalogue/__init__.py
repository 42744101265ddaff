"""The commands, by where they belong; `tui.commands` puts them together."""

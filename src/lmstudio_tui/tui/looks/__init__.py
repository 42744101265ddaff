"""What the app looks like on this terminal."""

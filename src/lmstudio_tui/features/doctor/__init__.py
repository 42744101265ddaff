"""Looking for what keeps the program from working: one check after the other, none of which may hang."""

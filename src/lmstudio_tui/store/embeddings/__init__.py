"""Sets of texts and their vectors, in one SQLite file of their own."""

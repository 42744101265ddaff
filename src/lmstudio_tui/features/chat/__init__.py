"""Asking a model, and what comes of it."""

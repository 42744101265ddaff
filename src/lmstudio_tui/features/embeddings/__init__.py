"""Trying out embeddings: texts, their vectors, and what can be learned from them."""

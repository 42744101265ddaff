"""Recordings, utterances and images: files in folders of their own, each with a description beside it."""

"""The faults that servers of embeddings were seen to have, by name."""

from __future__ import annotations

_PREFIX = "embeddings-"

_SENTENCES = {
    "shuffled": "The embeddings in another order, each with its index.",
    "no-index": "The embeddings in order, without an index.",
    "same-index": "Every embedding with the index 0.",
    "far-index": "An index for which there is no text.",
    "fewer": "One embedding less than there are texts.",
    "more": "One embedding more than there are texts.",
    "ragged": "The last embedding is one number short.",
    "other-length": "Every other answer has embeddings of half the length.",
    "null": "A null among the numbers of the first embedding.",
    "nan": "NaN among the numbers of the first embedding.",
    "empty": "An empty list in place of the first embedding.",
    "strings": "Numbers written as strings.",
    "nested": "Another list around the numbers of each embedding.",
    "per-token": "A list of numbers for each token, as llama.cpp gives them without pooling.",
    "bare": "Lists of numbers without anything around them, as text-embeddings-inference has it.",
    "ollama": "The lists of numbers in embeddings, as Ollama has it.",
    "base64": "Base64, whatever was asked for.",
    "floats": "Numbers, although base64 was asked for.",
    "broken-base64": "Base64 that is cut in the middle of a number.",
    "no-encodings": "Status 400 for a request that says how the numbers are to be written.",
    "no-dimensions": "As many dimensions as ever, whatever was asked for.",
    "no-usage": "No usage.",
    "other-model": "The answer of another model than was asked.",
    "batch-limit": "Status 413 for more than 8 texts, as text-embeddings-inference has it.",
    "batch-limit-400": "Status 400 for more than 8 texts, in OpenAI's words.",
    "batch-limit-html": "Status 413 with a proxy's page for more than 8 texts.",
    "one-at-a-time": "Status 400 for a list of texts: only one is taken at a time.",
    "too-long": "Status 500 when one of the texts has more than 100 tokens, as llama.cpp has it.",
    "no-empty": "Status 400 when one of the texts is empty, in OpenAI's words.",
    "unsaid": "Status 500 without a reason when one of the texts holds a question mark.",
    "unsupported": "Status 501: the server makes no embeddings, as llama.cpp has it.",
    "no-embedder": "Status 400: the model makes no embeddings, as LM Studio has it.",
    "json-200": "Status 200 with a JSON error in place of the embeddings.",
    "html": "Status 200 with a web page in place of the embeddings.",
    "never": "The request is accepted and never answered, not even with headers.",
    "slow": "Sound embeddings, after a twentieth of a second for each text.",
    "trickle": "Sound embeddings, in small pieces over ten seconds.",
    "cut": "The connection is reset in the middle of every third answer.",
    "crash": "Two sound answers, then status 400: the model has crashed.",
    "unavailable-once": "Status 503 the first time, then sound embeddings.",
}

EMBEDDING_FAULTS: dict[str, str] = {f"{_PREFIX}{name}": sentence for name, sentence in _SENTENCES.items()}
"""The name of each fault, such as ``embeddings-shuffled``, and one sentence about it."""

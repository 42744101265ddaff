"""Which models make embeddings, and which one is asked when nobody names one."""

from __future__ import annotations

import pytest

from lmstudio_tui.features.embeddings.model_choice import embedding_models, embeds, model_to_embed
from lmstudio_tui.sdk import ModelSummary
from sample_models import GEMMA, NOMIC, QWEN


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("nomic-embed-text", True),
        ("text-embedding-3-small", True),
        ("BAAI/bge-m3", True),
        ("intfloat/multilingual-e5-large", True),
        ("sentence-transformers/all-MiniLM-L6-v2", True),
        ("Qwen3_Embedding_0.6B", True),
        ("google/embeddinggemma-300m", True),
        ("mxbai-embed-large", True),
        ("google-bert/bert-base-uncased", True),
        ("ModernBERT-base", True),
        ("FacebookAI/xlm-roberta-large", True),
        ("BAAI/bge-reranker-v2-m3", False),
        ("qwen3-8b", False),
        ("gte-reranker", False),
        ("embedded-llama", False),
        ("genie5", False),
    ],
)
def test_a_name_tells_where_no_type_does(name: str, does: bool) -> None:
    assert embeds(ModelSummary(id=name)) is does
    assert embeds(ModelSummary(id=name, type="embedding"))
    assert not embeds(ModelSummary(id=name, type="llm")), "what is told counts for more"


def test_loaded_ones_come_first() -> None:
    unloaded, loaded = NOMIC.model_copy(update={"state": "not-loaded"}), ModelSummary(id="bge-m3", state="loaded")
    assert embedding_models([QWEN, unloaded, GEMMA, loaded]) == [loaded, unloaded]
    assert model_to_embed([QWEN, unloaded, loaded]) == "bge-m3"
    assert model_to_embed([QWEN, unloaded, loaded], None, "", "mine", "yours") == "mine"


def test_no_chat_model_is_asked_by_mistake() -> None:
    assert model_to_embed([]) is None
    assert model_to_embed([QWEN]) is None
    assert model_to_embed([QWEN, GEMMA]) is None
    alone, other = ModelSummary(id="model.gguf"), ModelSummary(id="other.gguf")
    assert model_to_embed([alone]) == "model.gguf", "a server with a single model means that one"
    assert model_to_embed([alone, other]) is None

"""The engine behind the answers: intents, tools, schemas, tokens, embeddings."""

import json
import math
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulator_asks import Json, answer, chat, chunks, completed, deltas

from lmstudio_tui.simulator.engine.ask import Ask, Message, read_chat, read_completion
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.embedding import embed
from lmstudio_tui.simulator.engine.model import generate
from lmstudio_tui.simulator.engine.schema import instance
from lmstudio_tui.simulator.engine.tokens import estimate, pieces
from lmstudio_tui.simulator.engine.topic import shortened, topic_of


def text_for(prompt: str) -> str:
    return generate(read_chat(chat(prompt))).content


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text
    assert estimate(text) * 4 >= len(text)


@given(st.text(max_size=200), st.integers(), st.sampled_from(["no", "field", "tags"]))
def test_anything_is_answered(prompt: str, seed: int, thinking: Any) -> None:
    generation = generate(read_chat(chat(prompt, seed=seed)), thinking)
    assert generation.content
    assert generation == generate(read_chat(chat(prompt, seed=seed)), thinking)
    assert generate(read_completion({"prompt": prompt, "seed": seed})).content


@given(st.text(), st.integers(4, 80))
def test_shortened_texts_are_short_and_on_one_line(text: str, length: int) -> None:
    assert len(shortened(text, length)) <= length
    assert "\n" not in shortened(text, length)


@given(st.text(), st.sampled_from([3, 256, 384]))
def test_embeddings_have_length_one(text: str, dimensions: int) -> None:
    vector = embed(text, "model", dimensions)
    assert len(vector) == dimensions
    assert math.isclose(math.fsum(value * value for value in vector), 1, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("prompt", "pattern"),
    [
        ("Write a function in Rust that squares numbers", r"```rust\nfn "),
        ("Show me some JS code", r"```javascript\n"),
        ("Write a TypeScript snippet", r"Generator<number>"),
        ("Write a program", r"```python\n"),
        ("Compare Python and Go for servers", r"\| Aspect \| Python \| Go for servers \|"),
        ("SQLite vs Postgres?", r"\| Aspect \| SQLite \| Postgres \|"),
        ("List 3 ideas for a garden", r"(?s)1\. \*\*.*3\. \*\*"),
        ("Give me some suggestions", r"5\. \*\*"),
        ("A haiku about rain", r"(?s)\*\*.*  \n\*"),
        ("Hello!", r"simulator"),
        ("Explain recursion", r"^## Recursion"),
        ("Write an essay about bees", r"### Part 2"),
    ],
)
def test_the_answer_is_of_the_kind_that_was_asked_for(prompt: str, pattern: str) -> None:
    text = text_for(prompt)
    assert re.search(pattern, text)
    assert "imulat" in text


@pytest.mark.parametrize("language", ["go", "bash", "sql", "c", "java", "html", "json"])
def test_code_comes_in_the_language_named(language: str) -> None:
    assert f"```{language}\n" in text_for(f"Some code in {language}, please")


@pytest.mark.parametrize("count", [5, 300, 2500])
def test_the_length_that_was_asked_for_is_kept(count: int) -> None:
    assert len(generate(read_chat(chat(f"Write {count} words about bees"))).text) == count


def test_follow_ups_refer_to_what_came_before(client: httpx.Client) -> None:
    messages = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Explain bees"},
        {"role": "assistant", "content": "…"},
        {"role": "user", "content": "And wasps?"},
    ]
    text = completed(client, {"messages": messages})["choices"][0]["message"]["content"]
    assert "“Explain bees”" in text
    assert "asps" in text


def test_answers_differ_from_model_to_model(client: httpx.Client) -> None:
    assert answer(client, "Explain bees") != answer(client, "Explain bees", "sim-gemma-3n-e4b")


def test_topics_lose_the_words_that_ask() -> None:
    assert topic_of("Can you explain the tides? Thanks") == "tides"
    assert topic_of("what is") == "what is"
    assert topic_of("") == "your message"
    assert len(topic_of("x" * 500)) == 60


WEATHER: Json = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a place",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
TIME: Json = {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}


def test_tools_are_called_when_they_matter(client: httpx.Client) -> None:
    body = chat("What is the weather in Buenos Aires?", tools=[TIME, WEATHER])
    choice = completed(client, body)["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    call = choice["message"]["tool_calls"][0]["function"]
    assert call["name"] == "get_weather"
    assert json.loads(call["arguments"]) == {"city": "Buenos Aires"}
    found = chunks(client, body)
    pieces_of_it = [delta for chunk in found for delta in chunk["choices"][0]["delta"].get("tool_calls", [])]
    assert "".join(piece["function"]["arguments"] for piece in pieces_of_it) == call["arguments"]
    result = {"role": "tool", "tool_call_id": "x", "content": "21 °C and sunny"}
    after = {**body, "messages": [*body["messages"], {"role": "assistant", "content": None}, result]}
    assert "21 °C" in deltas(chunks(client, after))


def test_tools_are_left_alone_when_they_do_not_matter(client: httpx.Client) -> None:
    assert answer(client, "Hello", tools=[WEATHER])
    assert answer(client, "The weather?", tools=[WEATHER], tool_choice="none")
    forced = completed(client, chat("Hello", tools=[WEATHER], tool_choice="required"))
    assert forced["choices"][0]["finish_reason"] == "tool_calls"


def test_a_structured_answer_fits_its_schema(client: httpx.Client) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 18, "maximum": 20}},
        "required": ["name", "age"],
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema, "strict": True}}
    value = json.loads(answer(client, "A person", response_format=wanted))
    assert set(value) == {"name", "age"}
    assert 18 <= value["age"] <= 20


FITTING: list[tuple[Json, Callable[[Any], object]]] = [
    ({"const": 5}, lambda value: value == 5),
    ({"enum": ["a", "b"]}, lambda value: value in {"a", "b"}),
    ({"type": ["null", "string"]}, lambda value: value is None),
    ({"type": []}, lambda value: isinstance(value, str)),
    ({"type": "boolean"}, lambda value: isinstance(value, bool)),
    ({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5}, lambda value: value == 4),
    ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, lambda value: 0 < value < 1),
    ({"type": "number", "maximum": -3}, lambda value: value <= -3),
    ({"type": "integer", "multipleOf": 7, "minimum": 15}, lambda value: value % 7 == 0 and value >= 15),
    ({"type": "string", "minLength": 60}, lambda value: len(value) >= 60),
    ({"type": "string", "maxLength": 4}, lambda value: len(value) <= 4),
    ({"type": "string", "format": "date"}, lambda value: len(value) == 10),
    ({"items": {"type": "null"}, "minItems": 5, "maxItems": 5}, lambda value: value == [None] * 5),
    ({"anyOf": [{"const": 1}, {"const": 2}]}, lambda value: value in {1, 2}),
    ({"properties": {"a": {"const": 1}}, "required": ["a", "b"]}, lambda value: value["a"] == 1 and value["b"]),
    (
        {"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}], "type": "object"},
        lambda value: value == {"a": 1, "b": 2},
    ),
    ({"$ref": "#/$defs/x", "$defs": {"x": {"const": "found"}}}, lambda value: value == "found"),
    (
        {
            "$ref": "#/$defs/node",
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {
                        "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                        "all": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                    },
                    "required": ["next", "all"],
                }
            },
        },
        lambda value: "next" in value and isinstance(value["all"], list),
    ),
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("schema", "fits"), FITTING)
def test_instances_fit_their_schemas(schema: Json, fits: Callable[[Any], object], seed: int) -> None:
    assert fits(instance(schema, Chance(seed)))


def test_a_paste_of_a_megabyte_is_no_trouble() -> None:
    assert "imulat" in text_for("a" * 1_000_000)
    assert len(generate(read_chat(chat("x " * 500_000 + "write 80 words"))).text) == 80


def test_features_that_cancel_out_give_a_vector_all_the_same() -> None:
    vectors = [embed(f"{number}", "model", 1) for number in range(100, 200)]
    assert {abs(vector[0]) for vector in vectors} == {1.0}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("thinking", ["no", "field", "tags"])
def test_an_answer_that_was_begun_is_gone_on_with(share: float, thinking: Any) -> None:
    asked = Message("user", "Compare Rust and Go.")
    whole = generate(Ask(model="m", messages=(asked,))).content
    begun = whole[: int(len(whole) * share)]
    rest = generate(Ask(model="m", messages=(asked, Message("assistant", begun))), thinking)
    assert begun + rest.content == whole
    assert not rest.reasoning


def test_an_answer_that_another_model_began_is_gone_on_with() -> None:
    messages = (Message("user", "Hello"), Message("assistant", "Quite another beginning"))
    found = generate(Ask(model="m", messages=messages)).content
    assert found
    assert not found.startswith("Quite")

"""What has changed between two lists of models."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.model_changes import ModelChanges, changes_between
from lmstudio_tui.sdk import ModelInstance, ModelSummary

models = st.builds(
    ModelSummary,
    id=st.sampled_from("abcdef"),
    quantization=st.sampled_from([None, "Q4", "Q8"]),
    size_bytes=st.none() | st.integers(0, 3),
)
lists = st.lists(models, unique_by=lambda model: model.id)


def test_added_removed_and_changed() -> None:
    before = [ModelSummary(id="stays"), ModelSummary(id="goes"), ModelSummary(id="grows", size_bytes=1)]
    loaded = ModelSummary(
        id="grows", size_bytes=2, state="loaded", instances=(ModelInstance(id="grows", context_length=8),)
    )
    found = changes_between(before, [ModelSummary(id="new"), loaded, ModelSummary(id="stays")])
    assert (found.added, found.removed, list(found.changed)) == (("new",), ("goes",), ["grows"])
    fields = found.changed["grows"]
    assert (fields["size_bytes"], fields["state"]) == ((1, 2), ("unknown", "loaded"))
    before_instances, after_instances = fields["instances"]
    assert before_instances == []
    assert after_instances[0]["id"] == "grows"
    assert set(fields) == {"size_bytes", "state", "instances"}


def test_what_no_version_of_ours_knows_is_no_change() -> None:
    later = ModelSummary.read({"id": "a", "mood": "good", "sources": ["/v1/models"]})
    assert not changes_between([ModelSummary(id="a")], [later])


@given(lists)
def test_a_list_and_itself(one: list[ModelSummary]) -> None:
    assert changes_between(one, reversed(one)) == ModelChanges()
    assert not changes_between(one, one)


@given(lists, lists)
def test_there_and_back(one: list[ModelSummary], other: list[ModelSummary]) -> None:
    there, back = changes_between(one, other), changes_between(other, one)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert {
        name: {field: (new, old) for field, (old, new) in fields.items()} for name, fields in there.changed.items()
    } == (back.changed)
    assert set(there.added) | set(there.changed) <= {model.id for model in other}

"""Fills the view in front: heat map, ranks, map of points, vector, facts. What takes a while is computed in threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from lmstudio_tui.features.embeddings.comparison import Groups, Likeness, grouped, mapped
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.panes.embeddings.computing import Computed
from lmstudio_tui.tui.panes.embeddings.facts_filling import FactsFilling
from lmstudio_tui.tui.panes.embeddings.nearest_view import NearestRow
from lmstudio_tui.tui.panes.embeddings.ranking import Query, Ranked, Ranking
from lmstudio_tui.tui.panes.embeddings.vector_view import VectorSide
from lmstudio_tui.tui.panes.embeddings.words import short, sources_of
from lmstudio_tui.vectors.plane import Plane

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from textual.widget import Widget

    from lmstudio_tui.features.embeddings.comparison import TextMap
    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.tui.panes.embeddings.desk import Desk
    from lmstudio_tui.tui.panes.embeddings.settings import PaneSettings
    from lmstudio_tui.tui.panes.embeddings.views import ViewStack
    from lmstudio_tui.tui.panes.embeddings.working import Job
    from lmstudio_tui.tui.worker_bridge import Runs
    from lmstudio_tui.vectors.values import Method, Metric

Colour = Literal["cluster", "file", "none"]
COLOURS: Final[tuple[Colour, ...]] = ("cluster", "file", "none")
_METHODS: Final[dict[Method, str]] = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
_NO_GROUPS: Final[tuple[Sequence[int], Sequence[str]]] = ((), ())


class _Map(NamedTuple):
    """A map, ready to be drawn."""

    made: TextMap
    plane: Plane

    @classmethod
    def of(cls, made: TextMap) -> _Map:
        """Prepare one; in a thread."""
        return cls(made, Plane(made.points).prepare())


class Picturing:
    """Knows how the views are set, and shows them.

    Args:
        runs: what runs on behalf of the pane.
        desk: the texts and their vectors.
        views: what is filled.
        changed: is told that something that was computed can be shown.

    Attributes:
        metric: how texts are compared.
        sorted: whether the heat map is sorted by cluster.
        method: how the map is made.
        colour: what the colours of the map say.
        cursor: the text that one looks at.
        sweeping: measures how quickly the models embed.
    """

    def __init__(self, runs: Runs, desk: Desk, views: ViewStack, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._views = views
        self._groups: Computed[Groups] = Computed(runs, changed)
        self._maps: Computed[_Map] = Computed(runs, changed)
        self._facts = FactsFilling(runs, desk, changed)
        self._ranking = Ranking(runs, self._show_ranks)
        self.sweeping = self._facts.sweeping
        self._shown: dict[str, Hashable] = {}
        self._coloured: tuple[Sequence[int], Sequence[str]] = _NO_GROUPS
        self._coloured_key: Hashable = None
        self._query = ""
        self._asked: Hashable = None
        self.metric: Metric = "cosine"
        self.sorted = False
        self.method: Method = "pca"
        self.colour: Colour = "cluster"
        self.cursor = 0

    def use(self, settings: PaneSettings) -> None:
        """Look as it was left."""
        self.metric, self.sorted = settings.metric, settings.sorted

    # What is to be shown

    @property
    def _sides(self) -> tuple[Embedded, ...]:
        return self._desk.sides

    @property
    def _job(self) -> Job | None:
        return self._desk.shown

    def _key(self, side: int = 0) -> Hashable:
        """What the vectors of a side are of: the same as long as nothing has changed."""
        job, sides = self._job, self._sides
        return (job.revision if job is not None else 0, sides[side].key, sides[side].embedded)

    @property
    def work(self) -> str:
        """What is being computed, in words; empty while nothing is."""
        if self._maps.running:
            return f"Computing the map by {_METHODS[self.method]} …"
        return "Looking for clusters …" if self._groups.running else ""

    @property
    def problem(self) -> str:
        """Why what was wanted is not there, in a sentence."""
        return self.sweeping.problem if self._views.front_name == "facts" else ""

    @property
    def busy(self) -> bool:
        """Whether something is being computed or measured."""
        return self.sweeping.running or self._maps.running or self._groups.running

    def stop(self) -> bool:
        """Give up what is being computed. Returns whether there was something."""
        return self.sweeping.stop() or self._maps.stop() or self._groups.stop()

    def show(self) -> None:
        """Fill the view in front."""
        if not self._sides or self._job is None:
            return
        self._facts.note()
        match self._views.front_name:
            case "similarity":
                self._show_heat()
            case "nearest":
                self._ask()
            case "map":
                self._show_map()
            case "vector":
                self._show_vector()
            case "facts":
                self._show_facts()

    def show_cursor(self, index: int, but: Widget | None = None) -> None:
        """Put the cursor of the view in front on a text.

        Args:
            index: which.
            but: has its cursor there already.
        """
        views = self._views
        match views.front_name:
            case "similarity" if but is not views.heat:
                cursor = views.heat.cursor
                views.heat.choose(index, cursor[1] if cursor is not None else index)
            case "map" if but is not views.map:
                views.map.choose(index)
            case "vector":
                self.show()
            case _:
                pass

    def again(self) -> None:
        """Try again what was stopped."""
        self._groups.forget_stop()
        self._maps.forget_stop()

    # Clusters

    def _clusters(self) -> Groups | None:
        side = self._sides[0]
        return self._groups.value(("groups", self._key()), lambda stop: grouped(side, None, stop))

    @property
    def groups_of_texts(self) -> Sequence[int]:
        """The groups by which the map is coloured, for the list; none while it is not in front."""
        if self._views.front_name != "map" or not self._sides or self._job is None or self._desk.behind:
            return _NO_GROUPS[0]
        return self._colours()[0]

    def _colours(self) -> tuple[Sequence[int], Sequence[str]]:
        """The group of each text, and what the groups are called; the same objects as long as they are the same."""
        job = self._job
        assert job is not None
        found = self._clusters() if self.colour == "cluster" else None
        key = (job.revision, self.colour, id(found))
        if key != self._coloured_key:
            self._coloured_key = key
            if self.colour == "file":
                names = sources_of(job.texts.records)
                places = {name: place for place, name in enumerate(names)}
                self._coloured = [places.get(record.source, -1) for record in job.texts.records], names
            elif found is not None:
                self._coloured = found.of, [f"cluster {number + 1}" for number in range(found.count)]
            else:
                self._coloured = _NO_GROUPS
        return self._coloured

    # The views

    def _show_heat(self) -> None:
        job = self._job
        assert job is not None
        heat = self._views.heat
        found = self._clusters() if self.sorted else None
        key = (*(self._key(side) for side in range(len(self._sides))), self.metric, found is not None)
        if self._shown.get("heat") != key:
            self._shown["heat"] = key
            texts = job.texts.texts
            sources = [Likeness(texts, side, self.metric) for side in self._sides]
            order, groups = (found.order, found.of) if found is not None else ((), ())
            heat.show(*sources, order=order, groups=groups, metric=self.metric)
            heat.choose(self.cursor, self.cursor)

    def _show_map(self) -> None:
        job, side = self._job, self._sides[0]
        assert job is not None
        points, method = self._views.map, self.method
        found = self._maps.value(("map", self._key(), method), lambda stop: _Map.of(mapped(side, method, stop)))
        if found is None:
            self._shown.pop("map", None)
            points.show(None)
            problem = self._maps.problem
            points.say(*((problem, "", told("{embeddings.method} takes another method.")) if problem else ("…",)))
            return
        groups, names = self._colours()
        key = (self._key(), method, self.colour, bool(groups))
        if self._shown.get("map") == key:
            return
        self._shown["map"] = key
        made = found.made
        explained = f" · {sum(made.explained):.0%} of the variance" if made.explained else ""
        title = f"{_METHODS[made.method]}{explained} · {short(side.key.model)}"
        points.show(found.plane, job.texts.texts, groups, names, title)
        points.choose(self.cursor)

    # The nearest

    def query(self, text: str) -> None:
        """Rank by this from now on."""
        self._query = text
        self._ask()

    def _ask(self) -> None:
        job, nearest = self._job, self._views.nearest
        if job is None or not self._sides:
            return
        nearest.set_prefix(job.texts.query_prefix)
        keys = tuple(self._key(side) for side in range(len(self._sides)))
        asked = (self._query, job.texts.query_prefix, keys, self.metric, nearest.side, self._desk.client is None)
        if asked == self._asked:
            return
        self._asked = asked
        if not self._query:
            self._ranking.drop()
            nearest.show((), self._models, self.metric)
            return
        nearest.tell("Embedding the query …")
        client = self._desk.client
        self._ranking.ask(Query(self._query, job.texts, self._sides, self.metric, nearest.side, client))

    @property
    def _models(self) -> tuple[str, ...]:
        return tuple(side.key.model for side in self._sides)

    def _show_ranks(self, ranked: Ranked) -> None:
        texts = ranked.query.texts.records
        rows = [NearestRow(row.index, texts[row.index].text, row.places) for row in ranked.rows]
        models = tuple(side.key.model for side in ranked.query.sides)
        if ranked.problem:
            # The same query may well be answered the next time.
            self._asked = None
        total = max((side.embedded for side in ranked.query.sides), default=0) if rows else 0
        self._views.nearest.show(rows, models, ranked.query.metric, ranked.took_s, ranked.problem, total)

    # The vector, and the facts

    def _show_vector(self) -> None:
        from lmstudio_tui.vectors.statistics import describe

        job = self._job
        assert job is not None
        at = min(self.cursor, job.texts.count - 1)
        key = (tuple(self._key(side) for side in range(len(self._sides))), at)
        if self._shown.get("vector") == key:
            return
        self._shown["vector"] = key
        sides: list[VectorSide] = []
        for side in self._sides:
            vector = side.vector(at)
            absent = clean_line(side.refused.get(at, "not embedded"))
            facts = None if vector is None else describe(vector)
            sides.append(VectorSide(side.key.model, facts, () if vector is None else vector, absent))
        self._views.vector.show(sides, job.texts.records[at].text)

    def _show_facts(self) -> None:
        job = self._job
        assert job is not None
        keys = tuple(self._key(at) for at in range(len(self._sides)))
        self._facts.show(self._views.facts, job, self._sides, keys)

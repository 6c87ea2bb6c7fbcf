"""The graph of revisions: its ends, the ways up and down, and what a user means by a name."""

from collections.abc import Callable

import pytest

from dbtasks.errors import (
    AmbiguousRevision,
    ManyHeads,
    NoSuchDistance,
    NotReachable,
    UnknownRevision,
)
from dbtasks.history import History

Graph = dict[str, str]
HistoryOf = Callable[[Graph], History]

EMPTY: Graph = {}
LINE: Graph = {"a1": "", "b2": "a1", "c3": "b2"}
FORK: Graph = {"a1": "", "b2": "a1", "c3": "a1"}
MERGED: Graph = {**FORK, "d4": "b2 c3", "e5": "d4"}
APART: Graph = {"a1": "", "b2": "a1", "x1": "", "y2": "x1"}
NAMES: Graph = {"1ab9": "", "1ac8": "1ab9", "1ab": "1ac8", "7be3fd": "1ab"}


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


@pytest.mark.parametrize(
    ("graph", "heads"),
    [(EMPTY, ""), ({"a1": ""}, "a1"), (LINE, "c3"), (FORK, "b2 c3"), (MERGED, "e5"), (APART, "b2 y2")],
)
def test_heads(history_of: HistoryOf, graph: Graph, heads: str) -> None:
    """The heads are the revisions on which no other builds, and the revisions come parents first."""
    history = history_of(graph)
    assert history.heads == words(heads)
    order = [one.id for one in history.revisions]
    assert sorted(order) == sorted(graph)
    for revision, parents in graph.items():
        assert history.get(revision).parents == words(parents)
        assert all(order.index(parent) < order.index(revision) for parent in words(parents))


@pytest.mark.parametrize(("graph", "head"), [(EMPTY, None), (LINE, "c3"), (MERGED, "e5")])
def test_one_head(history_of: HistoryOf, graph: Graph, head: str | None) -> None:
    """A history that ends once has a head, and an empty one has none."""
    assert history_of(graph).head() == head


@pytest.mark.parametrize(
    ("graph", "base", "heads"),
    [
        (FORK, "a1", "b2 c3"),
        ({**LINE, "d4": "a1", "e5": "d4"}, "a1", "c3 e5"),
        ({**MERGED, "f6": "d4", "g7": "d4"}, "d4", "e5 f6 g7"),
        (APART, None, "b2 y2"),
    ],
)
def test_many_heads(history_of: HistoryOf, graph: Graph, base: str | None, heads: str) -> None:
    """Several heads are an error that names them all, and the last revision that they have in common."""
    with pytest.raises(ManyHeads) as caught:
        history_of(graph).head()
    assert (caught.value.heads, caught.value.base) == (words(heads), base)


@pytest.mark.parametrize(
    ("graph", "name", "current", "expected"),
    [
        (LINE, "b2", "", "b2"),
        (LINE, "b", "", "b2"),
        (LINE, "head", "", "c3"),
        (LINE, "heads", "", "c3"),
        (LINE, "base", "c3", ""),
        (LINE, "+1", "", "a1"),
        (LINE, "+2", "a1", "c3"),
        (LINE, "-1", "c3", "b2"),
        (LINE, "-3", "c3", ""),
        (LINE, "+0", "b2", "b2"),
        (LINE, "head-1", "a1", "b2"),
        (LINE, "head-3", "", ""),
        (LINE, "heads-2", "", "a1"),
        (LINE, "base+1", "c3", "a1"),
        (LINE, "a1+2", "", "c3"),
        (LINE, "b-1", "", "a1"),
        (NAMES, "1ab", "", "1ab"),
        (NAMES, "1ac", "", "1ac8"),
        (NAMES, "7", "", "7be3fd"),
        (EMPTY, "head", "", ""),
        (EMPTY, "heads", "", ""),
        (FORK, "heads", "", "b2 c3"),
        (FORK, "c", "", "c3"),
        (FORK, "b2-1", "", "a1"),
        (FORK, "-3", "b2 c3", ""),
        (MERGED, "-1", "d4", "b2 c3"),
        (MERGED, "-1", "e5", "d4"),
        (MERGED, "+1", "b2 c3", "d4"),
        (MERGED, "head-2", "", "b2 c3"),
    ],
)
def test_what_a_name_means(history_of: HistoryOf, graph: Graph, name: str, current: str, expected: str) -> None:
    """A revision is called by its id, the beginning of it, a word, or a distance from one of these or from here."""
    assert history_of(graph).resolve(name, words(current)) == words(expected)


@pytest.mark.parametrize("current", ["b2 c3", "d4"])
def test_a_distance_ends_at_one_revision_of_a_branch(history_of: HistoryOf, current: str) -> None:
    """Where branches lie side by side a distance reverts one revision after the other, never two at once."""
    history = history_of(MERGED)
    distance = 1 if current == "b2 c3" else 2
    assert history.resolve(f"-{distance}", words(current)) in (("b2",), ("c3",))


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("7be3df", "7be3fd"), ("1ac88", "1ac8"), ("haed", "head"), ("bsae", "base"), ("zzzz", ""), ("", "")],
)
def test_a_name_that_means_nothing(history_of: HistoryOf, name: str, suggestion: str) -> None:
    """A name that no revision has, or begins with, is an error with the nearest one."""
    with pytest.raises(UnknownRevision) as caught:
        history_of(NAMES).resolve(name, ())
    advice = f" Did you mean '{suggestion}'?" if suggestion else ""
    assert caught.value.revision == name
    assert caught.value.why() == f"no file in the history has this id, or begins with it.{advice}"


@pytest.mark.parametrize(("name", "prefix", "matches"), [("1a", "1a", "1ab 1ab9 1ac8"), ("1-1", "1", "1ab 1ab9 1ac8")])
def test_a_name_that_means_several(history_of: HistoryOf, name: str, prefix: str, matches: str) -> None:
    """The beginning of several ids is an error that names them."""
    with pytest.raises(AmbiguousRevision) as caught:
        history_of(NAMES).resolve(name, ())
    assert (caught.value.prefix, caught.value.matches) == (prefix, words(matches))


@pytest.mark.parametrize("name", ["head", "head-1", "+1", "a1+1"])
def test_a_name_that_two_heads_make_unclear(history_of: HistoryOf, name: str) -> None:
    """With two heads there is no head, and no way up that could be counted."""
    with pytest.raises(ManyHeads):
        history_of(FORK).resolve(name, ("a1",))


@pytest.mark.parametrize(
    ("name", "current", "available", "words_"),
    [
        ("+4", "", 3, "3 revisions can be counted from there upwards."),
        ("+3", "a1", 2, "2 revisions can be counted from there upwards."),
        ("+1", "c3", 0, "0 revisions can be counted from there upwards."),
        ("head+1", "", 0, "0 revisions can be counted from there upwards."),
        ("-1", "", 0, "0 revisions can be counted from there downwards."),
        ("-2", "a1", 1, "1 revision can be counted from there downwards."),
        ("head-4", "", 3, "3 revisions can be counted from there downwards."),
        ("base-1", "c3", 0, "0 revisions can be counted from there downwards."),
    ],
)
def test_a_distance_that_leads_too_far(
    history_of: HistoryOf, name: str, current: str, available: int, words_: str
) -> None:
    """A distance beyond the end of the history is an error that says how far it goes."""
    with pytest.raises(NoSuchDistance) as caught:
        history_of(LINE).resolve(name, words(current))
    assert (caught.value.revision, caught.value.available) == (name, available)
    assert caught.value.why() == words_


@pytest.mark.parametrize(
    ("graph", "current", "name", "steps"),
    [
        (LINE, "", "head", "a1 b2 c3"),
        (LINE, "a1", "head", "b2 c3"),
        (LINE, "c3", "head", ""),
        (LINE, "", "b2", "a1 b2"),
        (LINE, "b2", "b2", ""),
        (LINE, "a1", "+1", "b2"),
        (EMPTY, "", "head", ""),
        (FORK, "b2", "c3", "c3"),
        (FORK, "b2", "heads", "c3"),
        (FORK, "b2 c3", "heads", ""),
        (FORK, "b2 c3", "b2", ""),
        (MERGED, "b2", "head", "c3 d4 e5"),
        (MERGED, "b2 c3", "d4", "d4"),
        (MERGED, "", "c3", "a1 c3"),
        (APART, "a1", "y2", "x1 y2"),
    ],
)
def test_the_way_up(history_of: HistoryOf, graph: Graph, current: str, name: str, steps: str) -> None:
    """What is to be applied comes in order and holds nothing that is applied, or that the target does not need."""
    assert [one.id for one in history_of(graph).up(words(current), name)] == list(words(steps))


@pytest.mark.parametrize(
    ("graph", "current", "name", "steps"),
    [
        (LINE, "c3", "-1", "c3"),
        (LINE, "c3", "-3", "c3 b2 a1"),
        (LINE, "c3", "a1", "c3 b2"),
        (LINE, "c3", "a", "c3 b2"),
        (LINE, "c3", "base", "c3 b2 a1"),
        (LINE, "c3", "c3", ""),
        (LINE, "c3", "head", ""),
        (LINE, "b2", "a1", "b2"),
        (LINE, "", "base", ""),
        (FORK, "b2 c3", "b2", ""),
        (FORK, "b2", "a1", "b2"),
        (MERGED, "e5", "b2", "e5 d4"),
        (MERGED, "e5", "-1", "e5"),
        (MERGED, "d4", "-1", "d4"),
        (APART, "b2 y2", "x1", "y2"),
    ],
)
def test_the_way_down(history_of: HistoryOf, graph: Graph, current: str, name: str, steps: str) -> None:
    """What is to be reverted comes in order; an id leaves branches alone that do not build on it."""
    assert [one.id for one in history_of(graph).down(words(current), name)] == list(words(steps))


@pytest.mark.parametrize(("graph", "current"), [(LINE, "c3"), (FORK, "b2 c3"), (MERGED, "e5"), (APART, "b2 y2")])
def test_the_way_down_is_the_way_up_reversed(history_of: HistoryOf, graph: Graph, current: str) -> None:
    """Nothing is applied before what it builds on, or reverted before what builds on it."""
    history = history_of(graph)
    up, down = history.up((), "heads"), history.down(words(current), "base")
    assert up == tuple(reversed(down)) == history.revisions


@pytest.mark.parametrize(
    ("direction", "graph", "current", "name"),
    [
        ("upgrade", LINE, "c3", "a1"),
        ("upgrade", MERGED, "e5", "b2"),
        ("downgrade", LINE, "a1", "c3"),
        ("downgrade", LINE, "", "a1"),
        ("downgrade", FORK, "b2", "c3"),
    ],
)
def test_a_revision_in_the_other_direction(
    history_of: HistoryOf, direction: str, graph: Graph, current: str, name: str
) -> None:
    """A revision that cannot be reached in this direction is an error that names the other command."""
    history = history_of(graph)
    with pytest.raises(NotReachable) as caught:
        (history.up if direction == "upgrade" else history.down)(words(current), name)
    assert caught.value.what() == f"The database, at {current or 'base'}, cannot be {direction}d to '{name}'."
    other = {"upgrade": "downgrade", "downgrade": "upgrade"}[direction]
    assert caught.value.fix() == f"inv db.{other} --rev {name}"


def test_a_database_that_knows_more(history_of: HistoryOf) -> None:
    """The revisions that a database records and no file has are told apart from the others."""
    history = history_of(LINE)
    assert history.unknown(("a1",)) == ()
    assert history.unknown(("c3", "zz", "yy")) == ("zz", "yy")


@pytest.mark.parametrize("graph", [LINE, FORK, MERGED, APART])
def test_what_is_recorded_after_an_upgrade(history_of: HistoryOf, graph: Graph) -> None:
    """A step takes the place of the heads that it builds on, and of no other; one that is applied changes nothing."""
    history = history_of(graph)
    for current in [(), *((one.id,) for one in history.revisions), history.heads]:
        for revision in history.revisions:
            applied = history.effective(current) | {revision.id}
            if history.effective((revision.id,)) <= applied:
                assert history.after(current, revision, "upgrade") == history.heads_of(applied)

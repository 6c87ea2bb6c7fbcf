"""Which revisions are to be rehearsed, and on which dialects."""

from dataclasses import dataclass

from dbtasks.checks import scope
from dbtasks.errors import NothingToRehearse
from dbtasks.history import History, Revision


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user wants.

    Attributes:
        dialects: their names; the project's own when there is none.
        revisions: a range ``FROM:TO``, of which FROM is left out; a bare distance counts from the head. "" for all.
        since: a branch, tag or commit of git; only revisions that were added since. "" for all.
        only: the ids of those that are meant; None for all.
        everything: whether to rehearse what has passed already, too.
    """

    dialects: tuple[str, ...] = ()
    revisions: str = ""
    since: str = ""
    everything: bool = False
    only: frozenset[str] | None = None


def chosen(history: History, asked: Asked) -> tuple[Revision, ...]:
    """Return the revisions that are meant, oldest first.

    Raises:
        NothingToRehearse: the range leads nowhere, or down.
        SinceUnclear: git cannot tell what was added since ``asked.since``.
        UnknownRevision, AmbiguousRevision, ManyHeads: an end of the range means nothing, or several things.
    """
    meant = _within(history, asked.revisions)
    if asked.only is not None:
        meant &= asked.only
    among = tuple(one for one in history.revisions if one.id in meant)
    return scope.of(history, asked.since).added(among) if asked.since else among


def _within(history: History, revisions: str) -> frozenset[str]:
    if not revisions:
        return frozenset(one.id for one in history.revisions)
    start, colon, end = revisions.partition(":")
    if not colon:
        start, end = "base", start
    below = history.effective(history.resolve(start or "base", history.heads))
    above = history.effective(history.resolve(end or "heads", history.heads))
    if not below < above:
        raise NothingToRehearse(revisions, "a range is written FROM:TO, and TO comes after FROM")
    return above - below

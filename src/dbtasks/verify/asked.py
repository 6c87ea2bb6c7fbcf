"""Which revisions are to be rehearsed, and on which dialects."""

from dataclasses import dataclass

from dbtasks import git
from dbtasks.errors import BadRevisionRange
from dbtasks.history import History, Revision


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user wants.

    Attributes:
        dialects: their names; the project's own when there is none.
        revisions: a range ``FROM:TO``, of which FROM is left out; "" for all.
        since: a branch or commit of git; only revisions that it does not have. "" for all.
        everything: whether to rehearse what has passed already, too.
    """

    dialects: tuple[str, ...] = ()
    revisions: str = ""
    since: str = ""
    everything: bool = False


def chosen(history: History, asked: Asked) -> tuple[Revision, ...]:
    """Return the revisions that are meant, oldest first.

    Raises:
        BadRevisionRange: the range leads nowhere, or down.
        UnknownRevision, AmbiguousRevision, ManyHeads: an end of it means nothing, or several things.
        UnknownBranch, GitCannotTell: git has no such branch or commit.
    """
    meant = _within(history, asked.revisions)
    if asked.since:
        folders = {one.path.parent for one in history.revisions}
        theirs = git.main(sorted(folders), asked.since).revisions if folders else frozenset()
        meant -= theirs
    return tuple(one for one in history.revisions if one.id in meant)


def _within(history: History, revisions: str) -> frozenset[str]:
    if not revisions:
        return frozenset(one.id for one in history.revisions)
    start, colon, end = revisions.partition(":")
    if not colon:
        start, end = "base", start
    below = history.effective(history.resolve(start or "base", ()))
    above = history.effective(history.resolve(end or "heads", ()))
    if not below < above:
        raise BadRevisionRange(revisions)
    return above - below

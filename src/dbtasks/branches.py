"""Two heads made one: which revisions are to stand behind which other, and a revision that joins them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dbtasks import git, revise
from dbtasks.errors import (
    GitCannotTell,
    LocalForks,
    NothingBehind,
    NothingLocal,
    OntoNoHead,
    OntoUnclear,
    OthersStandOn,
    StandsOnOthers,
    UnknownRevision,
)
from dbtasks.history import History, Revision, headfile, parents
from dbtasks.revise import Draft
from dbtasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Edit:
    """A revision file as it is to be.

    Attributes:
        revision: whose file it is.
        parents: what it is to build on.
        content: the whole file.
    """

    revision: Revision
    parents: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class Move:
    """Revisions to put behind another.

    Attributes:
        revisions: all of them, oldest first.
        onto: the id of the one that they are to follow.
        head: the id of the last of them.
        left: the heads that there will be besides.
        edits: the files to change for that.
    """

    revisions: tuple[Revision, ...]
    onto: str
    head: str
    left: tuple[str, ...]
    edits: tuple[Edit, ...]

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of the revisions."""
        return frozenset(one.id for one in self.revisions)


@dataclass(frozen=True, slots=True)
class Merged:
    """A revision that joins several heads.

    Attributes:
        draft: the revision.
        settled: the files with which a conflict of git is over; empty when there was none.
    """

    draft: Draft
    settled: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user says of it; everything may be left out.

    Attributes:
        onto: the revision that the local ones are to follow; by default the head that is not local.
        local: the revisions that are local, with those that build on them; by default those that git does not have on
            the main branch.
        main: the main branch.
    """

    onto: str = ""
    local: tuple[str, ...] = ()
    main: str = ""


def merge(history: History, settings: Settings, message: str = "") -> Merged:
    """Return a revision that joins all heads into one; the file HEAD names it.

    Raises:
        NothingToMerge: there are not two heads.
        FileNotWritten: the file HEAD cannot be written.
    """
    named = headfile.read(history.project)
    draft = revise.merge(history, settings, message)
    if draft.revision is None or draft.path is None:
        return Merged(draft)
    headfile.write(history.project, draft.revision)
    conflict = named is not None and named.is_conflict
    return Merged(draft, (headfile.path(history.project), draft.path) if conflict else ())


def find(history: History, wish: Wish) -> Move | None:
    """Return what is to be moved, and behind what; None when the history does not branch.

    Raises:
        UnknownRevision, AmbiguousRevision: a name means nothing, or several things.
        GitCannotTell, UnknownBranch, NothingLocal: it is not known which revisions are local, or there is none.
        OntoUnclear, OntoNoHead: there is not one head that they can follow.
        LocalForks, StandsOnOthers, OthersStandOn: they are not one branch.
        ParentNotPlain: a file cannot be edited.
    """
    named = [_one(history, name) for name in wish.local]
    target = _one(history, wish.onto) if wish.onto else ""
    if len(history.heads) < 2:  # noqa: PLR2004 - one head, or none
        return None
    local = _built_on(history, named) if named else _not_on_main(history, wish.main)
    onto = _onto(history, local, target)
    below = history.effective([onto])
    ids = local - below
    revisions = tuple(one for one in history.revisions if one.id in ids)
    head = _check(history, revisions, onto)
    edits = []
    for one in revisions:
        after = tuple(parent for parent in one.parents if parent in ids) or (onto,)
        if after != one.parents:
            edits.append(Edit(one, after, parents.edited(history.project, one, after)))
    left = tuple(one for one in history.heads if one not in (onto, head))
    return Move(revisions, onto, head, left, tuple(edits))


def _one(history: History, name: str) -> str:
    found = history.resolve(name, ())
    if len(found) != 1:
        raise UnknownRevision(name, tuple(one.id for one in history.revisions))
    return found[0]


def _built_on(history: History, named: Sequence[str]) -> frozenset[str]:
    """Return the revisions and those that build on them."""
    return frozenset(one.id for one in history.revisions if history.effective([one.id]) & set(named))


def _not_on_main(history: History, main: str) -> frozenset[str]:
    folders = sorted({one.path.parent for one in history.revisions})
    firsts = tuple(_chain(history, head)[0].id for head in history.heads)
    try:
        known = git.main(folders, main)
    except GitCannotTell as error:
        raise GitCannotTell(error.cause, firsts) from error
    local = frozenset(one.id for one in history.revisions) - known.revisions
    if not local & set(history.heads):
        raise NothingLocal(known.name, firsts)
    return local


def _chain(history: History, head: str) -> list[Revision]:
    """Return the revisions that only this head stands on, oldest first."""
    others = history.effective(one for one in history.heads if one != head)
    return [one for one in history.revisions if one.id in history.effective([head]) - others]


def _onto(history: History, local: frozenset[str], target: str) -> str:
    """Return the head that the local revisions are to follow."""
    others = tuple(one for one in history.heads if one not in local)
    if not target:
        if len(others) != 1:
            raise OntoUnclear(history.heads, others)
        return others[0]
    if target not in history.heads:
        raise OntoNoHead(target, tuple(sorted(history.heads, key=lambda head: head in local)))
    return target


def _check(history: History, revisions: Sequence[Revision], onto: str) -> str:
    """Return the last of the revisions, which are one branch that can be moved as it is."""
    ids, below = {one.id for one in revisions}, history.effective([onto])
    ends = tuple(head for head in history.heads if head in ids)
    for one in history.revisions:
        if one.id not in ids and (on := sorted(ids & {*one.parents, *one.depends_on})):
            raise OthersStandOn(on[0], one.id, onto)
    if not ends:
        raise NothingBehind(onto, tuple(head for head in history.heads if head != onto))
    if len(ends) > 1:
        alone = (_chain(history, end)[0] for end in ends)
        raise LocalForks(ends, onto, next((one.id for one in alone if below.issuperset(one.parents)), None))
    for one in revisions:
        for parent in (*one.parents, *one.depends_on):
            if parent not in ids and parent not in below:
                raise StandsOnOthers(one.id, parent, onto)
    return ends[0]

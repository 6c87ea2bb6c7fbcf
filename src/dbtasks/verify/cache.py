"""What has passed, and need not be rehearsed again until it changes: ``.dbtasks_cache/verified.json``."""

import contextlib
import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from dbtasks import memory
from dbtasks.history import History
from dbtasks.project import Project
from dbtasks.statements import Place


class Passed(NamedTuple):
    """What is remembered of a revision.

    Attributes:
        key: changes when the revision does.
        filled: the columns whose NULLs it, or one before it, has written over.
        is_rehearsed: whether it has passed; otherwise it is only known what it fills.
    """

    key: str
    filled: frozenset[Place]
    is_rehearsed: bool = True


def keys(history: History, dialect: str) -> dict[str, str]:
    """Return a short text for each revision that changes when it, what it uses, one before it, or a tool does."""
    shape, prints = history.shape, _fingerprints(history)
    found: dict[str, str] = {}
    for one in history.revisions:
        before = [found[parent] for parent in sorted({*one.parents, *one.depends_on})]
        said = "\n".join((dialect, shape.common, one.id, prints[one.id], shape.used(one), *before))
        found[one.id] = hashlib.sha256(said.encode()).hexdigest()[:32]
    return found


def _fingerprints(history: History) -> dict[str, str]:
    """Return the fingerprint of each revision; to work one out takes longer than to read its file."""
    texts = history.texts
    return memory.of_texts(history.project, memory.PRINTS, texts, texts, lambda one: history.get(one).fingerprint)


def passed(project: Project, dialect: str, now: Mapping[str, str]) -> dict[str, Passed]:
    """Return what has passed on a dialect with the keys of now, by revision; empty when nothing is known."""
    known = memory.read(project, memory.PASSED).get(dialect)
    found: dict[str, Passed] = {}
    with contextlib.suppress(TypeError, ValueError, AttributeError, KeyError):  # somebody has written into the file
        for revision, said in known.items() if known else ():
            if said["key"] == now.get(revision):
                places = (one.rpartition(".") for one in said["filled"])
                filled = frozenset((table, column) for table, _, column in places)
                found[revision] = Passed(said["key"], filled, bool(said.get("rehearsed", True)))
    return found


def add(project: Project, dialect: str, those: Mapping[str, Passed]) -> None:
    """Remember what has passed; where nothing can be written nothing is remembered."""
    if not those:
        return
    known = memory.read(project, memory.PASSED)
    before = known.get(dialect)
    new = {
        revision: {"key": one.key, "filled": sorted(map(".".join, one.filled)), "rehearsed": one.is_rehearsed}
        for revision, one in those.items()
    }
    known[dialect] = {**(before if isinstance(before, dict) else {}), **new}
    memory.write(project, memory.PASSED, known)

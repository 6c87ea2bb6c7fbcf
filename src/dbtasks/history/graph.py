"""The graph of revisions: heads, ways up and down, and the names by which users call a revision."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from alembic.config import Config
from alembic.script import ScriptDirectory

from dbtasks.errors import (
    AmbiguousRevision,
    ManyHeads,
    NoSuchDistance,
    NotReachable,
    UnknownRevision,
)
from dbtasks.history.fingerprints import fingerprint
from dbtasks.project import Project

if TYPE_CHECKING:
    from dbtasks.history.shape import Shape

Direction = Literal["upgrade", "downgrade"]
Heads = tuple[str, ...]  # what a database records: usually one revision; empty when nothing is applied

RELATIVE = re.compile(r"(?P<anchor>[^+-]*)(?P<distance>[+-]\d+)")


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision file.

    Attributes:
        services: those that its docstring states in a line ``Services: billing, governance``; empty when it has none.
    """

    id: str
    message: str
    parents: tuple[str, ...]
    depends_on: tuple[str, ...]
    path: Path
    services: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Return the file as it is now."""
        return self.path.read_text(encoding="utf-8")

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the file as it is now."""
        return fingerprint(self.source)


@dataclass(frozen=True)
class History:
    """All revisions, oldest first, with the Alembic objects that they were read by."""

    project: Project
    revisions: tuple[Revision, ...]
    config: Config
    scripts: ScriptDirectory

    @cached_property
    def shape(self) -> "Shape":
        """What shapes the schema that the revisions make; their files are read when it is first asked for."""
        from dbtasks.history.shape import Shape  # what only migrates needs none

        return Shape(self.project)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The files of the revisions, by id, as they were when they were first read."""
        return {revision.id: self.shape.text(revision) for revision in self.revisions}

    @cached_property
    def _by_id(self) -> dict[str, Revision]:
        return {revision.id: revision for revision in self.revisions}

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        """The ancestors that were asked for."""
        return {}

    def _ancestors(self, revision: str) -> frozenset[str]:
        """Return the ids of all that come before a revision, and its own; few are asked for, so each is worked out."""
        if revision not in self._known:
            found, waiting = set[str](), [revision]
            while waiting:
                one = self._by_id[waiting.pop()]
                if one.id not in found:
                    found.add(one.id)
                    waiting += (*one.parents, *one.depends_on)
            self._known[revision] = frozenset(found)
        return self._known[revision]

    def get(self, revision: str) -> Revision:
        """Return the revision with exactly this id; KeyError when there is none."""
        return self._by_id[revision]

    def accepted(self, revision: str) -> frozenset[str]:
        """Return what a revision says in ``accepts_loss`` that it takes away; empty when it says nothing."""
        stated = getattr(self.scripts.get_revision(revision).module, "accepts_loss", ())
        return frozenset([stated] if isinstance(stated, str) else stated)

    @cached_property
    def heads(self) -> Heads:
        """The revisions on which no other builds, sorted; empty for an empty history."""
        parents = {parent for revision in self.revisions for parent in revision.parents}
        return tuple(sorted(revision.id for revision in self.revisions if revision.id not in parents))

    def head(self) -> str | None:
        """Return the one head, or None for an empty history.

        Raises:
            ManyHeads: there is more than one.
        """
        if len(self.heads) > 1:
            shared = frozenset.intersection(*(self._ancestors(head) for head in self.heads))
            base = next((one.id for one in reversed(self.revisions) if one.id in shared), None)
            raise ManyHeads(self.heads, base)
        return self.heads[0] if self.heads else None

    def effective(self, heads: Iterable[str]) -> frozenset[str]:
        """Return all revisions that are applied in a database that records these."""
        return frozenset[str]().union(*(self._ancestors(one) for one in heads))

    @property
    def services(self) -> frozenset[str]:
        """Return the services that revisions state; one of them may be gone by now."""
        return frozenset(service for revision in self.revisions for service in revision.services)

    def has(self, revision: str) -> bool:
        """Return whether a file has exactly this id."""
        return revision in self._by_id

    def unknown(self, heads: Iterable[str]) -> Heads:
        """Return those that no file has, in their order."""
        return tuple(one for one in heads if one not in self._by_id)

    def resolve(self, name: str, current: Heads) -> Heads:
        """Return the revisions that a user's name means for a database that records ``current``.

        A name is an id, the unique beginning of one, ``head``, ``heads``, ``base``, or one of them with a distance
        (``+1``, ``-2``, ``head-1``); a bare distance counts from ``current``. The result is empty for ``base``.

        Raises:
            UnknownRevision, AmbiguousRevision, ManyHeads, NoSuchDistance: it means nothing, or several things.
        """
        relative = RELATIVE.fullmatch(name)
        if relative is None:
            return self._named(name)
        anchor = self._named(relative["anchor"]) if relative["anchor"] else current
        return self._at_distance(name, anchor, int(relative["distance"]))

    def _named(self, name: str) -> Heads:
        if name == "base":
            return ()
        if name == "heads":
            return self.heads
        if name == "head":
            head = self.head()
            return (head,) if head else ()
        if name in self._by_id:
            return (name,)
        matches = tuple(sorted(one for one in self._by_id if one.startswith(name))) if name else ()
        if len(matches) > 1:
            raise AmbiguousRevision(name, matches)
        if not matches:
            raise UnknownRevision(name, (*self._by_id, "head", "base"))
        return matches

    def _at_distance(self, name: str, anchor: Heads, distance: int) -> Heads:
        applied = self.effective(anchor)
        if distance < 0:
            below = [one for one in self.revisions if one.id in applied]
            if -distance > len(below):
                raise NoSuchDistance(name, len(below))
            return self.heads_of(one.id for one in below[:distance])
        self.head()  # with two heads it is unknown which way is up
        above = [one for one in self.revisions if one.id not in applied]
        if distance > len(above):
            raise NoSuchDistance(name, len(above))
        return self.heads_of([*applied, *(one.id for one in above[:distance])])

    def heads_of(self, revisions: Iterable[str]) -> Heads:
        """Return those of the revisions on which no other of them builds."""
        within, found, below = frozenset(revisions), list[str](), set[str]()
        for one in reversed(self.revisions):  # what builds on another comes first
            if one.id in within and one.id not in below:
                found.append(one.id)
                below |= self._ancestors(one.id)
        return tuple(sorted(found))

    def after(self, heads: Heads, revision: Revision, direction: Direction) -> Heads:
        """Return what a database records once a revision was applied to it, or reverted."""
        applied = self.effective(heads)
        if direction == "downgrade":
            return self.heads_of(applied - {revision.id})
        if revision.id in applied:
            return heads
        return tuple(sorted({revision.id, *(set(heads) - self._ancestors(revision.id))}))

    def up(self, current: Heads, name: str) -> tuple[Revision, ...]:
        """Return what to apply, in order, so that the named revision is; empty when it is already the last.

        Raises:
            NotReachable: the revision lies below what the database records.
            UnknownRevision, AmbiguousRevision, ManyHeads, NoSuchDistance: the name means nothing, or several things.
        """
        target = self.resolve(name, current)
        applied, wanted = self.effective(current), self.effective(target)
        if wanted < applied and not set(target) <= set(current):
            raise NotReachable(", ".join(target) or "base", ", ".join(current), "upgrade")
        return tuple(one for one in self.revisions if one.id in wanted - applied)

    def down(self, current: Heads, name: str) -> tuple[Revision, ...]:
        """Return what to revert, in order, so that nothing that builds on the named revision is applied.

        A distance counts revisions, on whatever branch they are; an id leaves branches that do not contain it alone.

        Raises:
            NotReachable: the revision is not applied.
            UnknownRevision, AmbiguousRevision, ManyHeads, NoSuchDistance: the name means nothing, or several things.
        """
        target = self.resolve(name, current)
        applied, kept = self.effective(current), self.effective(target)
        if not kept <= applied:
            raise NotReachable(", ".join(target), ", ".join(current) or "base", "downgrade")
        reverted = [one for one in reversed(self.revisions) if one.id in applied - kept]
        if target and not RELATIVE.fullmatch(name):
            reverted = [one for one in reverted if self._ancestors(one.id) & set(target)]
        return tuple(reverted)

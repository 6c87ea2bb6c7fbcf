"""The way from models to others: draft it, go it up and down on a database with rows, and see what became of both."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import URL, Connection, MetaData
from sqlalchemy.schema import Constraint, CreateSchema, Index

from dbtasks import revise, road
from dbtasks.compare import Difference
from dbtasks.drafting.trial import CLEAN, Trial
from dbtasks.revise import Wish
from dbtasks.road import Run
from dialects.verbs import here, url_of
from support.repository import Repository, fresh
from support.rows import Way, fill, read, with_parameters
from support.servers import connected
from support.snapshot import Snapshot, compared, nameless, snapshot

T = TypeVar("T")
Rows = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """What was not as promised, and at which place of the way."""

    stage: str
    words: str

    def __str__(self) -> str:
        """Return both."""
        return f"{self.stage}: {self.words}"


class CannotGoOn(Exception):  # noqa: N818 - it states a fact
    """What comes next needs what has just failed."""


@dataclass
class Journey:
    """A project and its database on the way from the models before to those after, and back.

    Attributes:
        server: where to make the database that the models themselves create.
        told: what the models are, for the report.
        problems: what was not as promised.
        drafts: the revisions' text.
    """

    repository: Repository
    server: URL
    way: Way
    told: str = ""
    problems: list[Problem] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)

    def report(self) -> str:
        """Return the problems with what they come from; "" when there are none."""
        if not self.problems:
            return ""
        return "\n\n".join([*map(str, self.problems), self.told, *self.drafts])

    def go(self) -> None:
        """Draft and apply the first models, put rows into them, go to the others and back."""
        with contextlib.suppress(CannotGoOn):
            self._go(self.way, url_of(self.repository))

    def go_once(self) -> None:
        """Draft and apply the models ``after`` in an empty database, and take them away again, twice."""
        with contextlib.suppress(CannotGoOn):
            self._go_once(self.way.after, url_of(self.repository))

    def _go_once(self, metadata: MetaData, url: URL) -> None:
        empty = snapshot(url)
        self._try("draft", lambda: self._draft(metadata))
        self._try("upgrade", lambda: self._migrate("upgrade"))
        self._differs("schema", compared(*self._as_created(metadata)))
        if again := self._try("draft again", lambda: self._draft(metadata)):
            self.problems.append(Problem("draft again", again))
            return
        for _ in range(2):
            self._try("downgrade", lambda: self._migrate("downgrade"))
            self._differs("schema back", compared(empty, snapshot(url)))
            self._try("upgrade again", lambda: self._migrate("upgrade"))

    def _go(self, way: Way, url: URL) -> None:
        self._try("first draft", lambda: self._draft(way.before))
        self._try("first upgrade", lambda: self._migrate("upgrade"))
        fill(url, way)
        schema, rows, untouched = snapshot(url), read(url, way), read(url, way, untouched=True)
        drafted = self._try("draft", lambda: self._draft(way.after))
        self._try("upgrade", lambda: self._migrate("upgrade"))
        self._same("data", untouched, lambda: read(url, way, untouched=True))
        self._differs("schema", compared(*self._as_created(way.after)))
        again = self._try("draft again", lambda: self._draft(way.after))
        if again:
            self.problems.append(Problem("draft again", again))
            return
        if drafted:
            self._try("downgrade", lambda: self._migrate("downgrade"))
        self._differs("schema back", compared(schema, snapshot(url)))
        self._same("data back", rows, lambda: read(url, way))

    def _try(self, stage: str, work: Callable[[], T]) -> T:
        try:
            return work()
        except Exception as error:
            self.problems.append(Problem(stage, f"{type(error).__name__}: {error}"))
            raise CannotGoOn from error

    def _differs(self, stage: str, differences: list[str]) -> None:
        self.problems += [Problem(stage, difference) for difference in differences]

    def _same(self, stage: str, before: Rows, look: Callable[[], Rows]) -> None:
        after = self._try(stage, look)
        for table, rows in before.items():
            if rows != after[table]:
                self.problems.append(Problem(stage, f"{table} had {rows}, has {after[table]}"))

    def _draft(self, metadata: MetaData) -> str:
        """Return what a revision was drafted for; "" when none was."""
        draft = revise.draft_metadata(*here(self.repository), [metadata], Wish(f"number {len(self.drafts)}"))
        if draft.path is None:
            return ""
        if draft.trial != CLEAN:
            self.problems.append(Problem("trial", _of_trial(draft.trial)))
        self.drafts.append(draft.path.read_text(encoding="utf-8"))
        return _words(draft.differences) or "something that it does not tell"

    def _migrate(self, direction: str) -> None:
        at = here(self.repository)
        run = Run(at.history.project, at.settings.database.url, at.settings.database.name)
        run.direction = "upgrade" if direction == "upgrade" else "downgrade"
        name = "head" if direction == "upgrade" else "-1"
        choose = at.history.up if direction == "upgrade" else at.history.down
        road.migrate(at.history, run, lambda current: choose(current, name))

    def _as_created(self, metadata: MetaData) -> tuple[Snapshot, Snapshot]:
        """Return the schema that SQLAlchemy creates from the models, and the database's, without invented names."""
        names = [*_names(metadata)]
        with fresh(self.server, create=True) as url:
            connected(url, lambda one: _create(metadata, with_parameters(one)))
            created = snapshot(url)
        return nameless(created, names), nameless(snapshot(url_of(self.repository)), names)


def _create(metadata: MetaData, connection: Connection) -> None:
    for schema in sorted({table.schema for table in metadata.tables.values() if table.schema}):
        connection.execute(CreateSchema(schema))
    metadata.create_all(connection)


def _names(metadata: MetaData) -> Iterator[str]:
    for table in metadata.tables.values():
        items: list[Constraint | Index] = [*table.constraints, *table.indexes]
        yield from (str(one.name) for one in items if one.name)


def _words(differences: Iterable[Difference]) -> str:
    return "; ".join(f"{one.kind} {one.table}.{one.item} {' '.join(one.details)}" for one in differences)


def _of_trial(trial: Trial) -> str:
    told = f"{trial.failed} failed, {trial.cause}; " if trial.failed else ""
    return f"{told}missing: {_words(trial.missing)}; changed: {', '.join(trial.changed)}"

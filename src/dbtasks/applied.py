"""What was applied to a database, as a history: by the sources that its ledger kept, or else by the files."""

import contextlib
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import URL, Connection

from dbtasks import databases, history, ledger
from dbtasks.errors import (
    AlembicFailed,
    DbtasksError,
    KeptSourceBroken,
    NeverRun,
    RevisionBroken,
    UnknownDatabaseRevision,
)
from dbtasks.history import Heads, History
from dbtasks.ledger import Event, Sources

PREFIX = "dbtasks_history_"  # of the temporary folder


def check_known(files: History, connection: Connection, heads: Heads, database: str) -> None:
    """Raise UnknownDatabaseRevision when a database records a revision that no file has.

    The error tells whether the ledger has the source of it, and of everything below it that no file has either.
    """
    unknown = files.unknown(heads)
    if unknown:
        raise UnknownDatabaseRevision(database, unknown, found(files, connection, heads).missing)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Revisions that count as applied because an applied one builds on them now, and that were never run.

    Attributes:
        revisions: their ids, in their order.
        above: the applied one.
        before: what that one was applied on top of.
    """

    revisions: tuple[str, ...]
    above: str
    before: tuple[str, ...]


def skipped(files: History, connection: Connection, heads: Heads, runs: Sequence[Event]) -> Skipped | None:
    """Return what was put below an applied revision; None in nearly every database.

    The ledger says what was run, in its events ``runs``, and on top of what. Where it was kept only later, where a
    stamp was made since, and where a file that was applied is gone (as when the past is joined into one revision), the
    files are believed.
    """
    ran, counts = ledger.ran(runs), files.effective(one for one in heads if files.has(one))
    above = [one for one in files.revisions if one.id in counts & ran and {*one.parents, *one.depends_on} - ran]
    if not above:
        return None
    kept = ledger.sources(connection, *(one.id for one in above))
    for one in [one for one in above if one.id not in kept.doubted]:
        try:
            before = tuple(_id(name, files) for name in _parents(one.id, kept.by_revision[one.id]))
        except KeptSourceBroken:  # another Python could read it
            continue
        new = {*one.parents, *one.depends_on} - ran
        never = files.effective(new) - files.effective(filter(files.has, before)) - ran
        if never and all(map(files.has, before)):
            return Skipped(tuple(each.id for each in files.revisions if each.id in never), one.id, before)
    return None


def check_order(files: History, connection: Connection, heads: Heads, database: str) -> None:
    """Raise NeverRun when revisions count as applied that were never run, and that an upgrade would leave out."""
    found = skipped(files, connection, heads, ledger.events(connection, *ledger.RUNS))
    if found:
        raise NeverRun(database, found.revisions, found.above, found.before, heads)


@dataclass(frozen=True, slots=True)
class Found:
    """The sources of applied revisions by their ids, and, sorted, the ids of those that have none."""

    sources: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def found(files: History, connection: Connection, heads: Heads) -> Found:
    """Return the sources of the revisions that are applied in a database which records these heads.

    Where the ledger's knowledge has a gap, because somebody has applied revisions without it, the files are believed
    for every revision that they have.
    """
    kept = ledger.sources(connection)
    first = _walked(files, kept, heads, believe_files=False)
    return _walked(files, kept, heads, believe_files=True) if first.missing else first


@contextmanager
def history_of(files: History, url: URL, database: str, heads: Heads) -> Iterator[History]:
    """Give the history of the revisions that are applied in a database, and of no others.

    Each is as it was when it was applied, according to the ledger; as its file is where the ledger does not tell, or a
    stamp was made since. The sources are in a temporary folder meanwhile.

    Raises:
        UnknownDatabaseRevision: the source of a revision is neither in the ledger nor in a file.
        KeptSourceBroken: a source that the ledger kept cannot be loaded.
    """
    if not heads:
        with _written(files, {}) as empty:
            yield empty
        return
    those = databases.connect(url, lambda connection: found(files, connection, heads))
    if those.missing:
        raise UnknownDatabaseRevision(database, files.unknown(heads), those.missing)
    with _written(files, those.sources) as applied:
        yield applied


@contextmanager
def enough(files: History, url: URL, database: str, heads: Heads) -> Iterator[History]:
    """Give a history that has these revisions: that of the files, or else that of the database which records them.

    Raises:
        UnknownDatabaseRevision, KeptSourceBroken: as :func:`history_of`.
    """
    if not files.unknown(heads):
        yield files
        return
    with history_of(files, url, database, heads) as there:
        yield there


@contextmanager
def _written(files: History, sources: Mapping[str, str]) -> Iterator[History]:
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        names = {f"{number:05}.py": one for number, one in enumerate(sources)}
        for name, one in names.items():
            Path(folder, name).write_text(sources[one], encoding="utf-8")
        try:
            applied = history.load(files.project, Path(folder))
        except (RevisionBroken, AlembicFailed) as error:
            raise _broken(error, names) from error
        yield applied


def _broken(error: DbtasksError, names: dict[str, str]) -> KeptSourceBroken:
    if isinstance(error, RevisionBroken):
        return KeptSourceBroken(names[error.source.path.name], error.cause)
    return KeptSourceBroken("", (error.why() or "").rstrip("."))


def _walked(files: History, kept: Sources, heads: Sequence[str], *, believe_files: bool) -> Found:
    sources, missing, waiting, seen = dict[str, str](), list[str](), deque(heads), set(heads)
    while waiting:
        one = waiting.popleft()
        source = kept.by_revision.get(one)
        if files.has(one) and (source is None or believe_files or one in kept.doubted):
            revision = files.get(one)
            source, below = revision.path.read_text(encoding="utf-8"), (*revision.parents, *revision.depends_on)
        elif source is not None:
            below = tuple(name if name in kept.by_revision else _id(name, files) for name in _parents(one, source))
        else:
            missing.append(one)
            continue
        sources[one] = source
        waiting += [name for name in dict.fromkeys(below) if name not in seen]
        seen.update(below)
    return Found(sources, tuple(sorted(missing)))


def _parents(revision: str, source: str) -> tuple[str, ...]:
    try:
        return history.parents_in(source)
    except SyntaxError as error:  # it was applied by another Python
        raise KeptSourceBroken(revision, f"SyntaxError: {error.msg}") from error


def _id(name: str, files: History) -> str:
    """Return the id that a revision means, of which ``depends_on`` may say the label of a branch instead."""
    with contextlib.suppress(CommandError):
        found = files.scripts.get_revisions((name,))
        return found[0].revision if len(found) == 1 else name
    return name

"""Whether a revision says why it loses data, where it does."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from alembic.operations import ops
from sqlalchemy.types import TypeEngine

from dbtasks import memory
from dbtasks.checks.findings import Finding, Problem, Subject
from dbtasks.checks.notes import beside
from dbtasks.checks.recording import Operation, Recording, all_created, created, sent
from dbtasks.compare import table_of
from dbtasks.harmless import is_harmless
from dbtasks.narrowing import narrows
from dbtasks.statements import Lineage, taken

YES, NO = "yes", "no"  # what is remembered of a revision: whether it only adds
TAKING = ("DELETE", "TRUNCATE")  # an UPDATE fills in far more often than it loses something


def lossy(subject: Subject) -> Iterator[Finding]:
    """Yield each operation of a way up that takes data away, and beside which nobody says so."""
    history, revisions = subject.history, subject.revisions

    def adds(revision: str) -> str:
        return YES if is_harmless(history.texts[revision], "upgrade") else NO

    wanted = [one.id for one in revisions]
    known = memory.of_texts(history.project, memory.HARMLESS, history.texts, wanted, adds)
    for revision in revisions:
        if known[revision.id] == YES:
            continue
        source = revision.path.read_bytes()
        recording = subject.recordings.of(revision, subject.dialect)
        accepted = history.accepted(revision.id)
        for line, one in losses(recording):
            name = f"{one.table}.{one.item}" if one.item else one.table
            if not {name, one.table} & accepted and not beside(source, line):
                yield Finding("lossy", one, subject.at(revision, line))


def losses(recording: Recording) -> Iterator[tuple[int, Problem]]:
    """Yield what a recorded revision takes away that was there before it, with the line."""
    made: set[str] = set()
    copied = _copied(recording)
    for one in recording.operations:
        made |= set(created(recording, one))
        for loss in _losses(recording, one):
            if loss.table not in made and not (loss.kind == "drop-table" and loss.table in copied):
                yield one.line or 1, loss


def _copied(recording: Recording) -> AbstractSet[str]:
    """Return the tables whose place another one takes that the revision itself has created, with the rows."""
    new = all_created([recording])
    renamed = (one.what for one in recording.operations if isinstance(one.what, ops.RenameTableOp))
    return {one.new_table_name for one in renamed if one.table_name in new}


def _losses(recording: Recording, one: Operation) -> Iterator[Problem]:
    what = one.what
    if isinstance(what, ops.DropTableOp):
        yield Problem("drop-table", table_of(what))
    elif isinstance(what, ops.DropColumnOp):
        if not _is_added(recording, what):
            yield Problem("drop-column", table_of(what), what.column_name)
    elif isinstance(what, ops.AlterColumnOp) and what.modify_type is not None:
        yield from _narrowed(what, what.existing_type, what.modify_type)
    elif isinstance(what, ops.ExecuteSQLOp):
        for text in sent(recording, one):
            yield from _of_statement(text)


def _is_added(recording: Recording, dropped: ops.DropColumnOp) -> bool:
    """Return whether the revision itself has added the column that it drops, or adds another of its name."""
    added = (one.what for one in recording.operations if isinstance(one.what, ops.AddColumnOp))
    place = (table_of(dropped), dropped.column_name)
    return any((table_of(one), one.column.name) == place for one in added)


def _narrowed(what: ops.AlterColumnOp, old: Any, new: Any) -> Iterator[Problem]:
    if old is None:
        yield Problem("retyped", table_of(what), what.column_name, _name(new))
    elif narrows(_instance(old), _instance(new)):
        yield Problem("narrowed", table_of(what), what.column_name, f"{_name(old)} to {_name(new)}")


def _of_statement(text: str) -> Iterator[Problem]:
    for table, column in taken(text):
        yield Problem("drop-column" if column else "drop-table", table, column)
    lineage = Lineage.of({})
    lineage.sent(text)
    yield from (Problem("rows", one.table, detail=one.verb) for one in lineage.written if one.verb in TAKING)


def _instance(kind: Any) -> TypeEngine[Any]:
    found: TypeEngine[Any] = kind() if isinstance(kind, type) else kind
    return found


def _name(kind: Any) -> str:
    return " ".join(repr(_instance(kind)).split())

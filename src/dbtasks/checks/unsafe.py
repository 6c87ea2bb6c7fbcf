"""Whether what a branch adds can be run while the tables are in use."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from alembic.operations import ops
from sqlalchemy import String

from dbtasks import dialects
from dbtasks.checks import linting
from dbtasks.checks.findings import Finding, Problem, Subject
from dbtasks.checks.linting import Complaint
from dbtasks.checks.recording import Operation, Recording, all_created, sent
from dbtasks.compare import table_of
from dbtasks.dialects import Dialect
from dbtasks.dialects.online import Danger, table_in
from dbtasks.narrowing import narrows

# The rules of squawk about a table in use. Others are a matter of taste, or of what a lossy revision says itself.
RULES = frozenset({
    "adding-field-with-default", "adding-foreign-key-constraint", "adding-not-nullable-field", "adding-required-field",
    "adding-serial-primary-key-field", "ban-concurrent-index-creation-in-transaction", "ban-truncate-cascade",
    "changing-column-type", "constraint-missing-not-valid", "disallowed-unique-constraint", "renaming-column",
    "renaming-table", "require-concurrent-index-creation", "require-concurrent-index-deletion",
    "require-concurrent-partition-detach", "require-concurrent-reindex",
})  # fmt: skip
# Said again in general, where a rule says what it is about.
GENERAL = "constraint-missing-not-valid"


def unsafe(subject: Subject) -> Iterator[Finding]:
    """Yield what blocks or breaks others, in revisions that are not on the main branch yet.

    A table that they create is in nobody's use, and nothing done to it is told.
    """
    names = {dialects.named(name, "--dialects"): name for name in reversed((subject.dialect, *subject.dialects))}
    for dialect, name in names.items():
        recordings = [subject.recordings.of(one, name) for one in subject.new]
        if dialect.online.linted:
            yield from _linted(subject, recordings, name)
        else:
            yield from _own(subject, recordings, dialect, name)


def _unused(subject: Subject, recordings: list[Recording], recording: Recording) -> AbstractSet[str]:
    """Return the tables that nobody uses yet: those of the branch, or where git knows of none, of the revision."""
    return all_created(recordings if subject.scope.base else [recording])


def _own(subject: Subject, recordings: list[Recording], dialect: Dialect, name: str) -> Iterator[Finding]:
    for recording in recordings:
        unused = _unused(subject, recordings, recording)
        for one in recording.operations:
            for cost, table, item in _dangers(recording, one, dialect):
                if table not in unused:
                    source = subject.at(recording.revision, one.line)
                    yield Finding("unsafe-ddl", Problem(cost, table, item, dialect=name), source)


def _dangers(recording: Recording, one: Operation, dialect: Dialect) -> Iterator[Danger]:
    if isinstance(one.what, ops.ExecuteSQLOp):
        for text in sent(recording, one):
            yield from dialect.online.of_statement(text)
    else:
        yield from dialect.online.of_operation(one.what)


def _linted(subject: Subject, recordings: list[Recording], name: str) -> Iterator[Finding]:
    found = linting.complaints(subject.history.project.root, recordings)
    unused = {one.revision.id: _unused(subject, recordings, one) for one in recordings}
    told = {id(one.statement) for one in found if one.rule in RULES - {GENERAL}}
    for one in found:
        table = _table(one)
        again = one.rule == GENERAL and id(one.statement) in told
        if one.rule in RULES and table not in unused[one.revision.id] and not again and not _is_wider(one):
            about = Problem("linted", table, one.rule, one.message, name, one.advice)
            yield Finding("unsafe-ddl", about, subject.at(one.revision, one.statement.line))


def _table(one: Complaint) -> str:
    what = one.statement.operation
    return table_in(one.statement.sql) if what is None or isinstance(what, ops.ExecuteSQLOp) else table_of(what)


def _is_wider(one: Complaint) -> bool:
    """Return whether a text only gets longer, for which no row is read or written."""
    what = one.statement.operation
    if one.rule != "changing-column-type" or not isinstance(what, ops.AlterColumnOp):
        return False
    old, new = (kind() if isinstance(kind, type) else kind for kind in (what.existing_type, what.modify_type))
    plain = {type(old).__name__, type(new).__name__} <= {"String", "VARCHAR", "Text", "TEXT", "Unicode", "UnicodeText"}
    return plain and isinstance(old, String) and isinstance(new, String) and not narrows(old, new)

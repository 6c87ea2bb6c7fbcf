"""Whether models and history work on other databases, too; none of their servers is needed."""

from collections.abc import Iterator

from alembic.operations import ops

from dbtasks import dialects
from dbtasks.checks import linting, places
from dbtasks.checks.columns import Columns
from dbtasks.checks.findings import Finding, Problem, Subject
from dbtasks.checks.recording import Operation, Recording, at_once, tables
from dbtasks.compare import table_of
from dbtasks.dialects import Dialect


def models(subject: Subject) -> Iterator[Finding]:
    """Yield what a dialect that was asked for cannot do of each model, at the model, or at its column."""
    for name in subject.dialects:
        portability = dialects.named(name, "--dialects").portability
        for one in subject.models.declarations:
            if one.is_view or not subject.scope.has(one.path):
                continue
            for trouble in portability.of_table(one.table, name):
                source = places.column(subject.history.project, one.source, trouble.item)
                about = Problem(trouble.kind, one.table.fullname, trouble.item, trouble.detail, name)
                yield Finding("model-not-portable", about, source)


def revisions(subject: Subject) -> Iterator[Finding]:
    """Yield what a dialect that was asked for cannot do of each revision."""
    for name in subject.dialects:
        dialect = dialects.named(name, "--dialects")
        recordings = [subject.recordings.of(one, name) for one in subject.revisions]
        for recording in recordings:
            for one in recording.operations:
                for about in _problems(subject, recording, one, name):
                    yield Finding("revision-not-portable", about, subject.at(recording.revision, one.line))
        if dialect.portability.has_short_keys:
            yield from _keys(subject, dialect, name)
        if dialect.online.linted and name != subject.dialect:
            yield from _unread(subject, recordings, dialect, name)


def _problems(subject: Subject, recording: Recording, one: Operation, name: str) -> Iterator[Problem]:
    dialect, table = dialects.named(name, "--dialects"), table_of(one.what)
    if one.refused:
        if not isinstance(one.what, ops.BulkInsertOp):  # values that only offline have to be a part of the SQL
            yield Problem("refused", table, "", one.refused, name)
        return
    found = [trouble for made in tables(one.what) for trouble in dialect.portability.of_table(made, name)]
    yield from (Problem(trouble.kind, table, trouble.item, trouble.detail, name) for trouble in found)
    is_own = dialect is dialects.named(subject.dialect, "--dialects")  # there it was run; words could only be wrong
    if not is_own and (isinstance(one.what, ops.ExecuteSQLOp) or (dialect.rebuilds and not found)):
        said = (dialect.portability.foreign(text) for text in at_once(recording, one))
        yield from (Problem("foreign", table, "", words, name) for words in dict.fromkeys(said) if words)


def _keys(subject: Subject, dialect: Dialect, name: str) -> Iterator[Finding]:
    """Yield the indexes and keys that are too long, of columns that any revision before has made."""
    columns, asked = Columns(), {one.id for one in subject.revisions}
    for recording in (subject.recordings.of(one, name) for one in subject.history.revisions):
        for one in recording.operations:
            made = columns.keyed(one.what) if recording.revision.id in asked else None
            for trouble in dialect.portability.of_keys(made, name) if made is not None else ():
                about = Problem(trouble.kind, table_of(one.what), trouble.item, trouble.detail, name)
                yield Finding("revision-not-portable", about, subject.at(recording.revision, one.line))
            columns.follow(one.what)


def _unread(subject: Subject, recordings: list[Recording], dialect: Dialect, name: str) -> Iterator[Finding]:
    """Yield the SQL of revisions that the linter cannot read, and that was not told already."""
    written = [one for one in recordings if any(isinstance(op.what, ops.ExecuteSQLOp) for op in one.operations)]
    told = set()
    for one in linting.complaints(subject.history.project.root, written):
        statement = one.statement
        is_known = bool(dialect.portability.foreign(statement.sql)) or id(statement) in told
        if one.rule == linting.SYNTAX and isinstance(statement.operation, ops.ExecuteSQLOp) and not is_known:
            told.add(id(statement))
            about = Problem("unread", "", "", one.message, name)
            yield Finding("revision-not-portable", about, subject.at(one.revision, statement.line))

"""Where a comment on a finding may stand: at a column in its class, at an operation of a revision."""

import ast
import re
from collections.abc import Iterable, Iterator

from alembic.operations import MigrateOperation, ops

from dbtasks.checks.recordings import Recordings
from dbtasks.compare import table_of
from dbtasks.errors import Source
from dbtasks.history import Revision
from dbtasks.project import Project

WORD = re.compile(r"[\w$]+")
NAMES = ("column_name", "modify_name", "index_name", "constraint_name")  # of an operation's own
WHOLE = (ops.CreateTableOp, ops.DropTableOp, ops.RenameTableOp)


def column(project: Project, model: Source, name: str) -> Source:
    """Return the place of a column in a model's class; that of the class where it is not written there."""
    if not name or model.line is None:
        return model
    tree = ast.parse((project.root / model.path).read_bytes())
    classes = (one for one in ast.walk(tree) if isinstance(one, ast.ClassDef) and one.lineno == model.line)
    for statement in (one for found in classes for one in found.body):
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(one, ast.Name) and one.id == name for one in targets):
            return Source(model.path, statement.lineno)
    return model


def operations(
    recordings: Recordings, revisions: Iterable[Revision], dialect: str, table: str, item: str
) -> Iterator[Source]:
    """Yield where revisions do something to a column, index or constraint of a table, or to the table itself."""
    for revision in revisions:
        for one in recordings.of(revision, dialect).operations:
            if one.line is not None and _concerns(one.what, table, item):
                yield Source(recordings.history.project.relative(revision.path), one.line)


def _concerns(what: MigrateOperation, table: str, item: str) -> bool:
    if isinstance(what, ops.ExecuteSQLOp):  # SQL is known by its words
        return {table.rpartition(".")[2], item or table.rpartition(".")[2]} <= set(WORD.findall(str(what.sqltext)))
    names = {getattr(what, one, None) for one in NAMES} | {getattr(getattr(what, "column", None), "name", None)}
    is_its = table in (table_of(what), getattr(what, "new_table_name", None))
    return is_its and (not item or item in names or isinstance(what, WHOLE))

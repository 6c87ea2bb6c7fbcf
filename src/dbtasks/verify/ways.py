"""Whether a revision has a way down: read from its source, or seen by how it refuses."""

import ast
import traceback
from pathlib import Path

from dbtasks.checks import revisions
from dbtasks.errors import MigrationFailed, Source
from dbtasks.history import Direction, Revision
from dbtasks.project import Project


def has_none(revision: Revision) -> bool:
    """Return whether the downgrade is missing, does nothing, or begins by refusing; ``db.check`` tells of those."""
    source = revision.path.read_bytes()
    if revisions.judged(source) is not None:
        return True
    down = _function(ast.parse(source), "downgrade")
    body = [one for one in down.body if not isinstance(one, ast.Expr | ast.Pass)] if down else []
    return bool(body) and isinstance(body[0], ast.Raise)


def refused(revision: Revision, error: Exception) -> bool:
    """Return whether it was the revision itself that raised, by a statement of its own."""
    cause = error.__cause__
    if not isinstance(error, MigrationFailed) or cause is None:
        return False
    frames = traceback.extract_tb(cause.__traceback__)
    last = frames[-1] if frames else None
    if last is None or Path(last.filename) != revision.path or last.lineno is None:
        return False
    tree = ast.parse(revision.path.read_bytes())
    raises = (one for one in ast.walk(tree) if isinstance(one, ast.Raise))
    return any(one.lineno <= last.lineno <= (one.end_lineno or one.lineno) for one in raises)


def place(project: Project, revision: Revision, direction: Direction, error: Exception | None = None) -> Source:
    """Return where to look: the line that failed, or the one where the function begins."""
    if isinstance(error, MigrationFailed) and error.source is not None:
        return error.source
    function = _function(ast.parse(revision.path.read_bytes()), direction)
    return Source(project.relative(revision.path), function.lineno if function else 1)


def _function(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    return next((one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name), None)

"""Parts of sentences that several results share."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dbtasks.history import Revision
from dbtasks.project import Project


def path_of(path: Path, project: Project) -> str:
    """Return a file's path as it is shown: from the project's root, with forward slashes."""
    return project.relative(path).as_posix()


def listed(revisions: Iterable[Revision]) -> list[str]:
    """Return a line for each revision."""
    return [f"  {revision.id}  {revision.message}" for revision in revisions]


def heads(revisions: Sequence[str]) -> str:
    """Return what a database records, in words."""
    return ", ".join(revisions) or "base (nothing applied)"


def to_json(value: Any) -> str:
    """Return a result as JSON."""
    return json.dumps(value, indent=2)

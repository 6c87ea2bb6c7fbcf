"""What the process of the old code does: load its models, make its schema, and try them on the new one."""

import json
import os
import sys
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, make_url

from dbtasks import databases, dialects, history, project, scratch, services
from dbtasks.compat import old, side, trial
from dbtasks.compat.findings import CODES, Finding, Result, Untried
from dbtasks.compat.old import Old
from dbtasks.compat.trial import Looked, Members
from dbtasks.drafting.snapshot import Scope
from dbtasks.errors import DbtasksError, ImportedFromElsewhere, ProjectNotFound, Source
from dbtasks.settings import DatabaseSettings

OURS = Path(__file__).resolve().parents[1]  # in this repository it is a part of the new code, and runs the old one


@dataclass(frozen=True, slots=True)
class Request:
    """What the new code's process asks.

    Attributes:
        root: the folder of the old project.
        tree: the folder of the whole old repository.
        new: the folder of the new one, whose code has no business here.
        answer: the file to write the answer into.
        url: the URL of the database; only its server is used, for a scratch database of the old schema.
        scratch_url: the server for such, if it is another one.
        reset_hosts: the servers that are for it, as ``is_protected`` says that this one is not.
        after: the URL of a scratch database that has the new schema.
        members: what the new models allow in columns that are enums.
    """

    root: str
    tree: str
    new: str
    answer: str
    url: str
    scratch_url: str | None
    reset_hosts: tuple[str, ...]
    is_protected: bool
    after: str
    members: dict[str, dict[str, tuple[str, ...]]]

    @property
    def database(self) -> DatabaseSettings:
        """Return what there is to know of the database: where scratch databases may be made, and kept."""
        return DatabaseSettings(
            make_url(self.url),
            reset_hosts=tuple(self.reset_hosts),
            scratch_url=make_url(self.scratch_url) if self.scratch_url else None,
            is_protected=self.is_protected,
        )


def answer(text: str) -> None:
    """Write the answer to a request into the file that it names: a result, or what stands against one."""
    request = Request(**json.loads(text))
    try:
        told: dict[str, Any] = _to_data(_result(request))
    except DbtasksError as error:
        told = {"problem": error.what(), "cause": error.why()}
    Path(request.answer).write_text(json.dumps(told), encoding="utf-8")


def from_data(data: Mapping[str, Any]) -> Result:
    """Return the result that was written."""
    findings = tuple(Finding.from_data(one) for one in data["findings"])
    return Result(data["tables"], findings, tuple(Untried(**one) for one in data["untried"]))


def _to_data(result: Result) -> dict[str, Any]:
    return {
        "tables": result.tables,
        "findings": [one.to_data() for one in result.findings],
        "untried": [asdict(one) for one in result.untried],
    }


def _result(request: Request) -> Result:
    root, new = Path(request.root), Path(request.new)
    sys.path[:] = [_old_path(one, Path(request.tree), new) for one in sys.path]
    found = project.find(root)
    if found.root != root:
        raise ProjectNotFound(Path(), found.alembic)
    revisions = history.load(found)
    models = old.of(services.load(found).declarations)
    _check_modules(new)
    if not dialects.of(request.database.url).has_schemas:
        models = tuple(one for one in models if not one.table.schema)
    with scratch.at(revisions, request.database) as before:
        return _tried(models, before, request)


def _old_path(entry: str, tree: Path, new: Path) -> str:
    """Return the old code's place for one of the new code on ``sys.path``, as of a package installed for editing."""
    path = Path(entry).resolve()
    return str(tree / path.relative_to(new)) if _is_code(path, new) else entry


def _check_modules(new: Path) -> None:
    """Raise ImportedFromElsewhere when a module came from the new code all the same."""
    for name, module in sorted(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or os.devnull).resolve()
        if _is_code(file, new) and not file.is_relative_to(OURS):
            raise ImportedFromElsewhere(name, Source(file.relative_to(new)), str(file))


def _is_code(path: Path, new: Path) -> bool:
    """Return whether a path is of the repository's own code, and not of packages that are installed in it."""
    installed = "site-packages" in path.parts or path.is_relative_to(Path(sys.prefix).resolve())
    return path.is_relative_to(new) and not installed


def _tried(models: tuple[Old, ...], before: Any, request: Request) -> Result:
    """Return what came of each table, on two connections whose transactions are rolled back."""
    scope = Scope((None, *sorted({one.table.schema for one in models if one.table.schema})))
    tables = [one.table for one in models]
    members: Members = request.members

    def with_both(there: Connection, here: Connection) -> list[Looked]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of types that a driver does not know; the values are ours
            sides = [side.opened(one, scope, tables) for one in (there, here)]
            return [trial.look(one, sides[0], sides[1], members) for one in models]

    looked = databases.connect(
        before,
        lambda there: databases.connect(make_url(request.after), lambda here: with_both(there, here), write=True),
        write=True,
    )
    findings = sorted((finding for one in looked for finding in one.findings), key=_order)
    return Result(len(models), tuple(findings), tuple(one.untried for one in looked if one.untried))


def _order(finding: Finding) -> tuple[int, str, str, str]:
    return CODES.index(finding.code), finding.service, finding.table, finding.item

"""Old code on the new schema: what the code of another commit does that the schema at head does not allow.

A deploy runs both for a while. The old models are loaded by a process of their own, which makes the old schema from
the old history, and runs the old code's SELECTs, INSERTs and UPDATEs on both: a statement that ran on the old schema
and fails on the new one breaks. What a statement cannot show is compared.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, MetaData, types

from dbtasks import checkout, scratch, services
from dbtasks.checkout import Checkout
from dbtasks.compat import inside, values
from dbtasks.compat.findings import CODES, Code, Finding, Result, Untried
from dbtasks.compat.pair import BY_NEW
from dbtasks.errors import OldCodeNotUsable, Source
from dbtasks.history import History
from dbtasks.settings import DatabaseSettings, Settings

__all__ = ["BY_NEW", "CODES", "Code", "Compat", "Finding", "Result", "Untried", "run"]

SECONDS = 10  # for a process that is stopped to drop its scratch database
ANSWER = "answer.json"
Members = dict[str, dict[str, tuple[str, ...]]]  # what enums allow, by table and column


@dataclass(frozen=True, slots=True)
class Compat:
    """How the old code stands to the new schema.

    Attributes:
        ref: the commit as the user named it.
        commit: its whole id.
        heads: the revisions whose schema was looked at.
        result: what breaks.
        sources: where the new models declare the tables, for annotations.
    """

    ref: str
    commit: str
    heads: tuple[str, ...]
    result: Result
    sources: dict[str, Source]


def run(history: History, settings: Settings, ref: str) -> Compat:
    """Return what the models of a git ref meet on the schema at this history's head.

    Nothing is written: no database of the project's own is looked at, and the repository stays as it is.

    Raises:
        GitNotUsable, UnknownRef: there is no such commit.
        OldCodeNotUsable: its models cannot be loaded, or its history cannot be replayed; the error names the file.
        ImportFailed and its like: the models of this checkout cannot be loaded.
        MayNotCreateDatabase: there is nowhere to make the scratch databases.
        MigrationFailed: this history cannot be replayed from empty.
    """
    checkout.resolved(history.project.root, ref)  # tells a slip before anything is imported
    models = services.load(history.project)
    sources = {one.table.fullname: one.source for one in models.declarations}
    with checkout.at(history.project.root, ref) as tree, scratch.at(history, settings.database) as after:
        request = _request(tree, settings.database, after, _members(models.metadata, after))
        result = _asked(tree, request)
    return Compat(ref, tree.commit, history.heads, result, sources)


def _members(metadata: Sequence[MetaData], url: URL) -> Members:
    """Return what the models allow in columns that are enums, by table and column."""
    dialect = url.get_dialect()()
    found: Members = {}
    for table in (table for one in metadata for table in one.tables.values()):
        for column in table.columns:
            kind = values.plain(column.type, dialect)
            if isinstance(kind, types.Enum):
                found.setdefault(table.fullname, {})[column.name] = tuple(kind.enums)
    return found


def _request(tree: Checkout, database: DatabaseSettings, after: URL, members: Members) -> inside.Request:
    server = database.scratch_url
    return inside.Request(
        root=str(tree.root),
        tree=str(tree.tree),
        new=str(tree.top),
        answer=str(tree.folder / ANSWER),
        url=database.url.render_as_string(hide_password=False),
        scratch_url=server.render_as_string(hide_password=False) if server else None,
        reset_hosts=database.reset_hosts,
        is_protected=database.is_protected,
        after=after.render_as_string(hide_password=False),
        members=members,
    )


def _asked(tree: Checkout, request: inside.Request) -> Result:
    """Return the answer of the old code's process."""
    answer = Path(request.answer)
    errors = _process(tree.root, json.dumps(asdict(request)))
    if not answer.exists():
        lines = errors.strip().splitlines() or ["it ended without a word"]
        raise OldCodeNotUsable(tree.ref, "Its process failed", _told(lines[-1], tree))
    told: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    if "problem" in told:
        raise OldCodeNotUsable(tree.ref, _told(told["problem"], tree), _told(told["cause"] or "", tree) or None)
    return inside.from_data(told)


def _told(sentence: str, tree: Checkout) -> str:
    """Return a sentence without its full stop, and without the folder that will be gone."""
    return sentence.replace(f"{tree.root}{os.sep}", "").replace(str(tree.root), "its root folder").rstrip(".")


def _process(folder: Path, request: str) -> str:
    """Return what the process wrote on its standard error; it is stopped when this one is."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "dbtasks.compat"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # Ctrl-C reaches it by us, once: a second one would leave its scratch database
    ) as process:
        try:
            return process.communicate(request)[1]
        except BaseException:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            raise

"""Which models a history is known to make: what was compared, and was the same, need not be compared again.

It is the same as long as neither what shapes the history's database has changed nor the statements that create the
models, which are written without a database.
"""

import hashlib
import warnings
from collections.abc import Sequence

from sqlalchemy import URL, MetaData, create_mock_engine
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import ExecutableDDLElement

from dbtasks import cache, memory, scratch
from dbtasks.history import History
from dbtasks.settings import DatabaseSettings
from dbtasks.values import now, tool

MOST = 20  # comparisons that are remembered; a branch needs one


def key(history: History, database: DatabaseSettings, models: Sequence[MetaData]) -> str:
    """Return a text that changes when the comparison might; "" when that cannot be told."""
    kept = cache.of(history, database, scratch.chain_of(history))
    statements = _created(database.url, models) if kept else None
    if kept is None or statements is None:
        return ""
    said = "\n".join((tool(), kept.shelf.facts, kept.keys[-1], *statements))
    return hashlib.sha256(said.encode()).hexdigest()


def is_known(history: History, key: str) -> bool:
    """Return whether models and history with this key were the same."""
    return bool(key) and key in memory.read(history.project, memory.COMPARED)


def note(history: History, key: str) -> None:
    """Remember that they were; of many the newest."""
    if key:
        known = {**memory.read(history.project, memory.COMPARED), key: now()}
        newest = sorted(known, key=lambda one: str(known[one]), reverse=True)[:MOST]
        memory.write(history.project, memory.COMPARED, {one: known[one] for one in newest})


def _created(url: URL, models: Sequence[MetaData]) -> list[str] | None:
    """Return the statements that create the models; None when they cannot be written without a database."""
    said: list[str] = []

    def write(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
        said.append(str(statement.compile(dialect=engine.dialect)))

    engine = create_mock_engine(url, write)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of tables that refer to each other
            for one in models:
                one.create_all(engine, checkfirst=False)
    except Exception:  # noqa: BLE001 - a listener of the project's own may need whatever a real connection has
        return None
    return said

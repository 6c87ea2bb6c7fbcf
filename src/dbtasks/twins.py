"""Two scratch databases: one with the history, and one that the models have made; and how they differ."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, MetaData, Table

from dbtasks import databases, dialects, ledger, road, scratch
from dbtasks.compare import Difference
from dbtasks.dialects.texts import REST, VIEW
from dbtasks.drafting import snapshot, wanted, work
from dbtasks.drafting.detect import Schemas
from dbtasks.drafting.wanted import Wanted
from dbtasks.drafting.work import Wish
from dbtasks.history import History
from dbtasks.scratch import Made
from dbtasks.settings import DatabaseSettings


@contextmanager
def compared(history: History, database: DatabaseSettings, metadata: Sequence[MetaData]) -> Iterator[Schemas]:
    """Give both, with all that the models have made."""
    with scratch.at(history, database) as here:
        asked = _wanted(history, here, metadata, None)
        with scratch.of_models(history, database, asked.metadata) as there:
            yield _schemas(here, there, asked)


def differences(
    history: History,
    database: DatabaseSettings,
    here: Made,
    metadata: Sequence[MetaData],
    only: frozenset[str] | None = None,
) -> tuple[Difference, ...]:
    """Return what is to be done to a scratch database with the history so that it fits the models; empty when it does.

    Nothing is changed in it. ``only`` has the full names of the tables to look at; without it, all are. What differs in
    some tables may have to do with others, such as a rename: where some were looked at, more may differ than was found.
    """
    if only is not None and not only:
        return ()
    needed = None if only is None else only | _referred_to(metadata, only)
    asked = _wanted(history, here.url, metadata, needed)
    with scratch.of_models(history, database, asked.metadata) as there:
        some = _unlike(here, there, asked, only)
        if some is not None:
            scope = replace(asked, only=some | _referred_to(metadata, some))
            found = _between(here.url, there, scope, some) if some else ()
            if not found or only is not None:
                return found
        return _between(here.url, there, asked, None)


def _unlike(here: Made, there: URL, asked: Wanted, only: frozenset[str] | None) -> frozenset[str] | None:
    """Return the tables of which the databases do not say the same; None when they differ in what belongs to none.

    Reading what a database says of a table takes a fraction of reading its columns, indexes and constraints, and where
    that is the same, so are they.
    """
    texts = databases.connect(there, dialects.of(there).schema_texts)
    found = frozenset(name for name, _ in here.texts.items() ^ texts.items())
    if only is not None:
        return found & only
    ours = (name for name in found if name == asked.versions or name.startswith((ledger.PREFIX, VIEW)))
    return None if REST in found else found.difference(ours)


def _between(here: URL, there: URL, asked: Wanted, only: frozenset[str] | None) -> tuple[Difference, ...]:
    found = work.of(_schemas(here, there, asked), Wish(""), None).draft.differences
    return tuple(one for one in found if only is None or one.table in only)


def _schemas(here: URL, there: URL, asked: Wanted) -> Schemas:
    return Schemas(here, there, asked, snapshot.of(there, asked.scope))


def _referred_to(metadata: Sequence[MetaData], names: frozenset[str]) -> frozenset[str]:
    """Return the tables without which these cannot be created."""
    tables = {table.fullname: table for one in metadata for table in one.tables.values()}
    found, waiting = set[str](), set(names)
    while waiting:
        table = tables.get(waiting.pop())
        keys = table.foreign_key_constraints if table is not None else ()
        new = {key.referred_table.fullname for key in keys} - found - names
        found |= new
        waiting |= new
    return frozenset(found)


def _wanted(history: History, here: URL, metadata: Sequence[MetaData], only: frozenset[str] | None) -> Wanted:
    """Return the models without what is not to be drafted: views, and what the project's own hook leaves out."""

    def copied(context: MigrationContext) -> Wanted:
        hook, connection = context.opts["include_object"], context.connection
        assert connection is not None  # noqa: S101 - it is looked at online

        def keeps(table: Table) -> bool:
            is_looked_at = only is None or table.fullname in only
            return is_looked_at and bool(hook(table, table.name, "table", False, None))  # noqa: FBT003 - Alembic's

        return replace(wanted.copied(metadata, connection, keeps, str(context.version_table)), only=only)

    return road.inspect(history, here, copied)

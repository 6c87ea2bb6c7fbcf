"""The columns that a history has made so far, for what later revisions say of them by name only."""

from dataclasses import dataclass, field
from typing import Any

from alembic.operations import MigrateOperation, ops
from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint

from dbtasks.checks.recording import tables
from dbtasks.compare import table_of

Types = dict[str, Any]


@dataclass(slots=True)
class Columns:
    """The types of the columns of each table, by their names."""

    _tables: dict[str, Types] = field(default_factory=dict)

    def follow(self, what: MigrateOperation) -> None:
        """Take over what an operation makes of them."""
        name = table_of(what)
        for made in tables(what):
            self._tables.setdefault(name, {}).update({column.name: column.type for column in made.columns})
        if isinstance(what, ops.RenameTableOp):
            self._tables[what.new_table_name] = self._tables.pop(name, {})
        elif isinstance(what, ops.DropTableOp):
            self._tables.pop(name, None)
        elif isinstance(what, ops.AlterColumnOp):
            self._alter(self._tables.setdefault(name, {}), what)

    def keyed(self, what: MigrateOperation) -> Table | None:
        """Return a table with nothing but an index or key that an operation creates, and its columns.

        None when it creates no such thing, or of columns that are not known.
        """
        known, name = self._tables.get(table_of(what), {}), table_of(what)
        if not isinstance(what, ops.CreateIndexOp | ops.CreateUniqueConstraintOp):
            return None
        names = [str(one) for one in what.columns]
        if any(one not in known for one in names):
            return None
        columns = [Column(one, known[one]) for one in names]
        if isinstance(what, ops.CreateIndexOp):
            return Table(
                name, MetaData(), *columns, Index(what.index_name, *names, unique=bool(what.unique), **what.kw)
            )
        return Table(name, MetaData(), *columns, UniqueConstraint(*names, name=what.constraint_name))

    def _alter(self, known: Types, what: ops.AlterColumnOp) -> None:
        if what.modify_type is not None:
            known[what.column_name] = what.modify_type
        if what.modify_name is not None and what.column_name in known:
            known[what.modify_name] = known.pop(what.column_name)

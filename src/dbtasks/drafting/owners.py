"""Which service each change of a draft belongs to."""

from collections.abc import Sequence

from dbtasks.drafting.change import Change
from dbtasks.drafting.wanted import Wanted
from dbtasks.services import Models


class Owners:
    """Which service each table belongs to."""

    def __init__(self, models: Models | None, asked: Wanted) -> None:
        found = models.services if models else ()
        self.by_table = {table: one.name for one in found if models for table in models.tables_of(one.name)}
        self.tables = asked.tables

    def of(self, change: Change) -> str:
        """Return the service of a change; "(no service)" for a table that none has any more."""
        return self.by_table.get(change.table) or self.by_table.get(_old_name(change)) or "(no service)"

    def touched(self, changes: Sequence[Change]) -> tuple[str, ...]:
        """Return the services of the changes, sorted."""
        return tuple(sorted({self.by_table[one.table] for one in changes if one.table in self.by_table}))

    def crossing(self, changes: Sequence[Change]) -> tuple[tuple[str, str, str], ...]:
        """Return the new foreign keys that refer to another service's table."""
        found = set()
        for one in changes:
            if one.said.kind not in ("create_table", "create_constraint") or one.table not in self.tables:
                continue
            for key in self.tables[one.table].foreign_key_constraints:
                target = key.referred_table.fullname
                mine, theirs = self.by_table.get(one.table), self.by_table.get(target)
                new = one.said.kind == "create_table" or key.name == one.said.item
                if new and mine and theirs and mine != theirs:
                    found.add((one.table, target, theirs))
        return tuple(sorted(found))


def _old_name(change: Change) -> str:
    return change.said.details[0] if change.said.kind == "rename_table" else ""

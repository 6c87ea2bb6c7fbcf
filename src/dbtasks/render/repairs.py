"""How a schema differs from what its revision says, and what was done about it, in words."""

from dbtasks.compare import Difference
from dbtasks.drift import Drift
from dbtasks.errors import counted
from dbtasks.render import text
from dbtasks.render.databases import unfinished
from dbtasks.render.drafts import difference as to_do
from dbtasks.render.plans import stake
from dbtasks.repair import Repair, Repaired

# What the same operations say of a database that would need them.
FOUND = {
    "create_table": "the table {table} is missing",
    "drop_table": "the table {table} is not in any revision",
    "add_column": "the column {table}.{item} is missing",
    "drop_column": "the column {table}.{item} is not in any revision",
    "alter_column": "{details} of the column {table}.{item} was changed",
    "create_index": "the index {item} on {table} is missing",
    "drop_index": "the index {item} on {table} is not in any revision",
    "create_constraint": "the constraint {item} on {table} is missing",
    "drop_constraint": "the constraint {item} on {table} is not in any revision",
    "table_comment": "the comment of the table {table} was changed",
    "create_view": "the view {table} is missing",
    "drop_view": "the view {table} is not in any revision",
    "change_view": "the view {table} was changed",
    "create_check": "the check {item} on {table} is missing",
    "drop_check": "the check {item} on {table} is not in any revision",
    "change_check": "the check {item} on {table} was changed",
    "change_primary_key": "the primary key of {table} was changed",
    "change_column_order": "the columns of {table} are in another order",
    "create_enum": "the type {table} is missing",
    "drop_enum": "the type {table} is not in any revision",
    "change_enum": "the values of the type {table} were changed",
    "other": "{table} {item} was changed",
}


def drift(result: Drift) -> str:
    """Return how a schema differs."""
    at = text.heads(result.current)
    if not result.differences:
        return f"{result.database} is what its revision says: {at}."
    lines = [
        f"{result.database} is not what its revision says: {at}.",
        *(f"  {_found(one)}" for one in result.differences),
    ]
    return "\n".join([*lines, f"{counted(len(result.differences), 'difference')}. Next: inv db.repair"])


def drift_json(result: Drift) -> str:
    """Return the same as JSON: an object."""
    differences = [
        {"kind": one.kind, "table": one.table, "item": one.item, "details": one.details, "words": _found(one)}
        for one in result.differences
    ]
    return text.to_json({"database": result.database, "current": result.current, "differences": differences})


def repair(wanted: Repair) -> str:
    """Return what a repair would do."""
    lines = [f"Would repair {wanted.database}, which is at {text.heads(wanted.current)}:"]
    if wanted.unfinished:
        lines.append(f"  unfinished: {unfinished(wanted.unfinished)}")
    lines += [f"  {statement};" for statement in wanted.renames]
    lines += [f"  {to_do(one)}" for one in wanted.differences]
    lines += [f"  ! {stake(one)}" for one in wanted.stakes]
    return "\n".join(lines)


def repaired(result: Repaired) -> str:
    """Return what a repair did, and what it could not do."""
    lines = [f"  {line};" for statement in result.sql for line in [" ".join(statement.rstrip(";").split())]]
    if result.restored:
        lines.append(f"{counted(result.restored, 'row')} restored that the unfinished revision had taken away.")
    if result.left:
        lines += [
            f"{result.database} is still not what its revision says:",
            *(f"  {_found(one)}" for one in result.left),
        ]
        return "\n".join([*lines, "Mend that by hand, then inv db.drift"])
    return "\n".join([*lines, f"{result.database} is what its revision says."])


def nothing_to_repair(wanted: Repair) -> str:
    """Return that there is nothing to do."""
    return f"Nothing to repair: {wanted.database} is what its revision says: {text.heads(wanted.current)}."


def _found(one: Difference) -> str:
    return FOUND[one.kind].format(table=one.table, item=one.item, details=" and ".join(one.details)).strip()

"""Differences between schemas, and drafts made of them, in words."""

from collections.abc import Iterator

from dbtasks.compare import Difference
from dbtasks.drafting.hazards import Hazard
from dbtasks.drafting.renames import Rename
from dbtasks.drafting.trial import Trial
from dbtasks.project import Project
from dbtasks.revise import Draft

WORDS = {
    "create_table": "create the table {table}",
    "drop_table": "drop the table {table} and its rows",
    "add_column": "add the column {table}.{item}",
    "drop_column": "drop the column {table}.{item} and its values",
    "alter_column": "change {details} of the column {table}.{item}",
    "create_index": "create the index {item} on {table}",
    "drop_index": "drop the index {item} of {table}",
    "create_constraint": "create the constraint {item} on {table}",
    "drop_constraint": "drop the constraint {item} of {table}",
    "table_comment": "change the comment of the table {table}",
    "create_view": "create the view {table}",
    "drop_view": "drop the view {table}",
    "change_view": "change the view {table}",
    "create_check": "create the check {item} on {table}",
    "drop_check": "drop the check {item} of {table}",
    "change_check": "change the check {item} of {table}",
    "change_primary_key": "change the primary key of {table}",
    "change_column_order": "put the columns of {table} in order",
    "create_sequence": "create the sequence {table}",
    "drop_sequence": "drop the sequence {table}",
    "change_sequence": "make the sequence {table} anew",
    "create_domain": "create the domain {table}",
    "drop_domain": "drop the domain {table}",
    "change_domain": "make the domain {table} anew",
    "create_schema": "create the schema {table}",
    "create_enum": "create the type {table}",
    "drop_enum": "drop the type {table}",
    "change_enum": "change the values of the type {table}: {details}",
    "rename_table": "rename the table {details} to {table}",
    "rename_column": "rename the column {table}.{details} to {item}",
    "rename_member": "give rows of {table} the new values of {item}: {details}",
    "backfill": "fill in: what rows of {table} need first for {item}",
    "other": "change {table} {item}",
}
HAZARDS = {
    "new-not-null": "{table}.{item} has to have a value and has no default: the upgrade fails where {table} has rows.",
    "set-not-null": "{table}.{item} has to have a value now: the upgrade fails where a row has none.",
    "narrowed": "{table}.{item} gets narrower ({detail}): the upgrade fails, or cuts, where a value does not fit.",
    "member-gone": "{table}: {detail}.",
    "new-unique": "{item} of {table} has to be unique now: the upgrade fails where rows are the same.",
}
LOST = {
    "": "the table {table} goes, and its rows with it.",
    "item": "the column {table}.{item} goes, and its values with it.",
}
PARTS = ("create_table", "drop_table")  # whose columns, keys and indexes need no line of their own


def draft(result: Draft, project: Project) -> str:
    """Return what a drafted revision does, what is to be seen to, and where it is."""
    lines = [f"Left out, with changes of their own: {', '.join(result.waiting)}."] if result.waiting else []
    lines += [f"Left out: {name}, since its schema is another database here." for name in result.left_out]
    if result.path is None:
        return "\n".join(["Nothing to migrate: the models are what the history's head has.", *lines])
    whole = {one.table for one in result.differences if one.kind in PARTS}
    lines += [f"  {difference(one)}" for one in result.differences if one.kind in PARTS or one.table not in whole]
    lines += [f"! {hazard(one)}" for one in result.hazards]
    if not result.safe and any(one.kind not in ("lost", "member-gone") for one in result.hazards):
        lines.append("  With --safe the steps for rows that are there are written, for you to fill in.")
    lines += [f"! {offer(one)}" for one in result.renames]
    lines += [
        f"note: {table} refers to {target} of the service {service}." for table, target, service in result.crossing
    ]
    lines.append(f"Wrote {project.relative(result.path).as_posix()}.")
    lines += tried(result.trial)
    lines.append("Next: read it, then inv db.upgrade")
    return "\n".join(lines)


def hazard(one: Hazard) -> str:
    """Return what may fail, or is lost, where a table has rows."""
    words = LOST["item" if one.item else ""] if one.kind == "lost" else HAZARDS[one.kind]
    return words.format(table=one.table, item=one.item, detail=one.detail)


def offer(one: Rename) -> str:
    """Return that something may have been renamed, and how to say so."""
    flag = "--rename-table" if one.kind == "table" else "--rename"
    lost = {"table": "the rows of the first", "column": "the values of the first", "member": "the meaning of the first"}
    answer = f"{one.old}={one.new}" if one.kind == "table" else f"{one.before}={one.new}"
    return f"Was {one.before} renamed to {one.after}? This draft loses {lost[one.kind]}; {flag} {answer} keeps them."


def rename_question(one: Rename) -> str:
    """Return what a person is asked."""
    return f"Was {one.before} renamed to {one.after}?"


def tried(trial: Trial) -> Iterator[str]:
    """Yield what came of trying a draft; nothing when it does what it should."""
    if trial.failed:
        word = "applied to" if trial.failed == "upgrade" else "reverted in"
        yield f"! It cannot be {word} a scratch database: {trial.cause}"
    for one in trial.missing:
        yield f"! It does not do all that the models want: {difference(one)}."
    for name in trial.changed:
        yield f"! Its downgrade does not bring back: {name}."


def sql(dialect: str, statements: str) -> str:
    """Return the SQL of a draft under the name of a dialect."""
    return f"-- {dialect}\n{statements.rstrip()}"


def difference(one: Difference) -> str:
    """Return a difference in words."""
    return WORDS[one.kind].format(table=one.table, item=one.item, details=" and ".join(one.details)).rstrip()

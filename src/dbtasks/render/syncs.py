"""A database that comes from another branch, in words."""

from functools import partial

from dbtasks.errors import counted
from dbtasks.keep import Kept
from dbtasks.render import text
from dbtasks.render.plans import body, end
from dbtasks.render.runs import together
from dbtasks.sync import Sync, Synced


def sync(wanted: Sync) -> str:
    """Return what would be reverted, set aside and applied."""
    plans = [one for one in (wanted.reverting, wanted.applying) if one.steps]
    if not plans:
        return _nothing(wanted.reverting.database, wanted.reverting.current)
    lines = [line for one in plans for line in body(one, partial(_mark, wanted, one.direction))]
    return "\n".join([*lines, *end(wanted.id, len(wanted.losing))])


def synced(result: Synced) -> str:
    """Return what was done; its steps have been shown already."""
    if not result.steps:
        return _nothing(result.database, result.heads)
    lines = [
        f"{together(result.steps)}. {result.database} is at {text.heads(result.heads)}.",
        *(f"Set aside: {_what(one)}. On a branch that has it: inv db.restore --id {one.id}" for one in result.kept),
        *(f"Set aside earlier: {_what(one)}. Next: inv db.restore --id {one.id}" for one in result.waiting),
        *([f"The history has {len(result.ends)} heads. Next: inv db.rebase, or inv db.merge"] if result.ends else []),
    ]
    return "\n".join(lines)


def _nothing(database: str, heads: tuple[str, ...]) -> str:
    return f"Nothing to sync: {database} is at {text.heads(heads)}, this branch's head."


def _mark(wanted: Sync, direction: str, revision: str) -> str:
    if direction == "upgrade":
        return ""
    return "  (at another place on this branch)" if wanted.files.has(revision) else "  (not on this branch)"


def _what(kept: Kept) -> str:
    names = [one.table if one.has_rows else f"{one.table} ({', '.join(one.columns)})" for one in kept.parts]
    rows = [f"{counted(one.rows, 'row')} of {name}" for name, one in zip(names, kept.parts, strict=True)]
    return ", ".join(rows)

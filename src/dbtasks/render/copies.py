"""What was set aside or is kept, and what came back, in words."""

from collections.abc import Sequence
from dataclasses import asdict

from dbtasks import values
from dbtasks.aside import Part
from dbtasks.cache import Cleaned
from dbtasks.environment import Environment
from dbtasks.errors import counted
from dbtasks.keep import Kept
from dbtasks.putback import Outcome
from dbtasks.render import text
from dbtasks.settings import Settings
from dbtasks.whole import Whole

UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def kept(wholes: Sequence[Whole], copies: Sequence[Kept]) -> str:
    """Return what is set aside: databases, then copies, the oldest first."""
    lines = []
    for whole in wholes:
        by = f"by {whole.event.actor}, {whole.event.kind}" if whole.event else "by somebody"
        lines.append(f"{whole.id}  {_moment(whole.id)}  {by}")
        size = f", {_size(whole.size)}" if whole.size is not None else ""
        lines.append(f"    the whole database: {counted(whole.tables, 'table')}, {counted(whole.rows, 'row')}{size}")
    for one in copies:
        last = one.events[-1]
        marks = "  (restored)" if one.is_restored else ""
        revisions = ", ".join(dict.fromkeys(event.revision for event in one.events))
        lines.append(f"{one.id}  {values.shown(last.started)}  by {last.actor}, revision {revisions}{marks}")
        for part, bytes_ in zip(one.parts, one.sizes, strict=True):
            size = f", {_size(bytes_)}" if bytes_ is not None else ""
            lines.append(f"    {part.table}: {_what(part)}, {counted(part.rows, 'row')}{size}")
    return "\n".join([*lines, "Next: inv db.restore --id ID" if lines else "Nothing is set aside."])


def _what(part: Part) -> str:
    if part.has_rows:
        return "the table" if "table" in part.kinds else "data"
    return ", ".join(part.columns) or "its keys"


def kept_json(wholes: Sequence[Whole], copies: Sequence[Kept]) -> str:
    """Return the same as JSON: an object with two lists."""
    databases = [
        {
            "id": one.id,
            "when": one.event.started if one.event else None,
            "actor": one.event.actor if one.event else None,
            "tables": one.tables,
            "rows": one.rows,
            "bytes": one.size,
        }
        for one in wholes
    ]
    return text.to_json({"databases": databases, "copies": [_copies(one) for one in copies]})


def _copies(one: Kept) -> dict[str, object]:
    parts = [
        {**asdict(part), "revision": event.revision, "bytes": bytes_}
        for part, event, bytes_ in zip(one.parts, one.events, one.sizes, strict=True)
    ]
    last = one.events[-1]
    return {
        "id": one.id, "when": last.started, "actor": last.actor, "restored": one.is_restored, "parts": parts
    }  # fmt: skip


def brought_back(whole: Whole, present: int) -> str:
    """Return that a whole database is in its place again, and where the one before is."""
    there = f"{counted(whole.tables, 'table')} with {counted(whole.rows, 'row')} are there again"
    return f"Brought {whole.id} back: {there}.\nWhat was there instead is set aside: inv db.restore --id {present}"


def restored(outcomes: Sequence[Outcome]) -> str:
    """Return how many rows came back, and which could not and why."""
    lines = []
    for one in outcomes:
        what = one.part.table if one.part.has_rows else f"{one.part.table} ({', '.join(one.part.columns)})"
        same = f", {one.unchanged} as they were" if one.unchanged else ""
        lines.append(f"{what}: {counted(one.restored, 'row')} restored{same}")
        if one.reason:
            lines.append(f"  not restored: {one.reason}")
    return "\n".join([*lines, "The copies stay until they are forgotten: inv db.kept, inv db.forget"])


def forgotten(number: int) -> str:
    """Return how many copies were deleted."""
    return f"{number} set-aside {'copy' if number == 1 else 'copies'} deleted." if number else "Nothing to forget."


def cleaned(result: Cleaned) -> str:
    """Return what was removed from the cache of scratch databases, and what killed runs had left."""
    if not (result.kept or result.left or result.passed):
        return f"Nothing is kept ({result.place})."
    lines = [f"Removed {counted(len(result.kept), 'kept database')} ({result.place})."] if result.kept else []
    if result.passed:
        lines.append("Forgot what has passed a rehearsal or a check.")
    if result.left:
        lines.append(f"Removed {counted(len(result.left), 'scratch database')} that killed runs had left:")
    return "\n".join([*lines, *(f"  {name}" for name in result.left)])


def environment(where: Environment, settings: Settings) -> str:
    """Return which environment a database says it is."""
    recorded = where.recorded or "nothing recorded; the first upgrade records the configured one"
    lines = [
        f"database     {settings.database.name}",
        f"recorded     {recorded}",
        f"configured   {where.configured}",
        f"protected    {'yes' if where.is_protected else 'no'}",
    ]
    if not where.agrees:
        lines.append("They differ: destructive commands are refused. Next: inv db.environment --set NAME")
    return "\n".join(lines)


def _moment(number: int) -> str:
    digits = str(number)
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}:{digits[12:]} UTC"


def _size(number: int) -> str:
    size, unit = float(number), 0
    while size >= 1024 and unit < len(UNITS) - 1:  # noqa: PLR2004 - of bytes
        size, unit = size / 1024, unit + 1
    return f"{size:.0f} {UNITS[unit]}"

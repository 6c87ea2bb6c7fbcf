"""What will happen, and what is at stake, in words."""

from collections.abc import Callable, Iterator
from dataclasses import asdict

from dbtasks.errors import counted
from dbtasks.plan import Plan
from dbtasks.render import text
from dbtasks.render.operations import operations
from dbtasks.render.runs import nothing
from dbtasks.stakes import Stake

LOSSES = {
    "table": "loses the table {name}: {rows}",
    "column": "loses the column {name}: {rows}",
    "type": "narrows {name} ({detail}): {rows}",
    "data": "writes over data of {name} ({detail}): {rows}",
}
READ = "What is lost was read from the SQL, not rehearsed: {why}."


def plan(result: Plan) -> str:
    """Return what a plan would do."""
    if not result.steps:
        return nothing(result.database, result.current, result.direction)
    return "\n".join([*body(result), *end(result.id, len(result.losing))])


def end(id: str, losses: int) -> list[str]:  # noqa: A002 - what it is
    """Return the last lines of a plan: how much there is to agree to, and how it is called."""
    agree = [f"{counted(losses, 'loss').replace('losss', 'losses')} to agree to: --confirm NAME."] if losses else []
    return [*agree, f"Plan {id}. Nothing was changed."]


def body(result: Plan, mark: Callable[[str], str] = lambda _revision: "") -> list[str]:
    """Return what each step would do; ``mark`` adds something to the line of a revision."""
    verb = "Would apply to" if result.direction == "upgrade" else "Would revert on"
    lines = [f"{verb} {result.database}, from {text.heads(result.current)}:"]
    for step in result.steps:
        touched = result.services.get(step.id, ())
        services = f"  [{', '.join(touched)}]" if touched else ""
        lines.append(f"  {step.id}  {step.message}{services}{mark(step.id)}")
        sql = result.rehearsal.sql.get(step.id, ())
        lines += [f"    {line}" for line in operations(sql)]
        lines += [f"    ! {stake(one)}" for one in _lost(result, step.id)]
        lines += [f"        {line}" for statement in sql for line in _lines(statement)]
    if not result.rehearsal.was_run:
        lines.append(READ.format(why=_why_read(result)))
    return lines


def _lines(statement: str) -> Iterator[str]:
    """Yield the lines of a statement as they are shown: with spaces instead of tabs, and without empty lines."""
    shown = (line.expandtabs(4).rstrip() for line in f"{statement.rstrip(';')};".splitlines())
    return (line for line in shown if line)


def stake(one: Stake) -> str:
    """Return what would be lost, and how much of it there is."""
    name = one.loss.name or "an unknown table"
    words = LOSSES[one.loss.kind].format(name=name, detail=one.loss.detail, rows=_rows(one))
    return f"{words}{', accepted in the revision' if one.is_accepted else ''}"


def plan_json(result: Plan) -> str:
    """Return the same as JSON: an object."""
    return text.to_json(
        {
            "id": result.id,
            "database": result.database,
            "direction": result.direction,
            "current": result.current,
            "rehearsed": result.rehearsal.was_run,
            "steps": [
                {
                    "id": step.id,
                    "message": step.message,
                    "services": result.services.get(step.id, ()),
                    "operations": list(operations(result.rehearsal.sql.get(step.id, ()))),
                    "sql": result.rehearsal.sql.get(step.id, ()),
                    "stakes": list(_stakes(result, step.id)),
                }
                for step in result.steps
            ],
        }
    )


def _stakes(result: Plan, revision: str) -> Iterator[dict[str, object]]:
    for one in _lost(result, revision):
        facts = {key: value for key, value in asdict(one.loss).items() if not key.startswith("live_")}
        yield {**facts, "rows": one.rows, "exact": one.is_exact, "accepted": one.is_accepted}


def _lost(result: Plan, revision: str) -> Iterator[Stake]:
    return (one for one in result.stakes if one.loss.revision == revision and one.loss.kind in LOSSES)


def _rows(one: Stake) -> str:
    if one.rows is None:
        return "how much cannot be told"
    number = f"{one.rows:,} {'row' if one.loss.kind in ('table', 'data') else 'value'}{'' if one.rows == 1 else 's'}"
    return number if one.is_exact else f"about {number}"


def _why_read(result: Plan) -> str:
    where = result.environment
    if where is not None and (where.is_protected or not where.is_local):
        return "the server is protected or elsewhere, and 'database.scratch.url' is not set"
    return "a scratch database could not be made, or a revision does not run in one"

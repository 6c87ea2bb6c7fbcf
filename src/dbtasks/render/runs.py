"""Plans, runs and what the ledger says of them, in words."""

from collections.abc import Sequence
from dataclasses import asdict

from dbtasks import values
from dbtasks.errors import counted
from dbtasks.history import History
from dbtasks.ledger import Event
from dbtasks.lock import Holder
from dbtasks.migrate import Report
from dbtasks.render import text
from dbtasks.road import Step

VERBS = {"reverted": "downgrade", "applied": "upgrade"}


def step(done: Step, history: History) -> str:
    """Return one step that was taken."""
    verb = "applied " if done.direction == "upgrade" else "reverted"
    return f"  {verb} {done.revision}  {history.get(done.revision).message}  ({done.seconds:.2f} s)"


def report(result: Report, direction: str) -> str:
    """Return what a run did; its steps have been shown already."""
    if not result.steps and result.aside is None:
        return nothing(result.database, result.heads, direction)
    kept = f"\nWhat was there is set aside: inv db.restore --id {result.aside}" if result.aside else ""
    verb = "applied" if direction == "upgrade" else "reverted"
    return f"{counted(len(result.steps), 'revision')} {verb}. {result.database} is at {text.heads(result.heads)}.{kept}"


def together(steps: Sequence[Step]) -> str:
    """Return how many revisions were reverted and applied."""
    numbers = {verb: sum(one.direction == way for one in steps) for verb, way in VERBS.items()}
    return ", ".join(f"{counted(number, 'revision')} {verb}" for verb, number in numbers.items() if number)


def nothing(database: str, current: Sequence[str], direction: str) -> str:
    """Return that there is nothing to do."""
    return f"Nothing to {direction}: {database} is at {text.heads(current)}."


def stamped(result: Report) -> str:
    """Return what a database was stamped with."""
    return f"{result.database} now records {text.heads(result.heads)}; no revision was run."


def waiting(holder: Holder) -> str:
    """Return for whom a command waits."""
    return f"Waiting for {holder}."


def log(events: Sequence[Event]) -> str:
    """Return what happened in a database, a line each, the oldest first."""
    lines = [
        f"{values.shown(one.started)}  {one.kind:<11}  {one.revision or one.detail or '-':<12}  {one.outcome:<8}"
        f"  {one.seconds:6.2f} s  {one.actor}"
        for one in events
    ]
    return "\n".join(lines) or "Nothing is recorded: dbtasks has not written to this database yet."


def log_json(events: Sequence[Event]) -> str:
    """Return the same as JSON: a list of objects, without the sources of the revisions."""
    return text.to_json([{key: value for key, value in asdict(one).items() if key != "source"} for one in events])

"""A draft is tried before it is handed over: up, compared with the models, and down again."""

from collections.abc import Iterable
from dataclasses import dataclass

from dbtasks import history, road, scratch
from dbtasks.compare import Difference
from dbtasks.dialects.definitions import CHECK
from dbtasks.drafting import detect, snapshot
from dbtasks.drafting.detect import Schemas
from dbtasks.drafting.snapshot import Snapshot
from dbtasks.errors import BrokenReferences, MigrationFailed
from dbtasks.history import Direction
from dbtasks.project import Project
from dbtasks.road import Run


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a draft in a scratch database; nothing at all when it does what it should.

    Attributes:
        failed: the direction that could not be run; "" when both could.
        cause: what the database said then.
        missing: what the models still want after the way up.
        changed: what the way down leaves different from before.
    """

    failed: str = ""
    cause: str = ""
    missing: tuple[Difference, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Return whether the draft does what it should."""
        return not (self.failed or self.missing or self.changed)


CLEAN = Trial()


def of(
    project: Project, schemas: Schemas, before: Snapshot, revision: str, left_out: Iterable[Difference] = ()
) -> Trial:
    """Return how a written revision does in the scratch database that it was drafted on; that one is used up by it.

    ``before`` is the schema of that one. What was ``left_out`` of the draft need not be there afterwards.
    """
    looked_at = schemas.wanted.scope
    revisions = history.load(project)
    try:
        _take(revisions, schemas, revision, "upgrade")
    except (MigrationFailed, BrokenReferences) as error:
        return Trial("upgrade", error.why() or "")
    expected = set(left_out)
    missing = tuple(
        one.said
        for one in detect.changes(schemas, snapshot.of(schemas.here, looked_at))
        if one.said not in expected and (one.up or one.down)
    )
    try:
        _take(revisions, schemas, revision, "downgrade")
    except (MigrationFailed, BrokenReferences) as error:
        return Trial("downgrade", error.why() or "", missing)
    after = snapshot.of(schemas.here, looked_at)
    return Trial(missing=missing, changed=differing(before, after))


def _take(revisions: history.History, schemas: Schemas, revision: str, direction: Direction) -> None:
    run = Run(revisions.project, schemas.here, scratch.SHOWN, direction=direction)
    road.migrate(revisions, run, lambda _current: (revisions.get(revision),))


def differing(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Return the names of what is not the same in two schemas; empty when they are the same."""
    old, new = facts(before), facts(after)
    return tuple(sorted({name for name in {*old, *new} if old.get(name) != new.get(name)}))


def facts(of: Snapshot) -> dict[str, object]:
    """Return what a schema says of each thing, by its name; the order of columns is left out."""
    found: dict[str, object] = {}
    for name, table in of.metadata.tables.items():
        found[name] = table.comment
        for column in table.columns:
            computed = (
                (str(column.computed.sqltext), column.computed.persisted) if column.computed is not None else None
            )
            found[f"{name}.{column.name}"] = (
                repr(column.type),
                column.nullable,
                snapshot.default_of(column),
                computed,
                column.identity is not None,
                column.comment,
            )
    for key, one in of.definitions.items():
        # A check may have got a name on the way; what it says is what counts.
        name = f"{key.table}.{key.kind} {one.said if key.kind == CHECK else key.name}".strip()
        found[name] = one.said
    found |= {f"{kind} {name}": statement for (kind, name), statement in of.objects.items()}
    for (_, name), members in of.enums.items():
        found[f"type {name}"] = members
    return found

"""The changes that take one schema to the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import URL

from dbtasks import dialects
from dbtasks.compare import Difference
from dbtasks.drafting import columns, constraints, keys, order, tables, types
from dbtasks.drafting.change import Change, Phase
from dbtasks.drafting.operations import Sql
from dbtasks.drafting.sides import Sides
from dbtasks.drafting.snapshot import Snapshot
from dbtasks.drafting.wanted import Wanted

NONE: Mapping[tuple[str, str], str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Schemas:
    """The two scratch databases, and the models.

    Attributes:
        here: the URL of the one with the history.
        there: the URL of the one that the models made.
        wanted: the models.
        made: the schema of the second, which nothing changes any more.
    """

    here: URL
    there: URL
    wanted: Wanted
    made: Snapshot


def changes(
    schemas: Schemas,
    here: Snapshot,
    members: Mapping[tuple[str, str], str] = NONE,
    old_names: frozenset[str] = frozenset(),
) -> tuple[Change, ...]:
    """Return what is to be done, in order; empty when the history has what the models want.

    ``here`` is the schema of the first database, as it is now.
    ``members`` gives the new name of a renamed member by its type and its old name; ``old_names`` are those of renamed
    tables and columns, which other names may be made of.
    """
    wanted, dialect = schemas.wanted, dialects.of(schemas.here)
    return _changes(Sides(here, schemas.made, wanted.tables, wanted.named, old_names, dialect, here.sql), members)


def _changes(sides: Sides, members: Mapping[tuple[str, str], str]) -> tuple[Change, ...]:
    here, there = sides.here.metadata.tables, sides.there.metadata.tables
    found = [*_spaces(sides), *_objects(sides), *types.changes(sides, members)]
    found += [*tables.changes(sides), *columns.changes(sides)]
    for table in sorted({*here} & {*there}):
        found += constraints.changes(sides, table)
    if sides.dialect.rebuilds:
        rebuilt = {one.table for one in found if one.phase == Phase.TABLES}
        found += [one for table in sorted(rebuilt) for one in constraints.kept_checks(sides, table)]
    gone = [table for name, table in here.items() if name not in there]
    names = keys.creation_order([*(table for name, table in sides.tables.items() if name in there), *gone])
    return order.in_order(keys.out_of_the_way(sides, order.in_order(found, names)), names)


def _objects(sides: Sides) -> Iterator[Change]:
    """Yield the sequences and domains that have to come or to go."""
    here, there = sides.here.objects, sides.there.objects
    for key in sorted({*here, *there}):
        if here.get(key) != there.get(key):
            kind, name = key
            drop = f"DROP {kind.upper()} {'.'.join(map(sides.dialect.quoted, name.split('.')))}"
            up, down = (
                _remade(sides, drop, *pair)
                for pair in ((here.get(key), there.get(key)), (there.get(key), here.get(key)))
            )
            verb = "create" if key not in here else "change" if key in there else "drop"
            yield Change(Phase.TYPES if key in there else Phase.OLD_TYPES, Difference(f"{verb}_{kind}", name), up, down)


def _remade(sides: Sides, drop: str, old: str | None, new: str | None) -> tuple[Sql, ...]:
    return tuple(Sql([one], sides.dialect.names) for one in (drop if old else None, new) if one)


def _spaces(sides: Sides) -> Iterator[Change]:
    """Yield the schemas that the models name and that the history has not made yet."""
    for name in sides.there.schemas:
        if name is not None and name not in sides.here.spaces:
            quoted = sides.dialect.quoted(name)
            up, down = (Sql([f"{verb} SCHEMA {quoted}"], sides.dialect.names) for verb in ("CREATE", "DROP"))
            yield Change(Phase.SCHEMAS, Difference("create_schema", name), (up,), (down,))

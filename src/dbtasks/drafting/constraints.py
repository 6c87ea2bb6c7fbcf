"""Indexes and constraints that a table has to lose or to get, in both directions."""

import re
from collections.abc import Iterator

from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    TextClause,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import ColumnCollectionConstraint, Constraint

from dbtasks.compare import Difference
from dbtasks.dialects.definitions import CHECK, EXCLUDE, FOREIGN, INDEX, PRIMARY, UNIQUE, Definition, Key
from dbtasks.drafting import primary
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.operations import DropUnnamed, NewCheck, Sql
from dbtasks.drafting.sides import Sides, compiled, escaped
from dbtasks.drafting.snapshot import full_name

# An index that Alembic's operation says as well as the database's own statement does.
SIMPLE = re.compile(r"CREATE (UNIQUE )?INDEX \S+ ON (?:ONLY )?\S+(?: USING btree)? \((?:\w+(?:, )?)+\)", re.IGNORECASE)
SIMPLE_KEY = re.compile(r"(?:UNIQUE )?KEY \((?:`\w+`,?)+\)")
LITERAL = re.compile(r"'((?:[^']|'')*)'")
CONVENTION = {
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}
TYPES = {CHECK: "check", UNIQUE: "unique", FOREIGN: "foreignkey", PRIMARY: "primary", EXCLUDE: None}
# What an index of the database's may be in a model: MySQL has no other unique constraints.
CLASSES: dict[str, type[Constraint]] = {
    INDEX: UniqueConstraint,
    UNIQUE: UniqueConstraint,
    CHECK: CheckConstraint,
    FOREIGN: ForeignKeyConstraint,
    EXCLUDE: ColumnCollectionConstraint,
}


def changes(sides: Sides, table: str) -> Iterator[Change]:
    """Yield what is to be done about the indexes and constraints of a table that both schemas have."""
    here, there = sides.here.of_table(table), sides.there.of_table(table)
    same = {key for key, one in here.items() if key in there and there[key].said == one.said}
    gone = {key: one for key, one in here.items() if key not in same}
    new = {key: one for key, one in there.items() if key not in same}
    _forget_renamed(sides, table, gone, new)
    if {key.kind for key in (*gone, *new)} & {PRIMARY}:
        old, now = (next((one for key, one in side.items() if key.kind == PRIMARY), None) for side in (gone, new))
        yield primary.change(sides, table, old, now)
    for key, one in sorted(gone.items()):
        if key.kind != PRIMARY:
            yield _away(sides, key, one, covered=_is_covered(sides, key, here, new))
    for key, one in sorted(new.items()):
        if key.kind != PRIMARY:
            yield _added(sides, key, one)


def _forget_renamed(sides: Sides, table: str, gone: dict[Key, Definition], new: dict[Key, Definition]) -> None:
    """Leave out what differs by a name that nobody has chosen."""
    for key in [key for key in new if (table, key.name) in sides.named]:
        twin = next((old for old in gone if old.kind == key.kind and gone[old].said == new[key].said), None)
        if twin is not None and not any(
            re.search(rf"(^|_){re.escape(old)}(_|$)", twin.name) for old in sides.old_names
        ):
            del gone[twin], new[key]


def kept_checks(sides: Sides, table: str) -> Iterator[Change]:
    """Yield the checks without a name that a rebuild of the table would lose; they get a name of the models'."""
    unnamed = {one.said for key, one in sides.here.of_table(table).items() if key.kind == CHECK and one.name is None}
    for key, one in sorted(sides.there.of_table(table).items()):
        if key.kind == CHECK and one.said in unnamed and (table, key.name) in sides.named:
            yield Change(
                Phase.TABLES, Difference("create_constraint", table, key.name), created(sides, key), (), Place.CHECK
            )


def _is_covered(sides: Sides, key: Key, here: dict[Key, Definition], new: dict[Key, Definition]) -> bool:
    """Return whether an index that a foreign key had brought vanishes by itself once there is another for it.

    That is when the foreign key stays, and the other begins with its columns.
    """
    reference = key._replace(kind=FOREIGN)
    if not sides.dialect.implies_indexes or key.kind != INDEX or reference not in sides.there.definitions:
        return False
    columns = re.search(r"\((.*?)\)", here[reference].said) if reference in here else None
    return columns is not None and any(one.kind == INDEX and f"({columns[1]}" in new[one].said for one in new)


def _away(sides: Sides, key: Key, one: Definition, *, covered: bool) -> Change:
    up, down = dropped(key, one), again(sides, key, one)
    place = {FOREIGN: Place.KEY_AWAY, INDEX: Place.INDEX_AWAY}.get(key.kind, Place.CHECK_AWAY)
    kind = "drop_index" if key.kind == INDEX else "drop_constraint"
    return Change(Phase.TABLES, Difference(kind, full_name(key), key.name), () if covered else up, down, place)


def _added(sides: Sides, key: Key, one: Definition) -> Change:
    up, down = created(sides, key), dropped(key, one)
    kind = "create_index" if key.kind == INDEX else "create_constraint"
    place = {FOREIGN: Place.KEY, INDEX: Place.INDEX}.get(key.kind, Place.CHECK)
    if sides.dialect.implies_indexes and key.kind == INDEX:
        # What no model has a foreign key brings, and leaves behind when it goes.
        place = Place.INDEX_FIRST if up else Place.INDEX
    return Change(Phase.TABLES, Difference(kind, full_name(key), key.name), up, down, place)


def dropped(key: Key, one: Definition) -> tuple[ops.MigrateOperation, ...]:
    """Return the operation that drops an index or constraint."""
    if key.kind == INDEX:
        return (ops.DropIndexOp(key.name, key.table, schema=key.schema),)
    if one.name is None:
        return (DropUnnamed(by_convention(key), key.table, type_=TYPES[key.kind], schema=key.schema),)
    return (ops.DropConstraintOp(one.name, key.table, type_=TYPES[key.kind], schema=key.schema),)


def by_convention(key: Key) -> str | None:
    """Return the name by which batch mode finds a constraint that has none; None where it finds it by no name."""
    columns = re.match(r"\(?\(?([\w, ]+)", key.name)
    names = "_".join(columns[1].split(", ")) if columns else ""
    if key.kind == UNIQUE:
        return f"uq_{key.table}_{names}"
    target = re.search(r"-> (\w+)", key.name)
    return f"fk_{key.table}_{names}_{target[1]}" if key.kind == FOREIGN and target else None


def again(sides: Sides, key: Key, one: Definition) -> tuple[ops.MigrateOperation, ...]:
    """Return the operation that makes an index or constraint of the history's again."""
    operation = _reflected(sides, key, one)
    if operation is not None:
        return (operation,)
    return (Sql([one.again]),) if one.again else ()


def _reflected(sides: Sides, key: Key, one: Definition) -> ops.MigrateOperation | None:
    """Return it as an operation of Alembic's, where that says all that the definition says."""
    table = sides.here.table(full_name(key))
    if key.kind == INDEX:
        simple = SIMPLE.fullmatch(one.said.replace('"', "")) or SIMPLE_KEY.fullmatch(one.said)
        index = next((index for index in table.indexes if index.name == key.name), None)
        return ops.CreateIndexOp.from_index(index) if simple and index is not None else None
    if key.kind == CHECK:
        return check(key, one)
    constraint = next((one for one in table.constraints if one.name == key.name), None)
    if key.kind == EXCLUDE or constraint is None or not isinstance(constraint, UniqueConstraint | ForeignKeyConstraint):
        return None
    operation = ops.AddConstraintOp.from_constraint(constraint)
    if isinstance(operation, ops.CreateUniqueConstraintOp):
        operation.kw = {name: value for name, value in operation.kw.items() if value}
    return operation


def check(key: Key, one: Definition) -> NewCheck:
    """Return the operation that makes a check of the history's again."""
    said = re.sub(r"^CHECK \((.*)\)$", r"\1", one.said, flags=re.DOTALL)
    return NewCheck(one.name, key.table, text(escaped(said)), schema=key.schema)


def created(sides: Sides, key: Key) -> tuple[ops.MigrateOperation, ...]:
    """Return the operation that makes an index or constraint of the models'; empty when no model has it."""
    table = sides.tables[full_name(key)]
    for index in table.indexes:
        if index.name == key.name and key.kind == INDEX:
            return (ops.CreateIndexOp.from_index(index),)
    for constraint in table.constraints:
        if constraint.name == key.name and isinstance(constraint, CLASSES[key.kind]):
            return (_constraint(sides, constraint),)
    return ()


def _constraint(sides: Sides, constraint: Constraint) -> ops.MigrateOperation:
    if isinstance(constraint, CheckConstraint):
        table, sql = constraint.table, constraint.sqltext
        options = {"literal_binds": True, "include_table": False}
        written = sql.text if isinstance(sql, TextClause) else escaped(compiled(sides, sql, options))
        return NewCheck(constraint.name, table.name, text(written), schema=table.schema)
    return ops.AddConstraintOp.from_constraint(constraint)

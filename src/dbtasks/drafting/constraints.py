"""Indexes and constraints that a table has to lose or to get, in both directions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from alembic.ddl.mysql import MySQLModifyColumn
from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    ClauseElement,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Table,
    TextClause,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import ColumnCollectionConstraint, Constraint

from dbtasks import dialects
from dbtasks.compare import Difference
from dbtasks.dialects.definitions import CHECK, EXCLUDE, FOREIGN, INDEX, PRIMARY, UNIQUE, Definition, Key
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.operations import DropUnnamed, NewCheck, NewPrimaryKey, Sql
from dbtasks.drafting.snapshot import Snapshot, full_name

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


@dataclass(frozen=True, slots=True)
class Sides:
    """The two schemas, and the models in whose words things are said.

    Attributes:
        here: the history's.
        there: the models'.
        tables: the models' tables by their full names.
        named: what the models left without a name, and where a name of the history's own will do.
        old_names: the names that tables and columns had before this draft renames them.
        dialect: of the databases.
        sql: SQLAlchemy's dialect, which writes SQL.
    """

    here: Snapshot
    there: Snapshot
    tables: dict[str, Table]
    named: frozenset[tuple[str, str]]
    old_names: frozenset[str]
    dialect: dialects.Dialect
    sql: Dialect


def changes(sides: Sides, table: str) -> Iterator[Change]:
    """Yield what is to be done about the indexes and constraints of a table that both schemas have."""
    here, there = sides.here.of_table(table), sides.there.of_table(table)
    same = {key for key, one in here.items() if key in there and there[key].said == one.said}
    gone = {key: one for key, one in here.items() if key not in same}
    new = {key: one for key, one in there.items() if key not in same}
    _forget_renamed(sides, table, gone, new)
    if {key.kind for key in (*gone, *new)} & {PRIMARY}:
        yield from _primary(sides, table, gone, new)
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
    if sides.dialect.implies_indexes and key.kind == INDEX and key not in sides.there.definitions:
        place = Place.INDEX_LAST
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


def _primary(sides: Sides, table: str, gone: dict[Key, Definition], new: dict[Key, Definition]) -> Iterator[Change]:
    old = next((one for key, one in gone.items() if key.kind == PRIMARY), None)
    now = next((one for key, one in new.items() if key.kind == PRIMARY), None)
    up, down = _as_primary(sides, table, old, now, sides.there), _as_primary(sides, table, now, old, sides.here)
    yield Change(Phase.TABLES, Difference("change_primary_key", table), up, down, Place.PRIMARY)


def changes_primary(sides: Sides, table: str) -> bool:
    """Return whether a table that both have gets another primary key."""
    here, there = (
        next((one.said for key, one in side.of_table(table).items() if key.kind == PRIMARY), None)
        for side in (sides.here, sides.there)
    )
    return here != there


def _as_primary(
    sides: Sides, table: str, old: Definition | None, new: Definition | None, towards: Snapshot
) -> tuple[ops.MigrateOperation, ...]:
    schema, _, name = table.rpartition(".")
    if sides.dialect.alters_autoincrement:  # at once, since a column that counts up has to have a key
        parts = [*_counting(sides, table, towards), *(["DROP PRIMARY KEY"] if old else [])]
        parts += [_after_add(new.again)] if new else []
        return (Sql([f"ALTER TABLE {sides.dialect.quoted(name)} {', '.join(parts)}"]),)
    found: list[ops.MigrateOperation] = []
    if old is not None and old.name:
        found.append(ops.DropConstraintOp(old.name, name, type_="primary", schema=schema or None))
    if new is not None:
        columns = re.sub(r"PRIMARY KEY \((.*)\)", r"\1", new.said).replace('"', "").split(", ")
        found.append(NewPrimaryKey(new.name or f"pk_{name}", name, columns, schema=schema or None))
    return tuple(found)


def _counting(sides: Sides, table: str, towards: Snapshot) -> Iterator[str]:
    """Yield what makes columns begin or cease to count up."""
    other = sides.here if towards is sides.there else sides.there
    for name in {one.name: one for side in (towards, other) for one in side.table(table).columns}:
        then, before = towards.column(table, name), other.column(table, name)
        now = before if then is None else then  # what goes is still there
        if now is not None and counts_up(then) != counts_up(before):
            change = MySQLModifyColumn(
                now.table.name,
                name,
                type_=now.type,
                nullable=now.nullable,
                default=now.server_default,
                autoincrement=counts_up(then),
                comment=now.comment,
            )
            yield "MODIFY " + _escaped(_compiled(sides, change)).partition(" MODIFY ")[2]


def counts_up(column: Column[Any] | None) -> bool:
    """Return whether a reflected column is numbered by the database; False when there is no column."""
    return column is not None and column.autoincrement is True


def _after_add(statement: str) -> str:
    return "ADD " + statement.partition(" ADD ")[2]


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
        said = re.sub(r"^CHECK \((.*)\)$", r"\1", one.said, flags=re.DOTALL)
        return NewCheck(one.name, key.table, text(_escaped(said)), schema=key.schema)
    constraint = next((one for one in table.constraints if one.name == key.name), None)
    if key.kind == EXCLUDE or constraint is None or not isinstance(constraint, UniqueConstraint | ForeignKeyConstraint):
        return None
    operation = ops.AddConstraintOp.from_constraint(constraint)
    if isinstance(operation, ops.CreateUniqueConstraintOp):
        operation.kw = {name: value for name, value in operation.kw.items() if value}
    return operation


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
        written = sql.text if isinstance(sql, TextClause) else _escaped(_compiled(sides, sql, options))
        return NewCheck(constraint.name, table.name, text(written), schema=table.schema)
    return ops.AddConstraintOp.from_constraint(constraint)


def _compiled(sides: Sides, sql: ClauseElement, options: Mapping[str, Any] = MappingProxyType({})) -> str:
    """Return it as SQL; drivers that format their statements have percent signs doubled."""
    written = str(sql.compile(dialect=sides.sql, compile_kwargs=dict(options)))
    return written.replace("%%", "%") if sides.sql.identifier_preparer._double_percents else written  # noqa: SLF001


def _escaped(sql: str) -> str:
    """Return SQL in which a colon names no parameter."""
    return re.sub(r"(?<!:):(?=\w)", r"\\:", sql)

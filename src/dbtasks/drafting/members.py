"""Renames put to the user: tables first, then columns, then members of enums; and what the rows need for the last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alembic.operations import ops
from sqlalchemy import CheckConstraint, Enum

from dbtasks import dialects
from dbtasks.dialects.definitions import CHECK
from dbtasks.dialects.quoting import literal
from dbtasks.drafting import renames, snapshot
from dbtasks.drafting.change import Change, Place
from dbtasks.drafting.constraints import LITERAL
from dbtasks.drafting.detect import Schemas
from dbtasks.drafting.operations import Sql
from dbtasks.drafting.renames import Answers, Rename
from dbtasks.drafting.snapshot import Snapshot
from dbtasks.errors import RenameNotFound


@dataclass(frozen=True, slots=True)
class Use:
    """A column whose enum has other members now.

    Attributes:
        name: of the type; where it has none, of the column.
        table: the column's table.
        column: its name.
        old: the members that the history knows.
        new: those of the model.
        check: the constraint that lists them; "" where the type does.
    """

    name: str
    table: str
    column: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    check: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The renames that were agreed on.

    Attributes:
        before: the schema of the history.
        here: the same with the renames.
        changes: those of tables and columns; they are carried out already.
        members: the new name of a member by its type and its old name.
        uses: the columns whose rows hold renamed members.
        dialect: of the database.
    """

    before: Snapshot
    here: Snapshot
    changes: tuple[Change, ...] = ()
    members: Mapping[tuple[str, str], str] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()
    dialect: dialects.Dialect | None = None

    @property
    def old_names(self) -> frozenset[str]:
        """Return the names that tables and columns had before."""
        return frozenset(one.said.details[0].rpartition(".")[2] for one in self.changes)

    def with_values(self, found: Sequence[Change]) -> tuple[Change, ...]:
        """Return the changes with what gives rows the new names, where the type itself does not."""
        return tuple(step for one in found for step in self._steps(one))

    def _steps(self, change: Change) -> Iterator[Change]:
        use = next(
            (one for one in self.uses if one.table == change.table and change.said.item in (one.check, one.column)),
            None,
        )
        pairs = {old: new for (name, old), new in self.members.items() if use and name == use.name}
        if use is None or not pairs or not change.up:
            yield change
        elif change.said.kind == "alter_column" and not use.check:
            yield self._retyped(change, use, pairs)
        elif change.said.kind == "drop_constraint" and change.said.item == use.check:
            yield change
            up = Sql([self._update(use, old, new) for old, new in pairs.items()])
            down = Sql([self._update(use, new, old) for old, new in pairs.items()])
            said = replace(change.said, kind="rename_member", item=use.column, details=_details(pairs))
            yield Change(change.phase, said, (up,), (down,), Place.COLUMN)
        else:
            yield change

    def _retyped(self, change: Change, use: Use, pairs: Mapping[str, str]) -> Change:
        """Return a change of type through one that has the old names and the new ones."""
        (up,), (down,) = change.up, change.down
        assert isinstance(up, ops.AlterColumnOp) and isinstance(down, ops.AlterColumnOp)  # noqa: S101, PT018 - of a column
        both = Enum(*dict.fromkeys((*use.old, *use.new)))
        forward = [self._update(use, old, new) for old, new in pairs.items()]
        back = [self._update(use, new, old) for old, new in pairs.items()]
        said = replace(change.said, details=_details(pairs))
        return replace(change, said=said, up=(_to(up, both), Sql(forward), up), down=(_to(down, both), Sql(back), down))

    def _update(self, use: Use, old: str, new: str) -> str:
        assert self.dialect is not None  # noqa: S101 - there are uses
        quote = self.dialect.quoted
        column, before, after = quote(use.column), literal(old), literal(new)
        return f"UPDATE {quote(use.table)} SET {column} = {after} WHERE {column} = {before}"  # noqa: S608 - quoted


def _details(pairs: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{old} is renamed to {new}" for old, new in pairs.items())


def _to(operation: ops.AlterColumnOp, kind: Enum) -> ops.AlterColumnOp:
    wider = ops.AlterColumnOp.__new__(ops.AlterColumnOp)
    wider.__dict__.update(operation.__dict__)
    wider.modify_type = kind
    return wider


def renamed(schemas: Schemas, answers: Answers) -> tuple[Done, tuple[Rename, ...]]:
    """Return the renames that were agreed on, carried out in the scratch database, and those that were not answered.

    Raises:
        RenameNotFound: a rename was given that cannot be one.
    """
    tables, columns = renames.given(answers)
    dialect = dialects.of(schemas.here)
    looked_at = schemas.wanted.scope
    there = schemas.made
    here = before = snapshot.of(schemas.here, looked_at)
    done: list[Change] = []
    open_: list[Rename] = []
    chosen = _chosen(tables, renames.of_tables(here, there), answers, open_)
    for one in tables:
        _check(one, one.old in here.metadata.tables, one.new in there.metadata.tables, here, there)
    done += _carry_out(schemas, [renames.as_change(one, here, dialect) for one in chosen])
    here = snapshot.of(schemas.here, looked_at) if chosen else here
    uses = tuple(_uses(here, schemas))
    of_members, of_columns = _split(columns, uses)
    chosen = _chosen(of_columns, renames.of_columns(here, there), answers, open_)
    for one in of_columns:
        _check(
            one, here.column(one.table, one.old) is not None, there.column(one.table, one.new) is not None, here, there
        )
    done += _carry_out(schemas, [renames.as_change(one, here, dialect) for one in chosen])
    here = snapshot.of(schemas.here, looked_at) if chosen else here
    agreed = _chosen(of_members, tuple(_candidates(uses)), answers, open_)
    found = {(one.table, one.old): one.new for one in agreed}
    return Done(before, here, tuple(done), found, uses, dialect), tuple(open_)


def _chosen(
    named: Sequence[Rename], candidates: Sequence[Rename], answers: Answers, open_: list[Rename]
) -> list[Rename]:
    """Return what was named, and of the other candidates what a person agrees to; note those that nobody answered."""
    taken = {(one.table, name) for one in named for name in (one.old, one.new)}
    found = list(named)
    for one in candidates:
        if one in found or taken & {(one.table, one.old), (one.table, one.new)}:
            continue
        if answers.ask is not None:
            found += [one] if answers.ask(one) else []
        else:
            open_.append(one)
    return found


def _check(one: Rename, is_there: bool, is_wanted: bool, here: Snapshot, there: Snapshot) -> None:
    """Raise RenameNotFound unless the history has the old name, and the models the new one instead."""
    flag = f"{one.before}={one.new.rpartition('.')[2]}"
    still = one.old in there.metadata.tables if one.kind == "table" else there.column(one.table, one.old) is not None
    already = one.new in here.metadata.tables if one.kind == "table" else here.column(one.table, one.new) is not None
    if not is_there:
        raise RenameNotFound(flag, f"the history has no {one.kind} {one.before}")
    if not is_wanted:
        raise RenameNotFound(flag, f"the models have no {one.kind} {one.after}")
    if still:
        raise RenameNotFound(flag, f"the models still have {one.before}")
    if already:
        raise RenameNotFound(flag, f"the history already has {one.after}")


def _carry_out(schemas: Schemas, changes: Sequence[Change]) -> list[Change]:
    renames.carry_out(schemas.here, [one for change in changes for one in change.up])
    return list(changes)


def _split(columns: Iterable[Rename], uses: Sequence[Use]) -> tuple[list[Rename], list[Rename]]:
    """Return the renames of members, and those of columns: both are written name.old=new."""
    of_members = [
        replace(one, kind="member")
        for one in columns
        if any(one.table == use.name and one.old in use.old and one.new in use.new for use in uses)
    ]
    kept = {(one.table, one.old) for one in of_members}
    return of_members, [one for one in columns if (one.table, one.old) not in kept]


def _candidates(uses: Iterable[Use]) -> Iterator[Rename]:
    seen = set()
    for use in uses:
        gone, come = (
            [one for one in mine if one not in others] for mine, others in ((use.old, use.new), (use.new, use.old))
        )
        for old in gone:
            place = use.old.index(old)
            new = come[0] if len(gone) == len(come) == 1 else use.new[place] if place < len(use.new) else ""
            if new in come and (use.name, old) not in seen:
                seen.add((use.name, old))
                yield Rename("member", use.name, old, new)


def _uses(here: Snapshot, schemas: Schemas) -> Iterator[Use]:
    for name, table in schemas.wanted.tables.items():
        if name not in here.metadata.tables:
            continue
        for column in table.columns:
            kind = column.type
            before = here.column(name, column.name)
            if not isinstance(kind, Enum) or before is None:
                continue
            check = _check_of(table.constraints, column.name)
            known = here.enums.get((kind.schema, str(kind.name))) or tuple(getattr(before.type, "enums", ()) or ())
            listed = "" if known else check
            old = known or _listed(here, name, check)
            if old and tuple(kind.enums) != old:
                yield Use(kind.name or f"{name}.{column.name}", name, column.name, old, tuple(kind.enums), listed)


def _check_of(constraints: Iterable[object], column: str) -> str:
    """Return the name of the check that a column's type brings; "" when it brings none."""
    return next(
        (
            str(one.name)
            for one in constraints
            if isinstance(one, CheckConstraint)
            and getattr(one, "_type_bound", False)
            and [part.name for part in one.columns] == [column]
        ),
        "",
    )


def _listed(here: Snapshot, table: str, check: str) -> tuple[str, ...]:
    """Return the members that a check lists."""
    found = [one.said for key, one in here.of_table(table).items() if key.kind == CHECK and key.name == check]
    return tuple(member.replace("''", "'") for member in LITERAL.findall(found[0])) if found else ()

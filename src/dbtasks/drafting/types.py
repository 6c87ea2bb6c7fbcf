"""Types of enums that have to come, to go or to change where the database names them."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Column, Enum

from dbtasks.compare import Difference
from dbtasks.dialects.quoting import literal
from dbtasks.drafting.change import Change, Phase
from dbtasks.drafting.operations import Sql
from dbtasks.drafting.sides import Sides
from dbtasks.drafting.snapshot import Snapshot

Name = tuple[str | None, str]
Members = tuple[str, ...]


def changes(sides: Sides, renamed: Mapping[tuple[str, str], str]) -> Iterator[Change]:
    """Yield what is to be done about types; ``renamed`` gives a member's new name by its type and its old one."""
    here, there = sides.here.enums, sides.there.enums
    for name in sorted({*here, *there}, key=_order):
        if name not in here:
            yield _new(sides, name, there[name])
        elif name not in there:
            yield _old(sides, name, here[name])
        elif here[name] != there[name]:
            yield from _changed(sides, name, renamed)


def _order(name: Name) -> tuple[str, str]:
    return name[0] or "", name[1]


def _full(name: Name) -> str:
    return f"{name[0]}.{name[1]}" if name[0] else name[1]


def _new(sides: Sides, name: Name, members: Members) -> Change:
    said = Difference("create_enum", _full(name))
    return Change(Phase.TYPES, said, (_sql(sides, _create(sides, name, members)),), (_sql(sides, _drop(sides, name)),))


def _old(sides: Sides, name: Name, members: Members) -> Change:
    said = Difference("drop_enum", _full(name))
    up, down = _sql(sides, _drop(sides, name)), _sql(sides, _create(sides, name, members))
    return Change(Phase.OLD_TYPES, said, (up,), (down,))


def _changed(sides: Sides, name: Name, renamed: Mapping[tuple[str, str], str]) -> Iterator[Change]:
    """Yield what gives a type its new members first, and what takes the old ones away in the end.

    In between it has both, so that what comes and what goes can have it.
    """
    old, new = sides.here.enums[name], sides.there.enums[name]
    to = {one: renamed[name[1], one] for one in old if (name[1], one) in renamed}
    middle = tuple(to.get(one, one) for one in old)
    added = [one for one in new if one not in middle]
    gone = [one for one in middle if one not in new]
    said = Difference("change_enum", _full(name), "", _details(to, added, gone))
    adding = [_add(sides, name, one, new, {*middle, *added[:number]}) for number, one in enumerate(added)]
    both = _with_added(middle, added, new)
    up = tuple(_sql(sides, _rename(sides, name, *pair)) for pair in to.items())
    down = tuple(_sql(sides, _rename(sides, name, after, before)) for before, after in to.items())
    if added:
        lost = f"rows that hold {' or '.join(added)} keep it from being reverted: change them first"
        # PostgreSQL lets a member be used only once the transaction that added it has ended.
        alone = _is_used(sides, name, added)
        back = (_sql(sides, *_rewritten(sides, sides.here, name, middle)), *down)
        if alone:
            yield Change(Phase.FIRST, said, (Sql(adding, sides.dialect.names, alone=True),))
        up = up if alone else (*up, _sql(sides, *adding))
        yield Change(Phase.TYPES, said, up, back, lost_down=lost)
    elif to:
        yield Change(Phase.TYPES, said, up, down)
    if both != new:
        lost = f"rows that hold {' or '.join(gone)} keep this revision from running: change them first" if gone else ""
        forth, again = (_sql(sides, *_rewritten(sides, sides.there, name, one)) for one in (new, both))
        yield Change(Phase.OLD_TYPES, said, (forth,), (again,), lost=lost)


def _details(to: Mapping[str, str], added: Iterable[str], gone: Iterable[str]) -> tuple[str, ...]:
    found = [f"{before} is renamed to {after}" for before, after in to.items()]
    found += [*(f"{one} is new" for one in added), *(f"{one} goes" for one in gone)]
    return tuple(found) or ("the order",)


def _with_added(middle: Members, added: Iterable[str], new: Members) -> Members:
    """Return the members as they are once the added ones stand in their places."""
    found = list(middle)
    for one in added:
        place = new.index(one)
        before = [other for other in new[:place] if other in found]
        after = [other for other in new[place:] if other in found]
        if before and after:
            found.insert(found.index(before[-1]) + 1, one)
        else:
            found.insert(found.index(after[0]) if after else len(found), one)
    return tuple(found)


def _add(sides: Sides, name: Name, member: str, members: Members, known: set[str]) -> str:
    """Return the statement that adds a member in its place; ``known`` are those that are there by then."""
    place = members.index(member)
    before = [one for one in members[:place] if one in known]
    after = [one for one in members[place:] if one in known and one != member]
    where = f" AFTER {literal(before[-1])}" if before and after else f" BEFORE {literal(after[0])}" if after else ""
    return f"ALTER TYPE {_quoted(sides, name)} ADD VALUE IF NOT EXISTS {literal(member)}{where}"


def _is_used(sides: Sides, name: Name, members: Iterable[str]) -> bool:
    defaults = [str(getattr(one.server_default, "arg", "")) for _, one in users(sides.there, name)]
    return any(literal(member) in default for member in members for default in defaults)


def users(snapshot: Snapshot, name: Name) -> Iterator[tuple[str, Column[object]]]:
    """Yield the columns that have a type, with the full names of their tables."""
    for table in snapshot.metadata.sorted_tables:
        for column in table.columns:
            kind = getattr(column.type, "item_type", column.type)
            if isinstance(kind, Enum) and (kind.schema, kind.name) == name:
                yield table.fullname, column


def _rewritten(sides: Sides, snapshot: Snapshot, name: Name, members: Members) -> list[str]:
    """Return the statements that give the columns of a schema a type of the same name with these members."""
    quote, full = sides.sql.identifier_preparer.quote, _quoted(sides, name)
    old = (name[0], f"{name[1]}_old")
    found = [f"ALTER TYPE {full} RENAME TO {quote(old[1])}", _create(sides, name, members)]
    for table, column in users(snapshot, name):
        where = f"ALTER TABLE {'.'.join(quote(part) for part in table.split('.'))} ALTER COLUMN {quote(column.name)}"
        array = "[]" if hasattr(column.type, "item_type") else ""
        default = str(getattr(column.server_default, "arg", ""))
        cast = f"USING {quote(column.name)}::text{array}::{full}{array}"
        found += [f"{where} DROP DEFAULT"] if default else []
        found.append(f"{where} TYPE {full}{array} {cast}")
        found += [f"{where} SET DEFAULT {default}"] if default else []
    return [*found, _drop(sides, old)]


def _create(sides: Sides, name: Name, members: Members) -> str:
    return f"CREATE TYPE {_quoted(sides, name)} AS ENUM ({', '.join(map(literal, members))})"


def _drop(sides: Sides, name: Name) -> str:
    return f"DROP TYPE {_quoted(sides, name)}"


def _rename(sides: Sides, name: Name, before: str, after: str) -> str:
    return f"ALTER TYPE {_quoted(sides, name)} RENAME VALUE {literal(before)} TO {literal(after)}"


def _sql(sides: Sides, *statements: str) -> Sql:
    return Sql(statements, sides.dialect.names)


def _quoted(sides: Sides, name: Name) -> str:
    return ".".join(sides.sql.identifier_preparer.quote(part) for part in name if part)

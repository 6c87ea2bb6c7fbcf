"""Made-up values, as text: the same for the same number, so that what may refer to each other does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import types
from sqlalchemy.types import TypeEngine

from dbtasks.dialects.literals import Literals

FIRST_DAY = datetime(2020, 1, 1)  # noqa: DTZ001 - databases take it with and without a zone
UUID_LENGTHS = {32: "{:032x}", 36: "00000000-0000-0000-0000-{:012x}"}  # what texts of these lengths are kept for
LARGEST = 127  # that every type of integers can hold
Types = tuple[TypeEngine[Any], ...]


@dataclass(frozen=True, slots=True)
class Style:
    """A way to make values up, for the checks that another way does not pass.

    Attributes:
        base: what numbers are counted from; not from one, which rows that a revision inserts have.
        step: how much further on a column is than the one before it, so that an end is after its beginning.
    """

    base: int
    step: int

    def number(self, row: int, position: int) -> int:
        """Return the number of a row's value in the column at this position."""
        return self.base + row + 1 + self.step * position


STYLES = (Style(100, 0), Style(0, 0), Style(100, 1), Style(0, 1))


def value(literals: Literals, kinds: Types, number: int, members: tuple[str, ...] | None = None) -> str | None:
    """Return the literal of a value that fits all of these types; None when none is known."""
    if members is not None:
        return literals.text(members[number % len(members)]) if members else None
    if all(isinstance(kind, types._Binary) for kind in kinds):  # noqa: SLF001 - their common base
        return literals.octets(bytes([number % 256]) * _octets(kinds))
    found = _text(literals, kinds, number)
    return None if found is None else literals.text(found)


def _text(literals: Literals, kinds: Types, number: int) -> str | None:
    """Return a value by the type that asks most."""
    samples = [one for one in map(literals.sample, kinds) if one is not None]
    if samples:
        return samples[0]
    for family, make in FAMILIES:
        if any(isinstance(kind, family) for kind in kinds):
            return make(kinds, number)
    return None


def _moment(kinds: Types, number: int) -> str:
    moment = FIRST_DAY + timedelta(days=number)
    return moment.date().isoformat() if any(isinstance(one, types.Date) for one in kinds) else str(moment)


def _number(kinds: Types, number: int) -> str:
    """Return a number that has no more digits than there is room for."""
    most = LARGEST
    for kind in kinds:
        if isinstance(kind, types.Numeric) and isinstance(kind.precision, int) and not isinstance(kind, types.Float):
            most = min(most, 10 ** max(kind.precision - (kind.scale or 0), 0) - 1)
        most = min(most, _largest_of(kind))
    return str(number if number <= most else number % (most + 1))


def _largest_of(kind: TypeEngine[Any]) -> int:
    length = getattr(kind, "length", None) if isinstance(kind, types.String) else None
    return LARGEST if length is None else min(LARGEST, 10 ** min(length, 4) - 1)


def _document(kinds: Types, number: int) -> str:
    """Return a document; where it has been, or will be, something else, a number, which is one, too."""
    return f'{{"number": {number}}}' if all(isinstance(one, types.JSON) for one in kinds) else _number(kinds, number)


def _words(kinds: Types, number: int) -> str:
    lengths = [length for kind in kinds if (length := getattr(kind, "length", None)) is not None]
    shortest = min(lengths, default=None)
    if shortest in UUID_LENGTHS and len(set(lengths)) == 1:
        return UUID_LENGTHS[shortest].format(number)
    said = str(number)
    return said if shortest is None else said[-shortest:] if shortest else ""


def _octets(kinds: Types) -> int:
    """Return how many bytes: as many as a type of a fixed length has, so that none are added."""
    lengths = [getattr(kind, "length", None) for kind in kinds if isinstance(kind, types.BINARY)]
    return min((one for one in lengths if one), default=1)


def _uuid(_kinds: Types, number: int) -> str:
    return UUID_LENGTHS[36].format(number)


# The type that asks most comes first.
FAMILIES: tuple[tuple[Any, Callable[[Types, int], str]], ...] = (
    (types.Uuid, _uuid),
    ((types.DateTime, types.Date), _moment),
    (types.Time, lambda _kinds, number: f"10:00:{number % 60:02}"),
    (types.Boolean, lambda _kinds, number: str(number % 2)),
    ((types.Integer, types.Numeric, types.Float), _number),
    (types.JSON, _document),
    ((types.String, types._Binary), _words),  # noqa: SLF001 - as above
)

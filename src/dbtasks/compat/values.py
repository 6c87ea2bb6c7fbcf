"""Values to try: ordinary ones, and those at the edge of what a type holds; only SQLAlchemy's types, no user's code."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple, TypeGuard

from sqlalchemy import Dialect, types
from sqlalchemy.types import TypeDecorator, TypeEngine

from dbtasks.dialects.types import size_by_name

Type = TypeEngine[Any]

LONGEST = 2**17  # characters; what is longer is not tried
BITS: tuple[tuple[type[Any], int], ...] = ((types.SmallInteger, 16), (types.BigInteger, 64))
BITS_BY_NAME = {"TINYINT": 8, "MEDIUMINT": 24}  # of MySQL
WIDE = "\u00e9\U0001f600"  # needs two bytes, and four
START = dt.datetime(2026, 1, 1, 12, 30, 15)  # noqa: DTZ001 - a column without a zone holds such a one
MICROSECONDS = 123456
FAR = dt.datetime(2200, 1, 1, 12, 30, 15)  # noqa: DTZ001 - as above; later than a TIMESTAMP of MariaDB


class Edge(NamedTuple):
    """A value that a narrower type would refuse or change."""

    value: Any
    shown: str


def plain(kind: Type, dialect: Dialect) -> Type:
    """Return the type that reaches the driver: without decorators, whose code is the user's, and of this dialect.

    An enum takes and gives what stands in the database, whatever class of Python its members are.
    """
    found = undecorated(kind, dialect)
    return enum_like(found, found.enums) if isinstance(found, types.Enum) else found


def undecorated(kind: Type, dialect: Dialect) -> Type:
    """Return the type of this dialect below a user's decorators."""
    while _is_decorator(kind):
        kind = kind.load_dialect_impl(dialect)
    found = kind.dialect_impl(dialect)  # a variant for this dialect may be decorated again
    return undecorated(found, dialect) if _is_decorator(found) else found


def _is_decorator(kind: Type) -> TypeGuard["TypeDecorator[Any]"]:
    return isinstance(kind, TypeDecorator) and not isinstance(kind, types.Interval)  # which is SQLAlchemy's own


def enum_like(kind: "types.Enum", members: list[str]) -> "types.Enum":
    """Return an enum of texts that the database takes for the same type."""
    native = kind.native_enum and bool(kind.name)
    return types.Enum(*members, name=kind.name, schema=kind.schema, native_enum=native)


def ordinary(kind: Type, number: int) -> Any:
    """Return a value that is another one for another number; None when no value of the type is known."""
    if isinstance(kind, types.Enum):
        return kind.enums[number % len(kind.enums)] if kind.enums else None
    if isinstance(kind, types.ARRAY):
        item = ordinary(kind.item_type, number)
        return None if item is None else [item]
    if python_type(kind) is dt.timedelta:  # a native interval has no common base with the others
        return dt.timedelta(hours=number)
    return next((make(kind, number) for family, make in ORDINARY if isinstance(kind, family)), None)


def python_type(kind: Type) -> type:
    """Return the class of the type's values; the type's own class when it does not say."""
    try:
        return kind.python_type
    except NotImplementedError:
        return type(kind)


def edges(kind: Type, before: Type, after: Type | None) -> Iterator[Edge]:
    """Yield values that fit the column of the type ``before``, and may not fit ``after``; ``kind`` binds them."""
    if isinstance(kind, types.Enum):
        return
    if isinstance(kind, types.String | types._Binary):  # noqa: SLF001 - the common base of binaries
        yield from _lengths(kind, before, after)
    elif isinstance(kind, types.Boolean):
        yield from (Edge(True, "true"), Edge(False, "false"))  # noqa: FBT003 - values to store
    elif isinstance(kind, types.Integer):
        yield from _range(min(_bits(kind), _bits(before)), is_unsigned=bool(getattr(before, "unsigned", False)))
    elif isinstance(kind, types.Numeric) and not isinstance(kind, types.Float):
        yield from _digits(kind, before)
    elif isinstance(kind, types.DateTime):
        zone = dt.UTC if kind.timezone else None
        yield Edge(START.replace(microsecond=MICROSECONDS, tzinfo=zone), "microseconds")
        yield Edge(FAR.replace(tzinfo=zone), "the year 2200")


def _range(bits: int, *, is_unsigned: bool) -> Iterator[Edge]:
    low, high = (0, 2**bits - 1) if is_unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    yield from (Edge(high, str(high)), Edge(low, str(low)))


def _bits(kind: Type) -> int:
    named = BITS_BY_NAME.get(type(kind).__name__)
    return named or next((bits for family, bits in BITS if isinstance(kind, family)), 32)


def _lengths(kind: Any, before: Type, after: Type | None) -> Iterator[Edge]:
    limits = [length for length in (_length(kind), _length(before)) if length]
    new = _length(after)
    is_text = isinstance(kind, types.String)
    if new:
        length = min([*limits, new + 1, LONGEST])
        yield Edge("x" * length if is_text else b"x" * length, f"{length} {'characters' if is_text else 'bytes'}")
    if is_text and min(limits, default=LONGEST) >= len(WIDE):
        yield Edge(WIDE, "characters of other scripts")


def _length(kind: Any) -> int | None:
    return getattr(kind, "length", None) or (size_by_name(kind) if kind is not None else None)


def _digits(kind: Any, before: Any) -> Iterator[Edge]:
    precision = getattr(before, "precision", None) or kind.precision
    if precision:
        scale = getattr(before, "scale", None) or 0
        value = Decimal(f"{'9' * (precision - scale) or '0'}.{'9' * scale}" if scale else "9" * precision)
        yield Edge(value if kind.asdecimal else float(value), str(value))


def _moment(kind: Any, number: int) -> dt.datetime:
    return START.replace(day=number, tzinfo=dt.UTC if kind.timezone else None)


def _numeric(kind: Any, number: int) -> Any:
    whole = kind.precision is None or kind.precision > (kind.scale or 0)
    value = Decimal(number) if whole else Decimal(number).scaleb(-kind.scale)
    return value if kind.asdecimal else float(value)


def _uuid(kind: Any, number: int) -> Any:
    value = uuid.UUID(int=number)
    return value if kind.as_uuid else str(value)


ORDINARY: tuple[tuple[type[Any], Callable[[Any, int], Any]], ...] = (
    (types.Boolean, lambda _kind, number: bool(number % 2)),
    (types.Integer, lambda _kind, number: number),
    (types.Float, lambda _kind, number: float(number)),
    (types.Numeric, _numeric),
    (types.Uuid, _uuid),
    (types.JSON, lambda _kind, number: {"a": number}),
    (types.DateTime, _moment),
    (types.Date, lambda _kind, number: START.date().replace(day=number)),
    (types.Time, lambda _kind, number: START.time().replace(second=number)),
    (types.String, lambda _kind, number: chr(ord("a") + number)),
    (types._Binary, lambda _kind, number: bytes([ord("a") + number])),  # noqa: SLF001 - the common base of binaries
)

"""Whether a column's new type holds every value that the old one did."""

from typing import Any

from sqlalchemy import types
from sqlalchemy.types import TypeEngine

from dbtasks.dialects.types import size_by_name

Type = TypeEngine[Any]

DIGITS = {"TINYINT": 3, "SMALLINT": 5, "MEDIUMINT": 7, "INTEGER": 10, "INT": 10, "BIGINT": 19, "BOOLEAN": 1}
FLOATS = {"REAL": 24, "FLOAT": 24, "DOUBLE": 53, "DOUBLE_PRECISION": 53}
UNBOUNDED = 2**40


def narrows(before: Type, after: Type) -> bool:
    """Return whether values may not fit any more; of two types that cannot be compared, that they may not."""
    if repr(before) == repr(after):
        return False
    for family in (_enums, _texts, _binaries, _integers, _numbers, _moments, _documents):
        answer = family(before, after)
        if answer is not None:
            return answer
    return True


def _enums(before: Type, after: Type) -> bool | None:
    if isinstance(after, types.Enum):
        return not (isinstance(before, types.Enum) and set(before.enums) <= set(after.enums))
    if isinstance(before, types.Enum):
        return not isinstance(after, types.String) or max(map(len, before.enums), default=0) > _length(after)
    return None


def _texts(before: Type, after: Type) -> bool | None:
    if not isinstance(after, types.String):
        return None
    if isinstance(before, types.String):
        return _length(before) > _length(after) or _other(before, after, "collation")
    if isinstance(before, types.JSON | types.Uuid):
        return _length(after) < UNBOUNDED
    digits = _digits(before)
    return None if digits is None else digits + 1 > _length(after)


def _binaries(before: Type, after: Type) -> bool | None:
    if isinstance(before, types._Binary) and isinstance(after, types._Binary):  # noqa: SLF001 - their common base
        return _length(before) > _length(after)
    return None


def _integers(before: Type, after: Type) -> bool | None:
    old, new = _digits(before), _digits(after)
    if old is None:
        return None
    if new is not None:
        return old > new or _other(before, after, "unsigned")
    if isinstance(after, types.Numeric) and not _is_float(after):
        return after.precision is not None and after.precision - (after.scale or 0) < old
    return None


def _numbers(before: Type, after: Type) -> bool | None:
    if _is_float(before) and _is_float(after):
        return _bits(before) > _bits(after)
    if _is_float(before) or _is_float(after):
        return True
    if isinstance(before, types.Numeric) and isinstance(after, types.Numeric):
        old, new = _places(before), _places(after)
        return old[0] > new[0] or old[1] > new[1]
    return None


def _moments(before: Type, after: Type) -> bool | None:
    if isinstance(before, types.Date) and isinstance(after, types.DateTime):
        return False
    for kind in (types.DateTime, types.Time):
        if isinstance(before, kind) and isinstance(after, kind):
            return bool(before.timezone) != bool(after.timezone) or _fraction(before) > _fraction(after)
    return None


def _documents(before: Type, after: Type) -> bool | None:
    return False if isinstance(before, types.JSON) and isinstance(after, types.JSON) else None


def _length(of: Type) -> int:
    """Return how many characters or bytes fit."""
    length = getattr(of, "length", None) or size_by_name(of)
    return UNBOUNDED if length is None else int(length)


def _digits(of: Type) -> int | None:
    if isinstance(of, types.Boolean):
        return 1
    return DIGITS.get(type(of).__name__, 10) if isinstance(of, types.Integer) else None


def _places(of: "types.Numeric[Any]") -> tuple[int, int]:
    """Return how many digits fit before and after the point."""
    if of.precision is None:
        return UNBOUNDED, UNBOUNDED
    return of.precision - (of.scale or 0), of.scale or 0


def _is_float(of: Type) -> bool:
    """Return whether it is a binary fraction; from SQLAlchemy 2.0 to 2.1 the classes have other bases."""
    return isinstance(of, types.Float | types.Double) or type(of).__name__ in FLOATS


def _bits(of: Type) -> int:
    return getattr(of, "precision", None) or FLOATS.get(type(of).__name__, 53)


def _fraction(of: Type) -> int:
    """Return the digits of a second; PostgreSQL keeps six by default, MySQL none."""
    own = getattr(of, "precision", None), getattr(of, "fsp", None)
    known = [one for one in own if one is not None]
    return int(known[0]) if known else 0 if hasattr(of, "fsp") else 6


def _other(before: Type, after: Type, attribute: str) -> bool:
    return bool(getattr(before, attribute, None)) != bool(getattr(after, attribute, None))

"""Values that old code may write: ordinary ones, and those that a narrower type would refuse."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from dbtasks.compat import values

DRIVERS = ("postgresql+asyncpg", "mysql+aiomysql", "sqlite+aiosqlite")
POSTGRESQL, MYSQL, SQLITE = (sa.make_url(f"{one}://").get_dialect()() for one in DRIVERS)


class Sealed(sa.TypeDecorator[str]):
    """A type of a user, whose code must not run."""

    impl = sa.String(40)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str:
        """Fail as without a key."""
        raise RuntimeError(value, dialect)


class Outer(sa.TypeDecorator[str]):
    """A decorator around another one."""

    impl = Sealed
    cache_ok = True


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (sa.Integer(), 1),
        (sa.String(20), "b"),
        (sa.Text(), "b"),
        (sa.Boolean(), True),
        (sa.Float(), 1.0),
        (sa.Numeric(8, 2), Decimal(1)),
        (sa.Numeric(2, 2), Decimal("0.01")),
        (sa.Numeric(8, 2, asdecimal=False), 1.0),
        (sa.Uuid(), uuid.UUID(int=1)),
        (sa.Uuid(as_uuid=False), str(uuid.UUID(int=1))),
        (sa.Date(), dt.date(2026, 1, 1)),
        (sa.Time(), dt.time(12, 30, 1)),
        (sa.DateTime(), dt.datetime(2026, 1, 1, 12, 30, 15)),  # noqa: DTZ001 - a column without a zone
        (sa.DateTime(timezone=True), dt.datetime(2026, 1, 1, 12, 30, 15, tzinfo=dt.UTC)),
        (sa.Interval(), dt.timedelta(hours=1)),
        (postgresql.INTERVAL(), dt.timedelta(hours=1)),
        (sa.LargeBinary(), b"b"),
        (sa.JSON(), {"a": 1}),
        (sa.Enum("a", "b", "c"), "b"),
        (sa.ARRAY(sa.Integer), [1]),
        (postgresql.INET(), None),
        (sa.types.NullType(), None),
    ],
)
def test_ordinary_values(kind: sa.types.TypeEngine[Any], value: object) -> None:
    """Each type has a value of its own, another number gives another one, and what is not known has none."""
    found = values.ordinary(kind, 1)
    assert (found, type(found)) == (value, type(value))
    assert value is None or values.ordinary(kind, 2) != value


@pytest.mark.parametrize(
    ("kind", "before", "after", "shown"),
    [
        (sa.String(50), sa.String(50), sa.String(20), ["21 characters", "characters of other scripts"]),
        (sa.String(20), sa.String(50), sa.String(30), ["20 characters", "characters of other scripts"]),
        (sa.Text(), sa.Text(), sa.String(20), ["21 characters", "characters of other scripts"]),
        (sa.Text(), mysql.MEDIUMTEXT(), mysql.TEXT(), ["65536 characters", "characters of other scripts"]),
        (sa.String(50), sa.String(50), sa.Text(), ["characters of other scripts"]),
        (sa.String(1), sa.String(1), sa.Text(), []),
        (sa.LargeBinary(9), sa.LargeBinary(9), sa.LargeBinary(5), ["6 bytes"]),
        (sa.BigInteger(), sa.BIGINT(), sa.INTEGER(), [str(2**63 - 1), str(-(2**63))]),
        (sa.BigInteger(), sa.INTEGER(), sa.SMALLINT(), [str(2**31 - 1), str(-(2**31))]),
        (sa.SmallInteger(), sa.SMALLINT(), mysql.TINYINT(), ["32767", "-32768"]),
        (sa.Integer(), mysql.INTEGER(unsigned=True), sa.INTEGER(), [str(2**32 - 1), "0"]),
        (sa.Numeric(8, 3), sa.NUMERIC(8, 3), sa.NUMERIC(8, 2), ["99999.999"]),
        (sa.Numeric(2, 2), sa.NUMERIC(2, 2), sa.NUMERIC(2, 1), ["0.99"]),
        (sa.Numeric(5), sa.NUMERIC(5), sa.NUMERIC(4), ["99999"]),
        (sa.Numeric(), sa.NUMERIC(), sa.NUMERIC(4), []),
        (sa.Boolean(), sa.BOOLEAN(), sa.BOOLEAN(), ["true", "false"]),
        (sa.DateTime(), sa.DateTime(), sa.Date(), ["microseconds", "the year 2200"]),
        (sa.Enum("a"), sa.Enum("a"), sa.Enum("b"), []),
        (sa.JSON(), sa.JSON(), sa.Text(), []),
    ],
)
def test_values_at_the_edge(
    kind: sa.types.TypeEngine[Any],
    before: sa.types.TypeEngine[Any],
    after: sa.types.TypeEngine[Any],
    shown: list[str],
) -> None:
    """What still fits the old column, and just not a narrower one, is tried."""
    assert [one.shown for one in values.edges(kind, before, after)] == shown


def test_types_without_the_code_of_a_user() -> None:
    """A decorated type is taken for what it is stored as, and SQLAlchemy's own decorators for what they are."""
    for kind in (Sealed(), Outer(), sa.Integer().with_variant(Sealed(), "sqlite")):
        found = values.plain(kind, SQLITE)
        assert (type(found), getattr(found, "length", None)) == (sa.String, 40)
    assert isinstance(values.plain(sa.PickleType(), SQLITE), sa.LargeBinary)
    for dialect in (POSTGRESQL, MYSQL, SQLITE):
        assert values.ordinary(values.plain(sa.Interval(), dialect), 1) == dt.timedelta(hours=1)


@pytest.mark.parametrize("dialect", [POSTGRESQL, MYSQL, SQLITE], ids=lambda one: one.name)
@pytest.mark.parametrize("native", [True, False])
def test_enums_are_texts_of_the_same_type(dialect: sa.Dialect, *, native: bool) -> None:
    """An enum is tried by what stands in the database, under the type's name where the database has one."""
    kind = sa.Enum("a", "b", name="letters", native_enum=native)
    found = values.plain(kind, dialect)
    assert isinstance(found, sa.Enum)
    assert (found.enums, found.enum_class) == (["a", "b"], None)
    cast = str(sa.literal("a", found).compile(dialect=dialect))
    assert cast == str(sa.literal("a", kind).compile(dialect=dialect))

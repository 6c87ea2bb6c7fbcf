"""Whether a new type holds every value of the old one."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine

from dbtasks.narrowing import narrows

WIDER: list[tuple[TypeEngine[Any], TypeEngine[Any]]] = [
    (sa.VARCHAR(10), sa.VARCHAR(20)),
    (sa.VARCHAR(10), sa.TEXT()),
    (sa.VARCHAR(10), sa.VARCHAR()),
    (mysql.TEXT(), mysql.LONGTEXT()),
    (sa.SMALLINT(), sa.INTEGER()),
    (sa.INTEGER(), sa.BIGINT()),
    (sa.BOOLEAN(), sa.INTEGER()),
    (sa.INTEGER(), sa.NUMERIC(12, 2)),
    (sa.INTEGER(), sa.VARCHAR(11)),
    (sa.NUMERIC(8, 2), sa.NUMERIC(10, 4)),
    (sa.NUMERIC(8, 2), sa.NUMERIC()),
    (sa.REAL(), sa.DOUBLE_PRECISION()),
    (mysql.FLOAT(), mysql.DOUBLE()),
    (sa.DATE(), sa.TIMESTAMP()),
    (mysql.DATETIME(), mysql.DATETIME(fsp=6)),
    (sa.Enum("a", "b"), sa.Enum("a", "b", "c")),
    (sa.Enum("a", "bb"), sa.VARCHAR(2)),
    (sa.JSON(), postgresql.JSONB()),
    (sa.JSON(), sa.TEXT()),
    (sa.LargeBinary(10), sa.LargeBinary(20)),
    (sa.UUID(), sa.TEXT()),
]
OTHER: list[tuple[TypeEngine[Any], TypeEngine[Any]]] = [
    (sa.TEXT(), sa.INTEGER()),
    (sa.INTEGER(), sa.DATE()),
    (sa.VARCHAR(9), sa.Enum("a")),
    (sa.TIMESTAMP(timezone=True), sa.TIMESTAMP()),
    (sa.TIMESTAMP(), sa.TIMESTAMP(timezone=True)),
    (sa.INTEGER(), mysql.INTEGER(unsigned=True)),
    (mysql.INTEGER(unsigned=True), sa.INTEGER()),
    (sa.NUMERIC(8, 2), sa.NUMERIC(8, 4)),
    (sa.NUMERIC(8, 2), sa.DOUBLE_PRECISION()),
    (sa.DOUBLE_PRECISION(), sa.NUMERIC(8, 2)),
    (sa.JSON(), sa.VARCHAR(100)),
]


@pytest.mark.parametrize(("before", "after"), WIDER, ids=repr)
def test_a_wider_type_loses_nothing(before: TypeEngine[Any], after: TypeEngine[Any]) -> None:
    """One way nothing is lost; the other way something may be."""
    assert not narrows(before, after)
    assert not narrows(before, before)
    if not (isinstance(before, sa.JSON) and isinstance(after, sa.JSON)):
        assert narrows(after, before)


@pytest.mark.parametrize(("before", "after"), OTHER, ids=repr)
def test_another_type_may_lose_something(before: TypeEngine[Any], after: TypeEngine[Any]) -> None:
    """What cannot be told to fit counts as narrower."""
    assert narrows(before, after)

"""What is told of a table in use on MySQL and MariaDB, asked of the server: it refuses what it cannot do meanwhile."""

import pytest
from sqlalchemy import URL
from sqlalchemy.exc import OperationalError, ProgrammingError

from dbtasks.dialects import named
from support.repository import Repository, Sql
from support.subjects import recorded

TABLES = """
CREATE TABLE other (id INTEGER PRIMARY KEY) ENGINE=InnoDB;
CREATE TABLE item (id INTEGER PRIMARY KEY, x INTEGER, short VARCHAR(50), middle VARCHAR(64), kind ENUM('a', 'b')) ENGINE=InnoDB;
INSERT INTO other VALUES (1);
INSERT INTO item VALUES (1, 1, 'a', 'b', 'a')
"""
CHANGES = {
    "op.create_index('ix', 'item', ['x'])": "",
    "op.create_unique_constraint('uq', 'item', ['x'])": "",
    "op.create_index('ix', 'item', ['short'], mysql_prefix='FULLTEXT')": "locks",
    "op.create_foreign_key('fk', 'item', 'other', ['x'], ['id'])": "copies",
    "op.create_check_constraint('ck', 'item', 'x > 0')": "copies",
    "op.alter_column('item', 'x', type_=sa.BigInteger(), existing_type=sa.Integer())": "copies",
    "op.alter_column('item', 'short', type_=sa.String(60), existing_type=sa.String(50))": "",
    "op.alter_column('item', 'short', type_=sa.String(80), existing_type=sa.String(50))": "copies",
    "op.alter_column('item', 'middle', type_=sa.String(255), existing_type=sa.String(64))": "",
    "op.alter_column('item', 'short', type_=sa.Text(), existing_type=sa.String(50))": "copies",
    "op.alter_column('item', 'x', nullable=False, existing_type=sa.Integer())": "rebuilds",
    "op.alter_column('item', 'x', server_default='1', existing_type=sa.Integer())": "",
    "op.alter_column('item', 'kind', type_=sa.Enum('a', 'b', 'c'), existing_type=sa.Enum('a', 'b'))": "",
    "op.alter_column('item', 'kind', type_=sa.Enum('b', 'a'), existing_type=sa.Enum('a', 'b'))": "copies",
    "op.add_column('item', sa.Column('y', sa.Integer(), server_default='1', nullable=False))": "",
    "op.drop_constraint('pk', 'item', type_='primary')": "copies",
    "op.drop_column('item', 'x')": "",
}  # fmt: skip


@pytest.mark.parametrize("up", CHANGES)
def test_the_server_agrees(sqlite_repository: Repository, mysql_url: URL, sql: Sql, up: str) -> None:
    """What is told to copy or lock the server refuses to do in place and without a lock; the rest it does."""
    sql(mysql_url, TABLES)
    found = recorded(sqlite_repository, up, "mysql")
    costs = {danger.cost for one in found.operations for danger in named("mysql", "").online.of_operation(one.what)}
    assert costs == ({CHANGES[up]} if CHANGES[up] else set())
    (statement,) = (one.sql.rstrip(";") for one in found.statements)
    promise = "ALGORITHM=NOCOPY" if CHANGES[up] == "rebuilds" else "ALGORITHM=INPLACE, LOCK=NONE"
    create = statement.startswith("CREATE")
    asked = f"{statement} {promise.replace(',', '')}" if create else f"{statement}, {promise}"
    if CHANGES[up]:
        with pytest.raises((OperationalError, ProgrammingError), match=r"ALGORITHM|LOCK"):
            sql(mysql_url, asked)
    else:
        sql(mysql_url, asked)

"""Tests that do little but have a database; ``copies.py`` copies this folder into a generated project and runs it."""

import asyncio
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it has no types
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

SOURCE = make_url(os.environ["DATABASE_URL"])
IN_FILE = SOURCE.get_backend_name() == "sqlite"
TABLES = os.environ["BENCH_TABLES"].split()
RUNS = range(int(os.environ["BENCH_RUNS"]))


@pytest.fixture
def copied() -> Iterator[None]:
    """Copy the database with the least that can do it, and remove the copy."""
    if IN_FILE:
        target = Path(str(SOURCE.database)).with_name("copy.db")
        shutil.copyfile(str(SOURCE.database), target)
        yield
        target.unlink()
    else:
        name = f"bench_{secrets.token_hex(6)}"
        asyncio.run(send(f"CREATE DATABASE {name} TEMPLATE {SOURCE.database}"))
        yield
        asyncio.run(send(f"DROP DATABASE {name}"))


async def send(statement: str) -> None:
    """Send one statement to the server of PostgreSQL, with the driver alone."""
    connection = await asyncpg.connect(
        host=SOURCE.host, port=SOURCE.port, user=SOURCE.username, password=SOURCE.password, database="postgres"
    )
    await connection.execute(statement)
    await connection.close()


@pytest.fixture
def migrated() -> None:
    """Bring an empty database to head, as a suite without copies does for each test."""
    command.upgrade(Config("stock.ini"), "head")


@pytest.mark.usefixtures("migrated")
def test_replayed() -> None:
    """A database by replaying the history."""


@pytest.mark.usefixtures("migrated_database_url")
def test_first() -> None:
    """A database by the plugin, which has to make what the others are copies of."""


@pytest.mark.parametrize("number", RUNS)
def test_plugin(number: int, migrated_database_url: str) -> None:
    """A database by the plugin, in which a few tables are written."""
    asyncio.run(write(migrated_database_url, number))


async def write(url: str, number: int) -> None:
    """Add a row of this number to each of some tables, as a test does."""
    async with create_async_engine(url, poolclass=NullPool).begin() as connection:
        for table in TABLES:
            await connection.execute(text(f"INSERT INTO {table} (id, name) VALUES ({number + 1}, 'one')"))


@pytest.mark.skipif(SOURCE.get_backend_name() == "mysql", reason="the server cannot copy a database")
@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("number", RUNS)
def test_by_hand(number: int) -> None:
    """A database by hand."""

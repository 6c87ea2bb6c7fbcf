"""What is remembered of earlier comparisons: only tables that have changed are compared, and nothing is overlooked."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from sqlalchemy import (
    URL,
    CheckConstraint,
    Column,
    Connection,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_mock_engine,
)

from dbtasks import revise, twins
from dbtasks.checks import Subject, models
from dbtasks.checks.recordings import Recordings
from dbtasks.checks.scope import Scope
from dbtasks.drafting import snapshot
from dbtasks.drafting.snapshot import Scope as SnapshotScope
from dbtasks.services import Models
from dialects.verbs import execute, here, url_of, write_revision
from support.repository import Repository


class Case(NamedTuple):
    """Changed models, and the tables that have to be looked at for it."""

    change: Callable[[], MetaData]
    looked_at: set[str]


def base(*states: str) -> MetaData:
    """Return the models to begin with."""
    metadata = MetaData()
    Table("owner", metadata, Column("id", Integer, primary_key=True), Column("name", String(20), nullable=False))
    Table(
        "item",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("owner_id", ForeignKey("owner.id", name="fk_item_owner"), nullable=False),
        Column("state", Enum("new", "old", *states, name="item_state"), nullable=False),
        Column("size", Integer),
        CheckConstraint("size > 0", name="ck_item_size"),
    )
    Table("tag", metadata, Column("id", Integer, primary_key=True), Column("word", String(20)))
    Table("note", metadata, Column("id", Integer, primary_key=True), Column("text", String(20)))
    Table("place", metadata, Column("id", Integer, primary_key=True), Column("text", String(20)))
    return metadata


def with_reference() -> MetaData:
    """Have tags refer to items."""
    metadata = base()
    metadata.tables["tag"].append_column(Column("item_id", ForeignKey("item.id", name="fk_tag_item")))
    return metadata


def with_column() -> MetaData:
    """Add a column to a table that another one refers to."""
    metadata = base()
    metadata.tables["owner"].append_column(Column("mail", String(20)))
    return metadata


def without_table() -> MetaData:
    """Drop a table."""
    metadata = base()
    metadata.remove(metadata.tables["note"])
    return metadata


def with_member() -> MetaData:
    """Add a member to an enum, whose type belongs to no table where it has a name."""
    return base("gone")


CASES = {
    "column": Case(with_column, {"owner"}),
    "reference": Case(with_reference, {"tag"}),
    "dropped": Case(without_table, {"note"}),
    "enum": Case(with_member, {"item"}),
}


def subject(repository: Repository, metadata: MetaData) -> Subject:
    """Return the history as it is now beside models that no service has."""
    found, configured = here(repository)
    return Subject(found, configured, Models((), (metadata,), (), ()), (), Scope(), Recordings(found), ())


def found(repository: Repository, metadata: MetaData) -> list[str]:
    """Return what differs, in words."""
    return sorted(str(one.about) for one in models.differing(subject(repository, metadata)))


def created(url: URL, metadata: MetaData) -> list[str]:
    """Return the statements that create tables."""
    said: list[str] = []

    def write(sql: Any, *_: object, **__: object) -> None:
        said.append(str(sql.compile(dialect=url.get_dialect()())).strip())

    metadata.create_all(create_mock_engine(url, write), checkfirst=False)
    return said


@pytest.mark.parametrize("name", CASES)
def test_only_what_changed_is_compared(
    name: str, repository: Repository, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is found is what a comparison of everything finds, whether the models have changed or the history has."""
    looked_at: list[Any] = []
    compare = twins.differences

    def spy(*args: Any) -> Any:
        looked_at.append({*args[4]} if len(args) > 4 else None)
        return compare(*args)

    monkeypatch.setattr(twins, "differences", spy)
    write_revision(repository, "one", None, execute(*created(url_of(repository), base())))
    assert found(repository, base()) == []
    changed = CASES[name].change()
    with_memory = found(repository, changed)
    everything = name == "enum" and dialect == "postgresql"
    assert looked_at == [None, *([] if everything else [CASES[name].looked_at]), None]
    known = repository.read(".dbtasks_cache/compared.json")
    repository.remove(".dbtasks_cache/compared.json")
    assert with_memory == found(repository, changed) != []

    repository.write(".dbtasks_cache/compared.json", known)
    revise.draft_metadata(*here(repository), (changed,), revise.Wish("two"))
    del looked_at[:]
    backwards = found(repository, base())
    assert looked_at[-1] is None
    repository.remove(".dbtasks_cache/compared.json")
    assert backwards == found(repository, base()) != []

    repository.write(".dbtasks_cache/compared.json", known)
    del looked_at[:]
    assert found(repository, changed) == []
    there = set() if name == "dropped" else CASES[name].looked_at
    assert looked_at == [None if everything else there]
    del looked_at[:]
    assert found(repository, changed) == []
    assert looked_at == []


def read(monkeypatch: pytest.MonkeyPatch) -> list[set[str] | None]:
    """Return a list of the tables that are read of each database from now on; None is for all."""
    scopes: list[set[str] | None] = []
    of = snapshot.read

    def spy(connection: Connection, scope: SnapshotScope) -> Any:
        scopes.append(None if scope.only is None else set(scope.only))
        return of(connection, scope)

    monkeypatch.setattr(snapshot, "read", spy)
    return scopes


def test_nothing_is_read_of_tables_that_both_say_the_same_of(
    repository: Repository, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The databases of the history and of the models are asked for a text of each table first.

    SQLite keeps the statement, in which constraints may stand in another order; what a table refers to is read with it.
    """
    write_revision(repository, "one", None, execute(*created(url_of(repository), base())))
    scopes = read(monkeypatch)
    assert found(repository, base()) == []
    assert not [scope for scope in scopes if dialect != "sqlite" or scope is None or scope - {"item", "owner"}]


def test_only_what_is_not_the_same_is_read(
    repository: Repository, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text may be another one though nothing differs, where it has the columns in the order in which they were made.

    Once something does differ, everything is read.
    """
    later = "ALTER TABLE note ADD mail VARCHAR(20)"
    write_revision(repository, "one", None, execute(*created(url_of(repository), base()), later))
    metadata = base()
    metadata.remove(metadata.tables["note"])
    columns = Column("id", Integer, primary_key=True), Column("mail", String(20)), Column("text", String(20))
    Table("note", metadata, *columns)
    scopes = read(monkeypatch)
    assert found(repository, metadata) == []
    looked_at = [scope and scope - {"item", "owner"} for scope in scopes]
    assert looked_at == ([] if dialect == "postgresql" else [{"note"}] * 2)
    repository.remove(".dbtasks_cache/compared.json")
    metadata.tables["note"].append_column(Column("size", Integer))
    assert len(found(repository, metadata)) == 1
    assert scopes[-1] is None

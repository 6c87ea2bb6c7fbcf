"""What test_property.py has found, in as few words as it takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    URL,
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from dialects.verbs import execute, url_of, write_revision
from support.repository import Repository, Sql, tiny
from support.rows import Way
from support.servers import Servers, product
from support.way import Journey

Go = Callable[[MetaData, MetaData], None]


@pytest.fixture
def go(repository: Repository, server_url: URL) -> Go:
    """Return what goes from models to others and back, on a database with rows, and fails unless all is right."""

    def run(before: MetaData, after: MetaData) -> None:
        journey = Journey(repository, server_url, Way(before, after))
        journey.go()
        assert not journey.problems, journey.report()

    return run


@pytest.fixture
def before() -> MetaData:
    """Return where the models before are declared."""
    return MetaData()


@pytest.fixture
def after() -> MetaData:
    """Return where the models after are declared."""
    return MetaData()


def test_a_table_with_a_computed_column_is_rebuilt(go: Go, before: MetaData, after: MetaData) -> None:
    """A new foreign key makes SQLite copy the table; what is computed cannot be copied."""
    _computed(before, Integer())
    _computed(after, Integer()).append_column(Column("r", ForeignKey("t.id", name="fk_t")))
    go(before, after)


def test_the_type_of_what_is_computed_from(go: Go, before: MetaData, after: MetaData) -> None:
    """PostgreSQL does not alter a column that another is computed from."""
    _computed(before, Integer())
    _computed(after, Numeric(10, 2))
    go(before, after)


def test_a_primary_key_gets_another_column(go: Go, before: MetaData, after: MetaData) -> None:
    """Alembic does not compare primary keys, and the way back brings the one without a name."""
    Table("t", before, _id(), Column("part", Integer, nullable=False))
    Table("t", after, _id(), Column("part", Integer, primary_key=True))
    go(before, after)


def test_a_default_of_the_old_type(go: Go, before: MetaData, after: MetaData) -> None:
    """PostgreSQL casts the values of a column when it is told how, and its default never."""
    Table("t", before, _id(), Column("x", String(20), server_default="1"))
    Table("t", after, _id(), Column("x", Integer, server_default="1"))
    go(before, after)


def test_awkward_defaults(go: Go, before: MetaData, after: MetaData, server_url: URL) -> None:
    """A quote and a percent sign, and a type whose values cannot be compared."""
    document = Column("j", JSON, server_default=text("('{}')") if product(server_url) == "mysql" else "{}")
    Table("t", before, _id(), Column("s", String(20)), Column("j", JSON))
    Table("t", after, _id(), Column("s", String(20), server_default="it's 50%"), document)
    go(before, after)


def test_a_default_that_goes(go: Go, before: MetaData, after: MetaData) -> None:
    """The column may be NULL, and is in a row that gives no value: after its DROP DEFAULT MySQL would refuse that row."""
    Table("t", before, _id(), Column("s", String(20), server_default="1"), Column("n", Integer, server_default="1"))
    Table("t", after, _id(), Column("s", String(20)), Column("n", Integer))
    go(before, after)


def test_long_values_that_have_to_be_there_come_back(go: Go, before: MetaData, after: MetaData) -> None:
    """Rows get a placeholder on the way back, which MySQL wants in brackets."""
    long = (
        Column("s", Text, nullable=False),
        Column("j", JSON, nullable=False),
        Column("b", LargeBinary, nullable=False),
    )
    Table("t", before, _id(), *long)
    Table("t", after, _id())
    go(before, after)


def test_an_enum_of_two_tables(go: Go, before: MetaData, after: MetaData) -> None:
    """Members change under a default, while the other table that has the type goes."""
    for name in ("a", "b"):
        Table(name, before, _id(), Column("e", Enum("m0", "m1", name="mood"), server_default="m0"))
    Table("a", after, _id(), Column("e", Enum("m0", "m2", name="mood"), server_default="m2"))
    go(before, after)


def test_the_last_table_of_an_enum(go: Go, before: MetaData, after: MetaData) -> None:
    """PostgreSQL's type goes with it, and comes back."""
    Table("a", before, _id(), Column("e", Enum("m0", "m1", name="mood")))
    for metadata in (before, after):
        Table("b", metadata, _id())
    go(before, after)


def test_members_of_a_checked_enum(go: Go, before: MetaData, after: MetaData) -> None:
    """A new member changes the check, and a long one the column, too."""
    for metadata, members in ((before, ("m0",)), (after, ("m0", "a longer one"))):
        checked = Enum(*members, name="ck_e", native_enum=False, create_constraint=True)
        Table("t", metadata, _id(), Column("e", checked))
    go(before, after)


def test_the_type_of_a_key_that_another_refers_to(go: Go, before: MetaData, after: MetaData) -> None:
    """MySQL changes neither column as long as the foreign key is there."""
    for metadata, kind in ((before, Integer()), (after, BigInteger())):
        Table("a", metadata, Column("id", kind, primary_key=True))
        Table("b", metadata, _id(), Column("r", ForeignKey("a.id", ondelete="CASCADE")))
    go(before, after)


def test_constraints_without_a_name_go(go: Go, before: MetaData, after: MetaData) -> None:
    """What has no name cannot be dropped by it."""
    for metadata in (before, after):
        Table("a", metadata, _id())
    Table("b", before, _id(), Column("r", ForeignKey("a.id")), Column("n", Integer, unique=True))
    Table("b", after, _id(), Column("r", Integer), Column("n", Integer))
    go(before, after)


def test_another_condition_under_the_same_name(go: Go, before: MetaData, after: MetaData) -> None:
    """Alembic compares checks by their names, if at all."""
    Table("t", before, _id(), Column("n", Integer), CheckConstraint("n > -5", name="ck_n"))
    Table("t", after, _id(), Column("n", Numeric(10, 2)), CheckConstraint("n > -100", name="ck_n"))
    go(before, after)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _computed(metadata: MetaData, kind: TypeEngine[Any]) -> Table:
    computed = Column("c", BigInteger, Computed("n + 1", persisted=True))
    return Table("t", metadata, _id(), Column("n", kind), computed)


def test_another_key_instead_of_one_that_counts_up(go: Go, before: MetaData, after: MetaData) -> None:
    """MySQL wants a key for a column that counts up, at every moment."""
    Table("t", before, _id(), Column("code", String(20), nullable=False))
    Table("t", after, Column("id", Integer, nullable=False), Column("code", String(20), primary_key=True))
    go(before, after)


def test_a_key_that_counts_up_goes(go: Go, before: MetaData, after: MetaData) -> None:
    """It comes back counting, with numbers for the rows that there are."""
    Table("t", before, _id(), Column("code", String(20), nullable=False), Column("n", Integer, index=True))
    Table("t", after, Column("code", String(20), primary_key=True), Column("n", Integer, index=True))
    go(before, after)


def test_a_key_that_counts_up_comes(go: Go, before: MetaData, after: MetaData) -> None:
    """Instead of one of a text, and of one of two columns."""
    Table("t", before, Column("code", String(20), primary_key=True))
    Table("t", after, _id(), Column("code", String(20), nullable=False))
    Table("u", before, Column("id", Integer, primary_key=True), Column("part", Integer, primary_key=True))
    Table("u", after, Column("id", BigInteger, primary_key=True), Column("part", Integer, nullable=False))
    go(before, after)


def test_a_computed_column_goes_with_what_it_is_computed_from(go: Go, before: MetaData, after: MetaData) -> None:
    """First the one, then the other, and the other way round on the way back."""
    Table("t", before, _id(), Column("n", Integer, nullable=False), Column("s", String(20), nullable=False))
    before.tables["t"].append_column(Column("c", BigInteger, Computed("n + 1", persisted=True)))
    Table("t", after, _id())
    go(before, after)


def test_no_column_stays(go: Go, before: MetaData, after: MetaData) -> None:
    """Batch mode copies no rows into a table that keeps no column."""
    computed = Column("c", BigInteger, Computed("n + 1", persisted=True))
    Table("t", before, _id(), Column("n", Integer), computed)
    Table("t", after, Column("code", String(20), primary_key=True), Column("s", String(20), server_default="1"))
    go(before, after)


def test_a_checked_enum_comes_back(go: Go, before: MetaData, after: MetaData) -> None:
    """Rows get a value that the check of its members allows."""
    checked = Enum("m0", "it's", name="ck_e", native_enum=False, create_constraint=True)
    Table("t", before, _id(), Column("e", checked, nullable=False))
    Table("t", after, _id())
    go(before, after)


def test_a_column_of_the_key_may_be_null_after_it(go: Go, before: MetaData, after: MetaData) -> None:
    """No database has NULL in a key, and every one wants a value before a column is a part of it."""
    Table("t", before, Column("id", Integer, primary_key=True), Column("part", Integer, primary_key=True))
    Table("t", after, Column("id", Integer, primary_key=True), Column("part", Integer))
    go(before, after)


def test_an_index_goes_before_its_column_grows(go: Go, before: MetaData, after: MetaData) -> None:
    """MySQL has no TEXT in an index; the index of a foreign key goes late, as the server needs it until then."""
    Table("t", before, Column("id", Integer, primary_key=True), Column("s", String(20)), Index("ix_t_s", "s", "id"))
    Table("t", after, Column("id", Integer, primary_key=True), Column("s", Text))
    for metadata, index in ((before, "ix_u_old"), (after, "ix_u_new")):
        key = ForeignKey("t.id", name="fk_u")
        Table("u", metadata, Column("id", Integer, primary_key=True), Column("t_id", key), Index(index, "t_id"))
    go(before, after)


def test_two_enums_of_one_name(postgresql_url: URL, servers: Servers, tmp_path: Path) -> None:
    """Each of two schemas has one; only the members of the one change, and only its column."""
    repository = tiny(tmp_path / "repository", postgresql_url.render_as_string(hide_password=False))
    before, after = MetaData(), MetaData()
    for metadata, members in ((before, ("a", "b")), (after, ("a", "c"))):
        inner: Column[str] = Column("inner", Enum(*members, name="state", schema="other"))
        outer: Column[str] = Column("outer", Enum("x", "y", name="state"), server_default="x")
        Table("t", metadata, _id(), inner, outer, schema="other")
    for models in (before, after):
        journey = Journey(repository, servers.url("postgresql"), Way(MetaData(), models))
        journey.go_once()
    assert not journey.problems, journey.report()


def test_the_characters_of_an_enum(mysql_url: URL, servers: Servers, tmp_path: Path) -> None:
    """A column of MySQL's ENUM comes, changes and goes with the character set that it has."""
    repository = tiny(tmp_path / "repository", mysql_url.render_as_string(hide_password=False))
    before, after = MetaData(), MetaData()
    old, new = (mysql.ENUM("a", "b", charset="latin1", collation=f"latin1_{one}_ci") for one in ("german1", "swedish"))
    Table("t", before, _id(), Column("goes", old), Column("changes", old))
    Table("t", after, _id(), Column("changes", new), Column("comes", new))
    journey = Journey(repository, servers.url("mysql"), Way(before, after))
    journey.go()
    assert not journey.problems, journey.report()


def test_dates_and_moments(go: Go, before: MetaData, after: MetaData) -> None:
    """Each becomes the other and comes back."""
    Table("t", before, _id(), Column("a", Date, nullable=False), Column("b", DateTime, nullable=False))
    Table("t", after, _id(), Column("a", DateTime, nullable=False), Column("b", Date, nullable=False))
    go(before, after)


def test_batch_mode_keeps_dates(sqlite_repository: Repository, sql: Sql) -> None:
    """Of a date that becomes a moment SQLite's own cast would leave the year; plain alembic is told better, too."""
    url = url_of(sqlite_repository)
    create = "CREATE TABLE t (a DATE, b DATETIME, c VARCHAR(20), d DATETIME, e INTEGER)"
    write_revision(sqlite_repository, "one", None, execute(create))
    types = {"a": "DateTime()", "b": "Date()", "c": "Date()", "d": "Time()", "e": "String(20)"}
    alters = "\n".join(f"    batch.alter_column({name!r}, type_=sa.{kind})" for name, kind in types.items())
    write_revision(sqlite_repository, "two", "one", f"with op.batch_alter_table('t') as batch:\n{alters}")
    assert sqlite_repository.alembic("upgrade", "one").code == 0
    moment = "2026-11-24 01:02:03.000004"
    sql(
        url,
        f"INSERT INTO t VALUES ('2026-11-24', '{moment}', '2026-11-24', '{moment}', 5), (NULL, NULL, NULL, NULL, 6)",
    )
    done = sqlite_repository.alembic("upgrade", "head")
    assert done.code == 0, done.err
    there = ("2026-11-24 00:00:00.000000", "2026-11-24", "2026-11-24", "01:02:03.000004", "5")
    assert sql(url, "SELECT * FROM t") == [there, (None, None, None, None, "6")]


def test_a_computed_column_comes_while_others_go(go: Go, before: MetaData, after: MetaData) -> None:
    """On the way back the table is rebuilt for the column that has to have a value; what is computed goes before."""
    Table("t", before, _id(), Column("n", Integer), Column("s", String(20), nullable=False))
    Table("t", after, _id(), Column("n", Integer), Column("c", BigInteger, Computed("n + 1", persisted=True)))
    go(before, after)


def test_what_is_computed_changes_while_others_go(go: Go, before: MetaData, after: MetaData) -> None:
    """Another expression, in a table that is rebuilt twice on the way back."""
    Table("t", before, _id(), Column("n", Integer), Column("s", String(20), nullable=False))
    Table("t", after, _id(), Column("n", Integer), Column("x", Integer))
    for metadata, expression in ((before, "n + 1"), (after, "n + 2")):
        metadata.tables["t"].append_column(Column("c", BigInteger, Computed(expression, persisted=True)))
    go(before, after)

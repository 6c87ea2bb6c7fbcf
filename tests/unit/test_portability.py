"""What does not work on another database, told without a server of it."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.mysql import BIT

from dbtasks.checks import portable
from dbtasks.checks.scope import Scope
from dbtasks.dialects import named
from support.portable import ALL, CASES, DIALECTS, KEY, KEYS, table, troubles
from support.repository import ROOT, Repository
from support.subjects import places, subject, write

TYPES = sorted((ROOT / "tests/dialects/types").rglob("*.py"))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", CASES)
def test_a_column(name: str, dialect: str) -> None:
    """A type or default that a database does not have is told at its column, there and nowhere else."""
    make, works = CASES[name]
    found = troubles(make(), of=dialect)
    assert (found == []) == (dialect in works), found
    assert {item for kind, item in found if kind != "refused"} <= {"x"}


@pytest.mark.parametrize(("make", "kind"), KEYS)
def test_a_key_of_innodb(make: Callable[[], tuple[Any, ...]], kind: str) -> None:
    """It has 3072 bytes, at four a character, and of a long text only so much as is said; elsewhere all is well."""
    assert [one for one, _ in troubles(*make(), of="mysql")] == ([kind] if kind else [])
    assert troubles(*make(), of="postgresql") == troubles(*make(), of="sqlite") == []


def test_a_mariadb_is_one_of_them() -> None:
    """The name that the user has given is the one that SQLAlchemy writes for."""
    assert troubles(Column("x", String()), of="mariadb") == [("refused", "x")]
    assert troubles(Column("x", Text(), server_default="none"), of="mariadb") == []


def test_a_partial_index() -> None:
    """MySQL leaves the condition out, and would take every two rows of the same for wrong."""

    def parts(*, unique: bool) -> tuple[Column[Any], Index]:
        return Column("x", Integer), Index("ix", "x", unique=unique, postgresql_where=text("x > 0"))

    assert troubles(*parts(unique=True), of="mysql") == [("partial", "ix")]
    assert troubles(*parts(unique=False), of="mysql") == troubles(*parts(unique=True), of="postgresql") == []


def test_whatever_a_type_raises() -> None:
    """A type of another dialect is told in words, whatever SQLAlchemy makes of it."""
    found = {of: named(of, "").portability.of_table(table(Column("x", BIT(3))), of) for of in ("postgresql", "sqlite")}
    assert {of: [one.detail for one in several] for of, several in found.items()} == {
        "postgresql": ["SQLAlchemy cannot write this type for it"],
        "sqlite": ["it has no BIT"],
    }
    counting = table(Column("x", Integer, server_default=Sequence("s").next_value()))
    assert [one.kind for one in named("sqlite", "").portability.of_table(counting, "sqlite")] == ["refused"]


@pytest.mark.parametrize("file", TYPES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_models_that_work_everywhere(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the models with which drafts are tried on every database nothing is told, but where a name is quoted by hand.

    Those that are for one database only are told in words, whatever they hold.
    """
    spec = importlib.util.spec_from_file_location(f"types_of_{file.parent.name}_{file.stem}", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    bases = [one for one in vars(module).values() if isinstance(getattr(one, "metadata", None), MetaData)]
    found = [
        (made.fullname, one)
        for made in {made for base in bases for made in base.metadata.tables.values()}
        for name in ("postgresql", "mariadb", "sqlite")
        for one in named(name, "").portability.of_table(made, name)
    ]
    if file.parent.name == "every":
        told = [(made, one.kind, one.item) for made, one in found]
        assert told == ([("order", "expression", "Check")] if file.stem == "names" else [])
    assert [one for _, one in found if " object at " in one.detail or one.detail.endswith(".")] == []


def test_a_schema() -> None:
    """Only on PostgreSQL it is a part of the same database."""
    made = Table("item", MetaData(), KEY._copy(), schema="audit")
    found = {name: [one.kind for one in named(name, "").portability.of_table(made, name)] for name in DIALECTS}
    assert found == {"postgresql": [], "mysql": ["schema"], "sqlite": ["schema"]}


def test_checks() -> None:
    """The SQL of a check is looked at as well; of one that SQLAlchemy has written itself there is nothing to fear."""
    own = Column("x", String(9), CheckConstraint("x ~ '^a'::text", name="ck"))
    table = Table("item", MetaData(), KEY._copy(), own, CheckConstraint("id::text > ''", name="ck_id"))
    found = named("mysql", "").portability.of_table(table, "mysql")
    assert [(one.kind, one.item) for one in found] == [("expression", "ck"), ("expression", "ck_id")]


# What a revision does, and the dialects on which it works.
REVISIONS = {
    "op.execute('UPDATE item SET x = 1')": ALL,
    "op.execute('UPDATE item SET x = y::text')": {"postgresql"},
    "op.execute(\"UPDATE item SET x = 'a::b `c` || d'\")": ALL,
    "op.execute('UPDATE `item` SET x = 1')": {"mysql", "sqlite"},
    "op.execute('UPDATE \"item\" SET x = 1')": {"postgresql", "sqlite"},
    "op.execute('INSERT INTO item (x) VALUES (1) ON CONFLICT DO NOTHING')": {"postgresql", "sqlite"},
    "op.execute('INSERT IGNORE INTO item (x) VALUES (1)')": {"mysql"},
    "op.execute('CREATE EXTENSION citext')": {"postgresql"},
    "op.execute('ALTER TABLE item ALTER COLUMN x TYPE BIGINT')": {"postgresql"},
    "op.execute('ALTER TABLE item MODIFY COLUMN x BIGINT')": {"mysql"},
    "op.execute('UPDATE item SET x = 1; UPDATE item SET x = 2')": {"mysql"},
    "op.execute('UPDATE item SET x = 1;\\nUPDATE item SET x = 2')": {"mysql"},
    "op.execute('UPDATE item SET x = 1;')": ALL,
    "op.execute(\"UPDATE item SET x = 'a; b'  -- so; be it\")": ALL,
    "op.execute('CREATE FUNCTION f() RETURNS void AS $x$ BEGIN PERFORM 1; RETURN; END $x$ LANGUAGE plpgsql')": {"postgresql"},
    "op.execute('PRAGMA foreign_keys = ON')": {"sqlite"},
    "op.execute('DO $$ BEGIN END $$')": {"postgresql"},
    "op.execute(sa.table('item', sa.column('x')).update().values(x=1))": ALL,
    "op.execute(sa.text('UPDATE item SET x = :x').bindparams(x=1))": ALL,
    "op.bulk_insert(sa.table('item', sa.column('x')), [{'x': {'a': 1}}])": ALL,
    "if op.get_context().dialect.name == 'postgresql': op.execute('CREATE EXTENSION citext')": ALL,
    "op.alter_column('item', 'x', type_=sa.BigInteger(), existing_type=sa.Integer())": {"postgresql", "mysql"},
    "with op.batch_alter_table('item') as b: b.alter_column('x', type_=sa.BigInteger(), existing_type=sa.Integer())": ALL,
    "op.alter_column('item', 'x', nullable=False)": {"postgresql"},
    "op.alter_column('item', 'x', new_column_name='y', existing_type=sa.Integer())": ALL,
    "op.create_foreign_key('fk', 'item', 'item', ['x'], ['id'])": {"postgresql", "mysql"},
    "op.drop_constraint('uq', 'item')": {"postgresql"},
    "op.drop_constraint('uq', 'item', type_='unique')": {"postgresql", "mysql"},
    "op.drop_column('item', 'x')": ALL,
    "op.create_index('ix', 'item', ['x'])": ALL,
    "op.drop_index('ix', 'item')": ALL,
    "op.add_column('item', sa.Column('x', sa.Integer(), nullable=False))": ALL,
    "op.add_column('item', sa.Column('x', sa.DateTime(), server_default=sa.text('CURRENT_TIMESTAMP')))": {"postgresql", "mysql"},
    "with op.batch_alter_table('item') as b: b.add_column(sa.Column('x', sa.DateTime(), server_default=sa.text('CURRENT_TIMESTAMP')))": ALL,
    "op.add_column('item', sa.Column('x', sa.String()))": ALL - {"mysql"},
    "op.create_table('t', sa.Column('x', sa.String(900), unique=True))": ALL - {"mysql"},
    "op.create_table('t', sa.Column('x', sa.Integer(), sa.ForeignKey('item.id')))": ALL,
    "op.create_table('t', sa.Column('x', sa.Integer(), server_default=sa.text('gen_random_uuid()')))": {"postgresql"},
    "with op.batch_alter_table('item') as b: b.add_column(sa.Column('x', sa.Integer(), sa.ForeignKey('other.id', name='f')))": ALL,
}  # fmt: skip


@pytest.mark.parametrize("up", REVISIONS)
def test_a_revision(environment: Repository, up: str) -> None:
    """What one of the dialects cannot run is told at its line, once, and of no other dialect."""
    write(environment, "a1", None, up)
    asked = subject(environment, "sqlite", "postgresql", "mysql"), subject(environment, "mysql", "sqlite")
    found = [one for each in asked for one in portable.revisions(each)]
    failing = [one.about.dialect for one in found]  # type: ignore[union-attr]
    assert sorted(failing) == sorted(ALL - REVISIONS[up]), [one.about for one in found]
    assert set(places(found)) <= {("a1", 1)}


KEYED = {
    "op.create_index('ix', 'item', ['x'])": "key-too-long",
    "with op.batch_alter_table('item') as b: b.create_index('ix', ['x'])": "key-too-long",
    "op.create_unique_constraint('uq', 'item', ['x', 'y'])": "key-too-long",
    "op.create_index('ix', 'item', ['x'], mysql_length=100)": "",
    "op.create_index('ix', 'item', ['y'])": "",
    "op.create_index('ix', 'item', ['z'])": "key-without-length",
    "op.create_index('ix', 'item', [sa.text('lower(x)')])": "",
    "op.create_index('ix', 'other', ['x'])": "",
    "op.create_index('ix', 'item', ['y'], unique=True, postgresql_where=sa.text('y > 1'))": "partial",
    "op.rename_table('item', 'thing')\nop.create_index('ix', 'thing', ['x'])": "key-too-long",
    "op.alter_column('item', 'x', new_column_name='v', existing_type=sa.String(800))\nop.create_index('ix', 'item', ['v'])": "key-too-long",
    "op.alter_column('item', 'x', type_=sa.String(700), existing_type=sa.String(800))\nop.create_index('ix', 'item', ['x'])": "",
}  # fmt: skip


@pytest.mark.parametrize("up", KEYED)
def test_keys_of_columns_that_are_there(environment: Repository, up: str) -> None:
    """An index of a column that a revision before has made is as long as that column."""
    create = "op.create_table('item', sa.Column('x', sa.String(800)), sa.Column('y', sa.Integer()), sa.Column('z', sa.Text()))"
    write(environment, "a1", None, create)
    write(environment, "b2", "a1", up)
    for merged in (frozenset[str](), frozenset({"a1"})):
        asked = subject(environment, "sqlite", "mysql", "postgresql", scope=Scope(None, merged, frozenset()))
        found = list(portable.revisions(asked))
        assert [(one.about.kind, one.about.dialect) for one in found] == ([(KEYED[up], "mysql")] if KEYED[up] else [])  # type: ignore[union-attr]
        assert {place for place, _ in places(found)} <= {"b2"}


def test_the_projects_own_dialect(environment: Repository) -> None:
    """SQL that has run there is not judged by its words."""
    write(environment, "a1", None, "op.execute('UPDATE item SET x = \"a\"')")
    assert [one.about.dialect for one in portable.revisions(subject(environment, "mysql", *DIALECTS))] == []  # type: ignore[union-attr]
    assert len(list(portable.revisions(subject(environment, "sqlite", "mysql")))) == 1


def test_a_trigger_is_one_statement() -> None:
    """The semicolons of its body do not end it, and what follows it does."""
    trigger = "CREATE TRIGGER t AFTER INSERT ON item BEGIN UPDATE item SET x = 1; END;"
    foreign = named("sqlite", "").portability.foreign
    assert [foreign(trigger).partition(":")[0], bool(foreign(f"{trigger} DELETE FROM item"))] == ["", True]


def test_what_the_linter_cannot_read(environment: Repository) -> None:
    """SQL that looks like any other is read as PostgreSQL does."""
    write(environment, "a1", None, "op.execute('UPDATE item SET x = 1 WHERE LIMIT')")
    found = list(portable.revisions(subject(environment, "mysql", "postgresql")))
    assert [(one.code, one.about.kind) for one in found] == [("revision-not-portable", "unread")]  # type: ignore[union-attr]


def test_only_what_is_asked_for(environment: Repository) -> None:
    """Without ``--dialects`` nothing is looked at, and what is merged already only without ``--since``."""
    write(environment, "a1", None, "op.execute('PRAGMA foreign_keys = ON')")
    assert list(portable.revisions(subject(environment))) == []
    merged = Scope(None, frozenset({"a1"}), frozenset())
    assert list(portable.revisions(subject(environment, "sqlite", "mysql", scope=merged))) == []

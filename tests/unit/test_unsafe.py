"""DDL that keeps those who use a table waiting."""

from pathlib import Path

import pytest

from dbtasks.checks import linting, unsafe
from dbtasks.checks.scope import Scope
from dbtasks.errors import LinterFailed
from dbtasks.git import Base
from dbtasks.render.problems import SAFE as SAFE_WAYS
from support.repository import Repository
from support.subjects import places, recorded, subject, write

# What is done to a table in use, and what squawk and InnoDB have against it.
CHANGES = {
    "op.create_index('ix', 'item', ['x'])": ("require-concurrent-index-creation", ""),
    "op.create_index('ix', 'item', ['x'], mysql_prefix='FULLTEXT')": ("require-concurrent-index-creation", "locks"),
    "op.create_foreign_key('fk', 'item', 'other', ['x'], ['id'])": ("adding-foreign-key-constraint", "copies"),
    "op.create_check_constraint('ck', 'item', 'x > 0')": ("constraint-missing-not-valid", "copies"),
    "op.create_unique_constraint('uq', 'item', ['x'])": ("disallowed-unique-constraint", ""),
    "op.alter_column('item', 'x', type_=sa.BigInteger(), existing_type=sa.Integer())": ("changing-column-type", "copies"),
    "op.alter_column('item', 'x', type_=sa.String(80), existing_type=sa.String(50))": ("", "copies"),
    "op.alter_column('item', 'x', type_=sa.String(60), existing_type=sa.String(50))": ("", ""),
    "op.alter_column('item', 'x', type_=sa.String(255), existing_type=sa.String(64))": ("", ""),
    "op.alter_column('item', 'x', nullable=False, existing_type=sa.Integer())": ("adding-not-nullable-field", "rebuilds"),
    "op.alter_column('item', 'x', server_default='1', existing_type=sa.Integer())": ("", ""),
    "op.add_column('item', sa.Column('y', sa.Integer()))": ("", ""),
    "op.add_column('item', sa.Column('y', sa.Integer(), server_default='1', nullable=False))": ("", ""),
    "op.add_column('item', sa.Column('y', sa.Integer(), nullable=False))": ("adding-required-field", ""),
    "op.add_column('item', sa.Column('y', sa.Integer(), sa.ForeignKey('other.id', name='f')))": ("adding-foreign-key-constraint", "copies"),
    "op.create_primary_key('pk', 'item', ['x'])": (None, "rebuilds"),
    "op.drop_constraint('pk', 'item', type_='primary')": ("", "copies"),
    "op.drop_column('item', 'x')": ("", ""),
    "op.drop_table('item')": ("", ""),
    "with op.batch_alter_table('item') as b: b.create_index('ix', ['x'])": ("require-concurrent-index-creation", ""),
    "op.execute('CREATE INDEX ix ON item (x)')": ("require-concurrent-index-creation", ""),
    "with op.get_context().autocommit_block(): op.create_index('ix', 'item', ['x'], postgresql_concurrently=True)": ("", ""),
    "op.create_index('ix', 'item', ['x'], postgresql_concurrently=True)": ("ban-concurrent-index-creation-in-transaction", ""),
}  # fmt: skip
# What the advice says to do instead.
SAFE = [
    "with op.get_context().autocommit_block(): op.create_index('ix', 'item', ['x'], postgresql_concurrently=True, if_not_exists=True)",
    "with op.get_context().autocommit_block(): op.drop_index('ix', 'item', postgresql_concurrently=True, if_exists=True)",
    "op.create_foreign_key('fk', 'item', 'other', ['x'], ['id'], postgresql_not_valid=True)",
    "op.execute('ALTER TABLE item ADD CONSTRAINT ck CHECK (x > 0) NOT VALID')",
    "op.execute('ALTER TABLE item VALIDATE CONSTRAINT ck')",
    "op.execute('ALTER TABLE item ADD CONSTRAINT uq UNIQUE USING INDEX ix')",
    "op.add_column('item', sa.Column('y', sa.Integer(), server_default='0', nullable=False))",
]
RAW = {
    "ALTER TABLE item MODIFY x BIGINT": "copies",
    "ALTER TABLE item MODIFY x BIGINT, ALGORITHM=INPLACE": "",
    "ALTER TABLE item ADD FOREIGN KEY (x) REFERENCES other (id)": "copies",
    "ALTER TABLE item CONVERT TO CHARACTER SET utf8mb4": "copies",
    "ALTER TABLE item ENGINE=InnoDB": "rebuilds",
    "OPTIMIZE TABLE item": "rebuilds",
    "ALTER TABLE item ADD COLUMN y INTEGER, LOCK=SHARED": "locks",
    "ALTER TABLE item ADD COLUMN y INTEGER": "",
    "LOCK TABLES item WRITE": "locks",
    "UPDATE item SET x = 1": "",
}


def told(environment: Repository, up: str, dialect: str) -> list[str]:
    """Return the rules or costs that a revision is told of."""
    write(environment, "a1", None, up)
    found = list(unsafe.unsafe(subject(environment, dialect)))
    assert set(places(found)) <= {("a1", 1)}
    return [one.about.item if one.about.kind == "linted" else one.about.kind for one in found]  # type: ignore[union-attr]


@pytest.mark.parametrize("up", [up for up, (rule, _) in CHANGES.items() if rule is not None])
def test_on_postgresql(environment: Repository, up: str) -> None:
    """The linter's rule for a table in use is told once, at the line of the operation; nothing of what is safe."""
    rule = CHANGES[up][0]
    assert told(environment, up, "postgresql") == ([rule] if rule else [])


@pytest.mark.parametrize("up", SAFE)
def test_the_advice_is_safe(environment: Repository, up: str) -> None:
    """What is advised on PostgreSQL is not told in its turn."""
    assert told(environment, up, "postgresql") == []


def test_every_rule_has_advice() -> None:
    """Squawk's own words know nothing of Alembic; where a rule is told often, ours do."""
    assert set(SAFE_WAYS) - {"copies", "rebuilds", "locks"} <= unsafe.RULES
    assert {rule for rule, _ in CHANGES.values() if rule} <= set(SAFE_WAYS)


@pytest.mark.parametrize("up", CHANGES)
def test_on_mysql(environment: Repository, up: str) -> None:
    """What InnoDB copies, rebuilds or locks is told."""
    cost = CHANGES[up][1]
    assert told(environment, up, "mysql") == ([cost] if cost else [])


@pytest.mark.parametrize("sql", RAW)
def test_sql_on_mysql(environment: Repository, sql: str) -> None:
    """SQL of the revision's own is judged by its words, unless it lets the server refuse what is unsafe."""
    assert told(environment, f"op.execute({sql!r})", "mysql") == ([RAW[sql]] if RAW[sql] else [])


@pytest.mark.parametrize("up", CHANGES)
def test_on_sqlite(environment: Repository, up: str) -> None:
    """One file has one writer, who waits for the others anyway."""
    assert told(environment, up, "sqlite") == []


def test_members_of_an_enum(environment: Repository) -> None:
    """More members at the end are only remembered; in another order, the rows are written anew."""
    change = "op.alter_column('item', 'x', type_=sa.Enum({}), existing_type=sa.Enum('a', 'b'))"
    assert told(environment, change.format("'a', 'b', 'c'"), "mysql") == []
    assert told(environment, change.format("'b', 'a'"), "mysql") == ["copies"]


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_a_new_table_is_in_nobodys_use(environment: Repository, dialect: str) -> None:
    """Whatever is done to it in the same revision, or by the branch that creates it, is safe."""
    create = "op.create_table('item', sa.Column('x', sa.Integer()))"
    change = "op.create_foreign_key('fk', 'item', 'item', ['x'], ['x'])"
    write(environment, "a1", None, f"{create}\n{change}")
    assert list(unsafe.unsafe(subject(environment, dialect))) == []
    write(environment, "a1", None, create)
    write(environment, "b2", "a1", change)
    assert places(list(unsafe.unsafe(subject(environment, dialect)))) == [("b2", 1)]
    branch = Scope(Base("main", "0"))
    assert list(unsafe.unsafe(subject(environment, dialect, scope=branch))) == []
    merged = Scope(Base("main", "0"), frozenset({"a1"}))
    assert places(list(unsafe.unsafe(subject(environment, dialect, scope=merged)))) == [("b2", 1)]


def test_other_dialects_that_are_asked_for(environment: Repository) -> None:
    """A project that runs on SQLite here and on PostgreSQL there is told of both."""
    write(environment, "a1", None, "op.create_foreign_key('fk', 'item', 'item', ['x'], ['x'])")
    found = list(unsafe.unsafe(subject(environment, "sqlite", "postgresql", "mariadb")))
    assert sorted(one.about.dialect for one in found) == ["mariadb", "postgresql"]  # type: ignore[union-attr]


def test_a_statement_that_cannot_be_read(environment: Repository) -> None:
    """It does not keep the others of its revision from being judged."""
    found = recorded(
        environment, "op.create_index('ix', 'item', ['x'])\nop.execute('UPDATE `item` SET x = 1')", "postgresql"
    )
    rules = [one.rule for one in linting.complaints(environment.root, [found])]
    assert {linting.SYNTAX, "require-concurrent-index-creation"} <= set(rules)


def test_a_projects_own_rules(environment: Repository) -> None:
    """What .squawk.toml excludes is not told."""
    environment.write(".squawk.toml", 'excluded_rules = ["require-concurrent-index-creation"]\n')
    assert told(environment, "op.create_index('ix', 'item', ['x'])", "postgresql") == []


def test_without_the_linter(environment: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found, and nothing fails."""
    monkeypatch.setattr(linting, "program", lambda: None)
    assert told(environment, "op.create_index('ix', 'item', ['x'])", "postgresql") == []


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("echo out of order >&2; exit 3", "out of order"),
        ("exit 3", "it ended with 3"),
        ('echo \'[{"file": "\'$4\'", "line": 1, "messages": []}]\'', "answers as versions before 2.0 do"),
    ],
)
def test_a_linter_that_fails(
    environment: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str, cause: str
) -> None:
    """It is an error that says what it said, and never a clean result."""
    broken = tmp_path / "squawk"
    broken.write_text(f"#!/bin/sh\n{answer}\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(linting, "program", lambda: str(broken))
    with pytest.raises(LinterFailed, match=cause):
        told(environment, "op.create_index('ix', 'item', ['x'])", "postgresql")

"""Constraints that a revision leaves without a name."""

from collections.abc import Iterable

import pytest
from sqlalchemy import MetaData

from dbtasks.checks import names
from support.repository import Repository
from support.subjects import places, recorded, subject, write

UNNAMED = {
    "op.create_unique_constraint(None, 'item', ['x'])": ["uq"],
    "op.create_foreign_key(None, 'item', 'other', ['x'], ['id'])": ["fk"],
    "op.create_check_constraint(None, 'item', 'x > 0')": ["ck"],
    "op.drop_constraint(None, 'item', type_='unique')": ["drop"],
    "with op.batch_alter_table('item') as b: b.create_unique_constraint(None, ['x'])": ["uq"],
    "op.add_column('item', sa.Column('x', sa.Integer(), unique=True))": ["uq"],
    "op.add_column('item', sa.Column('x', sa.Integer(), sa.ForeignKey('other.id')))": ["fk"],
    "op.create_table('item', sa.Column('x', sa.Integer(), unique=True))": ["uq"],
    "op.create_table('item', sa.Column('x', sa.Integer()), sa.UniqueConstraint('x'))": ["uq"],
    "op.create_table('item', sa.Column('x', sa.Integer(), sa.ForeignKey('other.id')))": ["fk"],
    "op.create_table('item', sa.Column('x', sa.Integer()), sa.ForeignKeyConstraint(['x'], ['other.id']))": ["fk"],
    "op.create_table('item', sa.Column('x', sa.Integer()), sa.CheckConstraint('x > 0'))": ["ck"],
    "op.create_table('item', sa.Column('x', sa.Integer(), sa.CheckConstraint('x > 0')))": ["ck"],
    "op.create_table('item', sa.Column('x', sa.Integer(), sa.ForeignKey('other.id'), unique=True))": ["fk", "uq"],
}
NAMED = [
    "op.create_unique_constraint('uq_x', 'item', ['x'])",
    "op.create_unique_constraint(op.f('uq_x'), 'item', ['x'])",
    "op.create_primary_key(None, 'item', ['x'])",
    "op.create_table('item', sa.Column('x', sa.Integer(), primary_key=True))",
    "op.create_table('item', sa.Column('x', sa.Integer()), sa.PrimaryKeyConstraint('x'))",
    "op.create_table('item', sa.Column('x', sa.Integer(), index=True))",
    "op.create_table('item', sa.Column('x', sa.Boolean(create_constraint=True)))",
    "op.create_table('item', sa.Column('x', sa.Integer(), sa.ForeignKey('other.id', name='fk_x')))",
    "op.create_table('item', sa.Column('x', sa.Integer()), sa.UniqueConstraint('x', name=op.f('uq_x')))",
    "op.create_index('ix', 'item', ['x'], unique=True)",
]


def kinds(environment: Repository, up: str, dialect: str, derived: Iterable[str] = ()) -> list[str]:
    """Return the kinds of what has no name."""
    found = recorded(environment, up, dialect).operations
    return [problem.kind for one in found for problem in names.problems(one, set(derived))]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
@pytest.mark.parametrize("up", UNNAMED)
def test_without_a_name(environment: Repository, up: str, dialect: str) -> None:
    """Whatever way it is written, and whatever the database makes of it, a constraint without a name is told."""
    assert kinds(environment, up, dialect) == UNNAMED[up]


@pytest.mark.parametrize("up", NAMED)
def test_with_a_name(environment: Repository, up: str) -> None:
    """Nothing is told of what has a name or, like a primary key and what only some databases make, needs none."""
    assert kinds(environment, up, "postgresql") == []


def test_a_convention_names_what_is_created(environment: Repository) -> None:
    """What every metadata names by a convention is told only when it is dropped."""
    own = [MetaData(naming_convention={"uq": "uq_%(table_name)s", "fk": "fk_%(table_name)s"}) for _ in range(2)]
    assert names.conventions(own) == {"uq", "fk"}
    assert names.conventions([*own, MetaData()]) == names.conventions([]) == set()
    both = "op.create_unique_constraint(None, 'item', ['x'])\nop.drop_constraint(None, 'item', type_='unique')"
    assert kinds(environment, both, "sqlite", {"uq"}) == ["drop"]


def test_both_ways_and_batches(environment: Repository) -> None:
    """The way down counts as well; a batch with a convention finds names by itself."""
    derived = "with op.batch_alter_table('item', naming_convention={'uq': 'x'}) as b: b.drop_constraint(None)"
    write(environment, "a1", None, derived, "op.drop_constraint(None, 'item', type_='unique')")
    assert places(list(names.unnamed(subject(environment, "postgresql")))) == [("a1", 5)]

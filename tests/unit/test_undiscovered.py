"""Tables that stand in the repository and that discovery does not find: where they are looked for, and what counts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dbtasks import project, services
from dbtasks.errors import ModelMoved, NoServices, Source, UndeclaredReference
from dbtasks.project import Project
from dbtasks.services import Models, Undiscovered
from support.repository import ROOT, Repository

Load = Callable[..., Models]

CLASS = "class {0}(Base):\n    __tablename__ = '{1}'\n"
OWN = """
from sqlalchemy import ForeignKey, Table, Column, Integer
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

class Base(DeclarativeBase):
    pass
"""
MODEL = """
class {0}(Base):
    __tablename__ = "{1}"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


def found(tree: Repository, models: Models | None = None, **settings: Any) -> list[str]:
    """Return where tables stand that are not discovered; beside a service that has a model."""
    tree.write("services/shop/db_models/item.py", CLASS.format("Item", "item"))
    return [str(one.source) for one in services.undiscovered(Project(tree.root, **settings), models)]


@pytest.mark.parametrize(
    "file",
    [
        "models.py",
        "services/base.py",
        "services/shop/entities/tag.py",
        "services/shop/models/db/tag.py",
        "services/billing/models.py",
        "shared/tables/tag.py",
        "services/versions/tag.py",
        "build/tag.py",
        "services/dist/tag.py",
    ],
)
def test_a_model_is_found_wherever_it_stands(tree: Repository, file: str) -> None:
    """A table is told with its file and line when it stands where discovery does not look."""
    tree.remove("pyproject.toml")
    tree.write(file, "import os\n\n\n" + CLASS.format("Tag", "tag"))
    assert found(tree) == [f"{file}:4"]


@pytest.mark.parametrize(
    "file",
    [
        "services/shop/db_models/tag.py",
        "services/shop/db_models/sub/tag.py",
        ".hidden/tag.py",
        "tests/tag.py",
        "services/shop/test/tag.py",
        "services/shop/test_tag.py",
        "services/shop/tag_test.py",
        "services/shop/conftest.py",
        "web/node_modules/tag.py",
        "lib/site-packages/tag.py",
        "__pycache__/tag.py",
        "templates/tag.py",
        "build/tag.py",
        "dist/tag.py",
        "alembic_db/versions/tag.py",
        "environment/lib/tag.py",
        "inner/services/tag.py",
        "old/services/tag.py",
        "tag.txt",
    ],
)
def test_what_is_not_looked_at(tree: Repository, file: str) -> None:
    """Tests, other people's packages, build results, revisions and other projects have no models of this one."""
    tree.write("environment/pyvenv.cfg", "")
    tree.write("inner/pyproject.toml", "[tool.dbtasks]\n")
    tree.write("old/alembic_db/alembic.ini", "[alembic]\n")
    tree.write(file, CLASS.format("Tag", "tag"))
    assert found(tree) == []


def test_revisions_anywhere_are_left_out(tree: Repository) -> None:
    """A file of Alembic's is known by its two names, so that another tool's history declares nothing."""
    tables = "import sqlalchemy as sa\nsa.Table('a', sa.MetaData())\n"
    tree.write("legacy/one.py", f"{tables}revision: str = 'a'\ndown_revision = None\n")
    tree.write("legacy/two.py", f"{tables}revision = 'a'\n")
    assert found(tree) == ["legacy/two.py:2"]


def test_links_are_not_followed(tree: Repository) -> None:
    """A link to a file or a folder, whose tables are told where they really stand, is left alone."""
    tree.write("shared/tag.py", CLASS.format("Tag", "tag"))
    tree.path("again").symlink_to(tree.path("shared"))
    tree.path("linked.py").symlink_to(tree.path("shared/tag.py"))
    assert found(tree) == ["shared/tag.py:1"]


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ("scripts/**", ["scripts.py", "services/shop/scripts/b.py"]),
        ("scripts", ["scripts.py", "services/shop/scripts/b.py"]),
        ("./scripts/", ["scripts.py", "services/shop/scripts/b.py"]),
        ("scripts/a.py", ["scripts.py", "services/shop/scripts/b.py"]),
        ("scripts/*.py", ["scripts.py", "services/shop/scripts/b.py"]),
        ("**/scripts/**", ["scripts.py"]),
        ("**/?.py", ["scripts.py"]),
        ("*", []),
        ("*.py", ["scripts/a.py", "services/shop/scripts/b.py"]),
        ("script", ["scripts.py", "scripts/a.py", "services/shop/scripts/b.py"]),
        ("services/shop", ["scripts.py", "scripts/a.py"]),
    ],
)
def test_what_is_ignored(tree: Repository, ignore: str, left: list[str]) -> None:
    """``ignore`` takes a file, a folder with all that is in it, and wildcards, from the root of the repository."""
    for file in ("scripts.py", "scripts/a.py", "services/shop/scripts/b.py"):
        tree.write(file, CLASS.format("A", "a"))
    assert sorted(found(tree, ignore=(ignore,))) == [f"{file}:1" for file in left]


def test_what_is_told_of_each(tree: Repository) -> None:
    """Each is told with table, kind, name and place, in the order of files and lines."""
    tree.write("b.py", "import sqlalchemy as sa\ntag = sa.Table('tag', metadata)\n" + CLASS.format("Z", "a"))
    tree.write("a.py", "class A(Base):\n    __tablename__ = f'{x}'\n")
    tree.write("services/shop/db_models/item.py", "")
    assert services.undiscovered(Project(tree.root)) == (
        Undiscovered("", "class", "A", Source(Path("a.py"), 1)),
        Undiscovered("tag", "Table", "tag", Source(Path("b.py"), 2)),
        Undiscovered("a", "class", "Z", Source(Path("b.py"), 3)),
    )


@pytest.mark.parametrize("column", ["id: Mapped[int]", "id = mapped_column(Integer)", "id = Column(Integer)"])
def test_a_base_that_names_tables(tree: Repository, column: str) -> None:
    """Classes on a base that computes their tables' names are told, wherever the base stands."""
    tree.write(
        "services/shop/db_models/base.py", "class Named(DeclarativeBase):\n    def __tablename__(cls):\n        ...\n"
    )
    tree.write("shared/tag.py", f"class Tag(Named):\n    {column}\n")
    assert found(tree) == ["shared/tag.py:1"]


def test_no_service(tree: Repository) -> None:
    """Without models that are loaded, a repository without services has nothing that could be compared with."""
    with pytest.raises(NoServices):
        services.undiscovered(Project(tree.root))


def test_what_a_model_imports_is_found(tree: Repository, load: Load) -> None:
    """Once models are loaded the metadata is the truth: tables of modules that a model imports are found."""
    named = "class Named(Base):\n    __abstract__ = True\n    @declared_attr\n    def __tablename__(cls):\n        return cls.__name__\n"
    computed = "class Computed(Named):\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    files = {
        "shared/base.py": OWN + "tag = Table('tag', Base.metadata, Column('id', Integer))\n" + named + computed,
        "shared/alone.py": OWN + MODEL.format("Alone", "alone") + "class Late(Base):\n    __tablename__ = f'{1}'\n",
        "shared/again.py": OWN + MODEL.format("Tag", "tag"),
        "shop/db_models/item.py": OWN + "from ROOT.shared.base import Base\n" + MODEL.format("Item", "item"),
    }
    models = load(files)
    at = Project(tree.root, services=(models.services[0].path.parent.name,))
    root = at.services[0]
    told = [(one.table or one.name, str(one.source)) for one in services.undiscovered(at, models)]
    assert told == [("alone", f"{root}/shared/alone.py:7"), ("Late", f"{root}/shared/alone.py:10")]
    told = [(one.table or one.name, str(one.source)) for one in services.undiscovered(at)]
    assert told == [
        ("tag", f"{root}/shared/again.py:7"),
        ("alone", f"{root}/shared/alone.py:7"),
        ("Late", f"{root}/shared/alone.py:10"),
        ("tag", f"{root}/shared/base.py:6"),
        ("Computed", f"{root}/shared/base.py:12"),
    ]


def test_a_schema_of_the_metadata(tree: Repository, load: Load) -> None:
    """A table whose schema only its metadata knows is found by its name alone; another schema's is not."""
    models = load({
        "shared/tables.py": "import sqlalchemy as sa\nmetadata = sa.MetaData(schema='x')\nsa.Table('a', metadata, sa.Column('b', sa.Integer))\n",
        "shared/more.py": "import sqlalchemy as sa\nsa.Table('a', sa.MetaData(), schema='y')\n",
        "shop/db_models/all.py": "from ROOT.shared.tables import metadata\n",
    })  # fmt: skip
    found = services.undiscovered(Project(tree.root), models)
    assert [one.table for one in found] == ["y.a"]


def test_a_foreign_key_to_a_model_that_moved(load: Load) -> None:
    """A key whose table stands where discovery does not look says where, and not that nobody declares it."""
    key = "    user_id: Mapped[int] = mapped_column(ForeignKey('user.id'))\n"
    files = {"shop/db_models/order.py": OWN + MODEL.format("Order", "order") + key}
    with pytest.raises(UndeclaredReference) as caught:
        load(files | {"accounts/entities/user.py": OWN + MODEL.format("User", "user")})
    error = caught.value
    assert str(error.elsewhere).endswith("/accounts/entities/user.py:7")
    assert error.why() == f"{error.elsewhere} declares the table 'user', and discovery does not look there."


MOVED = (
    Undiscovered("invoice", "class", "Invoice", Source(Path("services/billing/models/invoice.py"), 8)),
    Undiscovered("line", "class", "Line", Source(Path("services/billing/models/invoice.py"), 20)),
    Undiscovered("tag", "Table", "tag", Source(Path("shared.py"), 3)),
    Undiscovered("", "class", "Other", Source(Path("shared.py"), 5)),
)


def test_a_dropped_table_whose_model_is_still_there() -> None:
    """A drop of a table that some source still declares is said to be a move, with the place of each."""
    at = Project(Path("/repo"))
    assert services.moved(MOVED, {"invoice", "other", ""}) == (MOVED[0],)
    services.check_moved(at, MOVED, {"other"})
    with pytest.raises(ModelMoved) as caught:
        services.check_moved(at, MOVED, ["invoice"])
    assert str(caught.value) == (
        "The table 'invoice' would be dropped, but services/billing/models/invoice.py:8 still declares it.\n"
        "  why: discovery does not look there: it looks for '**/db_models' below 'services'.\n"
        "  fix: move the module back into a package 'db_models', or import it from one; if it is no model of this "
        "database, set ignore = ['services/billing/models/invoice.py'] in [tool.dbtasks]."
    )
    with pytest.raises(ModelMoved) as caught:
        services.check_moved(at, MOVED, {"invoice", "line", "tag"})
    assert caught.value.what() == (
        "3 tables would be dropped that are still declared: 'invoice' (services/billing/models/invoice.py:8), "
        "'line' (services/billing/models/invoice.py:20), 'tag' (shared.py:3)."
    )
    assert "ignore = ['services/billing/models/invoice.py', 'shared.py']" in caught.value.fix()


def test_this_repository_forgets_nothing() -> None:
    """Every table of this repository is found, without one of them being imported."""
    assert services.undiscovered(project.find(ROOT)) == ()

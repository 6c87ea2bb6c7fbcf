"""What model modules declare: metadata, tables and their places, and what is wrong between them."""

from collections.abc import Callable

import pytest

from dbtasks.errors import NoServices, Source, TableDeclaredTwice, UndeclaredReference
from dbtasks.services import Models

Load = Callable[..., Models]

BASE = """
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass
"""
OWN = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass
"""
SHARED = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from ROOT.common.base import Base
"""
MODEL = """
class {0}(Base):
    __tablename__ = "{1}"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
KEY = """
    {0}_id: Mapped[int] = mapped_column(ForeignKey("{0}.id"))
"""
USER, ORDER = MODEL.format("User", "user"), MODEL.format("Order", "order")


def declared(models: Models) -> list[tuple[str, str, str]]:
    """Return service, table and place, below the root, of each declaration."""
    return [(one.service, one.table.fullname, place(one.source)) for one in models.declarations]


def place(source: Source | None) -> str:
    """Return a place without the root's name, which each test has another one of."""
    return str(source).partition("/")[2]


def test_one_base_per_service(load: Load) -> None:
    """Services that share no base each hand over a metadata of their own, and each model is placed at its class."""
    models = load({"accounts/db_models/user.py": OWN + USER, "shop/db_models/order.py": OWN + ORDER})
    assert [sorted(one.tables) for one in models.metadata] == [["user"], ["order"]]
    assert declared(models) == [
        ("accounts", "user", "accounts/db_models/user.py:7"),
        ("shop", "order", "shop/db_models/order.py:7"),
    ]
    assert [models.tables_of("shop"), models.tables_of("other")] == [frozenset({"order"}), frozenset()]
    assert models.notices == ()


def test_one_metadata_for_all(load: Load) -> None:
    """Services may share a base, with foreign keys from one to the other, in whatever order they are imported."""
    files = {
        "common/base.py": BASE,
        "accounts/db_models/user.py": SHARED + USER + KEY.format("order"),
        "shop/database/db_models/order.py": SHARED + ORDER,
    }
    models = load(files)
    (metadata,) = models.metadata
    assert sorted(metadata.tables) == ["order", "user"]
    (key,) = metadata.tables["user"].foreign_keys
    assert key.column is metadata.tables["order"].c.id
    assert [one.name for one in models.services] == ["accounts", "shop"]


def test_a_model_belongs_to_the_module_that_declares_it(load: Load) -> None:
    """A model that others import, or give another name, is declared once, by its own service."""
    again = "from ROOT.accounts.db_models.user import User, Base\nAlso = User\n"
    files = {
        "accounts/db_models/user.py": OWN + USER + "Alias = User\n",
        "shop/db_models/order.py": again + OWN + ORDER,
    }
    assert [(service, table) for service, table, _ in declared(load(files))] == [
        ("accounts", "user"),
        ("shop", "order"),
    ]


def test_models_in_the_package_itself(load: Load) -> None:
    """A model in ``__init__.py`` is found, and one that it only imports from its modules is told at its own place."""
    files = {
        "shop/db_models/__init__.py": OWN + USER + "from .order import Order\n",
        "shop/db_models/order.py": "from sqlalchemy.orm import Mapped, mapped_column\nfrom . import Base\n" + ORDER,
    }
    assert declared(load(files)) == [
        ("shop", "user", "shop/db_models/__init__.py:7"),
        ("shop", "order", "shop/db_models/order.py:4"),
    ]


def test_tables_without_a_class(load: Load) -> None:
    """Plain tables are declared where they are assigned, with or without a class in their metadata."""
    tables = """
        import sqlalchemy as sa

        metadata = sa.MetaData()
        tag: sa.Table = sa.Table("tags", metadata, sa.Column("id", sa.Integer, primary_key=True))
        copy = tag
    """
    models = load({"shop/db_models/tables.py": tables})
    assert declared(models) == [("shop", "tags", "shop/db_models/tables.py:4")]
    assert [list(one.tables) for one in models.metadata] == [["tags"]]


def test_tables_that_no_name_holds(load: Load) -> None:
    """A table that is only registered in a metadata is handed over, though nobody can say who declares it."""
    text = "import sqlalchemy as sa\nmetadata = sa.MetaData()\nsa.Table('tag', metadata, sa.Column('id', sa.Integer))\n"
    models = load({"shop/db_models/tables.py": text})
    assert [list(one.tables) for one in models.metadata] == [["tag"]]
    assert declared(models) == []


def test_a_class_in_a_table_of_another(load: Load) -> None:
    """A subclass that lives in its parent's table declares none, wherever it stands."""
    sub = "from .person import Person\n\nclass Admin(Person):\n    pass\n"
    models = load({"shop/db_models/person.py": OWN + MODEL.format("Person", "person"), "shop/db_models/admin.py": sub})
    assert declared(models) == [("shop", "person", "shop/db_models/person.py:7")]


def test_a_view_is_marked(load: Load) -> None:
    """A class may say that it is mapped to a view; every other is mapped to a table."""
    view = '    __table_args__ = {"info": {"is_view": True}}\n'
    models = load({"shop/db_models/all.py": OWN + USER + MODEL.format("Sales", "sales") + view})
    assert {one.table.name: one.is_view for one in models.declarations} == {"user": False, "sales": True}


@pytest.mark.parametrize("text", ["", "VALUE = 1\n", BASE, OWN + "class Timed(Base):\n    __abstract__ = True\n"])
def test_a_service_without_a_model_is_noticed(load: Load, text: str) -> None:
    """A package that holds no model stops nothing, and its author is told."""
    models = load({"shop/db_models/base.py": text, "accounts/db_models/user.py": OWN + USER})
    (notice,) = models.notices
    assert (notice.kind, notice.service, place(notice.source)) == ("no-model", "shop", "shop/db_models")


def test_relationships_are_not_configured(load: Load) -> None:
    """A relationship to a class that only the running application imports is none of our business."""
    text = "from sqlalchemy.orm import relationship\n" + OWN + USER + '    other = relationship("Elsewhere")\n'
    assert load({"shop/db_models/user.py": text}).tables_of("shop") == {"user"}


def test_a_table_may_have_one_declaration(load: Load) -> None:
    """Two models for one table in two metadata stop the run with both places."""
    files = {"a/db_models/one.py": OWN + USER, "b/db_models/two.py": OWN + ORDER + USER}
    with pytest.raises(TableDeclaredTwice) as caught:
        load(files)
    assert caught.value.table == "user"
    assert [place(one) for one in caught.value.sources] == ["a/db_models/one.py:7", "b/db_models/two.py:11"]


def test_one_name_in_two_schemas(load: Load) -> None:
    """Tables of the same name in different schemas are different tables."""
    schema = '    __table_args__ = {"schema": "audit"}\n'
    models = load({"a/db_models/one.py": OWN + USER, "b/db_models/two.py": OWN + USER + schema})
    assert [table for _, table, _ in declared(models)] == ["user", "audit.user"]


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("usr.id", "the metadata of 'order' has no table 'usr'. Did you mean 'user'?"),
        ("zebra.id", "the metadata of 'order' has no table 'zebra'."),
        ("user.uuid", "the table 'user' has no column 'uuid', or it belongs to another MetaData."),
    ],
)
def test_a_foreign_key_leads_to_a_declared_column(load: Load, target: str, why: str) -> None:
    """A foreign key to a table or a column that nobody declares stops the run with the model's place."""
    column = f'    other: Mapped[int] = mapped_column(ForeignKey("{target}"))\n'
    with pytest.raises(UndeclaredReference) as caught:
        load({"shop/db_models/all.py": OWN + USER + ORDER + column})
    error = caught.value
    assert (place(error.source), error.column, error.target) == ("shop/db_models/all.py:11", "order.other", target)
    assert error.why() == why


def test_a_foreign_key_stays_in_its_metadata(load: Load) -> None:
    """A foreign key to a table of another base cannot be resolved, and the message says why."""
    with pytest.raises(UndeclaredReference) as caught:
        load({"a/db_models/user.py": OWN + USER, "b/db_models/order.py": OWN + ORDER + KEY.format("user")})
    assert caught.value.column == "order.user_id"
    assert "belongs to another MetaData" in caught.value.why()
    assert caught.value.fix() == "correct the name, or let both models share one MetaData (one Base)."


def test_a_foreign_key_of_a_plain_table(load: Load) -> None:
    """The place of a table without a class is where it is assigned."""
    table = """
        import sqlalchemy as sa

        link = sa.Table("link", sa.MetaData(), sa.Column("user_id", sa.ForeignKey("user.id")))
    """
    with pytest.raises(UndeclaredReference) as caught:
        load({"shop/db_models/link.py": table})
    assert place(caught.value.source) == "shop/db_models/link.py:3"


def test_nothing_to_load_is_an_error(load: Load) -> None:
    """Without any service there is nothing to compare with, and so nothing is loaded."""
    with pytest.raises(NoServices):
        load({"shop/models.py": OWN + USER})

"""Declarations of tables, read from source: each kind that there is, and what only looks like one."""

from textwrap import dedent

import pytest

from dbtasks.services import written

DECLARED = {
    "a class": ("class Item(Base):\n    __tablename__ = 'item'\n", [("item", "class", "Item", 1)]),
    "annotated": ("class Item(Base):\n    __tablename__: str = 'item'\n", [("item", "class", "Item", 1)]),
    "a base of a module": ("class Item(db.Model):\n    __tablename__ = 'item'\n", [("item", "class", "Item", 1)]),
    "a generic base": ("class Item(Base[int]):\n    __tablename__ = 'item'\n", [("item", "class", "Item", 1)]),
    "a constant": ("NAME = 'item'\nclass Item(Base):\n    __tablename__ = NAME\n", [("item", "class", "Item", 2)]),
    "decorated": (
        "@registry.mapped\nclass Item:\n    __tablename__ = 'item'\n@mapped_as_dataclass(registry)\nclass Tag:\n    __tablename__ = 'tag'\n",
        [("item", "class", "Item", 2), ("tag", "class", "Tag", 5)],
    ),
    "in a class or a function": (
        "class Outer:\n    class Inner(Base):\n        __tablename__ = 'a'\ndef make():\n    class Made(Base):\n        __tablename__ = 'b'\n",
        [("a", "class", "Inner", 2), ("b", "class", "Made", 5)],
    ),
    "with a schema": (
        (
            "class A(Base):\n    __tablename__ = 'a'\n    __table_args__ = {'schema': 'x'}\n"
            "class B(Base):\n    __tablename__ = 'b'\n    __table_args__ = (Index('i', 'n'), {'schema': 'x'})\n"
            "class C(Base):\n    __tablename__ = 'c'\n    __table_args__ = (Index('i', 'n'),)\n"
        ),
        [("x.a", "class", "A", 1), ("x.b", "class", "B", 4), ("c", "class", "C", 7)],
    ),
    "SQLModel": (
        "class Hero(SQLModel, table=True):\n    id: int\nclass Team(Base, table=True):\n    __tablename__ = 'teams'\n",
        [("hero", "class", "Hero", 1), ("teams", "class", "Team", 3)],
    ),
    "computed": (
        "class A(Base):\n    __tablename__ = f'{P}a'\nclass B(Base):\n    __tablename__ = P + 'b'\nclass C(Base):\n    __tablename__ = name()\n",
        [("", "class", "A", 1), ("", "class", "B", 3), ("", "class", "C", 5)],
    ),
    "computed by a method": (
        "class A(Base):\n    @declared_attr\n    def __tablename__(cls):\n        return 'a'\n",
        [("", "class", "A", 1)],
    ),
    "from sqlalchemy": (
        "from sqlalchemy import Table\nitem = Table('item', metadata, Column('id', Integer))\n",
        [("item", "Table", "item", 2)],
    ),
    "under another name": (
        "from sqlalchemy.schema import Table as T\nitem: T = T('item', Base.metadata)\nT('tag', metadata=meta, schema='x')\n",
        [("item", "Table", "item", 2), ("x.tag", "Table", "", 3)],
    ),
    "through a module": (
        (
            "import sqlalchemy as sa\nimport sqlalchemy.schema\nfrom sqlalchemy import schema\n"
            "sa.Table('a', m)\nsqlalchemy.Table('b', m)\nsqlalchemy.schema.Table('c', m)\nschema.Table('d', m)\n"
        ),
        [("a", "Table", "", 4), ("b", "Table", "", 5), ("c", "Table", "", 6), ("d", "Table", "", 7)],
    ),
    "from a star": ("from sqlalchemy import *\nTable('a', MetaData())\n", [("a", "Table", "", 2)]),
    "SQLModel's Table": ("from sqlmodel import Table\nTable('a', SQLModel.metadata)\n", [("a", "Table", "", 2)]),
    "Flask-SQLAlchemy": (
        (
            "from app import db\nfrom flask_sqlalchemy import SQLAlchemy\nstore = SQLAlchemy(app)\n"
            "db.Table('a', db.Column('id'))\nstore.Table('b', store.Column('id'))\n"
        ),
        [("a", "Table", "", 4), ("b", "Table", "", 5)],
    ),
    "a Table in a class": (
        "from sqlalchemy import Table\nclass Item(Base):\n    __table__ = Table('item', Base.metadata)\n",
        [("item", "class", "Item", 2)],
    ),
    "a Table in a relationship": (
        "import sqlalchemy as sa\nclass Item(Base):\n    __tablename__ = 'item'\n    tags = relationship(secondary=sa.Table('item_tag', Base.metadata))\n",
        [("item", "class", "Item", 2), ("item_tag", "Table", "", 4)],
    ),
    "a Table with a computed name": (
        "import sqlalchemy as sa\na = sa.Table(PREFIX + 'a', m)\ndef make():\n    return sa.Table(f'{PREFIX}b', m)\n",
        [("", "Table", "a", 2), ("", "Table", "", 4)],
    ),
}

NOTHING = {
    "no Python": "class {{ name }}(Base):\n    __tablename__ = 'item'\n",
    "a null byte": "__tablename__ = 'item'\0",
    "no class": "__tablename__ = 'item'\n",
    "an abstract base": "class Item(Base):\n    __abstract__ = True\n    __tablename__ = 'item'\n",
    "a mixin": "class Named:\n    __tablename__ = 'item'\n",
    "a mixin with a method": "class Named:\n    @declared_attr.directive\n    def __tablename__(cls):\n        return 'x'\n",
    "a base with a method": "class Base(AsyncAttrs, DeclarativeBase):\n    def __tablename__(cls):\n        return 'x'\n",
    "a mixin of mixins": "class NamedMixin(Timed):\n    def __tablename__(cls):\n        return 'x'\n",
    "an as_declarative base": "@as_declarative()\nclass Base:\n    def __tablename__(cls):\n        return 'x'\n",
    "a protocol": "class Named(Protocol):\n    __tablename__: str\n    __table__: ClassVar[Table]\n",
    "a subclass in its parent's table": "class Admin(Person):\n    __tablename__ = None\n",
    "a class without a table": "class Item(Base):\n    id: Mapped[int] = mapped_column()\nclass Row(Base, table=False): ...\n",
    "a class on a table of another name": "from x import item\nclass Item(Base):\n    __table__ = item\n",
    "rich": "from rich.table import Table\nTable('Name', 'Price')\nimport rich.table\nrich.table.Table('a', metadata)\n",
    "reportlab": "from reportlab.platypus import Table\nTable([['a']], metadata)\nTable('a', metadata)\n",
    "one of the file's own": "class Table: ...\nTable('a', metadata)\n",
    "one of another file": "from .tables import Table\nTable('a', metadata)\nfrom . import sa\nsa.Table('a', metadata)\n",
    "reflected": "import sqlalchemy as sa\nsa.Table('a', m, autoload_with=engine)\nsa.Table('a', m, autoload=True)\n",
    "without metadata": "import sqlalchemy as sa\nsa.Table('a')\nsa.Table()\nsa.table('a', sa.column('b'))\n",
    "in passing": "import sqlalchemy as sa\ndef fill():\n    sa.Table('a', sa.MetaData(), sa.Column('b'))\n",
    "a function's argument": "import sqlalchemy as sa\nasync def make(name):\n    sa.Table(name, metadata)\n",
}


@pytest.mark.parametrize("name", DECLARED)
def test_a_declaration_is_read(name: str) -> None:
    """Whatever way a table is declared in, its name, its kind and its line are read."""
    source, expected = DECLARED[name]
    found = written.tables(source.encode())
    assert [(one.table, one.kind, one.name, one.line) for one in found] == expected


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_declaration(name: str) -> None:
    """Bases, mixins, other libraries' tables, and tables that are only looked up or written to, are none."""
    assert written.tables(NOTHING[name].encode()) == ()


def test_bases_that_name_tables() -> None:
    """A base that computes the names of tables makes every class with columns on it one that has a table."""
    base = b"class Base(DeclarativeBase):\n    def __tablename__(cls): ...\nclass Item(Base):\n    def __tablename__(cls): ...\n"
    assert list(written.naming_bases(base)) == ["Base"]
    source = dedent("""
        class Item(base.Base):
            id: Mapped[int] = mapped_column(primary_key=True)
        class Tag(Base):
            id = Column(Integer)
        class Plain(Base):
            value = 1
        class Abstract(Base):
            __abstract__ = True
            id = Column(Integer)
        class Other(Different):
            id = Column(Integer)
        """).encode()
    assert [(one.table, one.name) for one in written.tables(source, {"Base"})] == [("", "Item"), ("", "Tag")]

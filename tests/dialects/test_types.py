from pathlib import Path

import pytest
from sqlalchemy import URL, MetaData

from dialects.verbs import url_of
from support.repository import Completed, Repository
from support.rows import Way
from support.schemas import metadata_of
from support.servers import product
from support.snapshot import compared, snapshot
from support.way import Journey

MODELS = Path(__file__).parent / "types"
DIALECTS = ("sqlite", "postgresql", "mysql")
NOTHING = "Nothing to migrate: the models are what the history's head has.\n"
CUSTOM_TYPES = """
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType


class Words(TypeDecorator[list[str]]):
    impl = String
    cache_ok = True

    def __init__(self, length: int = 255, *, separator: str = ",") -> None:
        super().__init__(length=length)
        self.length = length
        self.separator = separator

    def __repr__(self) -> str:
        return f"Words(length={self.length}, separator={self.separator!r})"


class Utc(TypeDecorator[datetime]):
    impl = DateTime(timezone=True)
    cache_ok = True


class Document(TypeDecorator[dict[str, Any]]):
    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())


class Point(UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "VARCHAR(40)"


MutableDocument = MutableDict.as_mutable(Document)
"""
CUSTOM = """
from sqlalchemy import Column, Integer, MetaData, Table

from services.common.types import Document, MutableDocument, Point, Utc, Words

metadata = MetaData()
table = Table(
    "custom",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("words", Words(100), nullable=False, server_default="a,b"),
    Column("other", Words(50, separator=";"), index=True),
    Column("moment", Utc, nullable=False),
    Column("document", Document, server_default="{}"),
    Column("mutable", MutableDocument),
    Column("variant", Words(30).with_variant(Words(60), "postgresql")),
    Column("point", Point),
)
"""


def groups(dialect: str) -> list[Path]:
    """Return the modules of models that a dialect can have."""
    return sorted([*(MODELS / "every").glob("*.py"), *(MODELS / dialect).glob("*.py")])


def possible(url: URL) -> list[Path]:
    """Return those that a server can have: MySQL has no literal as the default of a TEXT or JSON column."""
    found = groups(url.get_backend_name())
    return [one for one in found if one.stem != "long_defaults" or product(url) != "mysql"]


CASES = [pytest.param(dialect, file, id=f"{dialect}-{file.stem}") for dialect in DIALECTS for file in groups(dialect)]


@pytest.mark.parametrize(("dialect", "file"), CASES)
def test_a_group_of_types_is_drafted_as_it_is(file: Path, repository: Repository, server_url: URL) -> None:
    """A draft makes what SQLAlchemy itself would create, leaves nothing to draft, and leaves no trace when reverted."""
    if file not in possible(server_url):
        pytest.skip("MySQL has no literal as the default of a TEXT or JSON column.")
    way = Way(MetaData(), metadata_of(file.read_text(encoding="utf-8")))
    journey = Journey(repository, server_url, way, file.name)
    journey.go_once()
    assert not journey.problems, journey.report()


def test_all_of_them_through_inv(repository: Repository, dialect: str, server_url: URL) -> None:
    """All groups at once, each the models of a service: drafted, applied, nothing more to draft, reverted, no trace."""
    repository.remove("services/shop")
    for file in possible(server_url):
        name = file.stem if file.parent.name == "every" else f"{dialect}_{file.stem}"
        repository.write(f"services/{name}/db_models/{name}_model.py", file.read_text(encoding="utf-8"))
    repository.write("services/common/types.py", CUSTOM_TYPES)
    custom = CUSTOM if product(server_url) != "mysql" else CUSTOM.replace(', server_default="{}"', "")
    repository.write("services/custom/db_models/custom_model.py", custom)
    before = snapshot(url_of(repository))
    told = _told(repository.inv("db.revision", "-m", "first", "db.upgrade", "db.revision", "-m", "again"))
    assert told.endswith(f"\n{NOTHING}")
    there = snapshot(url_of(repository))
    assert compared(before, there) != []
    _told(repository.inv("db.downgrade", "--rev=-1"))
    assert compared(before, snapshot(url_of(repository))) == []
    _told(repository.inv("db.upgrade"))
    assert compared(there, snapshot(url_of(repository))) == []


def _told(done: Completed) -> str:
    assert done.code == 0, done.err
    return done.out

"""Make a project of a given size: services, tables, and a history that leads to them.

python benchmarks/projects.py FOLDER [revisions] [tables] [services] [seconds]: writes one, to try things out by hand.
The models are what the history makes, on SQLite, PostgreSQL and MariaDB.
"""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ("alembic.ini", "env.py", "script.py.mako")
CONFIGURATION = """environment: local
database:
  url: {url}
"""
TASKS = """from invoke import Collection
from dbtasks.tasks import db

ns = Collection(db)
"""
BASE = """from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass
"""
IMPORTS = """from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base
"""
SLOW = """import time

time.sleep({seconds})  # stands for what models import: clients, frameworks, large enumerations

"""
MODEL = """

class {cls}(Base):
    __tablename__ = "{table}"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
"""
PARENT = """    parent_id: Mapped[int] = mapped_column(ForeignKey("{parent}.id", name="fk_{table}_parent_id"))
"""
COLUMN = "    c{number}: Mapped[str | None] = mapped_column(String(40))\n"
CREATE = """    op.create_table(
        "{table}",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),{parent}
    )
    op.create_index("ix_{table}_name", "{table}", ["name"])
"""
CREATE_PARENT = """
        sa.Column(
            "parent_id", sa.Integer(), sa.ForeignKey("{parent}.id", name="fk_{table}_parent_id"), nullable=False
        ),"""
ADD = '    op.add_column("{table}", sa.Column("c{number}", sa.String(40)))\n'
REMOVE = '    with op.batch_alter_table("{table}") as batch:\n        batch.drop_column("c{number}")\n'
REVISION = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {after!r}


def upgrade() -> None:
{up}

def downgrade() -> None:
{down}'''


@dataclass(frozen=True, slots=True)
class Size:
    """How large a project is. Its tables are shared out to its first revisions; each later one adds a column."""

    revisions: int = 1000
    tables: int = 300
    services: int = 50


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        service: the number of the service that has it.
        parent: the table of the same service that it refers to; None for that one itself.
        columns: the numbers of those that later revisions added.
    """

    name: str
    service: int
    parent: str | None
    columns: tuple[int, ...] = ()

    @property
    def cls(self) -> str:
        """Return the name of its model."""
        return class_of(self.name)


def make(root: Path, size: Size, url: str, seconds: float = 0.0) -> None:
    """Write a project whose models are what its history makes; importing them takes so many seconds longer."""
    for folder in ("config", "alembic_db/versions", "services/common"):
        (root / folder).mkdir(parents=True)
    for name in ENVIRONMENT:
        shutil.copyfile(ROOT / "alembic_db" / name, root / "alembic_db" / name)
    (root / "pyproject.toml").write_text("[tool.dbtasks]\n", encoding="utf-8")
    (root / "config" / "default_config.yaml").write_text(CONFIGURATION.format(url=url), encoding="utf-8")
    (root / "tasks.py").write_text(TASKS, encoding="utf-8")
    write_services(root, size, BASE, seconds)
    for number in range(size.revisions):
        write_revision(root, size, number)


def grow(root: Path, size: Size) -> Size:
    """Write one more revision, and the model to it; return the size that the project has then."""
    larger = Size(size.revisions + 1, size.tables, size.services)
    if size.revisions < size.tables:
        raise ValueError("a project with a revision for each table can grow; this one has fewer")
    write_revision(root, larger, size.revisions)
    service = service_of(size, size.revisions % size.tables)
    _write_models(root, service, [table for table in tables(larger) if table.service == service], 0.0)
    return larger


def write_services(root: Path, size: Size, base: str, seconds: float = 0.0) -> None:
    """Write the models of every service."""
    (root / "services" / "common").mkdir(parents=True, exist_ok=True)
    (root / "services" / "common" / "base.py").write_text(base, encoding="utf-8")
    for service, owned in by_service(size).items():
        _write_models(root, service, owned, 0.0 if service else seconds)


def write_revision(root: Path, size: Size, number: int) -> None:
    """Write the revision of this number: its share of the tables, or one more column of one."""
    created = created_by(size, number)
    if created:
        up = "".join(_create(table) for table in created)
        down = "".join(f'    op.drop_table("{table.name}")\n' for table in reversed(created))
    else:
        changed = name_of_table(size, number % size.tables)
        up, down = (text.format(table=changed, number=number) for text in (ADD, REMOVE))
    name = name_of(number)
    message = f"Create {len(created)} tables" if created else f"Add a column to {changed}"
    after = name_of(number - 1) if number else None
    text = REVISION.format(message=message, id=name, after=after, up=up, down=down)
    (root / "alembic_db" / "versions" / f"{name}.py").write_text(text, encoding="utf-8")
    (root / "alembic_db" / "HEAD").write_text(f"{name}\n", encoding="utf-8")


def created_by(size: Size, number: int) -> list[Table]:
    """Return the tables that a revision creates, those without a later column; none when it changes one."""
    creating = min(size.revisions, size.tables)
    if number >= creating:
        return []
    first, end = (size.tables * one // creating for one in (number, number + 1))
    return [table(size, one) for one in range(first, end)]


def tables(size: Size) -> Iterator[Table]:
    """Yield every table as it is at the head of the history."""
    for number in range(size.tables):
        created = table(size, number)
        added = range(min(size.revisions, size.tables), size.revisions)
        yield Table(created.name, created.service, created.parent, tuple(n for n in added if n % size.tables == number))


def by_service(size: Size) -> dict[int, list[Table]]:
    """Return the tables of each service that has one."""
    found: dict[int, list[Table]] = {}
    for one in tables(size):
        found.setdefault(one.service, []).append(one)
    return found


def table(size: Size, number: int) -> Table:
    """Return a table as it is when it is created."""
    service = service_of(size, number)
    return Table(name_of_table(size, number), service, None if number == service else name_of_table(size, service))


def service_of(size: Size, number: int) -> int:
    """Return the number of the service that has a table."""
    return number % size.services


def name_of_table(size: Size, number: int) -> str:
    """Return the name of a table."""
    return f"s{service_of(size, number)}_t{number}"


def name_of(number: int) -> str:
    """Return the id of a revision."""
    return f"r{number:06}"


def class_of(name: str) -> str:
    """Return the name of a table's model."""
    return "".join(part.capitalize() for part in name.split("_"))


def _create(one: Table) -> str:
    parent = CREATE_PARENT.format(parent=one.parent, table=one.name) if one.parent else ""
    return CREATE.format(table=one.name, parent=parent)


def _write_models(root: Path, service: int, owned: list[Table], seconds: float) -> None:
    folder = root / "services" / f"service{service}" / "database" / "db_models"
    folder.mkdir(parents=True, exist_ok=True)
    text = (SLOW.format(seconds=seconds) if seconds else "") + IMPORTS
    for one in owned:
        text += MODEL.format(cls=one.cls, table=one.name)
        text += PARENT.format(parent=one.parent, table=one.name) if one.parent else ""
        text += "".join(COLUMN.format(number=number) for number in one.columns)
    (folder / "models.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    given = sys.argv[2:]
    pause = float(given[3]) if len(given) > 3 else 0.0  # noqa: PLR2004 - the fourth argument
    make(Path(sys.argv[1]), Size(*map(int, given[:3])), "sqlite+aiosqlite:///db/database.db", pause)

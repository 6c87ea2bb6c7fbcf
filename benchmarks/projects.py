"""Make a project of a given size: services, tables, and a history that leads to them.

python benchmarks/projects.py FOLDER [revisions] [tables] [services]: writes one, for trying things out by hand.
"""

import shutil
import sys
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
IMPORTS = """from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base
"""
MODEL = """

class {cls}(Base):
    __tablename__ = "{table}"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
"""
COLUMN = "    c{number}: Mapped[str | None] = mapped_column(String(40))\n"
REVISION = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {after!r}


def upgrade() -> None:
{up}


def downgrade() -> None:
{down}
'''


@dataclass(frozen=True)
class Size:
    """How large a project is; there is a revision for each table, and the others add a column each."""

    revisions: int = 1000
    tables: int = 300
    services: int = 50


def make(root: Path, size: Size, url: str) -> None:
    """Write a project whose models are what its history makes."""
    for folder in ("config", "alembic_db/versions", "services/common"):
        (root / folder).mkdir(parents=True)
    for name in ENVIRONMENT:
        shutil.copyfile(ROOT / "alembic_db" / name, root / "alembic_db" / name)
    (root / "pyproject.toml").write_text("[tool.dbtasks]\n")
    (root / "config" / "default_config.yaml").write_text(CONFIGURATION.format(url=url))
    (root / "tasks.py").write_text(TASKS)
    (root / "services" / "common" / "base.py").write_text(BASE)
    tables = [f"s{number % size.services}_t{number}" for number in range(size.tables)]
    columns: dict[str, list[int]] = {table: [] for table in tables}
    for number in range(size.revisions):
        add_revision(root, number, tables, columns)
    for number in range(min(size.services, size.tables)):
        _service(root, number, [table for table in tables if table.startswith(f"s{number}_")], columns)


def add_revision(root: Path, number: int, tables: list[str], columns: dict[str, list[int]]) -> None:
    """Write the revision of this number: a table, or one more column of one."""
    after = name_of(number - 1) if number else None
    if number < len(tables):
        table = tables[number]
        up = f'    op.create_table("{table}", sa.Column("id", sa.Integer(), primary_key=True),'
        up += ' sa.Column("name", sa.String(80), nullable=False))'
        up += f'\n    op.create_index("ix_{table}_name", "{table}", ["name"])'
        down = f'    op.drop_table("{table}")'
    else:
        table = tables[number % len(tables)]
        columns[table].append(number)
        up = f'    op.add_column("{table}", sa.Column("c{number}", sa.String(40)))'
        down = f'    with op.batch_alter_table("{table}") as batch:\n        batch.drop_column("c{number}")'
    text = REVISION.format(message=f"change {table}", id=name_of(number), after=after, up=up, down=down)
    (root / "alembic_db" / "versions" / f"{name_of(number)}.py").write_text(text)
    (root / "alembic_db" / "HEAD").write_text(f"{name_of(number)}\n")


def name_of(number: int) -> str:
    """Return the id of a revision."""
    return f"r{number:06}"


def _service(root: Path, number: int, tables: list[str], columns: dict[str, list[int]]) -> None:
    folder = root / "services" / f"service{number}" / "database" / "db_models"
    folder.mkdir(parents=True)
    text = IMPORTS
    for table in tables:
        cls = "".join(part.capitalize() for part in table.split("_"))
        text += MODEL.format(cls=cls, table=table) + "".join(COLUMN.format(number=one) for one in columns[table])
    (folder / "models.py").write_text(text)


if __name__ == "__main__":
    make(Path(sys.argv[1]), Size(*map(int, sys.argv[2:])), "sqlite+aiosqlite:///db/database.db")

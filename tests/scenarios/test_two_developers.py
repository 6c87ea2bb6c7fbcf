"""Two developers add a revision each: git stops, and db.rebase puts one behind the other, in files and database."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from dialects.verbs import here, url_of
from support.checkout import cloned, committed, conflicts, git
from support.repository import Repository, Sql, fresh, tiny

MODEL = """
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.shop.database.db_models.item_model import Base


class {name}(Base):
    __tablename__ = "{table}"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str | None] = mapped_column(String(50))
"""
MODELS = "services/shop/database/db_models"
ITEM = f"{MODELS}/item_model.py"
COLOUR = "    colour: Mapped[str] = mapped_column(String(20), server_default='none')\n"


def add_model(repository: Repository, table: str) -> None:
    """Write a model with a table of its own."""
    repository.write(f"{MODELS}/{table}_model.py", MODEL.format(name=table.title(), table=table))


def drafted(repository: Repository, message: str) -> str:
    """Draft a revision by plain alembic, apply it, commit it, and return its id."""
    before = set(repository.revisions())
    done = repository.alembic("revision", "--autogenerate", "-m", message)
    assert done.code == 0, done.err
    (path,) = set(repository.revisions()) - before
    found = path.name.split("_")[2]
    assert repository.inv("db.upgrade").code == 0
    committed(repository, message)
    return found


@pytest.fixture
def ann(database_url: URL, tmp_path: Path) -> Repository:
    """Return the working copy of a developer whose branch main has one revision, applied."""
    repository = tiny(tmp_path / "ann", database_url.render_as_string(hide_password=False))
    drafted(repository, "create item")
    return repository


@pytest.fixture
def bob(ann: Repository, server_url: URL, tmp_path: Path) -> Iterator[Repository]:
    """Return a clone of hers, on a branch of his own, with a database of his own in which that is applied."""
    with fresh(server_url, create=True) as url:
        repository = cloned(ann, tmp_path / "bob", url.render_as_string(hide_password=False))
        git(repository.root, "switch", "-q", "-c", "labels")
        assert repository.inv("db.upgrade").code == 0
        yield repository


def test_two_developers(ann: Repository, bob: Repository, sql: Sql) -> None:
    """Git stops at HEAD; db.rebase settles that, fits the database, and every row is there again."""
    base = (ann.root / "alembic_db/HEAD").read_text().strip()
    add_model(ann, "maker")
    theirs = drafted(ann, "create maker")
    sql(url_of(ann), "INSERT INTO maker VALUES (1, 'Ann')")

    add_model(bob, "label")
    bob.path(ITEM).write_text(bob.read(ITEM) + COLOUR)
    mine = drafted(bob, "create label")
    sql(url_of(bob), "INSERT INTO item (id, name, colour) VALUES (1, 'pen', 'red'), (2, 'ink', 'none')")
    sql(url_of(bob), "INSERT INTO label VALUES (1, 'new'), (2, NULL)")

    git(bob.root, "fetch", "-q")
    git(bob.root, "merge", "-q", "origin/main", code=1)
    assert conflicts(bob) == ["alembic_db/HEAD"]
    assert bob.inv("db.upgrade").err.startswith("error: The history has 2 heads: ")

    name = here(bob).settings.database.name
    refused = bob.inv("db.rebase")
    assert refused.code == 3
    assert refused.err.endswith(f"  fix: inv db.rebase --confirm {name}\n")
    assert conflicts(bob) == ["alembic_db/HEAD"]
    done = bob.inv("db.rebase", "--confirm", name, cwd="services")
    assert (done.code, done.err) == (0, "")
    (file,) = (path for path in bob.revisions() if mine in path.name)
    relative = file.relative_to(bob.root)
    shown = re.sub(r"\d+\.\d\d s", "TIME", done.out)
    assert shown == (
        f"  reverted {mine}  Create label  (TIME)\n"
        f"Wrote {relative}: {mine} is after {theirs} now.\n"
        "Wrote alembic_db/HEAD.\n"
        f"  applied  {theirs}  Create maker  (TIME)\n"
        f"  applied  {mine}  Create label  (TIME)\n"
        f"2 revisions applied. {name} is at {mine}.\n"
        "item (colour): 1 row restored, 1 as they were\n"
        "label: 2 rows restored\n"
        "The copies stay until they are forgotten: inv db.kept, inv db.forget\n"
        f"Next: git add ../alembic_db/HEAD ../{relative}\n"
    )
    assert f'down_revision: str | Sequence[str] | None = "{theirs}"' in file.read_text()
    assert f"\nRevises: {theirs}\n" in file.read_text()
    assert bob.read("alembic_db/HEAD") == f"{mine}\n"

    assert sql(url_of(bob), "SELECT id, name, colour FROM item ORDER BY id") == [(1, "pen", "red"), (2, "ink", "none")]
    assert sql(url_of(bob), "SELECT id, words FROM label ORDER BY id") == [(1, "new"), (2, None)]
    assert sql(url_of(bob), "SELECT count(*) FROM maker") == [(0,)]
    assert bob.inv("db.upgrade").out == f"Nothing to upgrade: {name} is at {mine}.\n"
    assert bob.inv("db.drift").code == 0
    assert bob.inv("db.status").out.count("edited") == 0
    again = bob.inv("db.rebase")
    assert (again.code, again.out) == (0, f"Nothing to rebase: the history has one head, {mine}.\n")

    git(bob.root, "add", "alembic_db/HEAD", str(relative))
    git(bob.root, "commit", "-q", "-m", "Merge")
    git(ann.root, "pull", "-q", str(bob.root), "labels")
    assert ann.inv("db.upgrade").out.endswith(f"1 revision applied. {here(ann).settings.database.name} is at {mine}.\n")
    assert sql(url_of(ann), "SELECT count(*) FROM maker") == [(1,)]
    assert {theirs, mine, base} == {one.id for one in here(ann).history.revisions}
    assert make_url(ann.url) != make_url(bob.url)

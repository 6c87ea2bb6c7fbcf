import tempfile
from pathlib import Path

import pytest
from sqlalchemy import URL

from dialects.verbs import chain, downgrade, execute, here, upgrade, url_of, write_revision
from support.repository import Repository, Sql

MODEL = "services/billing/database/db_models/invoice_model.py"
INVOICE = """
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base
from services.common.types import StringList


class Invoice(Base):
    __tablename__ = "invoice"

    number: Mapped[str] = mapped_column(unique=True)
    labels: Mapped[list[str] | None] = mapped_column(StringList(500))
"""
SHOP = "services/shop/database/db_models"
ITEM = f"{SHOP}/item_model.py"
VIEW = """
from sqlalchemy.orm import Mapped, mapped_column

from services.shop.database.db_models.item_model import Base


class CheapItem(Base):
    __tablename__ = "cheap_item"

    id: Mapped[int] = mapped_column(primary_key=True)


class RareItem(Base):
    __tablename__ = "rare_item"
    __table_args__ = {"info": {"is_view": True}}

    id: Mapped[int] = mapped_column(primary_key=True)
"""
TWO_SERVICES = {"services/one/db_models/a.py": "a", "services/two/db_models/b.py": "b"}
TABLE = """
from sqlalchemy import Column, Integer, MetaData, Table

{name} = Table("{name}", MetaData(), Column("id", Integer, primary_key=True))
"""
UNCHANGED = "Nothing to migrate: the models are what the history's head has.\n"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have scratch databases of this test, and of no other, in a folder of its own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


def test_a_new_service_is_one_file(reference: Repository, server_url: URL, sql: Sql) -> None:
    """A model in a new folder is drafted without an up-to-date database or any other edit, once; up and down it works."""
    before = reference.revisions()
    reference.write(MODEL, INVOICE)
    done = reference.inv("db.revision", "-m", "add invoices")
    assert (done.code, done.err) == (0, "")
    (path,) = set(reference.revisions()) - set(before)
    assert path.name.endswith("_add_invoices.py")
    relative = path.relative_to(reference.root)
    assert done.out == f"  create the table invoice\nWrote {relative}.\nNext: read it, then inv db.upgrade\n"
    assert "import services.common.types\n" in path.read_text()
    assert "services.common.types.StringList(length=500)" in path.read_text()
    assert _scratches(server_url, sql) == []
    again = reference.inv("db.revision", "-m", "add invoices")
    assert (again.code, again.out, again.err) == (0, UNCHANGED, "")
    assert set(reference.revisions()) == {*before, path}
    done = reference.inv("db.create", "db.upgrade")  # in a process of its own: the revision imports services.common
    assert done.code == 0, done.err
    assert "invoice" in sql.tables(url_of(reference))
    assert reference.inv("db.downgrade", "--rev", "-1").code == 0
    assert "invoice" not in sql.tables(url_of(reference))


def test_the_state_of_the_developers_database_does_not_matter(repository: Repository, sql: Sql) -> None:
    """The same draft comes when it is behind, ahead, at an unknown revision, or full of something else."""
    url = url_of(repository)
    chain(repository, "one", "two")
    write_revision(repository, "three", "two", execute("DROP TABLE t_one", "DROP TABLE t_two"))
    upgrade(repository, "one")
    sql(url, "CREATE TABLE item (id INTEGER NOT NULL PRIMARY KEY); CREATE TABLE other (id INTEGER)")
    drafts = [_drafted(repository)]
    upgrade(repository)
    file = repository.path("alembic_db/versions/three.py")
    file.rename(repository.path("three"))  # the database is ahead now, at a revision that this branch has not
    write_revision(repository, "four", "two", execute("DROP TABLE t_one", "DROP TABLE t_two"))
    drafts.append(_drafted(repository))
    assert drafts[0] == drafts[1]
    assert sql(url, "SELECT version_num FROM alembic_version") == [("three",)]
    assert sql.tables(url) == ["alembic_version", "item", "other"]


def test_a_draft_goes_up_and_down_and_leaves_nothing_to_draft(repository: Repository, sql: Sql) -> None:
    """Column, index, type and table are drafted both ways."""
    repository.inv("db.revision", "-m", "first")
    upgrade(repository)
    text = repository.read(ITEM).replace("String(50))", "String(90), index=True)")
    repository.write(ITEM, f"{text}    price: Mapped[int | None]\n")
    done = repository.inv("db.revision", "-m", "second")
    assert done.out.splitlines()[:-2] == [
        "  add the column item.price",
        "  change type of the column item.name",
        "  create the index ix_item_name on item",
    ]
    before = _columns(repository, sql)
    upgrade(repository)
    assert _columns(repository, sql) != before
    assert repository.inv("db.revision", "-m", "third").out == UNCHANGED
    downgrade(repository, "-1")
    assert _columns(repository, sql) == before


def test_a_view_is_no_table_to_create(repository: Repository) -> None:
    """A class mapped to a view of the scratch database, or that says is_view, is not drafted as a table."""
    keys = {"mysql": "INTEGER AUTO_INCREMENT", "postgresql": "SERIAL", "sqlite": "INTEGER"}  # as the model has it
    key = keys[url_of(repository).get_backend_name()]
    create = f"CREATE TABLE item (id {key} NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL)"
    write_revision(repository, "one", None, execute(create, "CREATE VIEW cheap_item AS SELECT id FROM item"))
    repository.write(f"{SHOP}/view_model.py", VIEW)
    assert repository.inv("db.revision", "-m", "views").out == UNCHANGED
    repository.write(f"{SHOP}/view_model.py", VIEW.replace('"is_view": True', '"is_view": False'))
    assert repository.inv("db.revision", "-m", "views").out.startswith("  create the table rare_item\nWrote")


def test_one_service_can_be_drafted_alone(repository: Repository) -> None:
    """``--service`` drafts its changes only and names the others that wait; an unknown service is refused."""
    for module, name in TWO_SERVICES.items():
        repository.write(module, TABLE.format(name=name))
    done = repository.inv("db.revision", "-m", "two", "--service", "two")
    assert done.code == 0, done.err
    assert done.out.startswith("Left out, with changes of their own: one, shop.\n  create the table b\nWrote ")
    (path,) = repository.revisions()
    assert '"b"' in path.read_text()
    assert '"a"' not in path.read_text()
    refused = repository.inv("db.revision", "-m", "x", "--service", "tow")
    assert refused.code == 2
    assert "'tow'" in refused.err
    assert repository.revisions() == [path]


def test_an_empty_revision_and_a_merge_are_written_and_run(repository: Repository) -> None:
    """``--empty`` compares nothing; ``db.merge`` joins two heads, and is refused where there is one."""
    chain(repository, "one")
    write_revision(repository, "left", "one")
    write_revision(repository, "right", "one")
    assert repository.inv("db.revision", "--empty", "-m", "data").err.startswith("error: The history has 2 heads")
    assert repository.inv("db.merge").code == 0
    assert repository.inv("db.merge").err.startswith("error: There is nothing to merge.")
    done = repository.inv("db.revision", "--empty", "-m", 'Move the "data"')
    assert (done.code, done.err) == (0, "")
    assert [step.revision for step in upgrade(repository).steps][:1] == ["one"]
    assert here(repository).history.revisions[-1].message == "Move the 'data'"
    assert len(here(repository).history.revisions) == 5


def test_a_broken_history_leaves_no_scratch_database(repository: Repository, server_url: URL, sql: Sql) -> None:
    """A revision that cannot be replayed is named, no file is written, and the scratch database is gone."""
    chain(repository, "one")
    write_revision(repository, "two", "one", execute("CREATE NONSENSE"))
    done = repository.inv("db.revision", "-m", "next")
    assert done.code == 2
    what = "error: The upgrade of revision two (alembic_db/versions/two.py:14) failed on 'a scratch database'."
    assert done.err.splitlines()[0] == what
    assert len(repository.revisions()) == 2
    assert _scratches(server_url, sql) == []
    assert sql.tables(url_of(repository)) == []


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_scratch_databases_are_made_where_the_setting_says(repository: Repository, server_url: URL, sql: Sql) -> None:
    """Without the right to create databases it names ``database.scratch.url``; with that set it works."""
    limited, server = _limited(repository, server_url, sql), server_url.set(database=None)
    done = limited.inv("db.revision", "-m", "first")
    assert (done.code, done.out, limited.revisions()) == (2, "", [])
    address = f"{server_url.host}:{server_url.port}"
    assert done.err.splitlines()[:2] == [
        f"error: A scratch database could not be created on {address}.",
        "  why: the user 'limited' may not create databases there.",
    ]
    assert "  fix: set 'database.scratch.url' to a server" in done.err
    text = server.render_as_string(hide_password=False)
    limited.write("config/default_config.yaml", f"database:\n  scratch:\n    url: '{text}'\n")
    done = limited.inv("db.revision", "-m", "first")
    assert (done.code, done.err) == (0, "")
    assert len(limited.revisions()) == 1
    assert _scratches(server_url, sql) == []


def _limited(repository: Repository, server_url: URL, sql: Sql) -> Repository:
    """Return the repository with an account that may use its database and create none."""
    url = url_of(repository).set(username="limited", password="few")
    if server_url.get_backend_name() == "postgresql":
        sql(server_url, "DROP ROLE IF EXISTS limited; CREATE ROLE limited LOGIN PASSWORD 'few'")
    else:
        grant = f"GRANT ALL ON {url.database}.* TO limited"
        sql(server_url, f"DROP USER IF EXISTS limited; CREATE USER limited IDENTIFIED BY 'few'; {grant}")
    return Repository(repository.root, url.render_as_string(hide_password=False))


def _drafted(repository: Repository) -> str:
    """Return what a draft says before it names its file, which is deleted again."""
    before = set(repository.revisions())
    done = repository.inv("db.revision", "-m", "draft")
    assert (done.code, done.err) == (0, "")
    (path,) = set(repository.revisions()) - before
    path.unlink()
    return done.out.partition("Wrote")[0]


def _columns(repository: Repository, sql: Sql) -> list[tuple[str, ...]]:
    """Return names and types of the columns of ``item``, and its indexes."""
    name = "'item'"
    listing = {
        "sqlite": f"SELECT sql, '' FROM sqlite_master WHERE tbl_name = {name} ORDER BY name",
        "postgresql": "SELECT column_name, data_type || coalesce(character_maximum_length, 0) FROM "
        f"information_schema.columns WHERE table_name = {name} UNION ALL "
        f"SELECT indexname, '' FROM pg_indexes WHERE tablename = {name} ORDER BY 1",
        "mysql": "SELECT column_name, concat(column_type, column_key) FROM information_schema.columns "
        f"WHERE table_schema = DATABASE() AND table_name = {name} ORDER BY 1",
    }
    url = url_of(repository)
    rows = sql(url, listing[url.get_backend_name()])
    return [tuple(" ".join(str(one).split()).replace('"', "") for one in row) for row in rows]


def _scratches(server_url: URL, sql: Sql) -> list[str]:
    """Return the scratch databases on the server, or the folders of those on SQLite."""
    if server_url.get_backend_name() == "sqlite":
        return [str(path) for path in Path(tempfile.gettempdir()).glob("dbtasks_scratch_*")]
    return [name for name in sql.databases(server_url) if name.startswith("dbtasks_scratch_")]

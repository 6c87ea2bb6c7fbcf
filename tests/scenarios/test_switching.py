"""A developer goes to another branch of git and back: the database follows, and no row is lost."""

from pathlib import Path

from sqlalchemy import URL

from dbtasks import ledger
from dialects.verbs import here, url_of
from support.checkout import committed, git
from support.repository import Repository, Sql, tiny

ITEM = "services/shop/database/db_models/item_model.py"
COLOUR = "    colour: Mapped[str] = mapped_column(String(20), server_default='none')\n"


def _done(repository: Repository, *arguments: str) -> str:
    done = repository.inv(*arguments)
    assert done.code == 0, done.err
    return done.out


def test_switching_branches(tmp_path: Path, database_url: URL, sql: Sql) -> None:
    """Without the branch's revision every verb names db.sync, which reverts it; back there, its values are restored."""
    repository = tiny(tmp_path / "repository", database_url.render_as_string(hide_password=False))
    url, name = url_of(repository), here(repository).settings.database.name
    _done(repository, "db.revision", "-m", "create item", "db.upgrade")
    committed(repository)
    git(repository.root, "switch", "-q", "-c", "colours")
    repository.write(ITEM, repository.read(ITEM) + COLOUR)
    _done(repository, "db.revision", "-m", "add colour", "db.upgrade")
    sql(url, "INSERT INTO item (id, name, colour) VALUES (1, 'pen', 'red'), (2, 'ink', 'none')")
    committed(repository, "Colours")

    git(repository.root, "switch", "-q", "main")
    assert "inv db.sync" in _done(repository, "db.status")
    refused = repository.inv("db.upgrade")
    assert (refused.code, "inv db.sync" in refused.err) == (2, True)
    _done(repository, "db.sync", "--confirm", name)
    assert sql(url, "SELECT * FROM item ORDER BY id") == [(1, "pen"), (2, "ink")]

    git(repository.root, "switch", "-q", "colours")
    told = _done(repository, "db.upgrade")
    assert f"{name} is at {here(repository).history.head()}" in told
    number = ledger.read(url, "kept")[-1].id
    _done(repository, "db.restore", "--id", str(number), "--confirm", name)
    assert sql(url, "SELECT id, name, colour FROM item ORDER BY id") == [(1, "pen", "red"), (2, "ink", "none")]

"""``inv db.compat``: what old code meets on the schema at head, held against the old code itself on each database."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from dialects.compat_cases import CASES, HEADER, Case, model
from dialects.verbs import url_of, write_revision
from support.checkout import committed, git
from support.messages import snapshot
from support.repository import Repository, Sql
from support.servers import product

MODELS = "services/shop/database/db_models/item_model.py"
FAILS = {
    "default-missing",
    "table-missing",
    "column-missing",
    "column-required",
    "column-generated",
    "null-refused",
    "statement-fails",
}
NOT_RUN = ("everything", "sealed", "plain_table", "animal")  # they need more than one row, or a key, or have no class
CREATE = "op.create_table('item', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('name', sa.String(50)))"
DROP = "with op.batch_alter_table('item') as batch:\n    batch.drop_column('name')"
OLD_CODE = """
import asyncio, datetime, importlib, json, sys
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

url, cases = json.loads(sys.argv[1])
models = importlib.import_module("services.shop.database.db_models.item_model")

async def ended(work):
    engine = create_async_engine(url)
    try:
        async with AsyncSession(engine) as session:
            await work(session)
    except Exception as error:
        return str(error)
    finally:
        await engine.dispose()

async def main():
    told = {}
    for name, given in cases.items():
        cls = getattr(models, name.title().replace("_", "").replace(".", ""))
        async def write(session):
            session.add(cls(**eval(f"dict({given})")))
            await session.flush()
        async def read(session):
            (await session.scalars(select(cls))).first()
        told[name] = [await ended(read), await ended(write)]
    print(json.dumps(told))

asyncio.run(main())
"""


def of(url: URL) -> tuple[Case, ...]:
    """Return the cases for a database."""
    return tuple(one for one in CASES if {url.get_backend_name(), product(url)} & {*one.only})


def models(bodies: dict[str, str]) -> str:
    """Return a module with a class for each table."""
    return HEADER + "".join(model(name, body) for name, body in bodies.items())


@pytest.fixture
def changed(repository: Repository, dialect: str) -> Repository:
    """Return a working copy whose last commit changes every table of the cases, each in its own way."""
    cases = of(url_of(repository))
    repository.write(MODELS, models({one.name: one.old for one in cases}))
    drafted = repository.inv("db.revision", "-m", "old")
    assert drafted.code == 0, drafted.err
    before = (repository.root / "alembic_db/HEAD").read_text().strip()
    committed(repository)
    unchanged = {one.name for one in cases if one.name == "everything"}
    now = {one.name: one.new for one in cases if one.new is not None} | {
        one.name: one.old for one in cases if one.name in unchanged
    }
    repository.write(MODELS, models(now))
    write_revision(repository, "change", before, "\n".join(one.operations(dialect) for one in cases))
    return committed(repository, "Change")


def found(repository: Repository, *args: str, cwd: str | None = None, ref: str = "HEAD~1") -> dict[str, Any]:
    """Return what db.compat tells of a commit; the exit code has to fit, and nothing may be left behind."""
    before = snapshot(repository.root)
    done = repository.inv("db.compat", "--from", ref, "--json", *args, cwd=cwd)
    assert done.err == ""
    told: dict[str, Any] = json.loads(done.out)
    assert done.code == (1 if told["findings"] else 0)
    assert snapshot(repository.root) == before
    assert len(git(repository.root, "worktree", "list").splitlines()) == 1
    return told


def test_every_change(changed: Repository, dialect: str, server_url: URL, sql: Sql, temporary: Path) -> None:
    """Each change is found by its code and no other is; the old code itself fails where it is said to, and only there."""
    told = found(changed, cwd="services/shop")
    assert list(temporary.iterdir()) == []
    assert [one for one in sql.databases(server_url) if "scratch" in one] == []
    got: dict[str, set[tuple[str, str]]] = {}
    for one in told["findings"]:
        got.setdefault(one["table"], set()).add((one["code"], one["item"] or ""))
    assert got == {one.name: one.expected(dialect) for one in of(server_url) if one.expected(dialect)}
    assert [one["table"] for one in told["untried"]] == ["unguessable"]
    agree(changed, told, temporary)


def agree(repository: Repository, told: dict[str, Any], folder: Path) -> None:
    """Run the old code on the database at head: it has to fail where the trial did, and nowhere without a finding."""
    assert repository.inv("db.upgrade").code == 0
    git(repository.root, "worktree", "add", "-q", str(folder / "old"), "HEAD~1")
    old = Repository(folder / "old", repository.url)
    cases = {one.name: one.given for one in of(url_of(repository)) if one.name not in NOT_RUN}
    script = [repository.url, cases]
    done = old._run(["-c", f"import sys; sys.path.insert(0, '.')\n{OLD_CODE}", json.dumps(script)], None, None, None)
    assert done.code == 0, done.err
    for name, outcomes in json.loads(done.out).items():
        own = [one for one in told["findings"] if one["table"] == name]
        for verb, error in zip(("reads", "INSERTs"), outcomes, strict=True):
            said = [one for one in own if verb in one["breaks"]]
            sure = [one for one in said if one["code"] in FAILS and one["tried"]]
            assert said if error else not sure, f"{name}: {verb}: {error}"


def test_a_comment_silences(repository: Repository) -> None:
    """At the operation of a new revision a comment takes the finding away, and only that one."""
    write_revision(repository, "a1", None, CREATE)
    committed(repository)
    write_revision(repository, "b2", "a1", DROP)
    assert [one["item"] for one in found(repository, ref="HEAD")["findings"]] == ["name"]
    write_revision(repository, "b2", "a1", f"{DROP}  # dbtasks: ignore[column-missing] nobody reads it")
    assert found(repository, ref="HEAD")["findings"] == []

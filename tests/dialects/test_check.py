"""``inv db.check``: what it finds on each database, by which exit code, and that it writes nothing."""

import json

import pytest
from sqlalchemy import URL

from dialects.verbs import chain, url_of, write_revision
from support.checkout import committed, git
from support.messages import fails, without_cache
from support.repository import Repository, Sql

MODEL = "services/shop/database/db_models/item_model.py"
CREATE = "op.create_table('item', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('name', sa.String(50), nullable=False))"
DROP = "op.drop_table('item')"
CHANGED = """
from sqlalchemy import String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(50), index=True)


class Tag(Base):
    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), index=True)
"""


A1 = """
from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
Table("t_a1", metadata, Column("id", Integer, primary_key=True, autoincrement=False))
"""


def check(repository: Repository, *flags: str, cwd: str | None = None) -> list[tuple[str, str | None, str]]:
    """Return code, place and words of each finding; nothing but the cache may be written, and the exit code has to fit."""
    before = without_cache(repository.root)
    result = repository.inv("db.check", "--json", *flags, cwd=cwd)
    assert result.err == ""
    found = json.loads(result.out)
    assert result.code == (1 if found else 0)
    assert without_cache(repository.root) == before
    places = [f"{one['file']}:{one['line']}" if one["file"] else None for one in found]
    return [(one["code"], place, one["what"]) for one, place in zip(found, places, strict=True)]


def test_the_reference_backend_is_clean(reference: Repository, server_url: URL, sql: Sql) -> None:
    """This repository itself has nothing to correct on any database, which need not exist and is not made."""
    result = reference.inv("db.check", cwd="services/user")
    assert (result.code, result.out, result.err) == (0, "No findings.\n", "")
    assert [one for one in sql.databases(server_url) if "scratch" in one or one == url_of(reference).database] == []


def test_models_that_differ(repository: Repository) -> None:
    """Each change that no revision makes is told at its model; what comes with a new table is not told again."""
    write_revision(repository, "a1", None, CREATE + "\nop.create_table('old', sa.Column('id', sa.Integer()), sa.Column('x', sa.Integer(), index=True))", "op.drop_table('old')\n" + DROP)  # fmt: skip
    repository.write(MODEL, CHANGED)
    words = "No revision does this: "
    assert sorted(check(repository, cwd="services/shop"), key=str) == sorted(
        [
            ("models-differ", None, f"{words}drop the table old and its rows."),
            ("models-differ", f"{MODEL}:9", f"{words}add the column item.title."),
            ("models-differ", f"{MODEL}:9", f"{words}create the index ix_item_title on item."),
            ("models-differ", f"{MODEL}:9", f"{words}drop the column item.name and its values."),
            ("models-differ", f"{MODEL}:16", f"{words}create the table tag."),
        ],
        key=str,
    )
    repository.write(
        MODEL, CHANGED.replace("Base):\n    __table", "Base):  # dbtasks: ignore[models-differ] tried out\n    __table")
    )
    assert [place for _, place, _ in check(repository)] == [None]


def test_several_heads(repository: Repository) -> None:
    """Several heads are one finding, and the models are compared with what all of them make together."""
    write_revision(repository, "a1", None, CREATE, DROP)
    write_revision(repository, "b2", "a1")
    write_revision(repository, "c3", "a1")
    assert check(repository) == [("many-heads", None, "The history has 2 heads: b2, c3.")]
    repository.write(MODEL, CHANGED.partition("\n\n\nclass Tag")[0])
    assert {code for code, _, _ in check(repository)} == {"many-heads", "models-differ"}


def test_revisions_that_cannot_be_reverted(repository: Repository) -> None:
    """An empty downgrade and a refusal without a reason are told at their line, until a comment gives a reason."""
    write_revision(repository, "a1", None, CREATE)
    file = write_revision(repository, "b2", "a1", "op.execute('SELECT 1')", "raise NotImplementedError")
    first = repository.path("alembic_db/versions/a1.py")
    line = first.read_text(encoding="utf-8").splitlines().index("def downgrade() -> None:") + 1
    assert [(code, place) for code, place, _ in check(repository)] == [
        ("no-downgrade", f"alembic_db/versions/a1.py:{line}"),
        ("irreversible", f"alembic_db/versions/b2.py:{line}"),
    ]
    first.write_text(first.read_text(encoding="utf-8").replace("def downgrade", "# dbtasks: ignore[no-downgrade] the first one\ndef downgrade"), encoding="utf-8")  # fmt: skip
    file.write_text(file.read_text(encoding="utf-8").replace("NotImplementedError", "NotImplementedError('gone')"), encoding="utf-8")  # fmt: skip
    assert check(repository) == []


def test_a_history_that_cannot_be_replayed(repository: Repository, server_url: URL, sql: Sql) -> None:
    """A revision that fails is a finding at the line that fails, told once, and leaves no scratch database."""
    chain(repository, "a1")
    file = write_revision(repository, "b2", "a1", "op.execute('SELECT * FROM nowhere')")
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "nowhere" in text)
    ((_, place, words),) = [one for one in check(repository) if one[0] == "upgrade-fails"]
    assert place == f"alembic_db/versions/b2.py:{line}"
    assert "the upgrade of revision b2 fails: " in words
    assert "nowhere" in words
    assert "scratch" not in words
    assert [one for one in sql.databases(server_url) if "scratch" in one] == []


def test_the_newest_revision_is_rehearsed(repository: Repository, server_url: URL, sql: Sql) -> None:
    """What cannot be reverted is found without a branch to compare with, and again the second time; what holds is not."""
    chain(repository, "a1")
    repository.remove("services/shop")
    repository.write("services/shop/db_models/a1_model.py", A1)
    assert check(repository) == []
    down = "op.execute('DROP TABLE nowhere')"
    write_revision(repository, "b2", "a1", "op.execute('UPDATE t_a1 SET id = 1 WHERE id = 2')", down)
    for _ in range(2):
        assert [code for code, _, _ in check(repository)] == ["downgrade-fails"]
    assert [one for one in sql.databases(server_url) if "scratch" in one] == []


@pytest.mark.parametrize("flags", ["", "--format github", "--json"])
def test_a_model_that_cannot_be_imported(repository: Repository, flags: str) -> None:
    """A broken model ends with 2 in every format, for nothing was compared."""
    repository.write(MODEL, "import nothing_here\n")
    fails(
        repository,
        f"db.check {flags}",
        f"The model module 'services.shop.database.db_models.item_model' cannot be imported ({MODEL}:1).",
        "ModuleNotFoundError: No module named 'nothing_here'.",
        f"correct {MODEL}:1; nothing was compared, since a model that is left out looks like a dropped table.",
    )


CHANGES = """
op.execute('DELETE FROM item')
op.create_table('new', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('x', sa.Integer(), unique=True))
with op.batch_alter_table('item') as batch_op:
    batch_op.create_index('ix', ['id'])
    batch_op.create_foreign_key('fk', 'new', ['id'], ['id'])
    batch_op.drop_column('name')
"""


def test_what_a_revision_does(repository: Repository, dialect: str) -> None:
    """Data lost without a word, a constraint without a name and what blocks a table in use are told at their lines."""
    write_revision(repository, "a1", None, CREATE, DROP)
    file = write_revision(repository, "b2", "a1", CHANGES, "op.execute('SELECT 1')")
    lines = file.read_text(encoding="utf-8").splitlines()
    found = [
        (code, lines[int(str(place).partition(":")[2]) - 1].strip()[:25])
        for code, place, _ in check(repository)
        if code != "models-differ"
    ]
    unsafe = {
        "sqlite": [],
        "postgresql": ["batch_op.create_index('ix", "batch_op.create_foreign_k"],
        "mysql": ["batch_op.create_foreign_k"],
    }
    assert found == [
        ("lossy", "op.execute('DELETE FROM i"),
        ("lossy", "batch_op.drop_column('nam"),
        ("unnamed-constraint", "op.create_table('new', sa"),
        *(("unsafe-ddl", line) for line in unsafe[dialect]),
        ("downgrade-differs", "def downgrade() -> None:"),
    ]
    text = file.read_text(encoding="utf-8")
    for code, line in (
        ("lossy", "op.execute('DEL"),
        ("lossy", "batch_op.drop"),
        ("unnamed-constraint", "op.create_t"),
        ("unsafe-ddl", "batch_op.create_i"),
        ("unsafe-ddl", "batch_op.create_f"),
    ):
        text = text.replace(
            line, f"# dbtasks: ignore[{code}] tried out\n{'    ' * (2 if 'batch' in line else 1)}{line}"
        )
    file.write_text(text, encoding="utf-8")
    assert {code for code, _, _ in check(repository)} == {"models-differ", "downgrade-differs"}


def test_since_a_branch(repository: Repository) -> None:
    """Only what the branch adds is looked at, except for what concerns the whole; an edit of what is merged is told."""
    first = write_revision(repository, "a1", None, CREATE)
    repository.write(
        "shared/old.py",
        "import sqlalchemy as sa\n\nOLD = sa.Table('old', sa.MetaData(), sa.Column('id', sa.Integer))\n",
    )
    committed(repository)
    git(repository.root, "checkout", "-q", "-b", "feature")
    second = write_revision(repository, "b2", "a1", "op.execute('SELECT 1')")
    repository.write(
        "shared/new.py",
        "import sqlalchemy as sa\n\nNEW = sa.Table('new', sa.MetaData(), sa.Column('id', sa.Integer))\n",
    )
    line = second.read_text(encoding="utf-8").splitlines().index("def downgrade() -> None:") + 1
    whole = [("no-downgrade", f"alembic_db/versions/{name}.py:{line}") for name in ("a1", "b2")]
    tables = [("undiscovered-model", f"shared/{name}.py:3") for name in ("new", "old")]
    assert [(code, place) for code, place, _ in check(repository)] == [*tables, *whole]
    assert [(code, place) for code, place, _ in check(repository, "--since", "main")] == [tables[0], whole[1]]
    first.write_text(first.read_text(encoding="utf-8").replace("String(50)", "String(60)"), encoding="utf-8")
    edited = check(repository, "--since", "main")
    assert [code for code, _, _ in edited] == ["revision-edited", "undiscovered-model", "models-differ", "no-downgrade"]
    assert edited[0][2] == (
        "The revision a1 is on 'main' already, and says something else here: who has applied it will not notice."
    )


@pytest.mark.parametrize("verb", ["db.check", "db.verify"])
def test_since_what_git_does_not_know(verb: str, sqlite_repository: Repository) -> None:
    """A name that means nothing ends with 2, and nothing is looked at or rehearsed."""
    write_revision(sqlite_repository, "a1", None, CREATE)
    committed(sqlite_repository)
    fails(
        sqlite_repository,
        f"{verb} --since mian",
        "It is not known what was added since 'mian'.",
        "git has no branch, tag or commit of that name. Did you mean 'main'?",
        "git fetch origin; in a pipeline: check out with the whole history (fetch-depth: 0, GIT_DEPTH: 0)",
    )


def test_other_dialects(sqlite_repository: Repository) -> None:
    """What another database cannot do is told at the column and at the operation, without a server of it."""
    repository = sqlite_repository
    repository.write(MODEL, CHANGED.replace("String(50), index=True)\n\n\nclass Tag", "String)\n\n\nclass Tag"))
    write_revision(
        repository,
        "a1",
        None,
        CREATE + "\nop.execute('SELECT name::text FROM item') if op.get_context().as_sql else None",
        DROP,
    )
    found = [
        (code, place, what)
        for code, place, what in check(repository, "--dialects", "mysql, postgresql")
        if "portable" in code
    ]
    assert found == [
        (
            "model-not-portable",
            f"{MODEL}:13",
            "item.title does not work on mysql: VARCHAR requires a length on dialect mysql.",
        ),
        ("revision-not-portable", "alembic_db/versions/a1.py:15", "SQL that mysql does not have: a cast with ::."),
    ]
    done = repository.inv("db.check", "--dialects", "oracle")
    assert (done.code, done.out) == (2, "")
    assert "'oracle'" in done.err
    assert "'sqlite', 'postgresql', 'mysql', 'mariadb'" in done.err


def test_a_revision_that_asks_the_database(sqlite_repository: Repository) -> None:
    """It is named on stderr: what it does afterwards was not looked at."""
    write_revision(sqlite_repository, "a1", None, CREATE, DROP)
    write_revision(
        sqlite_repository, "b2", "a1", "op.get_bind().execute(sa.text('SELECT 1')).all()", "op.execute('SELECT 1')"
    )
    done = sqlite_repository.inv("db.check")
    assert (done.code, done.out) == (0, "No findings.\n")
    assert done.err == (
        "note: a revision asks the database something, and what it does from there on was not looked at: "
        "alembic_db/versions/b2.py:14\n"
    )


ASKING = """
rows = op.get_bind().execute(sa.text('SELECT count(*) FROM item')).scalar_one()
with op.batch_alter_table('item') as batch_op:
    batch_op.drop_column('name')
    batch_op.create_unique_constraint('uq_item_id', ['id'])
if rows == 0:
    op.execute('DELETE FROM item')
"""


def test_a_new_revision_that_asks_the_database(repository: Repository, server_url: URL, sql: Sql) -> None:
    """It is asked in a scratch database, so that what it does there is looked at; copying a table loses nothing."""
    write_revision(repository, "a1", None, CREATE, DROP)
    committed(repository)
    file = write_revision(repository, "b2", "a1", ASKING, "op.execute('SELECT 1')")
    lines = file.read_text(encoding="utf-8").splitlines()
    found = [
        (code, lines[int(str(place).partition(":")[2]) - 1].strip())
        for code, place, _ in check(repository)
        if code == "lossy"
    ]
    assert found == [("lossy", "batch_op.drop_column('name')"), ("lossy", "op.execute('DELETE FROM item')")]
    assert [one for one in sql.databases(server_url) if "scratch" in one] == []


def test_what_was_compared_is_not_compared_again(repository: Repository) -> None:
    """The second check compares nothing; another model, or another revision, has it compared again."""
    chain(repository, "a1")
    repository.remove("services/shop")
    file = repository.write("services/shop/db_models/a1_model.py", A1)
    assert check(repository) == []
    (known,) = json.loads(repository.read(".dbtasks_cache/compared.json"))
    repository.write(".dbtasks_cache/compared.json", json.dumps({known: "2026-01-01"}))
    assert check(repository) == []
    assert json.loads(repository.read(".dbtasks_cache/compared.json")) == {known: "2026-01-01"}
    file.write_text(A1.replace("Integer", "BigInteger"), encoding="utf-8")
    assert [code for code, _, _ in check(repository)] == ["models-differ"]
    file.write_text(A1, encoding="utf-8")
    write_revision(
        repository, "b2", "a1", "op.execute('CREATE TABLE x (id INTEGER NOT NULL PRIMARY KEY)')", "op.drop_table('x')"
    )
    assert [code for code, _, _ in check(repository)] == ["models-differ"]

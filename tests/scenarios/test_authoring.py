"""What a developer is given for a change of models, on every database, through the real ``inv``."""

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Connection, inspect
from sqlalchemy.exc import DBAPIError

from dialects.verbs import command
from support.messages import fails
from support.repository import Repository, Sql
from support.scenarios import HERE, done, scenario
from support.servers import connected

MODELS = "services/shop/database/db_models/item_model.py"
NOTHING = "Nothing to migrate: the models are what the history's head has.\n"
PEOPLE = "INSERT INTO users (id, name, mail) VALUES (1, 'Ann', 'ann@x'), (2, 'Bob', 'bob@x');"
ORDERS = "INSERT INTO orders (id, user_id, note) VALUES (7, 2, 'soon');"
RENAMED = ["--rename", "users.mail=email", "--rename-table", "orders=purchases"]


def begun(name: str, root: Path, url: URL) -> Repository:
    """Return a scenario whose first models are drafted and applied."""
    repository = scenario(name, root, url)
    done(repository.inv("db.revision", "-m", "first", "db.upgrade"))
    return repository


def after(name: str, repository: Repository) -> None:
    """Change the models to what the scenario has for later."""
    for file in (HERE / name / "after").iterdir():
        shutil.copy(file, repository.path("services/shop/database/db_models") / file.name)


def edit(repository: Repository, *pairs: tuple[str, str], path: str | Path = MODELS) -> None:
    """Replace parts of the models' source, each of which must be there."""
    text = repository.read(path)
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    repository.write(path, text)


def drafted(repository: Repository, *arguments: str) -> str:
    """Return what a draft says; what it did when it was tried must be right."""
    told = done(repository.inv("db.revision", "-m", "second", *arguments))
    assert not re.search(r"^! Its? (cannot|does|downgrade)", told, re.MULTILINE)
    return told


def body(repository: Repository) -> str:
    """Return the functions of the last revision."""
    return repository.read(repository.revisions()[-1]).partition("def upgrade")[2]


def shape(url: URL) -> dict[str, Any]:
    """Return the names and columns of what every table has."""

    def look(connection: Connection) -> dict[str, Any]:
        found = inspect(connection)
        return {
            table: (
                sorted((str(one["name"]), str(one["type"]), one["nullable"]) for one in found.get_columns(table)),
                sorted(str(one["name"]) for one in found.get_indexes(table)),
                sorted(str(one["name"]) for one in found.get_unique_constraints(table)),
                sorted(str(one["name"]) for one in found.get_check_constraints(table)),
                sorted(
                    (str(one["name"]), one["referred_table"], one["constrained_columns"])
                    for one in found.get_foreign_keys(table)
                ),
            )
            for table in found.get_table_names()
            if not table.startswith(("dbtasks_", "alembic_"))
        }

    return connected(url, look)


def enums(url: URL) -> dict[str, list[str]]:
    """Return the types of enums that the database names."""
    return connected(
        url,
        lambda connection: {one["name"]: one["labels"] for one in getattr(inspect(connection), "get_enums", list)()},
    )


def test_a_rename_without_an_answer_is_loud(tmp_path: Path, database_url: URL) -> None:
    """Where nobody can be asked, the draft drops and adds, and says in the output and the file that data is lost."""
    repository = begun("renames", tmp_path / "repository", database_url)
    after("renames", repository)
    told = drafted(repository)
    assert "\n! the column users.mail goes, and its values with it.\n" in told
    assert (
        "\n! Was users.mail renamed to users.email? This draft loses the values of the first; "
        "--rename users.mail=email keeps them.\n"
    ) in told
    assert (
        "\n! Was orders renamed to purchases? This draft loses the rows of the first; "
        "--rename-table orders=purchases keeps them.\n"
    ) in told
    text = body(repository)
    assert (
        "# The values of users.mail (if it was renamed to email, draft again with --rename users.mail=email) "
        "are lost here.\n"
    ) in text
    assert "# The rows of orders (if it was renamed to purchases, draft again" in text


def test_a_rename_keeps_rows_and_names_both_ways(tmp_path: Path, database_url: URL, sql: Sql) -> None:
    """A renamed column and a renamed table keep their rows; what carries the name is renamed, too, and back again."""
    repository = begun("renames", tmp_path / "repository", database_url)
    before = shape(database_url)
    sql(database_url, PEOPLE + ORDERS)
    after("renames", repository)
    told = drafted(repository, *RENAMED)
    assert told.startswith("  rename the table orders to purchases\n  rename the column users.mail to email\n")
    assert "!" not in told
    done(repository.inv("db.upgrade", "--confirm", str(repository.url and database_url.database).rpartition("/")[2]))
    assert sql(database_url, "SELECT id, email FROM users ORDER BY id") == [(1, "ann@x"), (2, "bob@x")]
    assert sql(database_url, "SELECT user_id, note FROM purchases") == [(2, "soon")]
    names = str(shape(database_url))
    assert not re.search(r"\bmail\b|users_mail|orders", names)
    for name in ("ix_users_email", "uq_users_email", "ck_users_email", "fk_purchases_user_id", "ix_purchases_user_id"):
        assert name in names
    if database_url.get_backend_name() == "postgresql":  # which names a key and a sequence after their table
        left = "SELECT relname FROM pg_class WHERE relname LIKE '{}%' ORDER BY relname"
        assert sql(database_url, left.format("orders")) == []
        assert ("purchases_id_seq",) in sql(database_url, left.format("purchases"))
    assert done(repository.inv("db.revision", "-m", "again")) == NOTHING
    done(repository.inv("db.downgrade", "--rev", "-1"))
    assert shape(database_url) == before
    assert sql(database_url, "SELECT id, mail FROM users ORDER BY id") == [(1, "ann@x"), (2, "bob@x")]
    assert sql(database_url, "SELECT user_id, note FROM orders") == [(2, "soon")]


def test_a_person_is_asked(tmp_path: Path, database_url: URL) -> None:
    """On a terminal each rename is asked about; yes keeps the rows, anything else drops and adds."""
    repository = begun("renames", tmp_path / "repository", database_url)
    after("renames", repository)
    code, output = typed(repository, [b"y\n", b"\n"], "db.revision", "-m", "second")
    assert code == 0, output
    assert "Was orders renamed to purchases? [y/N] " in output
    assert "Was users.mail renamed to users.email? [y/N] " in output
    assert "  rename the table orders to purchases\n" in output
    assert "  drop the column users.mail and its values\n" in output
    assert "--rename" not in output


def typed(repository: Repository, answers: list[bytes], *arguments: str) -> tuple[int, str]:
    """Return the exit code and the output of a command at a terminal where questions are answered."""
    master, slave = pty.openpty()
    environment = {**os.environ, "DATABASE_URL": repository.url}
    with subprocess.Popen(
        command(*arguments), cwd=repository.root, stdin=slave, stdout=slave, stderr=slave, env=environment
    ) as process:
        os.close(slave)
        output, waiting = b"", list(answers)
        try:
            while more := os.read(master, 1000):
                output += more
                if output.count(b"[y/N] ") > len(answers) - len(waiting):
                    os.write(master, waiting.pop(0))
        except OSError:  # on Linux the end of what a terminal shows
            pass
        os.close(master)
        return process.wait(60), output.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("--rename users.nail=email", "the history has no column users.nail."),
        ("--rename users.mail=imail", "the models have no column users.imail."),
        ("--rename users.name=email", "the models still have users.name."),
        ("--rename users.mail=name", "the history already has users.name."),
        ("--rename mail=email", "a rename is written users.mail=email, and one of a table --rename-table old=new."),
        ("--rename-table order=purchases", "the history has no table order."),
    ],
)
def test_a_rename_that_cannot_be(flag: str, why: str, tmp_path: Path, sqlite_url: URL) -> None:
    """A rename that the history and the models do not bear out is an error, and no file is written."""
    repository = begun("renames", tmp_path / "repository", sqlite_url)
    after("renames", repository)
    value = flag.split()[1]
    what = f"'{value}' is no rename that could be drafted."
    fails(
        repository,
        f"db.revision -m second {flag}",
        what,
        why,
        'inv db.revision -m "..." lists what may have been renamed.',
    )


def test_a_new_member_of_an_enum(tmp_path: Path, database_url: URL, sql: Sql) -> None:
    """A member is added, also as a default in the same revision, and goes again; rows stay."""
    repository = begun("enums", tmp_path / "repository", database_url)
    sql(database_url, "INSERT INTO item (id, size) VALUES (1, 'S'); INSERT INTO box (id, color) VALUES (1, 'GREEN')")
    before, types = shape(database_url), enums(database_url)
    edit(
        repository,
        ("GREEN = 2", "GREEN = 2\n    BLUE = 3"),
        ('default="RED"', 'default="BLUE"'),
        ('"M", name', '"M", "L", name'),
    )
    drafted(repository)
    if database_url.get_backend_name() == "postgresql":
        text = body(repository)
        assert "ADD VALUE IF NOT EXISTS 'BLUE'" in text.partition("autocommit_block")[2]
        assert text.count("CREATE TYPE") == 1  # on the way down
    done(repository.inv("db.upgrade"))
    sql(database_url, "INSERT INTO item (id, size) VALUES (2, 'L')")
    assert sql(database_url, "SELECT id, color, size FROM item ORDER BY id") == [(1, "RED", "S"), (2, "BLUE", "L")]
    assert done(repository.inv("db.revision", "-m", "again")) == NOTHING
    sql(database_url, "DELETE FROM item WHERE id = 2")
    done(repository.inv("db.downgrade", "--rev", "-1", "--confirm", name_of(database_url)))
    assert (shape(database_url), enums(database_url)) == (before, types)
    assert sql(database_url, "SELECT id, color FROM item") == [(1, "RED")]


def name_of(url: URL) -> str:
    """Return the name by which a database is confirmed."""
    return str(url.database).rpartition("/")[2]


def test_a_removed_member_of_an_enum(tmp_path: Path, database_url: URL, sql: Sql) -> None:
    """A member goes from type and check alike; where rows hold it the upgrade fails instead of losing it."""
    repository = begun("enums", tmp_path / "repository", database_url)
    sql(database_url, "INSERT INTO item (id, size) VALUES (1, 'S'); INSERT INTO box (id, color) VALUES (1, 'GREEN')")
    before, types = shape(database_url), enums(database_url)
    edit(repository, ("    GREEN = 2\n", ""), ('"S", "M", name', '"S", name'))
    drafted(repository)
    named = database_url.get_backend_name() != "sqlite"  # there a native enum is a text without a check
    if named:
        failed = repository.inv("db.upgrade", "--confirm", name_of(database_url))
        assert failed.code == 2
        assert sql(database_url, "SELECT color FROM box") == [("GREEN",)]
        repository.inv("db.repair", "--confirm", name_of(database_url))
    sql(database_url, "DELETE FROM box")
    done(repository.inv("db.upgrade", "--confirm", name_of(database_url)))
    assert sql(database_url, "SELECT id, color, size FROM item") == [(1, "RED", "S")]
    assert done(repository.inv("db.revision", "-m", "again")) == NOTHING
    done(repository.inv("db.downgrade", "--rev", "-1", "--confirm", name_of(database_url)))
    assert (shape(database_url), enums(database_url)) == (before, types)


def test_a_renamed_member_of_an_enum(tmp_path: Path, database_url: URL, sql: Sql) -> None:
    """Rows follow the new name of a member, and the old one again on the way down."""
    repository = begun("enums", tmp_path / "repository", database_url)
    sql(database_url, "INSERT INTO item (id, size) VALUES (1, 'M'); INSERT INTO box (id, color) VALUES (1, 'GREEN')")
    edit(repository, ("GREEN = 2", "LIME = 2"), ('"S", "M", name', '"S", "L", name'))
    told = drafted(repository)
    assert (
        "! Was size.M renamed to size.L? This draft loses the meaning of the first; --rename size.M=L keeps them."
        in told
    )
    repository.revisions()[-1].unlink()
    flags = ["--rename", "size.M=L"]
    native = database_url.get_backend_name() != "sqlite"  # which lists the members of no native enum
    drafted(repository, *flags, *(["--rename", "color.GREEN=LIME"] if native else []))
    done(repository.inv("db.upgrade", "--confirm", name_of(database_url)))
    assert sql(database_url, "SELECT size FROM item") == [("L",)]
    assert sql(database_url, "SELECT color FROM box") == [("LIME" if native else "GREEN",)]
    assert done(repository.inv("db.revision", "-m", "again")) == NOTHING
    done(repository.inv("db.downgrade", "--rev", "-1", "--confirm", name_of(database_url)))
    assert sql(database_url, "SELECT size FROM item") == [("M",)]
    assert sql(database_url, "SELECT color FROM box") == [("GREEN",)]


def test_the_type_of_an_enum_goes_with_its_last_user(tmp_path: Path, database_url: URL) -> None:
    """A type that no column has any more is dropped once, and created once on the way down; base leaves none."""
    repository = begun("enums", tmp_path / "repository", database_url)
    before, types = shape(database_url), enums(database_url)
    edit(
        repository,
        ('    color: Mapped[Color] = mapped_column(server_default="RED")\n', ""),
        ("    color: Mapped[Color | None]\n", ""),
    )
    drafted(repository)
    done(repository.inv("db.upgrade"))
    assert enums(database_url) == {}
    done(repository.inv("db.downgrade", "--rev", "-1"))
    assert (shape(database_url), enums(database_url)) == (before, types)
    plain = repository.alembic("downgrade", "base")
    assert plain.code == 0, plain.err
    assert enums(database_url) == {}
    done(repository.inv("db.upgrade", "db.downgrade", "--rev", "-1"))


def test_what_rows_stand_against_is_said(tmp_path: Path, database_url: URL) -> None:
    """A draft says what fails or is lost where a table has rows."""
    repository = begun("rows", tmp_path / "repository", database_url)
    after("rows", repository)
    told = drafted(repository)
    for line in (
        "! item.price has to have a value and has no default: the upgrade fails where item has rows.",
        "! item.label has to have a value now: the upgrade fails where a row has none.",
        "! the column item.code goes, and its values with it.",
        "! uq_item_name of item has to be unique now: the upgrade fails where rows are the same.",
        "  With --safe the steps for rows that are there are written, for you to fill in.",
    ):
        assert f"\n{line}\n" in told
    assert re.search(r"\n! item.name gets narrower \(VARCHAR\(.*50\) to VARCHAR\(.*20\)\): the upgrade fails", told)


def test_safe_steps_are_filled_in(tmp_path: Path, database_url: URL, sql: Sql) -> None:
    """With --safe a table with rows is brought to the new models once its author has said what rows get."""
    repository = begun("rows", tmp_path / "repository", database_url)
    sql(database_url, "INSERT INTO item (id, name, code) VALUES (1, 'a', 'x'), (2, 'b', 'y')")
    after("rows", repository)
    told = drafted(repository, "--safe")
    assert "With --safe" not in told
    text = repository.read(repository.revisions()[-1])
    assert text.count("# Fill in: rows that are there already need this first.\n") == 4
    filled = text.replace("# op.execute(", "op.execute(").replace("price = ...", "price = 5")
    filled = filled.replace("label = ...", "label = 'none'").replace("name = ... WHERE ...", "name = name WHERE 1 = 1")
    filled = filled.replace("DELETE FROM item WHERE ...", "DELETE FROM item WHERE 1 = 0")
    repository.write(repository.revisions()[-1], re.sub(r"  -- [^\"]*", "", filled))
    done(repository.inv("db.upgrade", "--confirm", name_of(database_url)))
    assert sql(database_url, "SELECT id, price, label FROM item ORDER BY id") == [(1, 5, "none"), (2, 5, "none")]
    assert done(repository.inv("db.revision", "-m", "again")) == NOTHING


def test_a_downgrade_brings_a_column_back_where_there_are_rows(tmp_path: Path, database_url: URL, sql: Sql) -> None:
    """A dropped column that has to have a value comes back on a table with rows, and the file says with what."""
    repository = begun("rows", tmp_path / "repository", database_url)
    before = shape(database_url)
    sql(database_url, "INSERT INTO item (id, name, code) VALUES (1, 'a', 'x')")
    edit(repository, ("    code: Mapped[str] = mapped_column(String(10))\n", ""))
    drafted(repository)
    assert "# The values of item.code are lost here." in body(repository)
    assert "# Rows that are there get '' in code: its values are gone." in body(repository)
    done(repository.inv("db.upgrade", "--confirm", name_of(database_url)))
    done(repository.inv("db.downgrade", "--rev", "-1"))
    assert shape(database_url) == before
    assert sql(database_url, "SELECT id, code FROM item") == [(1, "")]


def test_constraints_get_names(tmp_path: Path, database_url: URL) -> None:
    """What an author left without a name has one in the revision, so that it can be dropped on every database."""
    repository = begun("rows", tmp_path / "repository", database_url)
    edit(
        repository,
        ("code: Mapped[str] = mapped_column(String(10))", "code: Mapped[str] = mapped_column(String(10), unique=True)"),
    )
    drafted(repository)
    assert 'create_unique_constraint("uq_item_code", ["code"])' in body(repository)
    done(repository.inv("db.upgrade"))
    edit(repository, ("String(10), unique=True)", "String(10))"))
    drafted(repository)
    done(repository.inv("db.upgrade"))
    assert "uq_item_code" not in str(shape(database_url))


def test_tables_of_others_are_left_alone(tmp_path: Path, database_url: URL, sql: Sql) -> None:
    """Another owner's table, column, index and view in the same database are in no draft; plain alembic says so."""
    repository = begun("rows", tmp_path / "repository", database_url)
    sql(
        database_url,
        "CREATE TABLE other_version (version_num INTEGER PRIMARY KEY); ALTER TABLE item ADD COLUMN theirs INTEGER;"
        "CREATE INDEX ix_theirs ON item (theirs); CREATE VIEW shown AS SELECT id FROM item",
    )
    assert done(repository.inv("db.revision", "-m", "second")) == NOTHING
    checked = repository.alembic("check")
    assert checked.code == 0, checked.err
    for name in ("other_version", "item.theirs", "ix_theirs of item"):
        assert f"not ours, left alone: {name}\n" in checked.err
    edit(repository, ("    label: Mapped[str | None] = mapped_column(String(50))\n", ""))
    drafted_ = repository.alembic("revision", "--autogenerate", "-m", "plain")
    assert drafted_.code == 0, drafted_.err
    text = body(repository)
    assert 'drop_column("label")' in text
    assert not re.search("other_version|theirs|shown", text)


def test_plain_alembic_drafts_the_same(tmp_path: Path, database_url: URL) -> None:
    """``alembic revision --autogenerate`` writes what db.revision writes, renames by ``-x`` included."""
    repository = begun("renames", tmp_path / "repository", database_url)
    after("renames", repository)
    drafted(repository, *RENAMED)
    ours = body(repository)
    repository.revisions()[-1].unlink()
    answers = ["-x", "rename=users.mail=email", "-x", "rename-table=orders=purchases"]
    plain = repository.alembic(*answers, "revision", "--autogenerate", "-m", "second")
    assert plain.code == 0, plain.err
    assert body(repository) == ours
    assert "\nServices: shop\n" in repository.read(repository.revisions()[-1])


def test_services_are_named(tmp_path: Path, database_url: URL) -> None:
    """A revision's docstring names its services; --service leaves the others out; a crossing key is told once."""
    repository = scenario("crossing", tmp_path / "repository", database_url)
    told = done(repository.inv("db.revision", "-m", "items", "--service", "shop"))
    assert told.startswith("Left out, with changes of their own: billing.\n  create the table item\nWrote ")
    assert "\nServices: shop\n" in repository.read(repository.revisions()[-1])
    told = done(repository.inv("db.revision", "-m", "invoices"))
    assert "\nnote: invoice refers to item of the service shop.\n" in told
    assert "\nServices: billing\n" in repository.read(repository.revisions()[-1])
    model = "services/billing/database/db_models/invoice_model.py"
    edit(
        repository,
        (
            "id: Mapped[int] = mapped_column(primary_key=True)",
            "id: Mapped[int] = mapped_column(primary_key=True)\n    paid: Mapped[bool | None]",
        ),
        path=model,
    )
    assert "note:" not in done(repository.inv("db.revision", "-m", "paid"))


def test_sql_of_a_draft(tmp_path: Path, database_url: URL) -> None:
    """--sql prints the SQL for the project's database, and --dialects for others, without a server of theirs."""
    repository = scenario("rows", tmp_path / "repository", database_url)
    told = done(repository.inv("db.revision", "-m", "first", "--sql", "--dialects", "postgresql,mysql,sqlite"))
    parts = re.split(r"^-- (\w+)$", told, flags=re.MULTILINE)
    assert set(parts[1::2]) == {"postgresql", "mysql", "sqlite"}
    assert parts[1] == database_url.get_backend_name()
    by_name = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert "id SERIAL NOT NULL" in by_name["postgresql"]
    assert "AUTO_INCREMENT" in by_name["mysql"]
    assert "id INTEGER NOT NULL" in by_name["sqlite"]


def test_a_draft_that_is_spoilt_is_told(tmp_path: Path, database_url: URL) -> None:
    """When a project's own hook takes something out of a draft, trying it shows what is missing."""
    repository = begun("rows", tmp_path / "repository", database_url)
    edit(
        repository,
        (
            "runtime.run_online(target_metadata)",
            "runtime.run_online(target_metadata, process_revision_directives=spoil)",
        ),
        (
            "# The database URL",
            "def spoil(context, revision, directives):\n    del directives[0].upgrade_ops.ops[0]\n\n\n# The database URL",
        ),
        path="alembic_db/env.py",
    )
    edit(repository, ("    label: Mapped", "    more: Mapped[int | None]\n    label: Mapped"))
    told = done(repository.inv("db.revision", "-m", "second"))
    assert "! It does not do all that the models want: add the column item.more.\n" in told


def test_the_table_of_versions_is_no_table_to_drop(tmp_path: Path, database_url: URL) -> None:
    """A project that gives Alembic's own table another name finds it in no draft."""
    repository = scenario("rows", tmp_path / "repository", database_url)
    call = ("runtime.run_online(target_metadata)", 'runtime.run_online(target_metadata, version_table="versions")')
    edit(repository, call, path="alembic_db/env.py")
    done(repository.inv("db.revision", "-m", "first", "db.upgrade"))
    assert done(repository.inv("db.revision", "-m", "again")) == NOTHING


def test_checks_without_a_name_outlive_a_rebuild(tmp_path: Path, database_url: URL, sql: Sql) -> None:
    """A check that an old revision has made without a name is there after the next draft as well, on every database."""
    repository = scenario("rows", tmp_path / "repository", database_url)
    done(repository.inv("db.revision", "-m", "first"))
    (path,) = repository.revisions()
    key = 'sa.PrimaryKeyConstraint("id"),'
    edit(repository, (key, f"{key}\n        sa.CheckConstraint(\"code <> 'x'\"),"), path=path)
    edit(repository, ("from sqlalchemy import String", "from sqlalchemy import CheckConstraint, String"))
    table = '__tablename__ = "item"'
    edit(repository, (table, f"{table}\n    __table_args__ = (CheckConstraint(\"code <> 'x'\"),)"))
    done(repository.inv("db.upgrade"))
    assert done(repository.inv("db.revision", "-m", "nothing")) == NOTHING
    edit(repository, ("    label: Mapped[str | None] = mapped_column(String(50))\n", ""))
    drafted(repository)
    done(repository.inv("db.upgrade"))
    for command_ in (["db.downgrade", "--rev", "-1"], ["db.upgrade"]):
        with pytest.raises(DBAPIError):
            sql(database_url, "INSERT INTO item (id, name, code) VALUES (1, 'a', 'x')")
        done(repository.inv(*command_))

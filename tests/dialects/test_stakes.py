"""What a plan says would be lost, counted in the live database; and who has to agree to it."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from dbtasks import migrate, plan, scratch, startup
from dbtasks.errors import LossNotAccepted, NotNamed, PlanMoved, TooMuchToSetAside
from dbtasks.guard import Consent, check_limit, permit_run
from dbtasks.stakes import Stake
from dbtasks.watch import Loss
from dialects.verbs import command, execute, here, upgrade, url_of, write_revision
from support.repository import Repository, Sql

CREATE = """
op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True),
                sa.Column("mail", sa.String(50)), sa.Column("name", sa.String(50)))
op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("total", sa.BigInteger()))
"""
ROWS = (
    "INSERT INTO users VALUES (1, 'a@b', 'Ann'), (2, NULL, 'Bob'), (3, 'c@d', NULL); INSERT INTO orders VALUES (1, 5)"
)
BATCH = 'with op.batch_alter_table("{}") as batch:\n    batch.{}'


@pytest.fixture
def filled(repository: Repository, sql: Sql) -> Repository:
    """Return a project at its first revision, with rows."""
    write_revision(repository, "one", None, CREATE, 'op.drop_table("orders")\nop.drop_table("users")')
    upgrade(repository)
    sql(url_of(repository), ROWS)
    return repository


def losses(repository: Repository) -> list[tuple[str, str, int | None]]:
    """Return what an upgrade to head puts at stake: kind, name, how much."""
    return [(one.loss.kind, one.loss.name, one.rows) for one in plan.upgrade(*here(repository)).stakes]


CASES = {
    "a table": ('op.drop_table("users")', [("table", "users", 3)]),
    "a column": (BATCH.format("users", 'drop_column("mail")'), [("column", "users.mail", 2)]),
    "a narrower type": (
        BATCH.format("users", 'alter_column("name", type_=sa.String(2), existing_type=sa.String(50))'),
        [("type", "users.name", 2)],
    ),
    "a wider type": (
        BATCH.format("users", 'alter_column("name", type_=sa.String(70), existing_type=sa.String(50))'),
        [],
    ),
    "raw SQL": (execute("DROP TABLE orders"), [("table", "orders", 1)]),
    "a renamed table": ('op.rename_table("users", "people")', []),
    "a renamed column": (
        BATCH.format("users", 'alter_column("mail", new_column_name="email", existing_type=sa.String(50))'),
        [],
    ),
    "a table renamed and dropped": (
        'op.rename_table("users", "people")\nop.drop_table("people")',
        [("table", "users", 3)],
    ),
    "a table made again": (
        f'op.drop_table("orders")\n{execute("CREATE TABLE orders (id INTEGER, total BIGINT)")}',
        [("table", "orders", 1)],
    ),
    "rows deleted": (execute("DELETE FROM users WHERE id = 1"), [("data", "users", 3)]),
    "rows changed": (execute("UPDATE users SET name = 'x'"), [("data", "users", 3)]),
    "a new column filled": (
        'op.add_column("users", sa.Column("age", sa.Integer()))\n' + execute("UPDATE users SET age = 3"),
        [],
    ),
    "copied by hand": (
        execute(
            "CREATE TABLE people (id INTEGER, mail VARCHAR(50))",
            "INSERT INTO people (id, mail) SELECT id, mail FROM users",
            "DROP TABLE users",
        ),
        [("column", "users.name", 2)],
    ),
    "its own table": (execute("CREATE TABLE t (id INTEGER)", "DROP TABLE t"), []),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_lost(filled: Repository, case: str) -> None:
    """Tables, columns, narrower types and rows written over, with what the live database has of them; no rename."""
    body, expected = CASES[case]
    write_revision(filled, "two", "one", body)
    found = losses(filled)
    if case == "copied by hand":  # the whole of users is not lost: two of its columns live on
        found = [one for one in found if one[1] != "users"]
    assert found == expected


def test_names_are_those_of_the_live_database(filled: Repository) -> None:
    """What an earlier revision of the plan renames is counted where it is now; what it makes has nothing to lose."""
    write_revision(filled, "two", "one", 'op.rename_table("users", "people")')
    write_revision(filled, "three", "two", 'op.drop_table("people")')
    write_revision(filled, "four", "three", execute("CREATE TABLE people (id INTEGER)"))
    write_revision(filled, "five", "four", 'op.drop_table("people")')
    assert losses(filled) == [("table", "people", 3), ("table", "people", 0)]


def test_a_downgrade_has_stakes(filled: Repository) -> None:
    """The way down is measured like the way up."""
    found = plan.downgrade(*here(filled), "-1").stakes
    assert {(one.loss.kind, one.loss.name, one.rows) for one in found} == {
        ("table", "users", 3),
        ("table", "orders", 1),
    }


def test_who_only_adds_is_not_rehearsed(filled: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """No scratch database is made for revisions that can be seen to take nothing away."""
    write_revision(filled, "two", "one", 'op.add_column("users", sa.Column("age", sa.Integer()))')
    monkeypatch.setattr(scratch, "at", None)
    assert plan.upgrade(*here(filled)).stakes == ()


def test_a_protected_database_is_read_about(filled: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ``scratch.url`` no scratch database is made there; the SQL is read, and the plan says so."""
    write_revision(filled, "two", "one", 'op.drop_table("orders")\nop.rename_table("users", "people")')
    write_revision(filled, "three", "two", execute("ALTER TABLE people DROP COLUMN mail", "DELETE FROM people"))
    write_revision(filled, "four", "three", "op.get_bind().execute(sa.text('SELECT 1')).scalar_one()")
    write = "environment: production\ndatabase:\n  url: sqlite+aiosqlite:///db/database.db\n"
    filled.write("config/default_config.yaml", write)
    is_file = url_of(filled).get_backend_name() == "sqlite"
    if not is_file:
        monkeypatch.setattr(scratch, "at", None)
    planned = plan.upgrade(*here(filled))
    assert planned.rehearsal.was_run is is_file
    found = [(one.loss.kind, one.loss.name, one.rows) for one in planned.stakes]
    expected = [("table", "orders", 1), ("column", "people.mail", 2), ("data", "people", 3)]
    assert found == expected + ([] if is_file else [("data", "", None)])
    assert ("were read from the SQL" in filled.inv("db.plan").out) is False
    assert ("was read from the SQL, not rehearsed" in filled.inv("db.plan").out) is not is_file


def test_counts_end_somewhere(filled: Repository, sql: Sql) -> None:
    """Beyond ``count_limit`` the number is an estimate, marked as one."""
    sql(url_of(filled), "INSERT INTO orders VALUES (2, 1), (3, 1), (4, 1)")
    write_revision(filled, "two", "one", 'op.drop_table("orders")')
    filled.write("config/default_config.yaml", "database:\n  count_limit: 2\n  set_aside_limit: 2\n")
    (found,) = plan.upgrade(*here(filled)).stakes
    assert (found.rows or 0) >= 3
    assert not found.is_exact
    assert "loses the table orders: about " in filled.inv("db.plan").out
    with pytest.raises(TooMuchToSetAside):
        check_limit(here(filled).settings, "db.upgrade", [found])
    name = here(filled).settings.database.name
    done = filled.inv("db.upgrade", "--confirm", name)
    assert (done.code, "--no-set-aside" in done.err, "set_aside_limit" in done.err) == (2, True, True)
    assert "orders" in sql.tables(url_of(filled))
    done = filled.inv("db.upgrade", "--confirm", name, "--no-set-aside")
    assert done.code == 0, done.err
    assert "Nothing is set aside" in filled.inv("db.kept").out


def test_somebody_has_to_agree(filled: Repository, sql: Sql) -> None:
    """Without a terminal the exact name is demanded, and the refusal prints the command; what is lost is set aside."""
    name = here(filled).settings.database.name
    done = filled.inv("db.downgrade", "--rev", "-1")
    assert (done.code, done.out) == (3, "")
    assert done.err.splitlines()[0] == "error: db.downgrade was refused; nothing was changed."
    assert done.err.splitlines()[2] == f"  fix: inv db.downgrade --rev -1 --confirm {name}"
    assert filled.inv("db.downgrade", "--rev", "-1", "--confirm", "yes").code == 3
    assert sql.tables(url_of(filled)) == ["alembic_version", "orders", "users"]
    done = filled.inv("db.downgrade", "--rev", "-1", "--confirm", name)
    assert done.code == 0, done.err
    assert sql.tables(url_of(filled)) == ["alembic_version"]
    assert "orders: the table, 1 row" in filled.inv("db.kept").out


def test_an_accepted_loss_needs_no_confirmation(filled: Repository, sql: Sql) -> None:
    """``accepts_loss`` in the revision names what was reviewed, so that a pipeline can run it; anything else asks."""
    file = write_revision(filled, "two", "one", BATCH.format("users", 'drop_column("mail")'))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("down_revision", 'accepts_loss = ["users.name"]\ndown_revision', 1), encoding="utf-8")
    with pytest.raises(NotNamed):
        permit_run(here(filled).settings, plan.upgrade(*here(filled)), Consent("db.upgrade"))
    file.write_text(text.replace("down_revision", 'accepts_loss = ["users.mail"]\ndown_revision', 1), encoding="utf-8")
    planned = plan.upgrade(*here(filled))
    assert [one.is_accepted for one in planned.stakes] == [True]
    permit_run(here(filled).settings, planned, Consent("db.upgrade"))
    assert "accepted in the revision" in filled.inv("db.plan").out
    migrate.run(*here(filled), planned)
    assert sql(url_of(filled), "SELECT count(*) FROM users") == [(3,)]


def test_a_plan_has_an_id(filled: Repository, sql: Sql) -> None:
    """``--plan`` runs exactly the plan that was seen, or refuses because a file or the database moved."""
    write_revision(filled, "two", "one", execute("CREATE TABLE t_two (id INTEGER)"))
    shown = filled.inv("db.plan")
    number = json.loads(filled.inv("db.plan", "--json").out)["id"]
    assert shown.out.splitlines()[-1] == f"Plan {number}. Nothing was changed."
    assert filled.inv("db.upgrade", "--dry-run").out == shown.out
    assert plan.upgrade(*here(filled)).id == number
    done = filled.inv("db.upgrade", "--plan", "00000000")
    assert (done.code, f"the plan is now {number}" in done.err) == (2, True)
    write_revision(filled, "two", "one", execute("CREATE TABLE t_three (id INTEGER)"))
    with pytest.raises(PlanMoved):
        plan.upgrade(*here(filled)).check_id(number)
    again = plan.upgrade(*here(filled)).id
    assert filled.inv("db.upgrade", "--plan", again).code == 0
    assert "t_three" in sql.tables(url_of(filled))
    migrate.stamp(*here(filled), "one")
    assert plan.upgrade(*here(filled)).id != again


def test_a_plan_is_shown(filled: Repository) -> None:
    """Operations in words, the SQL of this dialect, and what would be lost; as text and as JSON; nothing is written."""
    write_revision(filled, "two", "one", BATCH.format("users", 'drop_column("mail")') + '\nop.drop_table("orders")')
    before = _files(filled.root)
    shown = filled.inv("db.plan").out
    lines = [line.strip() for line in shown.splitlines()]
    rebuilt = url_of(filled).get_backend_name() == "sqlite"
    assert ("rebuild the table users" if rebuilt else "drop the column users.mail") in lines
    assert "drop the table orders" in lines
    assert "! loses the column users.mail: 2 values" in lines
    assert "! loses the table orders: 1 row" in lines
    assert "DROP TABLE orders;" in lines
    assert lines[-2] == "2 losses to agree to: --confirm NAME."
    data = json.loads(filled.inv("db.plan", "--json").out)
    assert max(data["steps"][0]["stakes"], key=lambda one: str(one["table"])) == {
        "revision": "two",
        "kind": "column",
        "table": "users",
        "column": "mail",
        "detail": "",
        "rows": 2,
        "exact": True,
        "accepted": False,
    }
    down = filled.inv("db.plan", "--down", "--rev", "-1").out
    assert "! loses the table users: 3 rows" in down
    assert _files(filled.root) == before


def _files(root: Path) -> list[str]:
    return sorted(str(file) for file in root.rglob("*") if "__pycache__" not in file.parts)


def test_a_service_is_named(reference: Repository) -> None:
    """Each revision of the plan names the services whose tables it touches, and none that it only refers to."""
    migrate.create(*here(reference))
    data = json.loads(reference.inv("db.plan", "--json").out)
    assert [one["services"] for one in data["steps"]][:3] == [["user"], ["governance"], ["guardrails"]]


def test_stakes_of_nothing() -> None:
    """A loss of no rows is nothing to agree to; one that cannot be told is."""
    loss = Loss("one", "table", "users")
    assert not Stake(loss, 0).counts
    assert Stake(loss, None).counts


def test_a_version_table_of_another_name_is_nothing_at_stake(filled: Repository) -> None:
    """What Alembic itself writes is no data statement of the revision, whatever its table is called."""
    env = filled.read("alembic_db/env.py")
    call = 'runtime.run_online(target_metadata, version_table="my_versions")'
    filled.write("alembic_db/env.py", env.replace("runtime.run_online(target_metadata)", call))
    migrate.stamp(*here(filled), "one")
    write_revision(filled, "two", "one", 'op.drop_table("orders")')
    assert losses(filled) == [("table", "orders", 1)]


def test_an_application_does_not_ask(filled: Repository, sql: Sql, monkeypatch: pytest.MonkeyPatch) -> None:
    """``prepare_schema`` sets aside and goes on; where the environment is protected it refuses, and says what to do."""
    monkeypatch.setenv("DATABASE_URL", filled.url)
    write_revision(filled, "two", "one", 'op.drop_table("orders")')
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(LossNotAccepted, match="accepts_loss"):
        startup.prepare_schema(filled.root)
    assert sql(url_of(filled), "SELECT id FROM orders") == [(1,)]
    monkeypatch.setenv("ENVIRONMENT", "local")
    assert startup.prepare_schema(filled.root).applied == ("two",)
    assert "orders: the table, 1 row" in filled.inv("db.kept").out


def test_who_is_asked_sees_what_for(filled: Repository) -> None:
    """On a terminal the stakes stand above the question."""
    asked = edge_answers(filled, "db.downgrade", "--rev", "-1")
    assert "! loses the table users: 3 rows" in asked
    assert asked.index("! loses") < asked.index("Type the name of the database to go on: ")


def edge_answers(repository: Repository, *arguments: str) -> str:
    """Return what a command shows on a terminal where nothing but Enter is pressed."""
    master, slave = pty.openpty()
    variables = {**os.environ, "DATABASE_URL": repository.url}
    with subprocess.Popen(
        command(*arguments), cwd=repository.root, env=variables, stdin=slave, stdout=slave, stderr=slave
    ) as process:
        os.close(slave)
        os.write(master, b"\n")
        shown = b""
        try:
            while more := os.read(master, 1000):
                shown += more
        except OSError:  # on Linux the end of what a terminal shows
            pass
        os.close(master)
        assert process.wait(60) == 3
    return shown.decode()

import os
import subprocess

import pytest
from sqlalchemy import URL

from dbtasks import environment, guard, migrate
from dbtasks.errors import DatabaseMissing, ManyHeads, NotThisMachine
from dialects.verbs import chain, command, here, upgrade, url_of, write_revision
from support.repository import Completed, Repository, Sql
from support.servers import product

CYCLE = """
CREATE TABLE hen (id INTEGER NOT NULL PRIMARY KEY, egg_id INTEGER);
CREATE TABLE egg (id INTEGER NOT NULL PRIMARY KEY, hen_id INTEGER REFERENCES hen (id));
CREATE VIEW "hens' view" AS SELECT * FROM hen;
CREATE TABLE "odd ""table" (id INTEGER);
"""
CLUTTER = {
    "sqlite": """
        CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE TRIGGER crow AFTER INSERT ON hen BEGIN DELETE FROM egg; END;
        INSERT INTO counted DEFAULT VALUES;
    """,
    "postgresql": """
        ALTER TABLE hen ADD FOREIGN KEY (egg_id) REFERENCES egg (id);
        CREATE MATERIALIZED VIEW matter AS SELECT * FROM "hens' view";
        CREATE SEQUENCE counter;
        CREATE TYPE mood AS ENUM ('calm', 'broody');
        CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
        CREATE TYPE pair AS (a integer, b mood);
        CREATE TABLE moods (id serial PRIMARY KEY, mood mood, size positive) PARTITION BY RANGE (id);
        CREATE FUNCTION crow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER crow BEFORE INSERT ON hen FOR EACH ROW EXECUTE FUNCTION crow();
        CREATE PROCEDURE lay(mood) LANGUAGE sql AS $$ SELECT 1 $$;
        CREATE AGGREGATE largest(integer) (SFUNC = int4larger, STYPE = integer);
        CREATE SCHEMA barn;
        CREATE TABLE barn.cow (id integer REFERENCES hen (id));
    """,
    "mysql": """
        ALTER TABLE hen ADD FOREIGN KEY (egg_id) REFERENCES egg (id);
        CREATE FUNCTION crow() RETURNS INTEGER DETERMINISTIC RETURN 1;
        CREATE PROCEDURE lay() SELECT 1;
        CREATE TRIGGER crow BEFORE INSERT ON hen FOR EACH ROW SET NEW.egg_id = NULL;
        CREATE EVENT morning ON SCHEDULE EVERY 1 DAY DO SELECT 1;
    """,
}
CLUTTER["mariadb"] = CLUTTER["mysql"] + "CREATE SEQUENCE counter;"
EVERYTHING = {
    "sqlite": "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
    "postgresql": """
        SELECT 'relation', relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND relkind <> 'i'
        UNION ALL SELECT 'routine', proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        UNION ALL SELECT 'type', typname FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND typrelid = 0 AND typelem = 0
        UNION ALL SELECT 'schema', nspname FROM pg_namespace WHERE nspname !~ '^pg_'
        AND nspname NOT IN ('public', 'information_schema')
    """,
    "mysql": """
        SELECT 'table', table_name FROM information_schema.tables WHERE table_schema = DATABASE()
        UNION ALL SELECT 'routine', routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()
        UNION ALL SELECT 'trigger', trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()
        UNION ALL SELECT 'event', event_name FROM information_schema.events WHERE event_schema = DATABASE()
    """,
}


@pytest.fixture
def cluttered(repository: Repository, sql: Sql) -> Repository:
    """Return a project at head, in whose database others have made everything that it can hold."""
    chain(repository, "one", "two")
    write_revision(repository, "three", "two", down="raise NotImplementedError")
    upgrade(repository)
    url, clutter = url_of(repository), CYCLE
    if url.get_backend_name() == "mysql":
        clutter = clutter.replace('"odd ""table"', "`odd ``table`").replace('"', "`")
    sql(url, clutter + CLUTTER[product(url)] + "INSERT INTO t_one VALUES (1)")
    return repository


def test_a_reset_drops_everything_and_goes_to_head(cluttered: Repository, sql: Sql) -> None:
    """Discarded, whatever refers to whatever, and though one downgrade cannot run: only the history's tables are there."""
    url = url_of(cluttered)
    assert len(_everything(url, sql)) > 8
    report = migrate.reset(*here(cluttered), discard=True)
    assert [step.revision for step in report.steps] == ["one", "two", "three"]
    ours = {"alembic_version_pkc", "dbtasks_ledger", "dbtasks_ledger_id_seq", "dbtasks_ledger_pkey", "dbtasks_lock"}
    assert {name for _, name in _everything(url, sql)} - ours == {
        "alembic_version",
        "t_one",
        "t_two",
    }
    assert sql(url, "SELECT count(*) FROM t_one") == [(0,)]
    assert migrate.reset(*here(cluttered), discard=True).heads == ("three",)


def test_a_reset_needs_no_known_revision(repository: Repository, sql: Sql) -> None:
    """It works at a revision that no file has, which is often why somebody resets."""
    chain(repository, "one")
    upgrade(repository)
    sql(url_of(repository), "UPDATE alembic_version SET version_num = 'lost'")
    assert migrate.reset(*here(repository)).heads == ("one",)


def test_two_heads_stop_a_reset_before_anything_is_dropped(cluttered: Repository, sql: Sql) -> None:
    """Where the upgrade afterwards could not run, nothing is dropped."""
    before = _everything(url_of(cluttered), sql)
    write_revision(cluttered, "side", "one")
    with pytest.raises(ManyHeads):
        migrate.reset(*here(cluttered))
    assert _everything(url_of(cluttered), sql) == before


def test_the_named_database_is_reset(repository: Repository, sql: Sql) -> None:
    """``--confirm NAME`` does it, and tells each revision."""
    chain(repository, "one")
    sql(url_of(repository), "CREATE TABLE left_over (id INTEGER)")
    name = here(repository).settings.database.name
    done = repository.inv("db.reset", "--confirm", name)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-2] == f"1 revision applied. {name} is at one."
    assert done.out.splitlines()[-1].startswith("What was there is set aside: inv db.restore --id 20")
    assert sql.tables(url_of(repository)) == ["alembic_version", "t_one"]


@pytest.mark.parametrize("arguments", [(), ("--confirm", "database"), ("--confirm", "protected")])
def test_a_refused_reset_changes_nothing(arguments: tuple[str, ...], repository: Repository, sql: Sql) -> None:
    """Without the name, with another one, and in a protected environment whatever the name: exit code 3."""
    sql(url_of(repository), "CREATE TABLE kept (id INTEGER)")
    name = here(repository).settings.database.name
    protected = arguments[-1:] == ("protected",)
    arguments = ("--confirm", name) if protected else arguments
    done = repository.inv("db.reset", *arguments, env={"ENVIRONMENT": "staging"} if protected else {})
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: db.reset was refused; nothing was changed.\n  why: ")
    why = "is protected" if protected else "'database' is not the name" if arguments else "was not named"
    assert why in done.err
    assert sql.tables(url_of(repository)) == ["kept"]


def test_a_server_elsewhere_is_refused_unless_it_is_listed(sqlite_repository: Repository) -> None:
    """The host of the URL decides where the database says nothing; ``reset_hosts`` permits others than this machine."""
    url = "postgresql+asyncpg://user:word@db.example.org/name"
    repository = Repository(sqlite_repository.root, url)
    with pytest.raises(NotThisMachine):
        guard.check_place(environment.of(here(repository).settings, None), "db.reset")
    repository.write("config/default_config.yaml", "database:\n  reset_hosts: [db.example.org]\n")
    guard.check_place(environment.of(here(repository).settings, None), "db.reset")


def test_a_missing_database_is_not_created_by_a_reset(missing_database_url: URL, reference: Repository) -> None:
    """On a server there is nothing to reset; a file is made, as by an upgrade."""
    if missing_database_url.get_backend_name() == "sqlite":
        assert len(migrate.reset(*here(reference)).steps) >= 8
        return
    with pytest.raises(DatabaseMissing):
        migrate.reset(*here(reference))


def test_on_a_terminal_the_name_is_asked_for(sqlite_repository: Repository, sql: Sql) -> None:
    """The typed name resets; another answer, or Ctrl-D, is a refusal."""
    url, name = url_of(sqlite_repository), here(sqlite_repository).settings.database.name
    sql(url, "CREATE TABLE left_over (id INTEGER)")
    for answer in ("yes\n", "\x04"):
        refused = _answered(sqlite_repository, answer)
        assert refused.code == 3, refused
        assert sql.tables(url) == ["left_over"]
    done = _answered(sqlite_repository, f"{name}\n")
    assert done.code == 0, done
    assert f"It sets everything aside, and leaves empty tables (database '{name}')." in done.err
    assert sql.tables(url) == []


def _everything(url: URL, sql: Sql) -> list[tuple[str, ...]]:
    return sorted(sql(url, EVERYTHING[url.get_backend_name()]))


def _answered(repository: Repository, answer: str) -> Completed:
    """Return how ``db.reset`` ended on a terminal where somebody types this."""
    master, terminal = os.openpty()
    try:
        with subprocess.Popen(
            command("db.reset"),
            cwd=repository.root,
            env={**os.environ, "DATABASE_URL": repository.url},
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            text=True,
        ) as process:
            os.write(master, answer.encode())
            out, _ = process.communicate(timeout=30)
        return Completed(process.returncode, out, os.read(master, 10000).decode())
    finally:
        os.close(master)
        os.close(terminal)

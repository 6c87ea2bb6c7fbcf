"""Scratch databases that are kept: what makes one usable, what makes it useless, and how they go."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import URL

from dbtasks import cache, compare, databases, dialects, ledger, road, scratch
from dbtasks.errors import MigrationFailed
from dbtasks.history import History, Revision
from dbtasks.road import Run, Step
from dialects.verbs import LOADED, SECONDS, chain, execute, here, url_of, write_revision
from support.repository import Repository, Sql
from support.servers import product

NAMES = tuple(f"r{number:02}" for number in range(10))
MAKING = (
    LOADED + "from dbtasks import scratch\nwith scratch.{way}(revisions, configured.database):\n    print('made')\n"
)
WAYS = pytest.mark.parametrize("way", ["at", "to_look_at"])
PARENT = """
CREATE TABLE parent (id INTEGER PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20) DEFAULT 'no',
                     remark VARCHAR(9) COMMENT 'it''s 100%', twice VARCHAR(40) AS (CONCAT(name, name)) STORED)
"""
CHILD = """
CREATE TABLE child (id INTEGER, parent_id INTEGER,
                    CONSTRAINT `a%` FOREIGN KEY (parent_id) REFERENCES parent (id))
"""
EVERYTHING = {
    "sqlite": (
        "CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT DEFAULT 'it''s 100%')",
        'CREATE TABLE "odd % name" (id INTEGER)',
        "CREATE VIEW names AS SELECT name FROM parent",
        "CREATE TRIGGER after_parent AFTER INSERT ON parent BEGIN UPDATE parent SET name = 'x' WHERE id = NEW.id; END",
        "INSERT INTO parent (name) VALUES ('one')",
    ),
    "postgresql": (
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        "CREATE TABLE parent (id SERIAL PRIMARY KEY, name TEXT DEFAULT 'it''s 100%', mood mood)",
        'CREATE TABLE "odd % name" (id INTEGER)',
        "CREATE VIEW names AS SELECT name FROM parent",
        "CREATE SEQUENCE numbers START 7",
        "INSERT INTO parent (name) VALUES ('one')",
    ),
    "mysql": (
        PARENT,
        CHILD,
        "CREATE TABLE `odd % name` (id INTEGER)",
        "CREATE VIEW names AS SELECT name FROM parent",
        "CREATE VIEW all_names AS SELECT name FROM names",
        "CREATE TRIGGER before_parent BEFORE INSERT ON parent FOR EACH ROW SET NEW.name = UPPER(NEW.name)",
        "CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1",
        "INSERT INTO parent (name) VALUES ('one')",
        "INSERT INTO child (parent_id) VALUES (1)",
        "CREATE TABLE dated (at DATETIME DEFAULT CURRENT_TIMESTAMP, day DATE DEFAULT (CURRENT_DATE))",
        "INSERT INTO dated VALUES ('2001-02-03 04:05:06', '2001-02-03')",
    ),
}
EVERYTHING["mariadb"] = (
    *EVERYTHING["mysql"],
    "CREATE SEQUENCE numbers START WITH 7",
    "ALTER TABLE child MODIFY id INTEGER DEFAULT NEXTVAL(numbers)",
    "INSERT INTO child (parent_id) VALUES (1)",
)
Applied = list[tuple[str, ...]]


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> Applied:
    """Return a list to which each run on a database adds the revisions that it applies; they run as ever."""
    runs: Applied = []
    migrate = road.migrate

    def noted(history: History, run: Run, choose: Callable[[tuple[str, ...]], tuple[Revision, ...]]) -> Sequence[Step]:
        done = migrate(history, run, choose)
        runs.append(tuple(one.revision for one in done))
        return done

    monkeypatch.setattr(road, "migrate", noted)
    return runs


@pytest.fixture(autouse=True)
def _clean(server_url: URL) -> Iterator[None]:
    """Leave nothing that is kept on the server of the tests, and begin with nothing."""
    _emptied(server_url)
    yield
    _emptied(server_url)


def _emptied(server_url: URL) -> None:
    dialect = dialects.of(server_url)
    if not dialect.in_file:
        for url in dialect.clones.left(server_url, cache.PREFIX, databases.connect):
            databases.drop(url)


def _names(repository: Repository, server_url: URL, sql: Sql) -> list[str]:
    """Return the names of the databases that are kept."""
    server = (
        server_url
        if server_url.get_backend_name() != "sqlite"
        else server_url.set(database=str(repository.path(".dbtasks_cache")))
    )
    return [name for name in sql.databases(server) if name.startswith("dbtasks_") and "_test_" not in name]


def _differences(repository: Repository, url: URL) -> tuple[compare.Difference, ...]:
    """Return how a database differs from one for which every revision is applied."""
    at = here(repository)
    with scratch.at(at.history, at.settings.database, worth=1000) as replayed:
        return compare.with_schema(at.history, url, replayed)


def test_the_second_one_is_a_copy(repository: Repository, server_url: URL, sql: Sql, applied: Applied) -> None:
    """The first one is made by the revisions; after that nothing is applied, and nothing is different."""
    chain(repository, *NAMES)
    for _ in range(3):
        at = here(repository)
        with scratch.at(at.history, at.settings.database) as url:
            assert road.heads(at.history, url) == ("r09",)
            assert sql.tables(url) == ["alembic_version", *(f"t_{name}" for name in NAMES)]
    assert applied == [NAMES]
    assert len(_names(repository, server_url, sql)) == 1
    with scratch.at(at.history, at.settings.database) as url:
        assert _differences(repository, url) == ()
    assert [name for name in sql.databases(server_url) if "scratch" in name] == []
    assert sql.tables(url_of(repository)) == []


def test_a_new_revision_is_applied_to_a_copy(
    repository: Repository, server_url: URL, sql: Sql, applied: Applied
) -> None:
    """One more costs one more, several cost several, until it is worth to keep another."""
    chain(repository, *NAMES)
    _make(repository)
    more = [f"s{number:02}" for number in range(8)]
    for count in (1, 7, 8):
        chain(repository, *NAMES, *more[:count])
        with scratch.at(here(repository).history, here(repository).settings.database) as url:
            assert len(sql.tables(url)) == 11 + count
        assert applied[-1] == tuple(more[:count])
        assert len(_names(repository, server_url, sql)) == 1 + (count == 8)
    del applied[:]
    _make(repository)
    assert applied == []


def test_few_revisions_are_not_worth_it(repository: Repository, server_url: URL, sql: Sql, applied: Applied) -> None:
    """Of a short history nothing is kept: it is applied as quickly as it would be copied."""
    chain(repository, *NAMES[:7])
    _make(repository)
    _make(repository)
    assert applied == [NAMES[:7]] * 2
    assert _names(repository, server_url, sql) == []
    assert not repository.path(".dbtasks_cache").exists()


@pytest.mark.parametrize(
    ("dialect", "edited"),
    [
        *((name, "r05") for name in ("sqlite", "postgresql", "mysql")),
        *(("sqlite", one) for one in ("env", "module", "data")),
    ],
)
def test_what_shaped_it_has_changed(edited: str, repository: Repository, applied: Applied) -> None:
    """An edited revision, ``env.py``, a module or a file that a revision uses: from there on it is made anew."""
    chain(repository, *NAMES)
    repository.write("shared/names.py", "TABLE = 't_r05'\n")
    repository.write("alembic_db/sql/more.sql", "CREATE TABLE more (id INTEGER)")
    text = "CREATE TABLE ' + TABLE + ' (id INTEGER)"
    data = 'op.execute((Path(__file__).parents[1] / "sql" / "more.sql").read_text())'
    write_revision(repository, "r05", "r04", f"from shared.names import TABLE\nop.execute('{text}')\n{data}")
    repository.write("alembic_db/HEAD", "r09\n")
    _make(repository)
    _make(repository)
    assert applied == [NAMES]
    if edited == "env":
        repository.write("alembic_db/env.py", repository.read("alembic_db/env.py") + "\nx = 1\n")
    elif edited == "module":
        repository.write("shared/names.py", "TABLE = 't_other'\n")
        sys.modules.pop("shared.names", None)
    elif edited == "data":
        repository.write("alembic_db/sql/more.sql", "CREATE TABLE even_more (id INTEGER)")
    else:
        file = repository.path("alembic_db/versions/r05.py")
        file.write_text(
            file.read_text(encoding="utf-8").replace("(id INTEGER)", "(id INTEGER, x INTEGER)"), encoding="utf-8"
        )
    _make(repository)
    assert applied == [NAMES] * 2
    sys.modules.pop("shared.names", None)


def test_a_broken_one_is_made_anew(repository: Repository, server_url: URL, sql: Sql, applied: Applied) -> None:
    """One that does not record what it should is no error, and goes."""
    chain(repository, *NAMES)
    _make(repository)
    kept = _url(repository, server_url, _names(repository, server_url, sql)[0])
    sql(kept, "UPDATE alembic_version SET version_num = 'r03'")
    _make(repository)
    _make(repository)
    assert applied == [NAMES] * 2
    with scratch.at(here(repository).history, here(repository).settings.database) as url:
        assert _differences(repository, url) == ()


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("damage", ["cut", "foreign", "page"])
def test_a_damaged_file_is_made_anew(damage: str, repository: Repository, applied: Applied) -> None:
    """A file that was cut off, is none of SQLite's, or has a damaged page, is no error either."""
    chain(repository, *NAMES)
    _make(repository)
    [file] = repository.path(".dbtasks_cache").glob("*.db")
    content = file.read_bytes()
    ruined = content[: len(content) // 2] if damage == "cut" else b"x" * 4096 if damage == "foreign" else b""
    file.write_bytes(ruined or content[:8192] + b"\xff" * 4096 + content[12288:])
    _make(repository)
    assert applied == [NAMES] * 2


@WAYS
def test_what_a_killed_builder_leaves_is_not_used(
    way: str, repository: Repository, server_url: URL, sql: Sql, applied: Applied
) -> None:
    """``kill -9`` while the copy is made: what is there is not taken for one, and goes with the next."""
    chain(repository, *NAMES)
    at = here(repository)
    work = cache.of(at.history, at.settings.database, at.history.revisions)
    assert work is not None
    renamed = server_url.get_backend_name() != "mysql"
    half = dialects.of(server_url).scratch_url(work.server, cache.scratch_name()) if renamed else work.url(10)
    if server_url.get_backend_name() == "sqlite":
        repository.path(".dbtasks_cache").mkdir()
    databases.create(half)
    sql(half, "CREATE TABLE t_r00 (id INTEGER)")
    with getattr(scratch, way)(at.history, at.settings.database):
        pass
    _make(repository)
    if renamed:
        databases.drop(half)
    assert applied == [NAMES]
    with scratch.at(at.history, at.settings.database) as url:
        assert len(sql.tables(url)) == 11


@WAYS
def test_two_at_once_make_it_once(way: str, repository: Repository, server_url: URL, sql: Sql) -> None:
    """Of two processes one applies the revisions; the other waits, and copies, or looks at the same one."""
    chain(repository, *NAMES)
    slow = f"import time\nopen({str(repository.path('count'))!r}, 'a').write('x')\ntime.sleep(0.5)\n{execute('CREATE TABLE t_r00 (id INTEGER)')}"
    write_revision(repository, "r00", None, slow)
    repository.write("alembic_db/HEAD", "r09\n")
    children = [subprocess.Popen([sys.executable, "-P", "-c", MAKING.format(way=way)], cwd=repository.root, env={"DATABASE_URL": repository.url}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]  # fmt: skip
    ended = [child.communicate(timeout=SECONDS) for child in children]
    assert ended == [("made\n", "")] * 2
    assert repository.read("count") == "x"
    assert len(_names(repository, server_url, sql)) == 1


def test_what_is_only_looked_at_is_not_copied_where_that_takes_long(
    repository: Repository, dialect: str, server_url: URL, sql: Sql, applied: Applied
) -> None:
    """MariaDB makes every table again for a copy: the one that is kept is made under its name, and looked at there."""
    chain(repository, *NAMES)
    at = here(repository)
    for _ in range(2):
        with scratch.to_look_at(at.history, at.settings.database) as made:
            assert road.heads(at.history, made.url) == ("r09",)
            assert made.texts.keys() - {""} == {
                "alembic_version",
                *ledger_tables(made),
                *(f"t_{name}" for name in NAMES),
            }
            is_kept = str(made.url.database).startswith(cache.PREFIX)
            assert is_kept == (dialect == "mysql")
    assert applied == [NAMES]
    with scratch.at(at.history, at.settings.database) as url:
        assert _differences(repository, url) == ()
    chain(repository, *NAMES, "s00")
    at = here(repository)
    with scratch.to_look_at(at.history, at.settings.database) as made:
        assert road.heads(at.history, made.url) == ("s00",)
    assert len(_names(repository, server_url, sql)) == 1


@pytest.mark.parametrize("dialect", ["mysql"])
def test_what_cannot_be_made_in_its_place_leaves_nothing(repository: Repository, server_url: URL, sql: Sql) -> None:
    """A revision that fails is told, and nothing is kept."""
    chain(repository, *NAMES)
    write_revision(repository, "r09", "r08", execute("CREATE TABLE t_r08 (id INTEGER)"))
    at = here(repository)
    with pytest.raises(MigrationFailed, match="r09"), scratch.to_look_at(at.history, at.settings.database):
        pass
    assert _names(repository, server_url, sql) == []


def ledger_tables(made: scratch.Made) -> set[str]:
    """Return the names of our own tables."""
    return {name for name in made.texts if name.startswith(ledger.PREFIX)}


def test_a_copy_has_everything(repository: Repository, dialect: str, sql: Sql, applied: Applied) -> None:
    """Views, triggers, routines, sequences, generated columns, keys and rows: what a revision makes is in the copy."""
    chain(repository, *NAMES)
    write_revision(repository, "last", "r09", execute(*EVERYTHING[product(url_of(repository))]))
    _make(repository)
    at = here(repository)
    with scratch.at(at.history, at.settings.database) as url:
        assert applied == [(*NAMES, "last")]
        assert _differences(repository, url) == ()
        assert {*sql.tables(url)} <= databases.connect(url, dialects.of(url).schema_texts).keys()
        name = "ONE" if dialect == "mysql" else "x" if dialect == "sqlite" else "one"
        assert sql(url, "SELECT id, name FROM parent") == [(1, name)]
        sql(url, "INSERT INTO parent (name) VALUES ('two')")
        assert len(sql(url, "SELECT name FROM names WHERE name <> 'one' OR 1 = 1")) == 2
        assert sql(url, "SELECT max(id) FROM parent") == [(2,)]
        if dialect == "postgresql":
            assert sql(url, "SELECT nextval('numbers')") == [(7,)]
        if product(url) == "mariadb":
            assert sql(url, "SELECT NEXTVAL(numbers) > 7") == [(1,)]  # the values that the server had at hand are lost
        if dialect == "mysql":
            assert sql(url, "SELECT `one`(), twice, (SELECT count(*) FROM all_names) FROM parent WHERE id = 1") == [
                (1, "ONEONE", 2)
            ]
            assert sql(url, "SELECT count(*) FROM dated WHERE DATE(at) = '2001-02-03' AND day = '2001-02-03'") == [(1,)]


def test_changing_a_copy_changes_no_other(repository: Repository, sql: Sql) -> None:
    """What is done to a scratch database stays in it."""
    chain(repository, *NAMES)
    at = here(repository)
    for _ in range(3):
        with scratch.at(at.history, at.settings.database) as url:
            assert "extra" not in sql.tables(url)
            sql(url, "CREATE TABLE extra (id INTEGER); DROP TABLE t_r01")


def test_clean_empties_it(repository: Repository, server_url: URL, sql: Sql, applied: Applied) -> None:
    """``inv db.clean`` says what it removed; leftovers of killed runs go when they are old and nobody is connected."""
    chain(repository, *NAMES)
    _make(repository)
    old, new, others = (
        f"{cache.SCRATCH}{int(time.time()) - 4000:08x}0badcafe",
        cache.scratch_name(),
        f"{cache.SCRATCH}of_mine",
    )
    for name in (old, new, others):
        if server_url.get_backend_name() != "sqlite":
            databases.create(_url(repository, server_url, name))
    done = repository.inv("db.clean", cwd="services")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Removed 1 kept database (")
    if server_url.get_backend_name() == "sqlite":
        assert not repository.path(".dbtasks_cache").exists()
    else:
        assert done.out.splitlines()[1:] == ["Removed 1 scratch database that killed runs had left:", f"  {old}"]
        assert _names(repository, server_url, sql) == sorted((new, others))
        for name in (new, others):
            databases.drop(_url(repository, server_url, name))
    _make(repository)
    assert applied == [NAMES] * 2


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_clean_removes_files_that_killed_runs_left(repository: Repository, tmp_path: Path) -> None:
    """Of temporary folders with our name those that are older than an hour, and nothing else of them."""
    temporary = tmp_path / "temporary"
    old, new, strange = (temporary / f"{cache.SCRATCH}{name}" for name in ("abcd", "efgh", "strange"))
    name = f"{cache.SCRATCH}{int(time.time()) - 4000:08x}0badcafe"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / f"{name}.db").touch()
    strange.mkdir()
    (strange / "mine.db").touch()
    for folder in (old, strange):
        os.utime(folder, (0, 0))
    done = repository.inv("db.clean", env={"TMPDIR": str(temporary)})
    assert (done.code, done.out) == (0, f"Removed 1 scratch database that killed runs had left:\n  {name}\n")
    assert [folder.exists() for folder in (old, new, strange)] == [False, True, True]
    assert (strange / "mine.db").exists()


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_folder_can_be_another(repository: Repository, applied: Applied) -> None:
    """A folder that is there already is left as it is, apart from what is kept in it; git is told of a new one."""
    chain(repository, *NAMES)
    repository.write("mine/.gitignore", "*\n!keep\n")
    repository.write("pyproject.toml", "[tool.dbtasks]\ncache = 'mine'\n")
    _make(repository)
    assert len([*repository.path("mine").glob(f"{cache.PREFIX}*.db")]) == 1
    assert repository.inv("db.clean").out == "Removed 1 kept database (mine).\n"
    assert [file.name for file in repository.path("mine").iterdir()] == [".gitignore"]
    assert repository.inv("db.clean").out == "Nothing is kept (mine).\n"
    repository.write("pyproject.toml", "[tool.dbtasks]\n")
    _make(repository)
    assert repository.read(".dbtasks_cache/.gitignore") == "*\n"
    assert applied == [NAMES] * 2


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_folder_that_cannot_be_made_is_no_error(repository: Repository, applied: Applied) -> None:
    """Then nothing is kept, and everything works as it did."""
    chain(repository, *NAMES)
    repository.write("pyproject.toml", "[tool.dbtasks]\ncache = 'tasks.py'\n")
    _make(repository)
    _make(repository)
    assert applied == [NAMES] * 2
    assert repository.inv("db.clean").out == "Nothing is kept (tasks.py).\n"


def test_old_ones_go(repository: Repository, server_url: URL, sql: Sql, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are never more than a number of them, and the least used go first."""
    monkeypatch.setattr(cache, "MOST", 2)
    seen = []
    for number in range(4):
        chain(repository, *NAMES)
        write_revision(repository, f"last{number}", "r09", execute(f"CREATE TABLE last{number} (id INTEGER)"))
        with scratch.at(here(repository).history, here(repository).settings.database, worth=1):
            pass
        repository.remove(f"alembic_db/versions/last{number}.py")
        seen.append(set(_names(repository, server_url, sql)))
    assert [len(one) for one in seen] == [1, 2, 2, 2]
    assert len(set.union(*seen)) == 4


def test_where_none_may_be_kept(repository: Repository, server_url: URL, sql: Sql, applied: Applied) -> None:
    """On the server of a protected environment nothing is kept, unless it is there for scratch databases."""
    chain(repository, *NAMES)
    repository.write("config/default_config.yaml", "environment: production\n")
    _make(repository)
    _make(repository)
    in_file = server_url.get_backend_name() == "sqlite"
    assert applied == [NAMES] * (1 if in_file else 2)
    assert len(_names(repository, server_url, sql)) == (1 if in_file else 0)
    if not in_file:
        text = server_url.render_as_string(hide_password=False)
        repository.write(
            "config/default_config.yaml", f"environment: production\ndatabase:\n  scratch:\n    url: '{text}'\n"
        )
        _make(repository)
        assert len(_names(repository, server_url, sql)) == 1


def _make(repository: Repository) -> None:
    at = here(repository)
    with scratch.at(at.history, at.settings.database):
        pass


def _url(repository: Repository, server_url: URL, name: str) -> URL:
    server = (
        server_url
        if server_url.get_backend_name() != "sqlite"
        else server_url.set(database=str(repository.path(".dbtasks_cache")))
    )
    return dialects.of(server).scratch_url(server, name.removesuffix(".db"))

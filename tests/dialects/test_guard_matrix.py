"""Which destructive command runs where: record x configuration x local or remote x terminal x flag, every cell of it."""

import io
import logging.config
import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import combinations, product
from typing import Any, NamedTuple

import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from invoke import Context, Exit
from sqlalchemy import Connection, Engine, event, inspect

from dbtasks import aside, environment, guard, history, keep, migrate, plan, repair, sync, whole
from dbtasks.errors import Refused
from dbtasks.guard import Consent
from dbtasks.tasks import changing, edge, keeping, syncing
from dialects.verbs import Here, downgrade, execute, here, upgrade, url_of, write_revision
from support.repository import Repository, Sql
from support.servers import connected

PROTECTED = ("production", "staging")  # by default
RECORDS = (None, "test", "other", "production")
CONFIGURATIONS = ("test", "production")
NAME = "the name of the database"  # stands for it, since each test has a database of its own
ANSWERS = (None, NAME, "yes")  # on a terminal; None where there is no terminal
FLAGS = ("", NAME, "other")

CHANGING = re.compile(r"\b(DROP|DELETE|TRUNCATE|ALTER|RENAME)\b|^\s*(INSERT|UPDATE|REPLACE)\b", re.IGNORECASE)
OWN_ROWS = re.compile(r"\s*(DELETE FROM|INSERT INTO|UPDATE|REPLACE INTO)\s+[\"`]?dbtasks_", re.IGNORECASE)
SCRATCH = "dbtasks_scratch_"
OWN_LOCK = "dbtasks_lock"  # the table that names who holds the lock, also for a command that is then refused

ROWS = "INSERT INTO users (id, name, age) VALUES (1, 'Ann', 7), (2, 'Bob', 8), (3, 'Eve', NULL)"
OTHER_VALUES = "UPDATE users SET age = 99"


class Place(NamedTuple):
    """What a database and its configuration say of themselves."""

    record: str | None
    configuration: str
    is_remote: bool

    @property
    def is_free(self) -> bool:
        """Return whether something may be destroyed there at all: the rule, in its own words."""
        itself = self.record or ("production" if self.is_remote else self.configuration)
        return itself == self.configuration and itself not in PROTECTED


class Wish(NamedTuple):
    """What a person says: on a terminal, and by the flag."""

    answer: str | None
    flag: str

    @property
    def is_named(self) -> bool:
        """Return whether that is the name of the database; who gives a flag is not asked."""
        return (self.flag or self.answer) == NAME


class Refusal(NamedTuple):
    """How a command was refused.

    Attributes:
        tells: whether its message prints how to say the name.
        sent: what it has sent to the database nevertheless that changes something.
    """

    tells: bool
    sent: tuple[str, ...] = ()


PLACES = tuple(Place(*one) for one in product(RECORDS, CONFIGURATIONS, (False, True)))
WISHES = tuple(Wish(*one) for one in product(ANSWERS, FLAGS))


def cells(dialect: str) -> frozenset[tuple[Place, Wish]]:
    """Return the cells to try: all of them on SQLite, or with ``--all``; elsewhere such that each pair of values is met.

    Where something may run, every wish is tried on each database.
    """
    whole = list(product(PLACES, WISHES))
    if dialect == "sqlite" or os.environ.get("DBTASKS_TEST_ALL"):
        return frozenset(whole)

    def pairs(cell: tuple[Place, Wish]) -> set[tuple[tuple[int, object], ...]]:
        return set(combinations(enumerate((*cell[0], *cell[1])), 2))

    found = {one for one in whole if one[0].is_free}
    left = set[tuple[tuple[int, object], ...]]().union(*map(pairs, whole)).difference(*map(pairs, found))
    while left:
        best = max(whole, key=lambda one: len(pairs(one) & left))
        found.add(best)
        left -= pairs(best)
    return frozenset(found)


class Attempt(NamedTuple):
    """A command that has looked at the database, as it does once for each place.

    Attributes:
        go: what it does after that, given how somebody agrees.
        work: what it does once that has permitted it, if ``go`` has not.
    """

    go: Callable[[Consent], object]
    work: Callable[[], object] = lambda: None


class Verb(NamedTuple):
    """A command that destroys.

    Attributes:
        look: begins as its task does.
        mend: makes the database again what it was, after it ran.
        task: the task itself, given the name of the database.
        prepare: makes what it needs, beyond a filled database at head.
    """

    look: Callable[[Here], Attempt]
    mend: Callable[[Repository, Sql], object]
    task: Callable[[str], object]
    prepare: Callable[[Repository, Sql], object] = lambda _repository, _sql: None


def reset(at: Here) -> Attempt:
    """Drop everything, and begin again."""
    where = environment.read(at.settings)
    return Attempt(
        lambda consent: guard.permit(at.settings, where, consent, "it deletes everything"),
        lambda: migrate.reset(*at, discard=True),
    )


def revert(at: Here) -> Attempt:
    """Revert a revision that has stakes."""
    planned = plan.downgrade(*at, "one")
    return Attempt(lambda consent: guard.permit_run(at.settings, planned, consent), lambda: migrate.run(*at, planned))


def stamp(at: Here) -> Attempt:
    """Stamp backwards."""

    def go(consent: Consent) -> None:
        def permit(forgotten: tuple[str, ...]) -> None:
            assert forgotten == ("two",)
            guard.permit(at.settings, environment.read(at.settings), consent, "the database would not know any more")

        migrate.stamp(*at, "one", permit=permit)

    return Attempt(go)


def restore(at: Here) -> Attempt:
    """Bring back what was set aside, over data."""
    number = keep.found(at.settings)[0].id
    return Attempt(lambda consent: keep.restore(at.settings, number, consent))


def mend(at: Here) -> Attempt:
    """Make the schema again what its revision says, which takes a table of somebody's away."""
    url = at.settings.database.url
    server = None if url.get_backend_name() == "sqlite" else url.set(database=None)  # also where it is protected
    settings = replace(at.settings, database=replace(at.settings.database, scratch_url=server))
    wanted = repair.look(at.history, settings)
    consequence = guard.at_stake(wanted.losing)
    return Attempt(
        lambda consent: guard.permit(settings, wanted.environment, consent, consequence),
        lambda: repair.run(at.history, settings, wanted),
    )


def switch(at: Here) -> Attempt:
    """Come from another branch, whose revision goes."""
    files = history.load(at.history.project)

    def go(consent: Consent) -> None:
        with sync.looked(files, at.settings) as wanted:
            sync.permit(at.settings, wanted, consent)

    def work() -> None:
        with sync.looked(files, at.settings) as wanted:
            sync.run(at.settings, wanted)

    return Attempt(go, work)


def leave(repository: Repository, _sql: Sql) -> None:
    """Take the second revision's file away, as another branch does."""
    repository.path("alembic_db/versions/two.py").rename(repository.path("two.py"))


def come_back(repository: Repository, sql: Sql) -> None:
    """Apply the second revision again, and leave."""
    repository.path("two.py").rename(repository.path("alembic_db/versions/two.py"))
    fill(repository, sql)
    leave(repository, sql)


def drift(repository: Repository, sql: Sql) -> None:
    """Make a table by hand, with a row."""
    sql(url_of(repository), "CREATE TABLE left_over (id INTEGER); INSERT INTO left_over VALUES (1)")


def fill(repository: Repository, sql: Sql) -> None:
    """Fill the table, once it is there again."""
    upgrade(repository)
    sql(url_of(repository), f"DELETE FROM users; {ROWS}")


def set_aside(repository: Repository, sql: Sql) -> None:
    """Have a column set aside, and other values in its place."""
    downgrade(repository, "one")
    upgrade(repository)
    sql(url_of(repository), OTHER_VALUES)


VERBS = {
    "reset": Verb(reset, fill, lambda name: changing.reset(Context(), confirm=name, discard=True)),
    "downgrade": Verb(revert, fill, lambda name: changing.downgrade(Context(), rev="one", confirm=name)),
    "stamp": Verb(
        stamp,
        lambda repository, _sql: migrate.stamp(*here(repository), "two"),
        lambda name: changing.stamp(Context(), rev="one", confirm=name),
    ),
    "restore": Verb(
        restore,
        lambda repository, sql: sql(url_of(repository), OTHER_VALUES),
        lambda name: keeping.restore(Context(), confirm=name),
        set_aside,
    ),
    "repair": Verb(mend, drift, lambda name: keeping.repair(Context(), confirm=name), drift),
    "sync": Verb(switch, come_back, lambda name: syncing.sync(Context(), confirm=name), leave),
}


@pytest.fixture
def filled(repository: Repository, sql: Sql) -> Repository:
    """Return a project at the second of its two revisions, with rows."""
    create = execute("CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50))")
    write_revision(repository, "one", None, create, execute("DROP TABLE users"))
    add = 'op.add_column("users", sa.Column("age", sa.Integer()))'
    drop = 'with op.batch_alter_table("users") as batch:\n    batch.drop_column("age")'
    write_revision(repository, "two", "one", add, drop)
    fill(repository, sql)
    return repository


@pytest.fixture
def move(filled: Repository, sql: Sql, monkeypatch: pytest.MonkeyPatch) -> Callable[[Place], Here]:
    """Return what brings the project to a place, and gives its history and settings there."""
    at = here(filled)
    assert environment.of(at.settings, None).is_local  # which gives the other half of the matrix a meaning
    monkeypatch.setenv("DATABASE_URL", filled.url)

    def to(place: Place) -> Here:
        monkeypatch.setattr(environment, "is_this_machine", lambda _host: not place.is_remote)
        monkeypatch.setenv("ENVIRONMENT", place.configuration)
        sql(url_of(filled), "DELETE FROM dbtasks_ledger WHERE kind = 'environment'")
        settings = replace(at.settings, environment=place.configuration)
        if place.record:
            environment.record(settings, place.record)
        return Here(at.history, settings)

    return to


@contextmanager
def spying() -> Iterator[list[str]]:
    """Yield the statements that change something, as they are sent; what is done to a scratch database is no harm."""
    heard: list[str] = []

    def hear(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        harmless = SCRATCH in str(connection.engine.url.database) or SCRATCH in statement or OWN_ROWS.match(statement)
        if CHANGING.search(statement) and not harmless:
            heard.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def everything(repository: Repository) -> dict[str, list[str]]:
    """Return every row of every table."""

    def look(connection: Connection) -> dict[str, list[str]]:
        names = [one for one in inspect(connection).get_table_names() if one != OWN_LOCK]
        return {one: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {one}"))) for one in names}

    return connected(url_of(repository), look)


def refusal(go: Callable[[], object], told: str) -> Refusal | None:
    """Return how a command is refused, whose message may tell in its last line how to go on; None when it is not."""
    with spying() as heard:
        try:
            go()
        except (Refused, CommandError) as error:
            if not isinstance(error, Refused) and not isinstance(error.__cause__, Refused):
                raise
            return Refusal(told in f"{error} ".splitlines()[-1], tuple(heard))
    return None


@pytest.mark.parametrize("name", VERBS)
def test_the_matrix(filled: Repository, sql: Sql, move: Callable[[Place], Here], name: str, dialect: str) -> None:
    """A verb runs only where record and configuration agree and neither is protected, for who names the database."""
    verb, wrong, real = VERBS[name], {}, here(filled).settings.database.name
    verb.prepare(filled, sql)
    tried = cells(dialect)
    for place in PLACES:
        wishes = [one for one in WISHES if (place, one) in tried]
        if not wishes:
            continue
        at = move(place)
        before = everything(filled)
        with spying() as heard:
            attempt = verb.look(at)
        assert heard == []
        allowed = [one for one in wishes if place.is_free and one.is_named]
        for wish in [one for one in wishes if one not in allowed]:
            found = refusal(partial(attempt.go, _consent(name, wish, real)), f" --confirm {real} ")
            if found != Refusal(tells=place.is_free):
                wrong[place, wish] = found
        assert everything(filled) == before, (place, wrong)
        for wish in allowed:
            with spying() as heard:
                attempt.go(_consent(name, wish, real))
                if wish == allowed[-1]:
                    attempt.work()
            if heard:
                assert everything(filled) != before
                verb.mend(filled, sql)
        assert heard or not allowed
    assert wrong == {}
    assert sum(one.is_free for one in PLACES) == 3
    assert sum(one.is_named for one in WISHES) == 4


def _consent(name: str, wish: Wish, real: str) -> Consent:
    """Return how somebody agrees, where the database has this name."""
    answer, flag = (real if one == NAME else one for one in wish)
    return Consent(f"db.{name}", flag or "", None if answer is None else lambda _name, _consequence: answer)


class Arrived(Exception):  # noqa: N818 - no error
    """Plain ``alembic`` was let go on, and is stopped before it does anything."""


def arrived(*_: object) -> None:
    """Stop a run that has been permitted."""
    raise Arrived


def test_the_matrix_of_plain_alembic(
    filled: Repository, sql: Sql, move: Callable[[Place], Here], monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    """``downgrade base`` sets aside and runs where nothing is protected; elsewhere only with ``-x confirm=NAME``."""
    monkeypatch.setattr(logging.config, "fileConfig", lambda *_, **__: None)  # the logging here is pytest's
    wrong, real = {}, here(filled).settings.database.name
    tried = cells(dialect)
    for place in PLACES:
        # Whoever names the database may always: that cell is one of each place.
        wishes = [one for one in WISHES if one.answer != "yes" and (one == Wish(None, NAME) or (place, one) in tried)]
        at = move(place)
        before = everything(filled)
        allowed = [one for one in wishes if place.is_free or one.flag == NAME]
        for wish in wishes:
            monkeypatch.setattr(sys, "stdin", _stdin(wish, real))  # which makes no difference
            with monkeypatch.context() as patch:
                patch.setattr(aside, "Aside", arrived)
                expected = None if wish in allowed else Refusal(tells=True)
                run = partial(_arrive, _plain(filled, wish, real))
                if (found := refusal(run, f" -x confirm={real} ")) != expected:
                    wrong[place, wish] = found
        assert everything(filled) == before, (place, wrong)
        with spying() as heard:
            _plain(filled, allowed[0], real)()
        assert heard
        assert sql.tables(url_of(filled)) == ["alembic_version"]
        newest = keep.found(at.settings)[-1]
        assert sorted((one.table, one.rows) for one in newest.parts) == [("users", 3), ("users", 3)]
        fill(filled, sql)
    assert wrong == {}


def _arrive(run: Callable[[], object]) -> None:
    """Run what is going to be stopped, or refused."""
    with pytest.raises(Arrived):
        run()


def _plain(repository: Repository, wish: Wish, real: str) -> Callable[[], None]:
    """Return what runs ``alembic -x ... downgrade base`` in this process."""
    arguments = [f"confirm={real if wish.flag == NAME else wish.flag}"] if wish.flag else []
    options = Namespace(x=arguments, cmd=(command.downgrade, [], []))
    config = Config(str(repository.path("alembic_db/alembic.ini")), cmd_opts=options)
    return lambda: command.downgrade(config, "base")


class Terminal(io.StringIO):
    """A terminal on which somebody has typed an answer."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


def _stdin(wish: Wish, real: str) -> io.StringIO:
    return io.StringIO() if wish.answer is None else Terminal(f"{real}\n")


@pytest.mark.parametrize("name", VERBS)
def test_the_tasks_guard_themselves(
    filled: Repository, sql: Sql, move: Callable[[Place], Here], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Each task does what the matrix does: without a terminal it prints the flag; protected, no name will do."""
    verb = VERBS[name]
    verb.prepare(filled, sql)
    monkeypatch.chdir(filled.root)
    if not filled.url.startswith("sqlite"):  # a repair compares with a scratch database, also where it is protected
        server = url_of(filled).set(database=None).render_as_string(hide_password=False)
        filled.write("config/default_config.yaml", f"database:\n  scratch:\n    url: '{server}'\n")
    real = here(filled).settings.database.name

    def refusal(place: Place, given: str) -> str:
        move(place)
        before = everything(filled)
        with spying() as heard, pytest.raises(Exit) as caught:
            verb.task(given)
        assert (caught.value.code, heard, everything(filled) == before) == (3, [], True)
        return str(caught.value.message)

    assert f" --confirm {real}" in refusal(Place("test", "test", is_remote=True), "")
    monkeypatch.setattr(edge, "terminal", lambda: True)
    monkeypatch.setattr(edge, "ask", lambda _name, _consequence: real)
    assert "is protected" in refusal(Place("production", "test", is_remote=False), "")
    assert "is protected" in refusal(Place("test", "production", is_remote=False), real)
    assert "is not this machine" in refusal(Place(None, "test", is_remote=True), real)
    assert "the configuration says 'test'" in refusal(Place("other", "test", is_remote=False), real)
    move(Place("test", "test", is_remote=True))
    before = everything(filled)
    verb.task("")
    assert everything(filled) != before


def test_a_whole_database_over_data(filled: Repository, sql: Sql, move: Callable[[Place], Here]) -> None:
    """A database that a reset set aside comes back over rows only where it may, for who names the present one."""
    number = migrate.reset(*here(filled)).aside or 0
    fill(filled, sql)
    real = here(filled).settings.database.name
    for place in PLACES:
        at = move(place)
        before = everything(filled)
        for flag in ("", "other", *([] if place.is_free else [real])):
            go = partial(whole.restore, at.settings, number, Consent("db.restore", flag))
            assert refusal(go, f" --confirm {real} ") == Refusal(tells=place.is_free), (place, flag)
        assert everything(filled) == before
    at = move(Place("test", "test", is_remote=True))
    assert whole.restore(at.settings, number, Consent("db.restore", real))[0].id == number


@pytest.mark.parametrize("by", ["dbtasks", "alembic"])
def test_the_first_upgrade_records_the_environment(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """It is the configured one, from the first revision on, and another configuration does not change it."""
    monkeypatch.setattr(logging.config, "fileConfig", lambda *_, **__: None)
    monkeypatch.setenv("DATABASE_URL", repository.url)
    write_revision(repository, "one")
    write_revision(repository, "two", "one")
    found: list[Any] = []
    for configuration, revision in (("test", "one"), ("production", "two")):
        monkeypatch.setenv("ENVIRONMENT", configuration)
        at = here(repository)
        at = Here(at.history, replace(at.settings, environment=os.environ["ENVIRONMENT"]))
        if by == "alembic":
            options = Namespace(x=[], cmd=(command.upgrade, [], []))
            command.upgrade(Config(str(repository.path("alembic_db/alembic.ini")), cmd_opts=options), revision)
        else:
            migrate.run(*at, plan.upgrade(*at, revision))
        found.append(environment.read(at.settings).recorded)
    assert found == ["test", "test"]

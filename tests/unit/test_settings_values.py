"""The values of single settings: what each may be, and that nobody can show or change what was loaded."""

import dataclasses
import os
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest

from dbtasks import dialects, settings
from dbtasks.errors import BadDatabaseUrl, BadSetting, SyncDriver
from dbtasks.project import Project
from dbtasks.settings import Settings
from support.repository import Repository

DEFAULT, OVERLAY = "config/default_config.yaml", "config/local_config.yaml"
SERVER = "postgresql+asyncpg://user:hunter2@host/name?ssl=disable&password=hunter3"
ONE_OF = "one of upgrade, check, off"
SECTION = "a section with 'url' in it"


def load(tree: Repository, database: str) -> Settings:
    """Return the settings of a project that has a URL, and this as the rest of its section ``database``."""
    tree.write(DEFAULT, f"database:\n  url: {SERVER}\n  {database}\n")
    return settings.load(Project(tree.root), {})


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("on_startup: upgrade", "on_startup", "upgrade"),
        ("on_startup: check", "on_startup", "check"),
        ("on_startup: off", "on_startup", "off"),
        ('on_startup: "off"', "on_startup", "off"),
        ("lock_timeout: 0", "lock_timeout", 0.0),
        ("lock_timeout: 2.5", "lock_timeout", 2.5),
        ("protected: []", "protected", ()),
        ("protected: [live, staging]", "protected", ("live", "staging")),
        ("reset_hosts: [db.test]", "reset_hosts", ("db.test",)),
        ("scratch:", "scratch_url", None),
        ("scratch: {url: }", "scratch_url", None),
    ],
)
def test_a_value_is_taken(tree: Repository, line: str, name: str, value: object) -> None:
    """A setting has the value that stands in the file; a bare ``off``, which YAML reads as false, is the word."""
    found = getattr(load(tree, line).database, name)
    assert (found, type(found)) == (value, type(value))


def test_servers_of_dialects(tree: Repository) -> None:
    """A server is found by its dialect, by whichever name that is given."""
    line = "servers: {postgresql: 'postgresql+asyncpg://u@a', mariadb: 'mariadb+aiomysql://u@b'}"
    database = load(tree, line).database
    found = {one.names[0]: database.server(one) for one in dialects.ALL}
    assert {name: url and url.host for name, url in found.items()} == {"sqlite": None, "postgresql": "a", "mysql": "b"}


@pytest.mark.parametrize(
    ("line", "name", "expected", "value"),
    [
        ("on_startup: never", "on_startup", ONE_OF, "never"),
        ("on_startup: true", "on_startup", ONE_OF, "True"),
        ("on_startup: 0", "on_startup", ONE_OF, "0"),
        ("on_startup: [check]", "on_startup", ONE_OF, "['check']"),
        ("lock_timeout: soon", "lock_timeout", "a number of seconds", "soon"),
        ("lock_timeout: '5'", "lock_timeout", "a number of seconds", "5"),
        ("lock_timeout: -1", "lock_timeout", "a number of seconds", "-1"),
        ("lock_timeout: true", "lock_timeout", "a number of seconds", "True"),
        ("protected: production", "protected", "a list of names", ""),
        ("protected:", "protected", "a list of names", ""),
        ("protected: [production, 1]", "protected", "a list of names", ""),
        ("reset_hosts: db.test", "reset_hosts", "a list of names", ""),
        ("reset_hosts: {db.test: yes}", "reset_hosts", "a list of names", ""),
        ("scratch: hunter2", "scratch", SECTION, ""),
        ("scratch: [url]", "scratch", SECTION, ""),
        ("servers: hunter2", "servers", "a section with a server for each dialect", ""),
        (
            "servers: {mysql: 'postgresql+asyncpg://user:hunter2@host'}",
            "servers.mysql",
            "a server of mysql",
            "",
        ),
        (
            "scratch: {url: 'mysql+aiomysql://user:hunter2@host'}",
            "scratch.url",
            "a server of the dialect of the database, postgresql",
            "",
        ),
    ],
)
def test_a_wrong_value_is_refused(tree: Repository, line: str, name: str, expected: str, value: str) -> None:
    """A setting of another type or beyond its choices is refused with what it may be, and repeats no password."""
    with pytest.raises(BadSetting) as caught:
        load(tree, line)
    error = caught.value
    assert (error.name, error.expected, error.value) == (f"database.{name}", expected, value)
    assert error.origin == DEFAULT
    assert "hunter" not in str(error)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("database: 'postgresql+asyncpg://user:hunter2@host/name'\n", "database"),
        ("database: [hunter2]\n", "database"),
        ("database: {url: [hunter2]}\n", "database.url"),
        ("database: {url: 5432}\n", "database.url"),
        ("database: {url: {name: hunter2}}\n", "database.url"),
        ("environment: [local]\n", "environment"),
        ("environment: 5\n", "environment"),
    ],
)
def test_a_wrong_section_is_refused(tree: Repository, text: str, name: str) -> None:
    """A section or a URL that is no such thing is refused by its name, and is not repeated."""
    tree.write(DEFAULT, text)
    with pytest.raises(BadSetting) as caught:
        settings.load(Project(tree.root), {})
    assert caught.value.name == name
    assert "hunter" not in str(caught.value)


def test_a_wrong_value_is_told_with_the_files_it_may_stand_in(tree: Repository) -> None:
    """The advice names the environment's file too, since the value may stand there."""
    tree.write(OVERLAY, "database: {on_startup: never}\n")
    with pytest.raises(BadSetting) as caught:
        load(tree, "on_startup: check")
    assert caught.value.fix() == f"correct it in {DEFAULT}, {OVERLAY}."


@pytest.mark.parametrize(
    ("url", "error"),
    [("postgresql://user:hunter2@host", SyncDriver), ("hunter2", BadDatabaseUrl), ("5", BadDatabaseUrl)],
)
def test_a_wrong_scratch_url_is_told_by_its_own_name(tree: Repository, url: str, error: type[Exception]) -> None:
    """An error of the scratch URL says that it stands there, and not in the database's own."""
    with pytest.raises(error, match=r"The database URL in 'database\.scratch\.url'") as caught:
        load(tree, f"scratch: {{url: '{url}'}}")
    assert "hunter" not in str(caught.value)


def test_the_scratch_url_is_a_server(tree: Repository) -> None:
    """The server for scratch databases needs no name of a database."""
    scratch = load(tree, "scratch: {url: 'postgresql+asyncpg://other:hunter2@localhost'}").database.scratch_url
    assert scratch is not None
    assert (scratch.host, scratch.database) == ("localhost", None)


@pytest.mark.parametrize(("source", "origin"), [("file", "'database.url'"), (".env", "DATABASE_URL")])
def test_an_error_of_the_url_says_where_it_stands(tree: Repository, source: str, origin: str) -> None:
    """A URL that cannot be used is called by the key or the variable that holds it."""
    tree.write(DEFAULT, "database: {url: 'hunter2'}\n")
    with pytest.raises(BadDatabaseUrl) as caught:
        settings.load(Project(tree.root), {"DATABASE_URL": "hunter2"} if source == ".env" else {})
    assert caught.value.origin == origin


@pytest.mark.parametrize(
    ("written", "file"),
    [("db/database.db", "{root}/db/database.db"), ("../up.db", "{root}/../up.db"), ("/a/b.db", "/a/b.db")],
)
@pytest.mark.parametrize("variable", [False, True])
def test_a_relative_file_hangs_on_the_root(
    tree: Repository, written: str, file: str, variable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative SQLite path is relative to the project's root, whatever the working directory is."""
    tree.path("below").mkdir()
    monkeypatch.chdir(tree.path("below"))
    url = f"sqlite+aiosqlite:///{written}"
    tree.write(DEFAULT, f"database: {{url: '{url}'}}\n")
    loaded = settings.load(Project(tree.root), {"DATABASE_URL": url} if variable else {})
    assert loaded.database.url.database == file.format(root=tree.root)
    assert loaded.database.name == Path(written).name


def test_a_file_in_the_home_folder(tree: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that begins with a tilde lies in the user's home folder."""
    monkeypatch.setenv("HOME", "/home/ann")
    tree.write(DEFAULT, "database: {url: 'sqlite+aiosqlite:///~/app.db'}\n")
    assert settings.load(Project(tree.root), {}).database.url.database == "/home/ann/app.db"


def test_loading_changes_nothing(tree: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading reads the process's own environment, puts nothing of .env into it, and writes no file."""
    tree.write(".env", "DATABASE_URL=sqlite+aiosqlite:///db/one.db\nOTHER_SECRET=1\n")
    monkeypatch.setenv("ENVIRONMENT", "laptop")
    before = (dict(os.environ), sorted(tree.root.rglob("*")))
    loaded = settings.load(Project(tree.root))
    assert (loaded.environment, loaded.database.name) == ("laptop", "one.db")
    assert (dict(os.environ), sorted(tree.root.rglob("*"))) == before


@pytest.mark.parametrize("show", [repr, str, pformat, "{!r}".format])
def test_settings_show_no_password(tree: Repository, show: Any) -> None:
    """However settings are turned into text, no password of any URL of theirs stands in it."""
    loaded = load(tree, "scratch: {url: 'postgresql+asyncpg://user:hunter4@host'}")
    for shown in (show(loaded), show(loaded.database), show([loaded])):
        assert "hunter" not in shown
        assert "postgresql+asyncpg://user:***@host/name?password=***&ssl=disable" in shown


def test_settings_are_immutable(tree: Repository) -> None:
    """Nothing that was loaded can be changed, however deep it lies, and so it can be a key of a dictionary."""
    loaded = load(tree, "reset_hosts: [a]")
    assert {loaded: 1}[load(tree, "reset_hosts: [a]")] == 1
    for one in parts(loaded):
        if dataclasses.is_dataclass(one):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(one, dataclasses.fields(one)[0].name, None)
        elif isinstance(one, dict):
            with pytest.raises(TypeError):
                one["password"] = "x"
        else:
            hash(one)


def parts(value: object) -> Any:
    """Yield a value with everything that it holds."""
    yield value
    if dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            yield from parts(getattr(value, one.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from parts(each)

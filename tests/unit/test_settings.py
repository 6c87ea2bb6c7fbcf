"""Settings of a deployment: which source wins, and what is refused, with the file and the line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dbtasks import settings
from dbtasks.errors import ConfigurationMissing, ConfigurationUnreadable, UnknownKey, UrlMissing
from dbtasks.project import Project
from dbtasks.settings import Settings
from support.repository import Repository

DEFAULT = "config/default_config.yaml"
SERVER = "postgresql+asyncpg://user:hunter2@host/{}"
URL_LINE = "database: {{url: '" + SERVER + "'}}\n"


def load(tree: Repository, environ: Mapping[str, str] | None = None, **project: Any) -> Settings:
    """Return the settings of a project in a process that has only these variables."""
    return settings.load(Project(tree.root, **project), environ or {})


def test_every_setting_has_a_default(tree: Repository) -> None:
    """A configuration that names the database says enough."""
    tree.write(DEFAULT, URL_LINE.format("name"))
    loaded = load(tree)
    assert (loaded.environment, loaded.database.name) == ("local", "name")
    assert (loaded.database.on_startup, loaded.database.lock_timeout) == ("upgrade", 60.0)
    assert (loaded.database.protected, loaded.database.reset_hosts) == (("production", "staging"), ())
    assert loaded.database.scratch_url is None


@pytest.mark.parametrize("last", range(4))
def test_the_later_source_wins(tree: Repository, last: int) -> None:
    """The environment's file wins over the default one, .env over both, and the process's environment over all."""
    sources = [
        (DEFAULT, URL_LINE.format("file")),
        ("config/local_config.yaml", URL_LINE.format("overlay")),
        (".env", f"DATABASE_URL={SERVER.format('dotenv')}\n"),
    ]
    for path, text in sources[: last + 1]:
        tree.write(path, text)
    loaded = load(tree, {"DATABASE_URL": SERVER.format("process")} if last == 3 else {})
    assert loaded.database.name == ("file", "overlay", "dotenv", "process")[last]


@pytest.mark.parametrize("last", range(4))
def test_the_environment_is_picked_by_the_later_source(tree: Repository, last: int) -> None:
    """The environment's name comes from the process, else from .env, else from the default file, else it is local."""
    tree.write(DEFAULT, ("environment: one\n" if last > 0 else "") + URL_LINE.format("none"))
    tree.write(".env", "ENVIRONMENT=two\n" if last > 1 else "")
    for name in ("local", "one", "two", "three"):
        tree.write(f"config/{name}_config.yaml", URL_LINE.format(name))
    loaded = load(tree, {"ENVIRONMENT": "three"} if last == 3 else {})
    assert loaded.environment == loaded.database.name == ("local", "one", "two", "three")[last]


def test_the_environment_may_have_no_file(tree: Repository) -> None:
    """An environment without a file of its own has the default file's settings."""
    tree.write(DEFAULT, URL_LINE.format("name"))
    assert load(tree, {"ENVIRONMENT": "laptop"}).database.name == "name"


def test_a_slip_in_the_name_of_the_environment_is_refused(tree: Repository) -> None:
    """An environment without a file is refused when its name is nearly that of one: it would be unprotected."""
    tree.write(DEFAULT, URL_LINE.format("name"))
    tree.write("config/production_config.yaml", "database: {on_startup: check}\n")
    with pytest.raises(ConfigurationMissing) as caught:
        load(tree, {"ENVIRONMENT": "prodution"})
    assert (caught.value.path, caught.value.similar) == (Path("config/prodution_config.yaml"), "production_config.yaml")


def test_the_variable_of_the_environment_can_be_renamed(tree: Repository) -> None:
    """With ``environment-variable`` another variable picks the environment, and ENVIRONMENT does not."""
    tree.write(DEFAULT, URL_LINE.format("name"))
    variables = {"ENVIRONMENT": "other", "APP_ENV": "mine"}
    assert load(tree, variables, environment_variable="APP_ENV").environment == "mine"


def test_a_section_is_merged_key_by_key(tree: Repository) -> None:
    """An overlay replaces the keys that it has, a list as a whole, and leaves the others."""
    tree.write(DEFAULT, f"database: {{url: '{SERVER.format('a')}', lock_timeout: 5, protected: [one, two]}}\n")
    tree.write("config/local_config.yaml", "database: {protected: [three]}\n")
    database = load(tree).database
    assert (database.name, database.lock_timeout, database.protected) == ("a", 5.0, ("three",))


@pytest.mark.parametrize("overlay", ["", "# nothing\n", "database:\n  # url: nothing\n", "environment:\ndatabase:\n"])
def test_an_empty_overlay_says_nothing(tree: Repository, overlay: str) -> None:
    """A file or a section whose lines are all commented out leaves the settings as they are."""
    tree.write(DEFAULT, URL_LINE.format("name"))
    tree.write("config/local_config.yaml", overlay)
    assert load(tree).database.name == "name"


@pytest.mark.parametrize("absolute", [False, True])
def test_config_path_names_another_folder(tree: Repository, absolute: bool) -> None:
    """CONFIG_PATH replaces the folder of the files; a relative one hangs on the root."""
    tree.write(DEFAULT, URL_LINE.format("here"))
    tree.write("elsewhere/default_config.yaml", URL_LINE.format("there"))
    folder = str(tree.path("elsewhere")) if absolute else "elsewhere"
    assert load(tree, {"CONFIG_PATH": folder}).database.name == "there"


@pytest.mark.parametrize("file", ["default_config.yaml", "local_config.yaml"])
def test_the_files_of_ext_config_path_win(tree: Repository, file: str) -> None:
    """A file in EXT_CONFIG_PATH wins over the file of the same name, and needs to hold only what differs."""
    tree.write(DEFAULT, "database: {lock_timeout: 5, url: 'sqlite+aiosqlite:///a.db'}\n")
    tree.write(f"config/{file}", f"database: {{lock_timeout: 5, url: '{SERVER.format('first')}'}}\n")
    tree.write(f"second/{file}", URL_LINE.format("second"))
    loaded = load(tree, {"EXT_CONFIG_PATH": "second"})
    assert (loaded.database.name, loaded.database.lock_timeout) == ("second", 5.0)


def test_the_folder_is_a_matter_of_the_repository(tree: Repository) -> None:
    """The key ``config`` of the project names the folder when no variable does."""
    tree.write("deploy/default_config.yaml", URL_LINE.format("name"))
    assert load(tree, config="deploy").database.name == "name"


@pytest.mark.parametrize("variable", ["CONFIG_PATH", "EXT_CONFIG_PATH"])
def test_a_folder_that_is_not_there_is_refused(tree: Repository, variable: str) -> None:
    """A folder that a variable names and that does not exist is an error, whatever else is configured."""
    tree.write(DEFAULT, URL_LINE.format("name"))
    with pytest.raises(ConfigurationMissing) as caught:
        load(tree, {variable: "nowhere", "DATABASE_URL": SERVER.format("name")})
    assert caught.value.path == Path("nowhere")


def test_database_url_needs_no_file(tree: Repository) -> None:
    """A deployment that sets DATABASE_URL needs no configuration file."""
    assert load(tree, {"DATABASE_URL": SERVER.format("name")}).database.name == "name"


def test_a_missing_file_is_named(tree: Repository) -> None:
    """Without DATABASE_URL the default file has to be there."""
    with pytest.raises(ConfigurationMissing) as caught:
        load(tree)
    assert caught.value.path == Path(DEFAULT)


@pytest.mark.parametrize("text", ["", "environment: local\n", "database: {lock_timeout: 3}\n", "database: {url: }\n"])
def test_a_missing_url_is_told_with_the_files(tree: Repository, text: str) -> None:
    """When nothing names the database, the error names every file that was read."""
    tree.write(DEFAULT, text)
    tree.write("config/local_config.yaml", "logging: {}\n")
    with pytest.raises(UrlMissing) as caught:
        load(tree)
    assert caught.value.files == (Path(DEFAULT), Path("config/local_config.yaml"))


def test_an_empty_variable_is_not_set(tree: Repository) -> None:
    """A variable without a value counts as one that is not there."""
    tree.write(DEFAULT, URL_LINE.format("name"))
    empty = dict.fromkeys(("DATABASE_URL", "ENVIRONMENT", "CONFIG_PATH", "EXT_CONFIG_PATH"), "")
    assert load(tree, empty).database.name == "name"


def test_a_password_in_the_dotenv_file_is_taken_as_it_is(tree: Repository) -> None:
    """What stands in .env may hold the characters that URLs, shells and comments care about."""
    tree.write(".env", "DATABASE_URL=postgresql+asyncpg://user:p%@:/!#?w@host/name  # a comment\n")
    assert load(tree).database.url.password == "p%@:/!#?w"


def test_a_dotenv_file_in_another_encoding_is_told(tree: Repository) -> None:
    """A .env that is not UTF-8 is an error of ours that names it."""
    tree.path(".env").write_bytes("# für alle\n".encode("latin-1"))
    with pytest.raises(ConfigurationUnreadable) as caught:
        load(tree, {"DATABASE_URL": SERVER.format("name")})
    assert caught.value.what() == ".env is not valid UTF-8."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("database:\n\turl: x\n", 2),
        ("environment: local\ndatabase: [1\n", 3),
        ("a: b: c\n", 1),
        ("- a list\n", 1),
        ("just text\n", 1),
        ("a: !python/object/apply:os.getcwd []\n", 1),
        ("a: \0\n", None),
        ("a: \udcff\n", None),
    ],
)
@pytest.mark.parametrize("file", [DEFAULT, "config/local_config.yaml"])
def test_what_is_no_yaml_is_told_with_its_line(tree: Repository, file: str, text: str, line: int | None) -> None:
    """A file that is not YAML, or that holds no keys, is named with the line; nothing in it is run."""
    tree.write(DEFAULT, URL_LINE.format("name"))
    tree.path(file).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigurationUnreadable) as caught:
        load(tree)
    assert (caught.value.source.path, caught.value.source.line) == (Path(file), line)


@pytest.mark.parametrize(
    ("text", "key", "advice"),
    [
        ("databse: {}\n", "databse", " Did you mean 'database'?"),
        ("databases: {}\n", "databases", " Did you mean 'database'?"),
        ("enviroment: local\n", "enviroment", " Did you mean 'environment'?"),
        ("database: {uri: x}\n", "database.uri", " Did you mean 'url'?"),
        ("database: {reset_host: [x]}\n", "database.reset_host", " Did you mean 'reset_hosts'?"),
        ("database: {on-startup: check}\n", "database.on-startup", " Did you mean 'on_startup'?"),
        ("database: {password: hunter2}\n", "database.password", ""),
        ("database: {scratch: {uri: hunter2}}\n", "database.scratch.uri", " Did you mean 'url'?"),
    ],
)
@pytest.mark.parametrize("file", [DEFAULT, "config/local_config.yaml"])
def test_an_unknown_key_is_refused(tree: Repository, file: str, text: str, key: str, advice: str) -> None:
    """A key of ours that nothing reads is refused, with the file and the nearest known one."""
    tree.write(DEFAULT, URL_LINE.format("name"))
    tree.write(file, text)
    with pytest.raises(UnknownKey) as caught:
        load(tree)
    assert (caught.value.file, caught.value.key) == (Path(file), key)
    assert advice in caught.value.why()
    assert ("Did you mean" in caught.value.why()) is bool(advice)


def test_the_sections_of_the_application_are_left_alone(tree: Repository) -> None:
    """Sections that are not ours are neither read nor checked."""
    own = "logging: {level: DEBUG}\nserver: 8000\ndata: {url: 1}\n7: seven\nnull: x\n"
    tree.write(DEFAULT, URL_LINE.format("name") + own)
    assert load(tree).database.name == "name"

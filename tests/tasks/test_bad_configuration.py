from pathlib import Path

import pytest

from support.messages import PASSWORD, fails
from support.repository import Repository, tiny

FILE = "config/default_config.yaml"
URL = "url: 'sqlite+aiosqlite:///db/database.db'"
KEYS = (
    "use one of url, on_startup, lock_timeout, protected, reset_hosts, scratch, servers, count_limit, set_aside_limit."
)
THAT_LINE = "correct that line."
IN_FILE = f"correct it in {FILE}."

FILES = [
    ("database: [1\n", f"{FILE}:2 is not valid YAML.", "expected ',' or ']', but got '<stream end>'.", THAT_LINE),
    (
        "database:\n\turl: x\n",
        f"{FILE}:2 is not valid YAML.",
        "found character '\\t' that cannot start any token.",
        THAT_LINE,
    ),
    (
        f'database:\n  url: "postgresql+asyncpg://ann:{PASSWORD}@db/shop\n',
        f"{FILE}:3 is not valid YAML.",
        "found unexpected end of stream.",
        THAT_LINE,
    ),
    ("- database\n", f"{FILE}:1 is not valid YAML.", "it holds no 'key: value' lines.", THAT_LINE),
    (
        f"database: {{{URL}, lock_timout: 3}}\n",
        f"{FILE} has an unknown key 'database.lock_timout'.",
        "nothing reads it. Did you mean 'lock_timeout'? (in 'database')",
        KEYS,
    ),
    (
        f"databse: {{{URL}}}\n",
        f"{FILE} has an unknown key 'databse'.",
        "nothing reads it. Did you mean 'database'?",
        "use one of environment, database.",
    ),
    (
        "environment: local\n",
        "No database is configured: 'database.url' is not set.",
        f"neither DATABASE_URL nor {FILE} gives it.",
        "write 'database: {url: sqlite+aiosqlite:///db/database.db}' into the configuration.",
    ),
    (
        f"database: {{{URL}, lock_timeout: soon}}\n",
        "The setting 'database.lock_timeout' cannot be 'soon'.",
        "it must be a number of seconds.",
        IN_FILE,
    ),
    (
        f"database: postgresql+asyncpg://ann:{PASSWORD}@db/shop\n",
        "The setting 'database' has a wrong value.",
        "it must be a section with 'url' in it.",
        IN_FILE,
    ),
    (
        f"database: {{{URL}, scratch: 'postgresql+asyncpg://ann:{PASSWORD}@db'}}\n",
        "The setting 'database.scratch' has a wrong value.",
        "it must be a section with 'url' in it.",
        IN_FILE,
    ),
]

PYPROJECTS = [
    (
        "[tool.dbtasks]\nservice = ['services']\n",
        "pyproject.toml has an unknown key 'tool.dbtasks.service'.",
        "nothing reads it. Did you mean 'services'? (in 'tool.dbtasks')",
        "use one of services, models, config, alembic, environment-variable, pythonpath, ignore, cache.",
    ),
    (
        "[tool.dbtasks]\nservices = 'services'\n",
        "The setting 'tool.dbtasks.services' has a wrong value.",
        "it must be a list of strings.",
        "correct it in pyproject.toml.",
    ),
    (
        "[tool.dbtasks]\nalembic = 'migrations'\n",
        "The migration environment migrations/alembic.ini does not exist.",
        "alembic.ini, env.py and the revisions live there.",
        "inv db.init",
    ),
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a project whose configuration names the database."""
    return tiny(tmp_path / "repository", "")


@pytest.mark.parametrize(("text", "what", "why", "fix"), FILES)
def test_a_wrong_file(repository: Repository, text: str, what: str, why: str, fix: str) -> None:
    """A configuration file that is no YAML, or has a wrong key or value, is told with its name and line."""
    repository.write(FILE, text)
    fails(repository, "db.upgrade", what, why, fix)


@pytest.mark.parametrize(("text", "what", "why", "fix"), PYPROJECTS)
def test_a_wrong_section_in_pyproject(repository: Repository, text: str, what: str, why: str, fix: str) -> None:
    """A slip in [tool.dbtasks] is told with the key, from a subfolder too."""
    repository.write("pyproject.toml", text)
    fails(repository, "db.upgrade", what, why, fix, cwd="services/shop")


def test_a_pyproject_that_is_no_toml(repository: Repository) -> None:
    """A pyproject.toml that cannot be read is told with its path and the place."""
    repository.write("pyproject.toml", "[tool.dbtasks\n")
    fails(
        repository,
        "db.upgrade",
        f"{repository.path('pyproject.toml')} is not valid TOML.",
        "Expected ']' at the end of a table declaration (at line 1, column 14).",
        "correct the file.",
    )


def test_a_missing_file(repository: Repository) -> None:
    """A missing configuration file is named, and db.init with it, which writes one."""
    repository.remove(FILE)
    fails(
        repository,
        "db.upgrade",
        f"The configuration {FILE} does not exist.",
        "the settings of every environment start from this file.",
        "create it (inv db.init writes a first one), or point CONFIG_PATH at the folder that has it.",
    )


def test_a_missing_folder(repository: Repository) -> None:
    """A folder that CONFIG_PATH names and that is not there is an error, not an empty configuration."""
    fails(
        repository,
        "db.upgrade",
        "The configuration nowhere does not exist.",
        "CONFIG_PATH or EXT_CONFIG_PATH names this folder.",
        "create it (inv db.init writes a first one), or point CONFIG_PATH at the folder that has it.",
        env={"CONFIG_PATH": "nowhere"},
    )


def test_a_slip_in_the_environment(repository: Repository) -> None:
    """An environment whose name is nearly that of a file is an error: its settings would silently be left out."""
    repository.write("config/production_config.yaml", "database: {protected: [production]}\n")
    fails(
        repository,
        "db.upgrade",
        "The configuration config/prodction_config.yaml does not exist.",
        "there is production_config.yaml beside it: is the environment's name right?",
        "correct the environment's name, or create the file.",
        env={"ENVIRONMENT": "prodction"},
    )


def test_outside_any_project(repository: Repository) -> None:
    """In a folder with tasks, but without a project, the message says what makes one."""
    repository.remove("pyproject.toml")
    repository.remove("alembic_db")
    fails(
        repository,
        "db.upgrade",
        f"There is no dbtasks project in {repository.root} or above it.",
        "a project has [tool.dbtasks] in its pyproject.toml, or a folder alembic_db/.",
        "run the command inside the repository; in a new one, inv db.init writes what is missing.",
    )


def test_outside_any_repository(tmp_path: Path) -> None:
    """In a folder without tasks, the message says how a repository gets them."""
    fails(
        Repository(tmp_path, ""),
        "db.upgrade",
        f"There is no tasks.py in {tmp_path} or above it.",
        "inv finds the tasks of a repository there.",
        "run the command inside the repository; in a new one, write a tasks.py with "
        "'from dbtasks.tasks import db' and 'ns = Collection(db)' in it.",
    )

"""The root and the layout of a project: found from anywhere in it, and refused where it says something unknown."""

import dataclasses
from pathlib import Path

import pytest

from dbtasks import project
from dbtasks.errors import BadSetting, ConfigurationUnreadable, ProjectNotFound, UnknownKey
from dbtasks.project import Project
from support.repository import Repository

KEYS = ("services", "models", "config", "alembic", "environment-variable", "pythonpath", "ignore", "cache")
FROM_THE_ROOT = "paths from the root of the repository, such as scripts/**"


@pytest.mark.parametrize("below", [".", "services", "services/shop/database/db_models", ".hidden/a b"])
def test_a_project_is_found_from_every_folder_in_it(tree: Repository, below: str) -> None:
    """The project is that of the nearest folder upwards, so tasks run from any subfolder."""
    tree.path(below).mkdir(parents=True, exist_ok=True)
    assert project.find(tree.path(below)).root == tree.root


def test_the_default_layout_needs_no_section(tmp_path: Path) -> None:
    """A folder with an ``alembic_db/`` is a project with every default, without [tool.dbtasks] or a pyproject.toml."""
    tree = Repository(tmp_path, "")
    tree.write("alembic_db/alembic.ini", "[alembic]\n")
    tree.write("services/shop/pyproject.toml", "[project]\nname = 'shop'\n")
    assert project.find(tree.path("services/shop")) == Project(tmp_path)
    tree.write("pyproject.toml", "[project]\nname = 'x'\ndependencies = ['dbtasks']\n")
    assert project.find(tree.path("services/shop")) == Project(tmp_path)


def test_every_value_has_a_default(tree: Repository) -> None:
    """An empty section gives the layout that the documentation shows."""
    found = project.find(tree.root)
    assert dataclasses.asdict(found) == {
        "root": tree.root,
        "services": ("services",),
        "models": "**/db_models",
        "config": "config",
        "alembic": "alembic_db",
        "environment_variable": "ENVIRONMENT",
        "pythonpath": (".",),
        "ignore": (),
        "cache": ".dbtasks_cache",
    }


def test_every_value_can_be_set(tree: Repository) -> None:
    """Each key of the section is read, and the migration environment hangs on the root."""
    tree.write(
        "pyproject.toml",
        """
        [tool.dbtasks]
        services = ["apps", "libs"]
        models = "**/models"
        config = "etc"
        alembic = "db/migrations"
        environment-variable = "APP_ENV"
        pythonpath = ["src", "."]
        ignore = ["scripts/**", "demo.py"]
        cache = ".tmp/databases"
        """,
    )
    found = project.find(tree.root)
    assert found == Project(
        tree.root,
        ("apps", "libs"),
        "**/models",
        "etc",
        "db/migrations",
        "APP_ENV",
        ("src", "."),
        ("scripts/**", "demo.py"),
        ".tmp/databases",
    )
    assert found.cache_folder == tree.path(".tmp/databases")
    assert found.alembic_folder == tree.path("db/migrations")


def test_nothing_may_be_ignored(tree: Repository) -> None:
    """A list whose default is empty may be empty."""
    tree.write("pyproject.toml", "[tool.dbtasks]\nignore = []\n")
    assert project.find(tree.root).ignore == ()


@pytest.mark.parametrize("section", ["[tool]\ndbtasks = {config = 'etc'}\n", "[tool.'dbtasks']\nconfig = 'etc'\n"])
def test_the_section_may_be_written_otherwise(tree: Repository, section: str) -> None:
    """TOML has several ways to write a section, and all of them count."""
    tree.write("pyproject.toml", section)
    assert project.find(tree.root).config == "etc"


def test_the_nearest_project_wins(tree: Repository) -> None:
    """In a repository inside a repository the inner one is meant; a package without the section is passed by."""
    tree.write("inner/pyproject.toml", "[tool.dbtasks]\nconfig = 'etc'\n")
    tree.write("inner/package/pyproject.toml", "[tool.other]\n# not tool.dbtasks\n")
    found = project.find(tree.path("inner/package"))
    assert (found.root, found.config) == (tree.path("inner"), "etc")


def test_outside_a_project(tmp_path: Path) -> None:
    """Where no folder upwards is a project, the error names the folder that was asked for."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    with pytest.raises(ProjectNotFound) as caught:
        project.find(tmp_path)
    assert caught.value.start == tmp_path


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("service", " Did you mean 'services'?"),
        ("environment_variable", " Did you mean 'environment-variable'?"),
        ("python-path", " Did you mean 'pythonpath'?"),
        ("root", ""),
        ("url", ""),
    ],
)
def test_an_unknown_key_is_refused(tree: Repository, key: str, advice: str) -> None:
    """A key that nothing reads is refused, with the nearest known one."""
    tree.write("pyproject.toml", f"[tool.dbtasks]\n{key} = 'x'\n")
    with pytest.raises(UnknownKey) as caught:
        project.find(tree.root)
    error = caught.value
    assert (error.file, error.key, error.known) == (Path("pyproject.toml"), f"tool.dbtasks.{key}", KEYS)
    assert error.why() == f"nothing reads it.{advice} (in 'tool.dbtasks')"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("services = 'services'", "tool.dbtasks.services", "a list of strings"),
        ("services = []", "tool.dbtasks.services", "a list of strings"),
        ("services = ['a', 1]", "tool.dbtasks.services", "a list of strings"),
        ("pythonpath = '.'", "tool.dbtasks.pythonpath", "a list of strings"),
        ("ignore = 'scripts'", "tool.dbtasks.ignore", "a list of strings"),
        ("ignore = ['/scripts']", "tool.dbtasks.ignore", FROM_THE_ROOT),
        ("ignore = ['../scripts']", "tool.dbtasks.ignore", FROM_THE_ROOT),
        ("ignore = ['scripts', '']", "tool.dbtasks.ignore", FROM_THE_ROOT),
        ('ignore = ["scripts\\\\old"]', "tool.dbtasks.ignore", FROM_THE_ROOT),
        ("models = ['a']", "tool.dbtasks.models", "a string"),
        ("models = ''", "tool.dbtasks.models", "a string"),
        ("config = 1", "tool.dbtasks.config", "a string"),
        ("alembic = true", "tool.dbtasks.alembic", "a string"),
        ("environment-variable = {}", "tool.dbtasks.environment-variable", "a string"),
    ],
)
def test_a_wrong_type_is_refused(tree: Repository, text: str, name: str, expected: str) -> None:
    """A value of another type is refused with its key and what it must be."""
    tree.write("pyproject.toml", f"[tool.dbtasks]\n{text}\n")
    with pytest.raises(BadSetting) as caught:
        project.find(tree.root)
    assert (caught.value.name, caught.value.expected, caught.value.origin) == (name, expected, "pyproject.toml")


@pytest.mark.parametrize("text", ["tool.dbtasks = 1\n", "[tool]\ndbtasks = 'services'\n", "[[tool.dbtasks]]\n"])
def test_a_section_that_is_none_is_refused(tree: Repository, text: str) -> None:
    """What is called tool.dbtasks has to be a section."""
    tree.write("pyproject.toml", text)
    with pytest.raises(BadSetting, match=r"The setting 'tool\.dbtasks' has a wrong value"):
        project.find(tree.root)


def test_a_pyproject_that_is_no_toml(tree: Repository) -> None:
    """A pyproject.toml that cannot be read is named, with the place in it."""
    file = tree.write("pyproject.toml", "[tool.dbtasks]\nservices = [1 2]\n")
    with pytest.raises(ConfigurationUnreadable) as caught:
        project.find(tree.root)
    assert (caught.value.source.path, caught.value.format) == (file, "TOML")
    assert "at line 2" in caught.value.problem


def test_paths_are_shown_from_the_root(tree: Repository) -> None:
    """A path in the project is shown as seen from its root, another one as it is."""
    found = project.find(tree.root)
    assert found.relative(tree.path("a/b.py")) == Path("a/b.py")
    assert found.relative(Path("/elsewhere/b.py")) == Path("/elsewhere/b.py")


def test_a_project_is_frozen(tree: Repository) -> None:
    """The layout of a project does not change once it is read."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        project.find(tree.root).root = Path()  # type: ignore[misc]


def test_the_way_from_the_repository(tree: Repository) -> None:
    """The root may lie deep in a repository of git, and what it is called there is known."""
    assert project.find(tree.root).below_repository == Path()
    tree.path("../.git").mkdir()
    assert project.find(tree.root).below_repository == Path("project")
    tree.write(".git", "gitdir: elsewhere\n")
    assert project.find(tree.root).below_repository == Path()

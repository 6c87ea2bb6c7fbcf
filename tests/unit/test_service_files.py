"""Finding services on disk: at any depth, under the application's names, and without importing anything."""

import sys
from pathlib import Path
from typing import Any

import pytest

from dbtasks import services
from dbtasks.errors import NoServices
from dbtasks.project import Project
from support.repository import Repository

Found = list[tuple[str, list[str]]]


def find(tree: Repository, *files: str, **project: Any) -> Found:
    """Write the files, none of which can be imported, and return each service's name and its modules' names."""
    for file in files:
        tree.write(file, "raise AssertionError('imported')\n")
    found = services.find(Project(tree.root, **project))
    return [(service.name, [module.name for module in service.modules]) for service in found]


@pytest.mark.parametrize("between", ["", "database/", "rds/", "eval_service/database/", "a/b/c/d/e/"])
@pytest.mark.parametrize("initialised", [False, True], ids=["namespace", "package"])
def test_models_are_found_at_any_depth(tree: Repository, between: str, initialised: bool) -> None:
    """A package of models belongs to the first folder under the root, however deep it lies, with __init__.py or not."""
    path = f"services/shop/{between}db_models"
    folders = [Path(path), *Path(path).parents][:-1]
    inits = [f"{folder.as_posix()}/__init__.py" for folder in folders] if initialised else []
    dotted = path.replace("/", ".")
    names = [f"{dotted}.item"] if not initialised else [dotted, f"{dotted}.item"]
    assert find(tree, f"{path}/item.py", *inits) == [("shop", names)]


def test_a_service_knows_its_places(tree: Repository) -> None:
    """A service tells its folder, its packages and the file of each module."""
    tree.write("services/shop/b/db_models/two.py", "")
    tree.write("services/shop/a/db_models/one.py", "")
    (service,) = services.find(Project(tree.root))
    assert service.path == tree.path("services/shop")
    assert service.packages == (tree.path("services/shop/a/db_models"), tree.path("services/shop/b/db_models"))
    assert [module.path for module in service.modules] == [
        tree.path("services/shop/a/db_models/one.py"),
        tree.path("services/shop/b/db_models/two.py"),
    ]


def test_models_may_stand_anywhere_in_their_package(tree: Repository) -> None:
    """The package itself comes first, then its modules and those of its sub-packages, each by name."""
    package = "services/shop/db_models"
    files = ["b.py", "a.py", "__init__.py", "sub/y.py", "sub/__init__.py", "sub/deeper/z.py", "db_models/x.py"]
    names = ["", ".a", ".b", ".db_models.x", ".sub", ".sub.y", ".sub.deeper.z"]
    found = find(tree, *(f"{package}/{file}" for file in files))
    assert found == [("shop", [f"services.shop.db_models{name}" for name in names])]


def test_services_are_sorted(tree: Repository) -> None:
    """Services come by name, whatever order the disk has them in; a folder without models is none."""
    for name in ("zeta", "alpha", "mid"):
        tree.write(f"services/{name}/db_models/m.py", "")
    tree.write("services/common/base.py", "")
    tree.write("services/app.py", "")
    assert [service.name for service in services.find(Project(tree.root))] == ["alpha", "mid", "zeta"]


@pytest.mark.parametrize("folder", [".hidden", "node_modules", "tests", "__pycache__", "site-packages", "venv"])
@pytest.mark.parametrize(
    "path", ["services/{}/db_models/m.py", "services/shop/{}/x/db_models/m.py", "services/shop/db_models/{}/m.py"]
)
def test_what_is_not_the_services_own_is_skipped(tree: Repository, folder: str, path: str) -> None:
    """Hidden folders, virtual environments, tests, caches and other people's packages are never looked into."""
    if folder == "venv":
        tree.write(path.format(folder).partition("/venv")[0] + "/venv/pyvenv.cfg", "")
    found = find(tree, path.format(folder), "services/shop/db_models/own.py")
    assert found == [("shop", ["services.shop.db_models.own"])]


@pytest.mark.parametrize("folder", ["templates", "versions"])
def test_templates_and_versions_hold_no_models(tree: Repository, folder: str) -> None:
    """Folders of templates and revisions are skipped, unless they are a part of a package of models."""
    found = find(
        tree,
        f"services/{folder}/db_models/m.py",
        f"services/shop/{folder}/db_models/m.py",
        f"services/shop/db_models/{folder}/own.py",
    )
    assert found == [("shop", [f"services.shop.db_models.{folder}.own"])]


def test_only_python_files_are_modules(tree: Repository) -> None:
    """Other files, and folders that are named like modules, are no modules; a module named like a package is none."""
    files = [
        "db_models/item.py",
        "db_models/item.sql",
        "db_models/item.pyc",
        "db_models/notes.py.txt",
        "a/db_models.py",
    ]
    tree.path("services/shop/db_models/odd.py").mkdir(parents=True)
    assert find(tree, *(f"services/shop/{file}" for file in files)) == [("shop", ["services.shop.db_models.item"])]


def test_links_are_not_followed(tree: Repository) -> None:
    """A link to a folder, which may lead in a circle or to models that are found elsewhere, is left alone."""
    tree.write("services/shop/db_models/item.py", "")
    tree.path("services/shop/again").symlink_to(tree.path("services"))
    tree.path("services/twin").symlink_to(tree.path("services/shop"))
    assert find(tree) == [("shop", ["services.shop.db_models.item"])]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("**/db_models", ["a.database.db_models.m", "a.db_models.m", "a.x.database.db_models.m"]),
        ("db_models", ["a.database.db_models.m", "a.db_models.m", "a.x.database.db_models.m"]),
        ("database/db_models", ["a.database.db_models.m", "a.x.database.db_models.m"]),
        ("**/database/db_models", ["a.database.db_models.m", "a.x.database.db_models.m"]),
        ("**/models", ["a.models.m", "a.x.models.m"]),
        ("services/*/models", ["a.models.m"]),
        ("**/*_models", ["a.database.db_models.m", "a.db_models.m", "a.x.database.db_models.m"]),
    ],
)
def test_the_pattern_says_which_packages_hold_models(tree: Repository, pattern: str, expected: list[str]) -> None:
    """The pattern is compared with the path's end, so that it fits at any depth."""
    places = ["database/db_models", "db_models", "x/database/db_models", "models", "x/models"]
    found = find(tree, *(f"services/a/{place}/m.py" for place in places), models=pattern)
    assert found == [("a", [f"services.{name}" for name in expected])]


def test_several_roots(tree: Repository) -> None:
    """Each root has services of its own, also when two have the same name, and a root may lie deep."""
    found = find(
        tree,
        "apps/shop/db_models/a.py",
        "libs/inner/shop/db_models/b.py",
        "libs/inner/audit/db_models/c.py",
        "other/unseen/db_models/d.py",
        services=("apps", "libs/inner", "./apps/"),
    )
    assert found == [
        ("audit", ["libs.inner.audit.db_models.c"]),
        ("shop", ["apps.shop.db_models.a"]),
        ("shop", ["libs.inner.shop.db_models.b"]),
    ]


@pytest.mark.parametrize(
    ("pythonpath", "name"),
    [
        ((".",), "src.services.shop.db_models.item"),
        (("src",), "services.shop.db_models.item"),
        ((".", "src"), "services.shop.db_models.item"),
        (("src", "."), "services.shop.db_models.item"),
        (("src/services", "src"), "shop.db_models.item"),
        (("src/services/shop",), "db_models.item"),
        (("lib",), "src.services.shop.db_models.item"),
        (("src/serv",), "src.services.shop.db_models.item"),
    ],
)
def test_a_module_has_the_name_the_application_imports(
    tree: Repository, pythonpath: tuple[str, ...], name: str
) -> None:
    """A module's name begins below the deepest import root that holds it."""
    found = find(tree, "src/services/shop/db_models/item.py", services=("src/services",), pythonpath=pythonpath)
    assert found == [("shop", [name])]


def test_finding_imports_nothing(tree: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding services runs none of their code and leaves the interpreter as it was."""
    monkeypatch.chdir(tree.root)
    before = (set(sys.modules), list(sys.path), Path.cwd())
    assert find(tree, "services/shop/__init__.py", "services/shop/db_models/__init__.py", "services/__init__.py")
    assert (set(sys.modules), sys.path, Path.cwd()) == before


@pytest.mark.parametrize(
    "file", ["README.md", "services/README.md", "services/shop/api.py", "services/tests/db_models/m.py"]
)
def test_no_service_is_an_error(tree: Repository, file: str) -> None:
    """Where there is nothing to import the run stops, since every table would look dropped."""
    tree.write(file, "")
    with pytest.raises(NoServices) as caught:
        find(tree)
    assert (caught.value.roots, caught.value.pattern) == (("services",), "**/db_models")


def test_a_root_that_is_not_there_is_an_error(tree: Repository) -> None:
    """A misspelt root stops the run, even if others have services: its tables would look dropped."""
    with pytest.raises(NoServices) as caught:
        find(tree, "services/shop/db_models/item.py", services=("services", "lips"))
    assert caught.value.what() == "No service was found under 'lips'."

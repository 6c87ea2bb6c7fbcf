"""What shapes a schema: the digest changes with every file that does, and from there on only."""

from pathlib import Path

import pytest

from dbtasks import history, project
from dbtasks.history.shape import Shape
from dialects.verbs import write_revision
from support.repository import Repository, tiny

NAMES = ("one", "two", "three")
USES = {
    "import of a module": ("shared/names.py", "import shared.names"),
    "import from a package": ("shared/names.py", "from shared import names"),
    "import of a name": ("shared/names.py", "from shared.names import (\n    TABLE,\n)"),
    "what a module imports": ("shared/deep.py", "from shared.names import TABLE"),
    "the package around it": ("shared/__init__.py", "import shared.names"),
    "a file beside it": ("alembic_db/versions/two.sql", "op.execute(Path(__file__).with_suffix('.sql').read_text())"),
    "a file in a folder": (
        "alembic_db/sql/more.sql",
        "op.execute((Path(__file__).parents[1] / 'sql' / 'more.sql').read_text())",
    ),
    "a file by its path": ("data/more.csv", "open('data/more.csv')"),
    "import in one line": ("shared/names.py", "import json, shared.names"),
    "a relative import": ("shared/near.py", "from shared.names import TABLE"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Repository:
    """Return a project of three revisions, with modules and files that one may use."""
    repository = tiny(tmp_path / "repository", "")
    for after, name in zip((None, *NAMES), NAMES, strict=False):
        write_revision(repository, name, after)
    repository.write("shared/__init__.py", "")
    repository.write("shared/names.py", "import shared.deep\nfrom . import near\nTABLE = 'item'\n")
    repository.write("shared/deep.py", "import shared.names\nx = 1\n")
    repository.write("shared/near.py", "x = 1\n")
    repository.write("shared/unused.py", "x = 1\n")
    repository.write("data/more.csv", "1\n")
    repository.write("alembic_db/versions/two.sql", "SELECT 1\n")
    repository.write("alembic_db/sql/more.sql", "SELECT 1\n")
    return repository


def digests(tree: Repository) -> tuple[str, ...]:
    """Return the digests of all beginnings of the history, as it is on disk; its files are not run."""
    at = project.find(tree.root)
    found = tuple(history.Revision(name, "", (), (), tree.path(f"alembic_db/versions/{name}.py")) for name in NAMES)
    return Shape(at).digests(found)


def changed(tree: Repository, path: str) -> list[bool]:
    """Return which digests a changed file changes."""
    before = digests(tree)
    tree.write(path, tree.read(path) + "\n# more\n")
    return [old != new for old, new in zip(before, digests(tree), strict=True)]


@pytest.mark.parametrize("use", USES)
def test_what_a_revision_uses_counts_from_there_on(use: str, tree: Repository) -> None:
    """A module of the project, at whatever depth, and a file that is named: for the revision and those after it."""
    path, statement = USES[use]
    write_revision(tree, "two", "one", statement)
    assert changed(tree, path) == [False, True, True]


@pytest.mark.parametrize("path", ["alembic_db/env.py", "alembic_db/alembic.ini", "alembic_db/notes.txt"])
def test_what_all_use_counts_for_all(path: str, tree: Repository) -> None:
    """``env.py``, the configuration, and a file that no revision names, which any may read."""
    tree.write("alembic_db/notes.txt", "1\n") if path.endswith("txt") else None
    assert changed(tree, path) == [True] * 3


@pytest.mark.parametrize(
    "path",
    ["shared/unused.py", "services/shop/database/db_models/item_model.py", "alembic_db/script.py.mako", "tasks.py"],
)
def test_the_rest_counts_for_none(path: str, tree: Repository) -> None:
    """What no migration reads; models too, also where ``env.py`` imports them."""
    tree.write(
        "alembic_db/env.py", tree.read("alembic_db/env.py") + "\nimport services.shop.database.db_models.item_model\n"
    )
    assert changed(tree, path) == [False] * 3


def test_models_that_a_revision_imports_count(tree: Repository) -> None:
    """Where a revision itself imports them."""
    write_revision(tree, "two", "one", "from services.shop.database.db_models.item_model import Item")
    assert changed(tree, "services/shop/database/db_models/item_model.py") == [False, True, True]


def test_a_file_that_env_names_counts_for_all(tree: Repository) -> None:
    """Also where it is named in a remark: it is not lost because no revision names it."""
    tree.write("alembic_db/env.py", "# see alembic.ini\n" + tree.read("alembic_db/env.py"))
    assert changed(tree, "alembic_db/alembic.ini") == [True] * 3


def test_what_env_imports_counts(tree: Repository) -> None:
    """A module that ``env.py`` imports, and that is not of models."""
    tree.write("alembic_db/env.py", tree.read("alembic_db/env.py") + "\nimport shared.names\n")
    assert changed(tree, "shared/deep.py") == [True] * 3


def test_a_file_for_one_new_revision_leaves_the_others(tree: Repository) -> None:
    """A file that comes with a revision, and is named by it, changes nothing for those before."""
    before = digests(tree)
    tree.write("alembic_db/sql/new.sql", "SELECT 1\n")
    write_revision(tree, "three", "two", "open('alembic_db/sql/new.sql')")
    assert [old == new for old, new in zip(before, digests(tree), strict=True)] == [True, True, False]


def test_another_id_or_order_is_another_chain(tree: Repository) -> None:
    """The same digest is only that of the same revisions in the same order."""
    at = project.find(tree.root)
    paths = [tree.path(f"alembic_db/versions/{name}.py") for name in NAMES]
    one, two = (history.Revision(name, "", (), (), path) for name, path in zip(NAMES, paths[:2], strict=False))
    renamed = history.Revision("other", "", (), (), paths[0])
    assert Shape(at).digests((one, two)) != Shape(at).digests((two, one))
    assert Shape(at).digests((one,)) != Shape(at).digests((renamed,))
    assert Shape(at).digests(()) == ()


def test_a_file_that_is_no_python_or_no_text(tree: Repository) -> None:
    """A broken module and bytes of any kind are digested like others: whether they are right is told elsewhere."""
    write_revision(tree, "two", "one", "import shared.names\nopen('alembic_db/sql/image.bin')")
    tree.path("alembic_db/sql/image.bin").write_bytes(b"\xff\xfe")
    tree.write("shared/deep.py", "import (\n")
    before = digests(tree)
    tree.path("alembic_db/sql/image.bin").write_bytes(b"\xff\xfd")
    assert [old == new for old, new in zip(before, digests(tree), strict=True)] == [True, False, False]

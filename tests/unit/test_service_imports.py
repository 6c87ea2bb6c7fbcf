"""Importing model modules: what they do meanwhile is contained, and what cannot be imported stops the run."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dbtasks import services
from dbtasks.errors import ImportedFromElsewhere, ImportedTwice, ImportFailed, Source
from dbtasks.project import Project
from dbtasks.services import Models
from support.repository import Repository

Load = Callable[..., Models]

MODEL = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
SHARED = MODEL.replace("class Base(DeclarativeBase):\n    pass\n", "from ROOT.common.base import Base\n")
ITEM = "shop/db_models/item.py"
HELPER = "def connect():\n    raise OSError('no route')\n"


def place(source: Source) -> str:
    """Return a place without the root's name, which each test has another one of."""
    return str(source).partition("/")[2]


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("x = 1\nraise ValueError('first line.\\nsecond')\n", 2, "ValueError: first line"),
        ("x = 1\n\nx.y\n", 3, "AttributeError: 'int' object has no attribute 'y'"),
        ("assert False\n", 1, "AssertionError"),
        ("import nonsuch_library\n", 1, "ModuleNotFoundError: No module named 'nonsuch_library'"),
        ("from ROOT.shop import nonsuch\n", 1, "ImportError: cannot import name 'nonsuch' from 'ROOT.shop' (unknown location)"),
        ("x = 1\ny = (\n", 2, "SyntaxError: '(' was never closed"),
        ("def x():\nreturn 1\n", 2, "IndentationError: expected an indented block after function definition on line 1"),
        ("import sys\nsys.exit(0)\n", 2, "it ends the program (SystemExit)"),
        ("import sys\n\nsys.exit('no configuration')\n", 3, "it ends the program (SystemExit)"),
        ("import json\n\njson.loads('{')\n", 3, "JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("from ROOT.common.helper import connect\nconnect()\n", 2, "OSError: no route"),
    ],
)  # fmt: skip
def test_a_module_that_cannot_be_imported(load: Load, text: str, line: int, cause: str) -> None:
    """A module that raises, exits or is no Python stops the run with its name, its line and the cause on one line."""
    with pytest.raises(ImportFailed) as caught:
        load({ITEM: text, "common/helper.py": HELPER, "alpha/db_models/fine.py": MODEL})
    error = caught.value
    assert error.module.endswith(".shop.db_models.item")
    expected = ("common/helper.py:2") if "helper" in text else f"{ITEM}:{line}"
    assert place(error.source) == expected
    assert error.cause == cause.replace("ROOT", error.module.partition(".")[0])


def test_a_module_that_a_model_imports_is_blamed(load: Load) -> None:
    """When the cause lies in another file of the project, that file's line is named, and the model by its name."""
    with pytest.raises(ImportFailed) as caught:
        load({ITEM: "from ROOT.common import broken\n", "common/broken.py": "x = 1\ny = x +\n"})
    assert (caught.value.module.partition(".")[2], place(caught.value.source)) == (
        "shop.db_models.item",
        "common/broken.py:2",
    )


def test_one_declaration_too_many_in_one_metadata(load: Load) -> None:
    """Two classes for one table of a shared metadata are told at the second one, in SQLAlchemy's words."""
    files = {
        "common/base.py": MODEL[: MODEL.index("class Item")],
        "a/db_models/a.py": SHARED,
        "b/db_models/b.py": SHARED,
    }
    with pytest.raises(ImportFailed) as caught:
        load(files)
    assert place(caught.value.source) == "b/db_models/b.py:5"
    assert caught.value.cause.startswith(
        "InvalidRequestError: Table 'item' is already defined for this MetaData instance"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "print('hunter2')",
        "import sys; print('hunter2', file=sys.stderr)",
        "import sys; sys.stdout.write('hunter2')",
        "import logging; logging.getLogger('app').warning('hunter2')",
    ],
)
def test_what_a_module_says_is_swallowed(
    load: Load, statement: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a module prints or logs while it is imported reaches neither stdout nor stderr, and its author is told."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    models = load({ITEM: statement + "\n" + MODEL, "quiet/db_models/one.py": MODEL.replace("item", "one")})
    assert [(one.kind, one.service, place(one.source)) for one in models.notices] == [("output", "shop", ITEM)]
    assert tuple(capfd.readouterr()) == ("", "")


def test_what_a_failing_module_says_is_swallowed(load: Load, capfd: pytest.CaptureFixture[str]) -> None:
    """A module that prints before it raises prints nothing either."""
    with pytest.raises(ImportFailed):
        load({ITEM: "print('hunter2')\nraise ValueError\n"})
    assert tuple(capfd.readouterr()) == ("", "")


def test_output_works_again_afterwards(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what is said during an import is swallowed."""
    load({ITEM: MODEL})
    sys.stdout.write("told\n")
    assert capsys.readouterr().out == "told\n"


@pytest.mark.parametrize("end", ["", "raise ValueError\n", "import sys\nsys.exit()\n"])
def test_modules_are_imported_in_the_root(
    load: Load, tree: Repository, end: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A module may read a file of the project, wherever the command runs, and the working directory is kept."""
    monkeypatch.chdir(tmp_path)
    tree.write("config/names.txt", "item")
    text = "from pathlib import Path\n" + MODEL.replace('"item"', 'Path("config/names.txt").read_text()') + end
    if end:
        with pytest.raises(ImportFailed):
            load({ITEM: text})
    else:
        assert load({ITEM: text}).tables_of("shop") == {"item"}
    assert Path.cwd() == tmp_path


def test_a_module_is_imported_once(load: Load) -> None:
    """Loading again hands over the very same tables, and the import roots stand on the path once, in their order."""
    first = load({ITEM: MODEL}, pythonpath=(".", "lib"))
    second = load({}, pythonpath=(".", "lib"))
    assert [one.table for one in first.declarations] == [one.table for one in second.declarations]
    root = str(first.services[0].path.parents[1])
    assert sys.path[:2] == [root, f"{root}/lib"]
    assert sys.path.count(root) == 1


def test_modules_have_the_names_of_their_import_root(load: Load, tree: Repository) -> None:
    """With ``pythonpath`` a model imports its neighbours as the application does."""
    tree.write("src/own_lib/base.py", "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\n")
    text = SHARED.replace("ROOT.common.base", "own_lib.base")
    assert load({ITEM: text}, pythonpath=("src", ".")).tables_of("shop") == {"item"}


TWICE = """
import sys
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parents[2]))
import {0}.db_models.item
"""


@pytest.mark.parametrize("base", ["own", "shared"])
def test_a_module_with_two_names(load: Load, base: str) -> None:
    """A model file that is also imported under another name stops the run with both, also when SQLAlchemy objects."""
    files = {
        "common/base.py": MODEL[: MODEL.index("class Item")],
        "twin_shop/db_models/item.py": MODEL if base == "own" else SHARED,
    }
    with pytest.raises(ImportedTwice) as caught:
        load({**files, "zeta/db_models/z.py": TWICE.format("twin_shop")})
    assert place(caught.value.source) == "twin_shop/db_models/item.py"
    root = str(caught.value.source).partition("/")[0]
    assert caught.value.names == (f"{root}.twin_shop.db_models.item", "twin_shop.db_models.item")


def test_a_name_that_leads_elsewhere(tree: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of the same name that comes first on the path is not taken for the service's own."""
    name = f"taken_{tree.root.parent.name}"
    tree.write(f"{name}/shop/db_models/item.py", MODEL)
    other = tree.write(f"other/{name}/shop/db_models/item.py", "")
    monkeypatch.syspath_prepend(tree.root)
    monkeypatch.syspath_prepend(tree.path("other"))
    for package in (f"other/{name}", f"other/{name}/shop", f"other/{name}/shop/db_models"):
        tree.write(f"{package}/__init__.py", "")
    with pytest.raises(ImportedFromElsewhere) as caught:
        services.load(Project(tree.root, services=(name,)))
    assert caught.value.module == f"{name}.shop.db_models.item"
    assert (str(caught.value.wanted), caught.value.found) == (f"{name}/shop/db_models/item.py", str(other))

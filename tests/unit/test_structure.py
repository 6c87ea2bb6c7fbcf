"""The rules of the house: who may import whom, and who alone may touch what."""

import ast
import functools
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import dbtasks
from dbtasks import dialects, render
from dbtasks.dialects import Dialect
from dbtasks.dialects.parts import part
from support.repository import ROOT

SRC = ROOT / "src" / "dbtasks"
# A module or package imports only from those before it.
LAYERS = (
    *(
        "errors",
        "values",
        "dialects",
        "project",
        "git",
        "checkout",
        "settings",
        "services",
        "databases",
        "history",
        "ledger",
    ),
    *(
        "servers",
        "applied",
        "lock",
        "environment",
        "road",
        "memory",
        "cache",
        "fill",
        "scratch",
        "settled",
        "compare",
        "statements",
        "narrowing",
        "watch",
        "way",
        "harmless",
        "rehearsal",
    ),
    *("stakes", "plan", "guard", "aside", "putback", "keep", "whole", "drift", "unfinished", "mend", "repair"),
    *(
        "status",
        "migrate",
        "sync",
        "drafting",
        "twins",
        "compat",
        "revise",
        "branches",
        "rebase",
        "checks",
        "plain",
        "offline",
    ),
    *("rows", "verify", "gate", "startup", "onboarding", "runtime", "render", "tasks", "testing"),
)
FILES = sorted(file for file in SRC.rglob("*.py") if "templates" not in file.relative_to(SRC).parts)
NAMES = [file.relative_to(SRC).as_posix() for file in FILES]
LIBRARIES = {"sqlalchemy": "SQLAlchemy", "alembic": "alembic", "invoke": "invoke", "yaml": "PyYAML"}
LIBRARIES |= {"dotenv": "python-dotenv", "filelock": "filelock", "aiosqlite": "aiosqlite"}
DIALECT = re.compile(r"sqlite|postgres|mysql|mariadb|asyncpg", re.IGNORECASE)
# Words for people may name a dialect in an example.
FOR_PEOPLE = {"errors", "render"}
# The stand-in for a file that does not exist, and a listing that SQLAlchemy has for one dialect only.
DIALECTS_ELSEWHERE = {
    "road/environment.py": {"sqlite+aiosqlite"},
    "road/autogenerate.py": {"postgresql"},
    "tasks/checking.py": {"Look whether it works on these, too: postgresql,mysql,sqlite."},
    "tasks/authoring.py": {"Print it for these, too: postgresql,mysql,sqlite."},
    "tasks/rehearsing.py": {"On these: sqlite,postgresql,mysql; by default the project's own. Servers are started."},
}
NOT_DAILY = {
    "sqlalchemy.orm",
    *(f"dbtasks.{name}" for name in ("revise", "drafting", "checks", "rebase", "keep", "whole")),
}
NOT_TO_LOOK = {
    *(f"dbtasks.{name}" for name in ("plan", "rehearsal", "scratch", "statements", "services", "dialects.clones")),
    *("dbtasks.dialects.definitions", "dbtasks.dialects.portability", "sqlalchemy.dialects.mysql", "logging.config"),
}
LOADED = """
import sys
sys.argv[1:] = {arguments!r}
from dbtasks.tasks import main
try:
    main()
finally:
    import json
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def layer(file: Path) -> str:
    """Return the package or module of ours that a file belongs to; "" for ``dbtasks`` itself."""
    return file.relative_to(SRC).parts[0].removesuffix(".py").removeprefix("__init__")


@functools.cache
def parsed(file: Path) -> ast.Module:
    """Return the syntax tree of a file, which every rule looks at and none changes."""
    return ast.parse(file.read_text(encoding="utf-8"))


def imported(file: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a file imports, also inside functions."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "an import names its module in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def used(file: Path) -> Iterator[str]:
    """Yield ``name.attribute`` for every attribute of a plain name that a file uses."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def literals(file: Path) -> Iterator[str]:
    """Yield the strings of a file that are no docstrings."""
    tree = parsed(file)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_every_module_has_a_layer() -> None:
    """The list of layers is the list of modules, so that a new module has to be put in its place."""
    assert sorted({layer(file) for file in FILES} - {""}) == sorted(LAYERS)


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_module_imports_from_layers_above(file: Path) -> None:
    """A module imports only from its own layer and those before it; ``dbtasks`` itself hands out what it names."""
    own = layer(file)
    allowed = {"startup"} if not own else set(LAYERS[: LAYERS.index(own) + 1])
    ours = {name.split(".")[1] for name in imported(file) if name.startswith("dbtasks.")}
    assert ours - allowed == set()


@pytest.mark.parametrize(
    ("name", "only"),
    [
        ("invoke", {"tasks"}),
        ("pytest", {"testing"}),
        ("asyncio", {"databases"}),
        ("yaml", {"settings"}),
        ("dotenv", {"settings"}),
    ],
)
def test_a_library_has_one_user(name: str, only: set[str]) -> None:
    """Invoke, the event loop and the formats of configuration are each known to one layer."""
    assert {layer(file) for file in FILES if any(one.split(".")[0] == name for one in imported(file))} == only


def test_only_declared_libraries_are_imported() -> None:
    """The product imports the standard library and what it declares to depend on: no service, no test, nothing else."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.split(r"[\[><=]", one)[0] for one in declared}
    found = (
        {name.split(".")[0] for file in FILES for name in imported(file)}
        - set(sys.stdlib_module_names)
        - {"dbtasks", "pytest"}
    )
    assert {LIBRARIES.get(name, name) for name in found} <= names
    assert names == set(LIBRARIES.values())


def test_only_settings_reads_the_environment() -> None:
    """Environment variables are read in one place."""
    variables = {"os.environ", "os.environb", "os.getenv", "os.putenv"}
    readers = {layer(file) for file in FILES if variables & {*used(file), *imported(file)}}
    assert readers == {"settings"}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_only_dialects_names_a_dialect(file: Path) -> None:
    """What differs between databases stands in ``dialects``: elsewhere no code knows one by name."""
    if layer(file) in {"dialects", *FOR_PEOPLE}:
        return
    named = {text for text in literals(file) if DIALECT.search(text)}
    assert named == DIALECTS_ELSEWHERE.get(file.relative_to(SRC).as_posix(), set())


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_only_the_edge_prints_asks_and_exits(file: Path) -> None:
    """Library functions return results: they do not print, prompt or end the program."""
    calls = {
        node.func.id
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert layer(file) == "tasks" or not ({"print", "input", "exit", "quit"} & calls or "sys.exit" in set(used(file)))


@pytest.mark.parametrize("arguments", [["--list"], ["--list", "db"], ["--help", "db.upgrade"], ["--version"]])
def test_listing_tasks_imports_little(arguments: list[str]) -> None:
    """Showing what there is imports neither SQLAlchemy nor Alembic nor a service, and of ours only the edge."""
    code = LOADED.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    loaded = json.loads(done.stderr.splitlines()[-1])
    ours = {name.split(".")[1] for name in loaded if name.startswith("dbtasks.")}
    assert ours == {"errors", "tasks"}
    libraries = {name.split(".")[0] for name in loaded}  # Invoke itself imports yaml
    assert libraries & {"sqlalchemy", "alembic", "dotenv", "filelock", "services", "fastapi", "asyncpg"} == set()


@pytest.mark.parametrize("task", ["db.status", "db.upgrade"])
def test_a_daily_task_imports_no_more_than_it_needs(task: str) -> None:
    """Neither what drafts and compares nor SQLAlchemy's ORM, which take as long to import as the rest of such a task."""
    code = LOADED.format(arguments=[task, *(["--dry-run"] if task == "db.upgrade" else [])])
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert done.stdout.startswith(("database ", "Would ", "Nothing ")), done.stdout + done.stderr
    assert loaded & NOT_DAILY == set()
    if task == "db.status":  # which rehearses nothing, and knows only its own database
        assert loaded & NOT_TO_LOOK == set()


@pytest.mark.parametrize("dialect", dialects.ALL, ids=lambda one: one.names[0])
@pytest.mark.parametrize("name", [name for name, one in vars(Dialect).items() if isinstance(one, type(part("")))])
def test_a_dialect_has_its_parts(dialect: Dialect, name: str) -> None:
    """Each is an object of the base's kind, which is made once."""
    found = getattr(dialect, name)
    assert isinstance(found, type(getattr(Dialect(), name)))
    assert getattr(dialect, name) is found


def test_words_are_found_where_they_are() -> None:
    """What ``render`` imports when it is asked for is what it names to type checkers, in the modules that it says."""
    tree = ast.parse((SRC / "render" / "__init__.py").read_text(encoding="utf-8"))
    named = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("dbtasks.")
        for alias in node.names
    }
    assert sorted(named) == render.__all__
    assert {name: getattr(render, name).__module__ for name in named} == named
    with pytest.raises(AttributeError, match="no attribute 'poem'"):
        render.__getattr__("poem")


def test_the_package_hands_out_its_names_late() -> None:
    """``import dbtasks`` imports no library; its public names do, when they are used, and there are no others."""
    code = "import sys, dbtasks; print('sqlalchemy' in sys.modules, *map(callable, map(dbtasks.__getattr__, dbtasks.__all__)))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True", "True"]
    with pytest.raises(AttributeError, match="module 'dbtasks' has no attribute 'prepare'"):
        dbtasks.__getattr__("prepare")


@pytest.mark.parametrize(
    ("template", "file"),
    [
        ("alembic.ini", "alembic_db/alembic.ini"),
        ("env.py", "alembic_db/env.py"),
        ("script.py.mako", "alembic_db/script.py.mako"),
        ("default_config.yaml", "config/default_config.yaml"),
    ],
)
def test_what_a_new_project_gets_is_what_is_used_here(template: str, file: str) -> None:
    """The files that ``db.init`` writes are those that this repository itself works with."""
    assert (SRC / "templates" / template).read_text(encoding="utf-8") == (ROOT / file).read_text(encoding="utf-8")


def test_every_template_is_compared() -> None:
    """There is no template that nobody uses."""
    names = {file.name for file in (SRC / "templates").iterdir() if file.is_file()}
    assert names == {"alembic.ini", "env.py", "script.py.mako", "default_config.yaml"}

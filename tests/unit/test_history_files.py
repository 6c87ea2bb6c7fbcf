"""Reading revision files: each that cannot be used is named, with its line where there is one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dbtasks import history
from dbtasks.errors import (
    AlembicFailed,
    DbtasksError,
    DuplicateRevision,
    HistoryMissing,
    MissingParent,
    RevisionBroken,
)
from dbtasks.history import History
from dbtasks.project import Project
from support.repository import Repository

VERSIONS = "alembic_db/versions"
GOOD = '"""Add a1."""\nrevision = "a1"\ndown_revision = None\n'
NO_LINE = "it has no line 'revision = ...'; every file in versions/ is a revision"


def load(environment: Repository, files: dict[str, str]) -> History:
    """Write revision files and read the history."""
    for name, text in files.items():
        environment.write(f"{VERSIONS}/{name}", text)
    return history.load(Project(environment.root))


def test_what_a_file_tells(environment: Repository) -> None:
    """A revision has its id, the first line of its docstring, what it builds on, and its file."""
    text = (
        '"""Add invoices.\n\nRevision ID: b2\n"""\nrevision: str = "b2"\ndown_revision = ("a1",)\ndepends_on = "c3"\n'
    )
    other = '"""Add c3."""\nrevision = "c3"\ndown_revision = None\n'
    revision = load(environment, {"a.py": GOOD, "b.py": text, "c.py": other}).get("b2")
    assert (revision.id, revision.message) == ("b2", "Add invoices")
    assert (revision.parents, revision.depends_on) == (("a1",), ("c3",))
    assert revision.path == environment.path(f"{VERSIONS}/b.py")


def test_what_a_revision_depends_on_comes_first(environment: Repository) -> None:
    """A revision of another branch that is depended on is applied before, and counts as applied with it."""
    text = 'revision = "b2"\ndown_revision = None\ndepends_on = "c3"\n'
    found = load(environment, {"b.py": text, "c.py": 'revision = "c3"\ndown_revision = None\n'})
    assert [one.id for one in found.up((), "b2")] == ["c3", "b2"]
    assert found.effective(("b2",)) == {"b2", "c3"}


@pytest.mark.parametrize("folder", [True, False])
def test_a_history_may_be_empty(environment: Repository, folder: bool) -> None:
    """Without revisions, or without the folder, which git does not keep when it is empty, the history is empty."""
    if not folder:
        environment.remove(VERSIONS)
    found = load(environment, {})
    assert (found.revisions, found.heads, found.head()) == ((), (), None)


def test_reading_runs_no_environment(environment: Repository) -> None:
    """Reading the history does not run ``env.py``, and so needs neither settings nor a database."""
    environment.write("alembic_db/env.py", "raise AssertionError('env.py was run')\n")
    assert load(environment, {"a.py": GOOD}).heads == ("a1",)


@pytest.mark.parametrize("name", ["alembic.ini", "env.py"])
def test_a_missing_environment(environment: Repository, name: str) -> None:
    """Without the migration environment the error names the file that is missing."""
    environment.remove(f"alembic_db/{name}")
    with pytest.raises(HistoryMissing) as caught:
        load(environment, {})
    assert caught.value.path == Path("alembic_db") / name


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        (GOOD + "x = (\n", 4, "SyntaxError: '(' was never closed"),
        (GOOD + "\nraise ValueError('first line.\\nsecond')\n", 5, "ValueError: first line"),
        (GOOD + "import nonsuch_library\n", 4, "ModuleNotFoundError: No module named 'nonsuch_library'"),
        (GOOD + "import json\njson.loads('{')\n", 5, "JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (GOOD + "import sys\nsys.exit(3)\n", 5, "SystemExit: 3"),
        (GOOD + "assert False\n", 4, "AssertionError"),
        ("", None, NO_LINE),
        ("x = 1\n", None, NO_LINE),
        ("revision = 1\n", None, NO_LINE),
    ],
)  # fmt: skip
def test_a_broken_file(environment: Repository, text: str, line: int | None, cause: str) -> None:
    """A file that is no Python, raises, exits or is no revision is named, with the line and the cause on one line."""
    with pytest.raises(RevisionBroken) as caught:
        load(environment, {"a.py": GOOD.replace("a1", "b2"), "broken.py": text})
    assert (caught.value.source.path, caught.value.source.line) == (Path(VERSIONS) / "broken.py", line)
    assert caught.value.cause == cause


@pytest.mark.parametrize("second", ["b.py", "_b.py", "20990101_b.py"])
def test_two_files_with_one_id(environment: Repository, second: str) -> None:
    """Two files with one revision id, of which Alembic would run only one, are both named."""
    with pytest.raises(DuplicateRevision) as caught:
        load(environment, {"a.py": GOOD, second: GOOD + "x = 1\n"})
    assert caught.value.revision == "a1"
    assert sorted(file.as_posix() for file in caught.value.files) == sorted(
        f"{VERSIONS}/{one}" for one in ("a.py", second)
    )


@pytest.mark.parametrize("parents", ['"zz"', '("a1", "zz")'])
def test_a_missing_parent(environment: Repository, parents: str) -> None:
    """A revision that builds on one that no file has is named with it."""
    with pytest.raises(MissingParent) as caught:
        load(environment, {"a.py": GOOD, "b.py": f'revision = "b2"\ndown_revision = {parents}\n'})
    assert (caught.value.file, caught.value.missing) == (Path(VERSIONS) / "b.py", "zz")


def test_what_alembic_alone_knows(environment: Repository) -> None:
    """What only Alembic finds out is told in its words, as an error of ours."""
    with pytest.raises(AlembicFailed) as caught:
        load(environment, {"a.py": GOOD.replace("None", '"b2"'), "b.py": 'revision = "b2"\ndown_revision = "a1"\n'})
    assert caught.value.why() == "Cycle is detected in revisions (a1, b2)."


def test_a_warning_is_no_error(environment: Repository) -> None:
    """A revision file that only warns is used, and its warning is not ours to show."""
    assert load(environment, {"a.py": GOOD + "import warnings\nwarnings.warn('old', stacklevel=1)\n"}).heads == ("a1",)


@pytest.mark.parametrize("name", ["notes.txt", "__init__.py", "README.md", "old/a.py"])
def test_other_files_are_no_revisions(environment: Repository, name: str) -> None:
    """What Alembic does not take for a revision disturbs nothing."""
    assert load(environment, {"a.py": GOOD, name: "("}).heads == ("a1",)


def test_errors_keep_their_cause(environment: Repository, history_of: Callable[[dict[str, str]], History]) -> None:
    """The error that was translated is still there for who needs it."""
    history_of({"a1": ""})
    with pytest.raises(DbtasksError) as caught:
        load(environment, {"b.py": "revision = 'b2'\nraise KeyError('x')\n"})
    assert isinstance(caught.value.__cause__, KeyError)


def test_the_path_may_hold_any_character(environment: Repository, tmp_path: Path) -> None:
    """A project may lie in a folder whose name means something to shells, URLs or ini files."""
    environment.write(f"{VERSIONS}/a.py", GOOD)
    root = environment.root.rename(tmp_path / "100% (a) #1 %(here)s")
    assert history.load(Project(root)).heads == ("a1",)

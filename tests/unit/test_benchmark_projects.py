"""The projects that benchmarks generate are what they say, so that what is measured on them means something."""

from pathlib import Path

import pytest

from benchmarks import projects, report, rows
from benchmarks.clock import Times
from benchmarks.projects import Size
from dbtasks import history
from dbtasks.project import Project
from support.repository import Repository

URL = "sqlite+aiosqlite:///db/database.db"


@pytest.mark.parametrize("size", [Size(9, 4, 2), Size(3, 8, 4)], ids=["columns", "tables"])
def test_a_generated_project_is_valid(tmp_path: Path, size: Size) -> None:
    """Its history has as many revisions and one head, and makes just what its models say."""
    root = tmp_path / "project"
    projects.make(root, size, URL)
    revisions = history.load(Project(root))
    checked = Repository(root, "").inv("db.check")
    assert len(revisions.revisions) == size.revisions
    assert len(revisions.heads) == 1
    assert len(list(root.glob("services/*/database/db_models/models.py"))) == size.services
    assert (checked.code, checked.err) == (0, ""), checked.out


def test_a_generated_project_grows(tmp_path: Path) -> None:
    """One more revision changes the models and the history alike."""
    root = tmp_path / "project"
    projects.make(root, Size(4, 4, 2), URL)
    larger = projects.grow(root, Size(4, 4, 2))
    checked = Repository(root, "").inv("db.check")
    assert larger.revisions == len(history.load(Project(root)).revisions) == 5
    assert (checked.code, checked.err) == (0, ""), checked.out


def test_a_row_says_whether_its_bar_is_reached() -> None:
    """Ratios are of medians, ours to theirs, and a bar that is missed is told."""
    ours, theirs = Times((0.2, 0.3, 0.9)), Times((0.3, 0.3, 0.3))
    assert rows.ratio("a", "SQLite", ours, theirs, 1).met is True
    assert rows.ratio("a", "SQLite", ours, theirs, 0.9).met is False
    assert rows.times_faster("a", "SQLite", ours, theirs, 2).met is False
    assert rows.added("a", "none", ours, theirs, 0.03).met is True
    missed = rows.ratio("a", "SQLite", ours, theirs, 0.9)
    line = "| a | 0.9 at most | 1.00 (0.67 to 3.00), 300 ms to 300 ms | SQLite | **no** |"
    assert report.table([missed]).splitlines()[-1] == line

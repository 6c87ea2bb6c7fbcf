"""What a branch adds, as git tells; and what it changes of what was merged."""

import re
from pathlib import Path

import pytest

from dbtasks import git
from dbtasks.checks import merged, scope
from dbtasks.errors import SinceUnclear
from dbtasks.verify import Asked, asked
from support.checkout import committed
from support.checkout import git as run
from support.repository import Repository
from support.subjects import loaded, subject, write


@pytest.fixture
def branch(environment: Repository) -> Repository:
    """Return a project with a revision on main, one that main has got since, and a branch that adds another."""
    write(environment, "a1", None, "op.execute('SELECT 1')")
    environment.write("model.py", "x = 1\n")
    committed(environment)
    run(environment.root, "checkout", "-q", "-b", "feature")
    write(environment, "b2", "a1", "op.execute('SELECT 2')")
    committed(environment, "Mine")
    run(environment.root, "checkout", "-q", "main")
    write(environment, "c3", "a1", "op.execute('SELECT 3')")
    committed(environment, "Theirs")
    run(environment.root, "checkout", "-q", "feature")
    return environment


def found(tree: Repository, since: str = "") -> list[tuple[str, str, int | None]]:
    """Return code, file and line of what is wrong with merged revisions."""
    asked = subject(tree, scope=scope.of(loaded(tree), since))
    sources = [(one.code, one.source) for one in merged.changed(asked)]
    return [(code, source.path.name, source.line) for code, source in sources if source is not None]


def test_what_is_new(branch: Repository) -> None:
    """It is what main did not have when the branch began; with ``since``, files that git does not track yet as well."""
    history = loaded(branch)
    without, since = scope.of(history, ""), scope.of(history, "main")
    assert [one.id for one in without.added(history.revisions)] == ["b2"]
    assert [one.id for one in without.asked(history.revisions)] == ["a1", "b2"]
    assert [one.id for one in since.asked(history.revisions)] == ["b2"]
    branch.write("new.py", "x = 2\n")
    branch.write("model.py", "x = 3\n")
    changed = scope.of(history, "main")
    assert {path for path in ("new.py", "model.py", "alembic_db/env.py") if changed.has(Path(path))} == {
        "new.py",
        "model.py",
    }
    assert without.has(Path("alembic_db/env.py"))


def test_one_rule_for_checks_and_rehearsals(branch: Repository) -> None:
    """Counted from where the branch began: what main has got since, be it the same revision, changes neither."""
    run(branch.root, "checkout", "-q", "main")
    run(branch.root, "checkout", "-q", "feature", "--", "alembic_db/versions/b2.py")
    committed(branch, "Picked")
    run(branch.root, "checkout", "-q", "feature")
    history = loaded(branch)
    looked_at = scope.of(history, "main").asked(history.revisions)
    assert [one.id for one in looked_at] == ["b2"]
    assert asked.chosen(history, Asked(since="main")) == looked_at
    assert asked.chosen(history, Asked(since="main", revisions="a1")) == ()


def test_a_commit_and_a_tag_will_do(branch: Repository) -> None:
    """``since`` is whatever git takes for a commit."""
    run(branch.root, "tag", "released", "main~1")
    first = run(branch.root, "rev-parse", "main~1").strip()
    for since in ("released", first, "HEAD~1"):
        assert [one.id for one in scope.of(loaded(branch), since).asked(loaded(branch).revisions)] == ["b2"]


def test_merged_revisions_are_left_alone(branch: Repository) -> None:
    """One that others merged since is not missing, and comments and white space are no edit."""
    assert found(branch) == found(branch, "main") == []
    file = branch.path("alembic_db/versions/a1.py")
    file.write_text(f"# why\n{file.read_text(encoding='utf-8')}\n\n", encoding="utf-8")
    assert found(branch) == []


def test_an_edited_revision(branch: Repository) -> None:
    """It is told at the line of its id, committed or not, under another name of the file too."""
    file = branch.path("alembic_db/versions/a1.py")
    file.write_text(file.read_text(encoding="utf-8").replace("SELECT 1", "SELECT 9"), encoding="utf-8")
    assert found(branch) == found(branch, "main") == [("revision-edited", "a1.py", 6)]
    committed(branch, "Edited")
    run(branch.root, "mv", "alembic_db/versions/a1.py", "alembic_db/versions/z.py")
    assert found(branch) == [("revision-edited", "z.py", 6)]
    assert found(branch, "HEAD") == []


def test_a_deleted_revision(branch: Repository) -> None:
    """It is told as long as it is nowhere; a file that was only given another name is there."""
    run(branch.root, "mv", "alembic_db/versions/a1.py", "alembic_db/versions/z.py")
    assert found(branch) == []
    branch.remove("alembic_db/versions/b2.py")
    branch.remove("alembic_db/versions/z.py")
    write(branch, "n1", None, "pass")
    assert found(branch) == [("revision-deleted", "a1.py", None)]


@pytest.mark.parametrize("state", ["no git", "no commit", "no main"])
def test_where_git_cannot_tell(environment: Repository, state: str) -> None:
    """Without a main branch all revisions are new, and nothing is merged; ``since`` then is an error."""
    write(environment, "a1", None, "pass")
    if state != "no git":
        run(environment.root, "init", "-q", "-b", "trunk" if state == "no main" else "main")
    if state == "no main":
        committed(environment)
    history = loaded(environment)
    assert scope.of(history, "") == scope.Scope()
    assert found(environment) == []
    with pytest.raises(SinceUnclear):
        scope.of(history, "main")


def test_a_name_that_git_does_not_know(branch: Repository) -> None:
    """It is an error, which names a branch that is nearly called so."""
    with pytest.raises(SinceUnclear, match=re.escape("Did you mean 'main'?")):
        scope.of(loaded(branch), "mian")
    with pytest.raises(SinceUnclear):
        scope.of(loaded(branch), "--output=x")
    run(branch.root, "checkout", "-q", "--orphan", "alone")
    run(branch.root, "commit", "-q", "-m", "Alone")
    with pytest.raises(SinceUnclear, match="no commit in common"):
        scope.of(loaded(branch), "main")
    assert scope.of(loaded(branch), "") == scope.Scope()


def test_the_id_in_a_file() -> None:
    """It is read without running the file; a file that is no revision has none."""
    assert git.stated("import os\nrevision: str = 'a1'\n") == "a1"
    assert git.stated("x = 1\n") == ""


def test_a_project_deep_in_a_repository(branch: Repository) -> None:
    """Where the project is a folder of a larger repository, its own files are looked at."""
    whole = Repository(branch.root / ".." / "whole", "")
    whole.path("part").mkdir(parents=True)
    run(branch.root, "checkout", "-q", "main~1")
    branch.path("alembic_db").rename(whole.path("part/alembic_db"))
    committed(whole)
    inner = Repository(whole.path("part").resolve(), "")
    inner.write("pyproject.toml", "[tool.dbtasks]\n")
    file = inner.path("alembic_db/versions/a1.py")
    file.write_text(file.read_text(encoding="utf-8").replace("SELECT 1", "SELECT 9"), encoding="utf-8")
    assert found(inner, "main") == [("revision-edited", "a1.py", 6)]
    changed = scope.of(loaded(inner), "main").changed
    assert changed is not None
    assert set(changed) == {Path("pyproject.toml"), Path("alembic_db/versions/a1.py")}

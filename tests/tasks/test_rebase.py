"""``inv db.rebase`` in real working copies of git: which revisions are yours, and behind which they go."""

from pathlib import Path

import pytest

from support.checkout import committed, conflicts, git
from support.messages import fails, revision
from support.repository import Repository, tiny

HEAD = "alembic_db/HEAD"
CAUSE = "git cannot tell which are not on the main branch yet: {}."
UNKNOWN = "It is not known which revisions are yours."
ABSENT = "Only files are changed: the database 'database.db' does not exist.\n"
NO_GIT = "not a git repository (or any of the parent directories): .git"
WAYS = "inv db.rebase --local b2, or --local c3"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a project whose branch main has one revision, without a database."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    repository = tiny(tmp_path / "repository", "")
    add(repository, "a1")
    return committed(repository)


def add(repository: Repository, name: str, *parents: str) -> None:
    """Write a revision, as a developer does: the file HEAD names it."""
    revision(repository, name, parents if len(parents) > 1 else parents[0] if parents else None)
    repository.write(HEAD, f"{name}\n")


def branch(repository: Repository, name: str, start: str = "main") -> None:
    """Begin a branch."""
    git(repository.root, "switch", "-q", "-c", name, start)


def merge(repository: Repository, name: str) -> None:
    """Merge a branch that has a revision of its own, at which git stops."""
    git(repository.root, "merge", "-q", name, code=1)
    assert conflicts(repository) == [HEAD]


def parents(repository: Repository) -> dict[str, str]:
    """Return what each revision builds on, as ``db.history`` shows it."""
    lines = repository.inv("db.history").out.splitlines()
    return {line.split()[0]: line.partition("[")[2].partition("]")[0].removeprefix("after ") for line in lines}


@pytest.fixture
def forked(repository: Repository) -> Repository:
    """Return it on a branch that has b2 and b3, in a merge with main that has c3; git has stopped at HEAD."""
    branch(repository, "labels")
    add(repository, "b2", "a1")
    committed(repository, "b2")
    add(repository, "b3", "b2")
    committed(repository, "b3")
    git(repository.root, "switch", "-q", "main")
    add(repository, "c3", "a1")
    committed(repository, "c3")
    git(repository.root, "switch", "-q", "labels")
    merge(repository, "main")
    return repository


WROTE = "Wrote alembic_db/versions/b2.py: b2 is after c3 now.\nWrote alembic_db/HEAD.\n"
ADD = "Next: git add alembic_db/HEAD alembic_db/versions/b2.py\nNext: inv db.upgrade\n"
STRAIGHT = {"b3": "b2", "b2": "c3", "c3": "a1", "a1": "the first"}


def rebased(repository: Repository, *args: str, expected: str = WROTE + ABSENT + ADD) -> None:
    """Run db.rebase, and see that the branch is straight then and the file HEAD right."""
    done = repository.inv("db.rebase", *args)
    assert (done.code, done.err, done.out) == (0, "", expected)
    assert parents(repository) == STRAIGHT
    assert repository.read(HEAD) == "b3\n"


def test_in_a_merge(forked: Repository) -> None:
    """The first file of the chain is edited, in a merge that has stopped; committed, the next merge has no conflict."""
    rebased(forked)
    git(forked.root, "add", HEAD, "alembic_db/versions/b2.py")
    git(forked.root, "commit", "-q", "-m", "Merge")
    git(forked.root, "switch", "-q", "main")
    git(forked.root, "merge", "-q", "labels")
    assert parents(forked) == STRAIGHT


def test_a_dry_run(forked: Repository) -> None:
    """What would be moved is shown, and no file changes."""
    before = forked.read(HEAD)
    for args in (["db.rebase", "--dry-run"], ["--dry", "db.rebase"]):
        done = forked.inv(*args)
        assert (done.code, done.err) == (0, "")
        assert done.out == (
            "Would put behind c3:\n"
            "  b2  Add b2  (alembic_db/versions/b2.py)\n"
            "  b3  Add b3  (alembic_db/versions/b3.py)\n"
            f"{ABSENT}Nothing was changed.\n"
        )
    assert forked.read(HEAD) == before
    assert parents(forked)["b2"] == "a1"


def test_in_a_rebase_of_git(forked: Repository) -> None:
    """While git replays commits, HEAD detached, each stop is settled; what does not stop needs nothing."""
    git(forked.root, "merge", "--abort")
    git(forked.root, "rebase", "-q", "main", code=1)
    assert conflicts(forked) == [HEAD]
    done = forked.inv("db.rebase")
    assert done.out == WROTE + ABSENT + ADD, done
    git(forked.root, "add", "--all")
    git(forked.root, "-c", "core.editor=true", "rebase", "--continue")
    assert parents(forked) == STRAIGHT
    assert forked.read(HEAD) == "b3\n"


def test_on_main_with_a_remote(repository: Repository, tmp_path: Path) -> None:
    """Who works on main itself is told apart from the others by what origin has."""
    clone = Repository(tmp_path / "clone", "")
    git(tmp_path, "clone", "-q", str(repository.root), str(clone.root))
    add(repository, "c3", "a1")
    committed(repository, "c3")
    add(clone, "b2", "a1")
    add(clone, "b3", "b2")
    committed(clone, "b3")
    git(clone.root, "pull", "-q", "--no-rebase", code=1)
    rebased(clone)


def test_in_a_linked_worktree_and_a_subfolder(repository: Repository, tmp_path: Path) -> None:
    """The project may be a folder of the repository, and the working copy a linked worktree."""
    whole = tmp_path / "whole"
    whole.mkdir()
    git(whole, "init", "-q", "-b", "main")
    repository.remove(".git")
    repository.root.rename(whole / "backend")
    git(whole, "add", "--all")
    git(whole, "commit", "-q", "-m", "Begin")
    git(whole, "worktree", "add", "-q", "-b", "labels", str(tmp_path / "linked"))
    inside, linked = Repository(whole / "backend", ""), Repository(tmp_path / "linked" / "backend", "")
    for one, name, parent in ((inside, "c3", "a1"), (linked, "b2", "a1"), (linked, "b3", "b2")):
        add(one, name, parent)
        git(one.root, "add", "--all")
        git(one.root, "commit", "-q", "-m", name)
    git(linked.root, "merge", "-q", "main", code=1)
    rebased(linked)


def test_without_a_conflict(repository: Repository) -> None:
    """New files need not be committed, and without a conflict of git there is nothing to add."""
    add(repository, "c3", "a1")
    committed(repository, "c3")
    add(repository, "b2", "a1")
    add(repository, "b3", "b2")
    rebased(repository, expected=f"{WROTE}{ABSENT}Next: inv db.upgrade\n".replace("Wrote alembic_db/HEAD.\n", ""))


def test_a_renamed_file_is_known_by_its_id(forked: Repository) -> None:
    """A revision that is on main under another name of its file is on main."""
    forked.path("alembic_db/versions/c3.py").rename(forked.path("alembic_db/versions/moved.py"))
    rebased(forked)


@pytest.mark.parametrize("local", [["--local", "b2"], ["--local", "b2,b3"], ["--local", "b2", "--local", "b3"]])
def test_without_git(forked: Repository, local: list[str]) -> None:
    """Without a repository it is said by hand which revisions are yours: the first of them, or each."""
    forked.remove(".git")
    fails(forked, "db.rebase", UNKNOWN, CAUSE.format(NO_GIT), WAYS, cwd="services")
    rebased(forked, *local)


def test_git_is_not_installed(forked: Repository, tmp_path: Path) -> None:
    """A machine without git is told so."""
    told = CAUSE.format("git cannot be run (No such file or directory)")
    fails(forked, "db.rebase", UNKNOWN, told, WAYS, env={"PATH": str(tmp_path)})


def test_no_main_branch(forked: Repository) -> None:
    """Where no branch is called main or master, --main names another; a slip in it is told."""
    git(forked.root, "branch", "-m", "main", "trunk")
    told = CAUSE.format("it has no branch main or master, here or on origin; --main names another")
    fails(forked, "db.rebase", UNKNOWN, told, WAYS)
    fails(
        forked,
        "db.rebase --main trank",
        "git has no branch 'trank'.",
        "--main names the branch whose revisions stay where they are. Did you mean 'trunk'?",
        "git branch --all",
    )
    fails(
        forked,
        "db.rebase --main=--all",
        "git has no branch '--all'.",
        "--main names the branch whose revisions stay where they are.",
        "git branch --all",
    )
    rebased(forked, "--main", "trunk")


def test_everything_is_on_main(forked: Repository) -> None:
    """What main has is nobody's own: others may have applied it."""
    git(forked.root, "branch", "-f", "both")
    git(forked.root, "add", "--all")
    git(forked.root, "commit", "-q", "-m", "Both")
    git(forked.root, "branch", "-f", "main")
    fails(
        forked,
        "db.rebase",
        "No revision is yours to put behind another.",
        "all of them are on 'main' already, and were perhaps applied elsewhere.",
        f"inv db.merge, or if nobody has applied it yet: {WAYS}",
    )


def test_nothing_is_on_main(forked: Repository) -> None:
    """Two branches that are both yours: --onto says which is the first."""
    git(forked.root, "branch", "-f", "main", "main~1")
    fails(
        forked,
        "db.rebase",
        "It is not clear behind which revision yours are to go.",
        "the history has 2 heads, b3, c3, and none of them is on the main branch.",
        "inv db.rebase --onto b3, or another of them.",
    )
    rebased(forked, "--onto", "c3")


@pytest.mark.parametrize(
    ("command", "what", "why", "fix"),
    [
        (
            "db.rebase --onto b3",
            "Nothing of yours can be put behind b3.",
            "it is your own last revision, and c3 on the other side is not yours to move.",
            "inv db.rebase --onto c3",
        ),
        (
            "db.rebase --onto a1",
            "Nothing can be put behind a1.",
            "it is no head, so that there would still be two; the heads are c3, b3.",
            "inv db.rebase --onto c3, or another of them.",
        ),
        (
            "db.rebase --onto zz",
            "There is no revision 'zz'.",
            "no file in the history has this id, or begins with it.",
            "inv db.history",
        ),
        (
            "db.rebase --local b33",
            "There is no revision 'b33'.",
            "no file in the history has this id, or begins with it. Did you mean 'b3'?",
            "inv db.history",
        ),
        (
            "db.rebase --local b3",
            "b3 cannot be put behind c3.",
            "it builds on b2, which does not come before c3 and is not yours.",
            "inv db.merge, or if that is yours, too: inv db.rebase --onto c3 --local b2",
        ),
        (
            "db.rebase --local b3 --main main",
            "The command line cannot be understood.",
            "--local says which revisions are yours, so that --main means nothing.",
            "inv --help db.rebase",
        ),
    ],
)
def test_what_cannot_be_moved(forked: Repository, command: str, what: str, why: str, fix: str) -> None:
    """What would not make the history straight is refused, and what would is named."""
    fails(forked, command, what, why, fix)


def test_three_heads(forked: Repository) -> None:
    """With more than two heads it is said where to, and one branch is moved at a time."""
    add(forked, "d4", "a1")
    fails(
        forked,
        "db.rebase",
        "Your revisions end in 2 heads: b3, d4.",
        "behind c3 there would be as many; one branch is moved at a time.",
        "inv db.rebase --onto c3 --local b2, then the other behind that, or inv db.merge",
    )
    fails(
        forked,
        "db.rebase --local d4",
        "It is not clear behind which revision yours are to go.",
        "the history has 3 heads, b3, c3, d4, and 2 of them are not yours.",
        "inv db.rebase --onto b3, or another of them.",
    )
    done = forked.inv("db.rebase", "--onto", "c3", "--local", "b2")
    assert "\nThe history then still has 2 heads: d4, b3.\n" in done.out
    assert forked.inv("db.rebase", "--onto", "b3", "--local", "d4").code == 0
    assert parents(forked) == {**STRAIGHT, "d4": "b3"}
    assert forked.read(HEAD) == "d4\n"


def test_a_fork_of_ones_own(forked: Repository) -> None:
    """A local branch that forks is merged first."""
    add(forked, "d4", "b2")
    fails(
        forked,
        "db.rebase",
        "Your revisions end in 2 heads: b3, d4.",
        "behind c3 there would be as many; one branch is moved at a time.",
        "inv db.merge",
    )


def test_a_chain_with_branches_and_merges(forked: Repository) -> None:
    """Inner branches stay as they are, and a merge with what comes before anyhow is no merge any more."""
    add(forked, "b4", "b2")
    add(forked, "b5", "b3", "b4")
    add(forked, "b6", "b5", "c3")
    add(forked, "b7", "b6")
    add(forked, "c4", "c3")
    git(forked.root, "add", "--all")
    git(forked.root, "commit", "-q", "-m", "All")
    done = forked.inv("db.rebase", "--local", "b2")
    assert done.code == 0, done.err
    assert parents(forked) == {
        "b7": "b6", "b6": "b5", "b5": "b3, b4", "b4": "b2", "b3": "b2", "b2": "c4", "c4": "c3", "c3": "a1", "a1": "the first"
    }  # fmt: skip
    assert forked.read(HEAD) == "b7\n"


def test_a_file_that_cannot_be_edited(forked: Repository) -> None:
    """A parent that is computed is named with its line, before anything is changed."""
    file = forked.path("alembic_db/versions/b2.py")
    file.write_text(file.read_text().replace("down_revision = 'a1'", "down_revision = 'a' + '1'"))
    fails(
        forked,
        "db.rebase",
        "The 'down_revision' of alembic_db/versions/b2.py:4 cannot be edited.",
        "it is no plain text, and no tuple of plain texts.",
        "write it out, then run inv db.rebase again.",
    )


def test_nothing_to_do(repository: Repository) -> None:
    """A straight history is left as it is; only a file HEAD that is wrong is put right."""
    for text, told in ((None, ""), ("zz\n", "Wrote alembic_db/HEAD.\n"), ("<<<<<<< HEAD\nzz\n=======\na1\n>>>>>>> b\n", "Wrote alembic_db/HEAD.\nNext: git add alembic_db/HEAD\n")):  # fmt: skip
        if text:
            repository.path(HEAD).write_text(text)
        done = repository.inv("db.rebase")
        assert (done.code, done.err) == (0, "")
        assert done.out == f"Nothing to rebase: the history has one head, a1.\n{told}"
        assert repository.read(HEAD) == "a1\n"
    repository.remove("alembic_db/versions/a1.py")
    assert repository.inv("db.rebase").out == "Nothing to rebase: the history has no revision.\n"


def test_a_merge_settles_the_conflict(forked: Repository) -> None:
    """``db.merge`` names the revision that joins both, and the files that git is to be told of."""
    done = forked.inv("db.merge", "-m", "both", cwd="alembic_db")
    assert (done.code, done.err) == (0, "")
    (file,) = (one for one in forked.revisions() if "both" in one.name)
    assert done.out == (
        f"Wrote alembic_db/versions/{file.name}.\nNext: git add HEAD versions/{file.name}\nNext: inv db.upgrade\n"
    )
    assert forked.read(HEAD) == f"{file.name.split('_')[2]}\n"


def test_a_conflict_stops_nothing_else(forked: Repository) -> None:
    """With git's marks in the file HEAD, everything that only needs the revisions goes on."""
    for command in (
        "db.heads",
        "db.history",
        "db.status",
        "db.services",
        "db.upgrade --rev b2",
        "db.downgrade --rev a1",
    ):
        done = forked.inv(*command.split())
        assert (done.code, done.err) == (0, ""), command
    assert "<<<<<<<" in forked.read(HEAD)


def test_a_new_environment(tmp_path: Path) -> None:
    """``db.init`` writes the file for a history that lacks it, and not for one that is empty or broken."""
    repository = tiny(tmp_path / "repository", "")
    assert repository.inv("db.init").out == "Nothing is missing; no file was written.\n"
    revision(repository, "a1")
    assert "Wrote alembic_db/HEAD\n" in repository.inv("db.init").out
    assert repository.read(HEAD) == "a1\n"
    assert repository.inv("db.init").out == "Nothing is missing; no file was written.\n"
    repository.remove(HEAD)
    revision(repository, "b2", "gone")
    assert repository.inv("db.init").out == "Nothing is missing; no file was written.\n"


def test_plain_alembic_keeps_the_file(tmp_path: Path) -> None:
    """``alembic revision`` and ``alembic merge`` have the file name the head; between two heads it is left alone."""
    repository = tiny(tmp_path / "repository", "")
    for args, changes in (
        (["revision", "-m", "first"], True),
        (["revision", "-m", "second"], True),
        (["revision", "-m", "other", "--head", "base", "--splice"], False),
        (["merge", "-m", "both", "heads"], True),
    ):
        before, files = (
            repository.path(HEAD).read_text() if repository.path(HEAD).exists() else "",
            repository.revisions(),
        )
        done = repository.alembic(*args, cwd="services")
        assert (done.code, done.err) == (0, ""), args
        (new,) = set(repository.revisions()) - set(files)
        assert repository.read(HEAD) == (f"{new.name.split('_')[2]}\n" if changes else before)
    assert repository.inv("db.heads").out.split()[0] == repository.read(HEAD).strip()

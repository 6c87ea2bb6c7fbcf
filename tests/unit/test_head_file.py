"""The file HEAD: what it says, with git's marks in it too, and what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dbtasks import history, render
from dbtasks.errors import FileNotWritten
from dbtasks.history import History, headfile
from dbtasks.history.headfile import HeadProblem, Named
from dbtasks.project import Project
from support.repository import ROOT, Repository

HistoryOf = Callable[[dict[str, str]], History]
CONFLICT = "<<<<<<< HEAD\nb2\n=======\nc3\n>>>>>>> main\n"
WITH_BASE = "<<<<<<< HEAD\nb2\n||||||| 4f2a\na1\n=======\nc3\n>>>>>>> main\n"
LINE = {"a1": "", "b2": "a1"}
FORK = {**LINE, "c3": "a1"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("b2\n", Named(("b2",), is_conflict=False)),
        ("b2\r\n", Named(("b2",), is_conflict=False)),
        ("", Named((), is_conflict=False)),
        ("b2\nc3\n", Named(("b2", "c3"), is_conflict=False)),
        (CONFLICT, Named(("b2", "c3"), is_conflict=True)),
        (WITH_BASE, Named(("b2", "c3"), is_conflict=True)),
        (CONFLICT.replace("\n", "\r\n"), Named(("b2", "c3"), is_conflict=True)),
        (None, None),
    ],
)
def test_what_the_file_says(environment: Repository, text: str | None, named: Named | None) -> None:
    """One id, or of a conflict that git has left those of both sides, without the one before."""
    if text is not None:
        environment.path("alembic_db/HEAD").write_bytes(text.encode())
    assert headfile.read(Project(environment.root)) == named


@pytest.mark.parametrize("text", [None, "a1\n", "b2\nc3\n", CONFLICT])
def test_the_one_head_is_written_once(environment: Repository, history_of: HistoryOf, text: str | None) -> None:
    """Whatever the file said, it names the head then, as one line; the second time it is not touched."""
    found, file = history_of(LINE), environment.path("alembic_db/HEAD")
    if text is not None:
        file.write_text(text)
    assert headfile.follow(found)
    assert file.read_bytes() == b"b2\n"
    assert not headfile.follow(found)
    assert [one.name for one in environment.path("alembic_db").iterdir() if one.name.startswith("HEAD")] == ["HEAD"]


@pytest.mark.parametrize("graph", [{}, FORK])
def test_without_one_head_nothing_is_written(
    environment: Repository, history_of: HistoryOf, graph: dict[str, str]
) -> None:
    """An empty history has no head to name, and of two heads neither is the right one."""
    assert not headfile.follow(history_of(graph))
    assert not environment.path("alembic_db/HEAD").exists()


def test_a_folder_in_its_place(environment: Repository) -> None:
    """What cannot be written is named, and nothing is left beside it."""
    environment.path("alembic_db/HEAD").mkdir()
    with pytest.raises(FileNotWritten) as caught:
        headfile.write(Project(environment.root), "b2")
    assert caught.value.path == Path("alembic_db/HEAD")
    assert not environment.path("alembic_db/HEAD.new").exists()


@pytest.mark.parametrize(
    ("graph", "text", "told"),
    [
        (LINE, "b2\n", ()),
        ({}, None, ()),
        (FORK, "b2\n", ()),
        (LINE, None, ("head-missing", "alembic_db/HEAD is missing: git would not stop two branches from adding a revision each. It names b2.")),
        (LINE, "a1\n", ("head-wrong", "alembic_db/HEAD names a1, and the history ends in b2.")),
        (LINE, "", ("head-wrong", "alembic_db/HEAD names nothing, and the history ends in b2.")),
        ({}, "a1\n", ("head-wrong", "alembic_db/HEAD names a1, and the history ends in no revision.")),
        (LINE, "b2\nc3\n", ("head-wrong", "alembic_db/HEAD names b2 and c3, and the history ends in b2.")),
        (FORK, "a1\n", ("head-wrong", "alembic_db/HEAD names a1, and the history ends in b2, c3.")),
        (FORK, CONFLICT, ("head-conflict", "alembic_db/HEAD holds a conflict of git, between b2 and c3; the history ends in b2, c3.")),
    ],
)  # fmt: skip
def test_what_is_wrong(
    environment: Repository, history_of: HistoryOf, graph: dict[str, str], text: str | None, told: tuple[str, ...]
) -> None:
    """A file that is missing, wrong or in conflict is told as data and in words; two heads are not its fault."""
    if text is not None:
        environment.path("alembic_db/HEAD").write_text(text)
    found = headfile.problems(history_of(graph))
    words = [render.head_problem(one, Project(environment.root))[0] for one in found]
    assert tuple(text for one in zip((one.code for one in found), words, strict=True) for text in one) == told


@pytest.mark.parametrize(
    ("section", "is_hooked"),
    [
        ("[post_write_hooks]\nhooks = head\nhead.type = module\nhead.module = dbtasks.history\n", True),
        ("[post_write_hooks]\nhooks = ruff, head\nruff.type = exec\nruff.executable = ruff\nhead.type = module\nhead.module = dbtasks.history\n", True),
        ("[post_write_hooks]\nhooks = ruff\nruff.type = exec\nruff.executable = ruff\nhead.module = dbtasks.history\n", False),
        ("", False),
    ],
)  # fmt: skip
def test_an_environment_that_does_not_keep_it(environment: Repository, section: str, is_hooked: bool) -> None:
    """An alembic.ini without our hook is told, since plain alembic would leave the file behind; other hooks stay."""
    ini = environment.path("alembic_db/alembic.ini")
    before, _, after = ini.read_text().partition("[post_write_hooks]")
    ini.write_text(before + section + after[after.index("\n[loggers]") :])
    found = history.load(Project(environment.root))
    assert headfile.problems(found) == (() if is_hooked else (HeadProblem("head-hook", ini),))
    assert [one["_hook_name"] for one in found.config.get_hooks_list()] == (["ruff"] if "ruff" in section else [])


def test_this_repository_names_its_head() -> None:
    """The history of this repository has the file, and a working copy needs nothing more."""
    assert headfile.problems(history.load(Project(ROOT))) == ()

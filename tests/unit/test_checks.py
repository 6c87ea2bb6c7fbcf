"""Findings: their codes, the comments that silence them, and how they are shown."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from dbtasks import checks, render
from dbtasks.checks import CODES, Code, Finding, Notice, Problem, linting, silence
from dbtasks.compare import Difference
from dbtasks.dialects.innodb import Kind
from dbtasks.dialects.online import Cost
from dbtasks.errors import ManyHeads, Source
from dbtasks.history import Revision
from dbtasks.project import Project
from dbtasks.render.checks import REVISIONS
from dbtasks.render.problems import KINDS, NOT_PORTABLE, WHAT
from dbtasks.services import Undiscovered
from support.repository import ROOT, Repository
from support.subjects import subject, write

PROJECT = Project(Path("/repo"))
MODEL, OLD = Path("services/shop/db_models/item.py"), Path("alembic_db/versions/a1.py")
ADDED = Finding("models-differ", Difference("add_column", "item", "price"), Source(MODEL, 4))
DROPPED = Finding("models-differ", Difference("drop_table", "old"), None)
LOST = Finding(
    "undiscovered-model",
    Undiscovered("tag", "class", "Tag", Source(Path("a,b:c%.py"), 2)),
    Source(Path("a,b:c%.py"), 2),
)
HEADS = Finding("many-heads", ManyHeads(("a1", "b2"), None), None)
EMPTY = Finding("no-downgrade", Revision("a1", "Add items", (), (), Path("/repo") / OLD), Source(OLD, 9))


def test_codes_are_stable_words() -> None:
    """A code is a short word that a comment can name."""
    assert [code for code in CODES if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)] == []
    assert set(REVISIONS) <= set(CODES)


def test_every_code_is_documented() -> None:
    """docs/checks.md has a section for each code, in the order in which they are shown, and for no other."""
    text = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8").partition("\n# Codes\n")[2]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(CODES)
    assert [part for part in text.split("\n## ")[1:] if len(part.split()) < 12] == []


def test_findings_in_words() -> None:
    """Findings stand under their code, place first, with what to do once for all of them, and are counted."""
    assert render.findings([HEADS, ADDED, DROPPED, EMPTY], PROJECT).splitlines() == [
        "many-heads",
        "  The history has 2 heads: a1, b2.",
        "  fix: inv db.merge, or inv db.rebase",
        "",
        "models-differ",
        "  services/shop/db_models/item.py:4: No revision does this: add the column item.price.",
        "  No revision does this: drop the table old and its rows.",
        '  fix: inv db.revision -m "what changes"',
        "",
        "no-downgrade",
        "  alembic_db/versions/a1.py:9: The revision a1 (Add items) cannot be reverted: its downgrade does nothing.",
        "  fix: write its downgrade; if nothing is to be reverted: # dbtasks: ignore[no-downgrade] and the reason.",
        "",
        "4 findings.",
    ]
    assert render.findings([HEADS], PROJECT).endswith("\n\n1 finding.")


def test_no_finding() -> None:
    """When there is nothing to correct that is said, and JSON is an empty list."""
    assert render.findings([], PROJECT) == "No findings."
    assert render.findings_github([], PROJECT) == "No findings."
    assert json.loads(render.findings_json([], PROJECT)) == []


def test_findings_as_json() -> None:
    """Each finding is an object with the same five keys, place or not."""
    assert json.loads(render.findings_json([ADDED, HEADS], PROJECT)) == [
        {
            "code": "models-differ",
            "what": "No revision does this: add the column item.price.",
            "fix": 'inv db.revision -m "what changes"',
            "file": "services/shop/db_models/item.py",
            "line": 4,
        },
        {
            "code": "many-heads",
            "what": "The history has 2 heads: a1, b2.",
            "fix": "inv db.merge, or inv db.rebase",
            "file": None,
            "line": None,
        },
    ]


def test_findings_for_github() -> None:
    """Annotations escape what would end a property or a command, in the file's name and in the text."""
    broken = Finding("many-heads", ManyHeads(("50%\r\n::error::", "b,2"), None), None)
    assert render.findings_github([broken, ADDED, LOST], PROJECT).splitlines() == [
        "::error title=many-heads::The history has 2 heads: 50%25%0D%0A::error::, b,2. fix: inv db.merge, or inv db.rebase",
        '::error file=services/shop/db_models/item.py,line=4,title=models-differ::No revision does this: add the column item.price. fix: inv db.revision -m "what changes"',
        "::error file=a%2Cb%3Ac%25.py,line=2,title=undiscovered-model::Discovery does not find this table: tag (class Tag). fix: move it into a package 'db_models' below 'services', or import it from one; or name its folder in 'services' or 'models' of [tool.dbtasks]; if it is no table of this database, its file in 'ignore'.",
        "3 findings.",
    ]


def test_annotations_name_files_from_the_repository(tree: Repository) -> None:
    """Where the project lies deep in a repository of git, GitHub is told the way from there."""
    tree.path("../.git").mkdir()
    assert "::error file=project/services/shop/db_models/item.py,line=4," in render.findings_github(
        [ADDED], Project(tree.root)
    )


def heeded(tree: Repository, above: str, here: str, code: Code = "models-differ") -> list[str]:
    """Return what is said of the comments of the findings that are left, for a finding in line 2."""
    file = tree.write("model.py", f"{above or 'import os'}\n{here}\n")
    finding = Finding(code, ADDED.about, Source(file.relative_to(tree.root), 2))
    return [one.unheeded for one in silence.heeded(Project(tree.root), [finding])]


@pytest.mark.parametrize(
    ("above", "here"),
    [
        ("", "class A(Base):  # dbtasks: ignore[models-differ] another team's"),
        ("# dbtasks: ignore[models-differ] another team's", "class A(Base):"),
        ("    # dbtasks:ignore[ models-differ , many-heads ]: another team's", "    class A(Base):"),
        ("x = 1", "class A(Base):  # noqa: N801 # dbtasks: ignore[models-differ] another team's"),
    ],
)
def test_a_comment_silences(tree: Repository, above: str, here: str) -> None:
    """A comment with the code and a reason silences a finding, in its line or alone in the line above."""
    assert heeded(tree, above, here) == []


@pytest.mark.parametrize(
    ("above", "here", "unheeded"),
    [
        ("", "class A(Base):", ""),
        ("", "class A(Base):  # dbtasks: ignore[models-differ]", "models-differ"),
        ("# dbtasks: ignore[models-differ] -", "class A(Base):", "models-differ"),
        ("", "class A(Base):  # dbtasks: ignore[many-heads] fine", ""),
        ("", "class A(Base):  # dbtasks: ignore[many-heads, model-differs] fine", "model-differs"),
        ("", "class A(Base):  # dbtasks: ignore[] fine", ""),
        ("", "class A(Base):  # dbtasks: ignore models-differ", ""),
        ("x = 1  # dbtasks: ignore[models-differ] of the line above", "class A(Base):", ""),
    ],
)
def test_a_comment_that_does_not_count(tree: Repository, above: str, here: str, unheeded: str) -> None:
    """Without a reason, with another code, or at another line, the finding stays; a slip in the comment is kept."""
    assert heeded(tree, above, here) == [unheeded]


def test_a_finding_without_a_line(tree: Repository) -> None:
    """What is at no place or in a whole file cannot be silenced."""
    several = [HEADS, Finding("models-differ", ADDED.about, Source(Path("model.py")))]
    assert list(silence.heeded(Project(tree.root), several)) == several


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("models-differ", " Its ignore comment gives no reason."),
        ("model-differs", " Its ignore comment names 'model-differs', which is no code. Did you mean 'models-differ'?"),
        ("nonsense", " Its ignore comment names 'nonsense', which is no code."),
    ],
)
def test_a_slip_in_a_comment_is_told(word: str, told: str) -> None:
    """The finding says why the comment beside it does not count."""
    finding = Finding(ADDED.code, ADDED.about, ADDED.source, word)
    assert render.findings([finding], PROJECT).splitlines()[1].endswith(f"add the column item.price.{told}")


FACTS = Problem("", "item", "x", "so it is said.", "mysql")
WORDED: list[tuple[Code, str]] = [
    *WHAT,  # type: ignore[list-item]
    *(("unnamed-constraint", kind) for kind in KINDS),
    *((code, kind) for code in ("model-not-portable", "revision-not-portable") for kind in NOT_PORTABLE),
]


@pytest.mark.parametrize(("code", "kind"), WORDED)
def test_every_problem_has_words(code: Code, kind: str) -> None:
    """What is wrong is one sentence with the user's names in it, and so is what to do."""
    about = Problem(kind, FACTS.table, FACTS.item, FACTS.detail, FACTS.dialect)
    what, fix = (
        line.partition(": ")[2]
        for line in render.findings([Finding(code, about, Source(OLD, 9))], PROJECT).splitlines()[1:3]
    )
    assert not re.search(r"[{}]|\.\.|None|  ", what.replace("...", "")), what
    assert "item" in what or "mysql" in what or "so it is said" in what
    assert len(fix) > 20


def test_every_kind_of_problem_has_words() -> None:
    """What the dialects can tell is told by every code that asks them."""
    assert set(get_args(Kind)) <= set(NOT_PORTABLE)
    assert {("unsafe-ddl", cost) for cost in get_args(Cost)} <= set(WHAT)
    assert {code for code, _ in WORDED} <= set(CODES)


def test_a_problem_of_no_table() -> None:
    """Where the table is not known, and where a program has its own advice, the sentence is whole all the same."""
    about = Problem("linted", "", "some-rule", "It blocks.", "postgresql", "Do it {later}.")
    assert render.findings([Finding("unsafe-ddl", about, None)], PROJECT).splitlines()[1:3] == [
        "  a table: It blocks (some-rule)",
        "  fix: Do it {later}.",
    ]


def test_what_was_not_looked_at() -> None:
    """A note tells what is missing, and how many places there are besides those that it names."""
    several = tuple(Source(OLD, line) for line in range(1, 6))
    assert render.unchecked(()) == ""
    assert render.unchecked((Notice("no-linter"), Notice("asks", several))).splitlines() == [
        "note: squawk is not installed, so unsafe DDL on PostgreSQL was not looked for; pip install 'dbtasks[check]'",
        "note: a revision asks the database something, and what it does from there on was not looked at: alembic_db/versions/a1.py:1, alembic_db/versions/a1.py:2, alembic_db/versions/a1.py:3 and 2 more",
    ]


@pytest.mark.parametrize(
    ("dialect", "asked", "told"),
    [("postgresql", (), True), ("sqlite", ("postgresql",), True), ("sqlite", (), False), ("mysql", ("sqlite",), False)],
)
def test_a_missing_linter_is_told(
    environment: Repository, monkeypatch: pytest.MonkeyPatch, dialect: str, asked: tuple[str, ...], told: bool
) -> None:
    """Whoever needs it hears that it is not there; nobody does who has no revision for it."""
    monkeypatch.setattr(linting, "program", lambda: None)
    assert list(checks._notices(subject(environment, dialect, *asked))) == []
    write(environment, "a1", None, "pass")
    assert list(checks._notices(subject(environment, dialect, *asked))) == ([Notice("no-linter")] if told else [])
    monkeypatch.setattr(linting, "program", lambda: "squawk")
    assert list(checks._notices(subject(environment, dialect, *asked))) == []

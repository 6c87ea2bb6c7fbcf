"""Rehearsals without a database: their words, their documentation, and what is remembered of them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dbtasks import render
from dbtasks.cache import nameless
from dbtasks.checks import Finding
from dbtasks.checks.findings import CODES, REHEARSAL_CODES
from dbtasks.errors import LosesRows, Source, UpgradeFails
from dbtasks.history import History
from dbtasks.project import Project
from dbtasks.verify import Rehearsed, Report, cache
from dbtasks.verify.cache import Passed
from dbtasks.verify.ways import has_none
from support.messages import revision
from support.repository import ROOT, Repository

PROJECT = Project(Path("/repo"))
A1 = Rehearsed("a1", "Add items", "sqlite", 1, 3, 0.25)
B2 = Rehearsed("b2", "Add tags", "sqlite", 2, 3, 1.5, has_way_down=False, empty=(("tag", "its check is unknown"),))
C3 = Rehearsed("c3", "Add prices", "sqlite", 3, 3, 0.1, is_applied=False, has_way_down=False)
LOST = Finding("loses-rows", LosesRows("b2", "sqlite", "upgrade", ("2 rows of item",)), Source(Path("b2.py"), 9))
FAILED = Finding("upgrade-fails", UpgradeFails("c3", "sqlite", "no such table."), Source(Path("c3.py"), 4))
REPORT = Report(("sqlite",), (A1, B2, C3), (FAILED, LOST), 2, (("sqlite", "d4"),))


def test_every_code_is_documented() -> None:
    """docs/verify.md has a section for each code, in the order in which they are shown, and for no other."""
    text = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8").partition("\n# Codes\n")[2]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(REHEARSAL_CODES)
    assert [part for part in text.split("\n## ")[1:] if len(part.split()) < 12] == []
    assert set(REHEARSAL_CODES) < set(CODES)


def test_a_report_in_words() -> None:
    """Findings come first, then what was not tried and why, then the time with the slowest."""
    assert render.rehearsal(REPORT, PROJECT).splitlines() == [
        "upgrade-fails",
        "  c3.py:4: On sqlite the upgrade of revision c3 fails: no such table.",
        "  fix: correct its upgrade; what comes after it was not rehearsed.",
        "",
        "loses-rows",
        "  b2.py:9: On sqlite the upgrade of revision b2 loses 2 rows of item.",
        "  fix: keep them (rename or alter instead of drop and create), or state it: accepts_loss = ['item']",
        "",
        "2 findings.",
        "b2 was not reverted on sqlite: it has no way down, or refuses it.",
        "No row could be made up for tag on sqlite: its check is unknown.",
        "Not rehearsed on sqlite, since one before cannot be applied: d4.",
        "3 revisions rehearsed on sqlite in 1.9 s; the slowest was b2 on sqlite, 1.5 s. 2 rehearsals passed before and need no other.",
    ]
    assert render.rehearsal(Report(("sqlite",), (A1,), (), 0), PROJECT) == (
        "1 revision rehearsed on sqlite in 0.2 s; the slowest was a1 on sqlite, 0.2 s. No findings."
    )
    assert render.rehearsal(Report(("sqlite",), (), (), 0), PROJECT) == "Nothing to rehearse."


def test_a_report_as_json() -> None:
    """JSON has the findings as db.check has them, and each revision with its seconds."""
    told = json.loads(render.rehearsal_json(REPORT, PROJECT))
    assert [(one["code"], one["file"], one["line"]) for one in told["findings"]] == [
        ("upgrade-fails", "c3.py", 4),
        ("loses-rows", "b2.py", 9),
    ]
    assert told["rehearsed"][1] == {
        "revision": "b2",
        "message": "Add tags",
        "dialect": "sqlite",
        "seconds": 1.5,
        "applied": True,
        "reverted": False,
        "without_rows": {"tag": "its check is unknown"},
    }
    assert (told["dialects"], told["passed_before"], told["seconds"]) == (["sqlite"], 2, 1.85)
    assert told["not_reached"] == [{"revision": "d4", "dialect": "sqlite"}]


def test_a_report_for_github() -> None:
    """Each finding is an annotation at its file and line; what was not tried and the time are plain lines, as in words."""
    told = render.rehearsal_github(REPORT, PROJECT).splitlines()
    assert told[:3] == [
        "::error file=c3.py,line=4,title=upgrade-fails::On sqlite the upgrade of revision c3 fails: no such table. fix: correct its upgrade; what comes after it was not rehearsed.",
        "::error file=b2.py,line=9,title=loses-rows::On sqlite the upgrade of revision b2 loses 2 rows of item. fix: keep them (rename or alter instead of drop and create), or state it: accepts_loss = ['item']",
        "2 findings.",
    ]
    assert told[3:] == render.rehearsal(REPORT, PROJECT).splitlines()[-4:]


def test_progress() -> None:
    """A bar grows with what is done; numbers stand below each other."""
    many = Rehearsed("a1", "Add items", "mysql", 6, 12)
    assert render.bar(many, coloured=False) == "[ 6/12] ########............ a1 Add items (mysql)"
    assert render.bar(many, coloured=True) == "[ 6/12] \033[32m########\033[0m............ a1 Add items (mysql)"
    assert render.rehearsed(B2) == "[2/3] b2 Add tags (sqlite)  1.5 s"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("CONSTRAINT `ck` failed for `dbtasks_scratch_a442a9106439`.`item`", "CONSTRAINT `ck` failed for `item`"),
        ("no such table dbtasks_scratch_a442a9106439.item", "no such table item"),
        ("no such table: item", "no such table: item"),
    ],
)
def test_words_without_the_scratch_database(words: str, shown: str) -> None:
    """The name of a scratch database, which is another one each time, is left out."""
    assert nameless(words) == shown


@pytest.mark.parametrize(
    ("down", "none"),
    [
        ("pass", True),
        ("raise NotImplementedError", True),
        ("raise NotImplementedError('gone')", True),
        ("op.drop_table('item')", False),
        ("if op: raise ValueError", False),
    ],
)
def test_a_way_down(environment: Repository, down: str, none: bool, history_of: Callable[..., History]) -> None:
    """A downgrade that does nothing, or begins by refusing, is none."""
    history_of({"a1": ""})
    file = revision(environment, "a1", None, "op.create_table('item')")
    file.write_text(file.read_text(encoding="utf-8").replace("pass\n", f"{down}\n"), encoding="utf-8")
    assert has_none(history_of({}).get("a1")) == none


def test_keys(environment: Repository, history_of: Callable[..., History]) -> None:
    """A key changes with the code of a revision, or of one before it, and with the dialect; not with a remark."""
    before = cache.keys(history_of({"a1": "", "b2": "a1", "c3": "a1"}), "sqlite")
    assert len({*before.values(), *cache.keys(history_of({}), "mysql").values()}) == 6
    file = revision(environment, "b2", "a1", upgrade="pass  # a remark")
    assert cache.keys(history_of({}), "sqlite") == before
    file.write_text(file.read_text(encoding="utf-8") + "\nother = 1\n", encoding="utf-8")
    after = cache.keys(history_of({}), "sqlite")
    assert [name for name in before if before[name] != after[name]] == ["b2"]
    revision(environment, "a1", upgrade="print()")
    after = cache.keys(history_of({}), "sqlite")
    assert [name for name in before if before[name] == after[name]] == []


def test_keys_know_what_a_revision_uses(environment: Repository, history_of: Callable[..., History]) -> None:
    """A module of the project or a file that a revision reads counts for it and for those after it, ``env.py`` for all."""
    environment.write("shared/names.py", "import shared.deep\n")
    environment.write("shared/deep.py", "x = 1\n")
    environment.write("data/rows.csv", "1\n")
    history_of({"a1": "", "b2": "a1", "c3": "b2"})
    revision(environment, "b2", "a1", upgrade="import shared.names")
    revision(environment, "c3", "b2", upgrade="open('data/rows.csv').close()")
    for path, expected in {
        "shared/deep.py": ["b2", "c3"],
        "data/rows.csv": ["c3"],
        "alembic_db/env.py": ["a1", "b2", "c3"],
    }.items():
        before = cache.keys(history_of({}), "sqlite")
        environment.write(path, environment.read(path) + "\n# more\n")
        after = cache.keys(history_of({}), "sqlite")
        assert [name for name in before if before[name] != after[name]] == expected


def test_what_is_remembered(tree: Repository) -> None:
    """What passed is known again by its key, whoever else has written in between; a broken file is forgotten."""
    project = Project(tree.root)
    assert cache.passed(project, "sqlite", {"a1": "k1"}) == {}
    one, two = Passed("k1", frozenset({("item", "name"), ("item", "*")})), Passed("k2", frozenset())
    cache.add(project, "sqlite", {"a1": one})
    cache.add(project, "sqlite", {"b2": two})
    cache.add(project, "mysql", {"a1": two})
    assert cache.passed(project, "sqlite", {"a1": "k1", "b2": "k2", "c3": "k3"}) == {"a1": one, "b2": two}
    assert cache.passed(project, "sqlite", {"a1": "k0", "b2": "k2"}) == {"b2": two}
    file = tree.path(".dbtasks_cache/verified.json")
    for broken in ("{", "[]", '{"sqlite": 1}', '{"sqlite": {"a1": 1}}', '{"sqlite": {"a1": {"key": "k1"}}}'):
        file.write_text(broken, encoding="utf-8")
        assert cache.passed(project, "sqlite", {"a1": "k1"}) == {}
    cache.add(project, "sqlite", {"a1": one})
    assert cache.passed(project, "sqlite", {"a1": "k1"}) == {"a1": one}
    assert sorted(one.name for one in file.parent.iterdir()) == [".gitignore", "verified.json"]


def test_a_folder_that_cannot_be_written(tree: Repository) -> None:
    """Where nothing can be remembered nothing is, and that is no error."""
    tree.write(".dbtasks_cache", "a file is in the way")
    cache.add(Project(tree.root), "sqlite", {"a1": Passed("k1", frozenset())})
    assert cache.passed(Project(tree.root), "sqlite", {"a1": "k1"}) == {}

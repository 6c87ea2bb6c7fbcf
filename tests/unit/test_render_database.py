"""Plans, runs, states and histories in words and in JSON: the same result always reads the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dbtasks import render
from dbtasks.history import Direction, History, Revision
from dbtasks.migrate import Report
from dbtasks.plan import Plan
from dbtasks.road import Step
from dbtasks.status import Status

FIRST = Revision("a1", "Create users", (), (), Path("/repo/alembic_db/versions/1_a1_create_users.py"))
SECOND = Revision("b2", "Add invoices", ("a1",), (), Path("/repo/alembic_db/versions/2_b2_add_invoices.py"))


def lines(*several: str) -> str:
    """Return the lines as one text."""
    return "\n".join(several)


@pytest.mark.parametrize(
    ("direction", "current", "steps", "expected"),
    [
        (
            "upgrade",
            (),
            (FIRST, SECOND),
            ["Would apply to shop, from base (nothing applied):", "  a1  Create users", "  b2  Add invoices", "Plan 1a2b3c4d. Nothing was changed."],
        ),
        ("downgrade", ("b2",), (SECOND,), ["Would revert on shop, from b2:", "  b2  Add invoices", "Plan 1a2b3c4d. Nothing was changed."]),
        ("upgrade", ("b2", "c3"), (), ["Nothing to upgrade: shop is at b2, c3."]),
        ("downgrade", (), (), ["Nothing to downgrade: shop is at base (nothing applied)."]),
    ],
)  # fmt: skip
def test_a_plan(
    direction: Direction, current: tuple[str, ...], steps: tuple[Revision, ...], expected: list[str]
) -> None:
    """A plan tells from where it goes, each step, and that nothing has happened."""
    assert render.plan(Plan("shop", direction, current, steps, "1a2b3c4d")) == lines(*expected)


@pytest.mark.parametrize(
    ("direction", "count", "heads", "expected"),
    [
        ("upgrade", 1, ("b2",), "1 revision applied. shop is at b2."),
        ("upgrade", 2, ("b2", "c3"), "2 revisions applied. shop is at b2, c3."),
        ("downgrade", 2, (), "2 revisions reverted. shop is at base (nothing applied)."),
        ("upgrade", 0, ("b2",), "Nothing to upgrade: shop is at b2."),
        ("downgrade", 0, (), "Nothing to downgrade: shop is at base (nothing applied)."),
    ],
)
def test_a_report(direction: Direction, count: int, heads: tuple[str, ...], expected: str) -> None:
    """A report counts the steps and tells where the database is now."""
    steps = tuple(Step("b2", direction, 0.5) for _ in range(count))
    assert render.report(Report("shop", steps, heads), direction) == expected


def status(**changes: object) -> Status:
    """Return the status of a database with one pending revision, with some facts changed."""
    facts: dict[str, object] = {
        "database": "shop",
        "url": "postgresql+asyncpg://ann:***@localhost/shop",
        "environment": "local",
        "exists": True,
        "current": ("a1",),
        "heads": ("b2",),
        "pending": (SECOND,),
        "unknown": (),
    }
    return Status(**{**facts, **changes})  # type: ignore[arg-type]


def test_a_status() -> None:
    """The status has a line for each fact, each pending revision, and the next command."""
    assert render.status(status()) == lines(
        "database     shop  (postgresql+asyncpg://ann:***@localhost/shop)",
        "environment  local",
        "current      a1",
        "head         b2",
        "pending      1 revision",
        "  b2  Add invoices",
        "Next: inv db.upgrade",
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"current": ("b2",), "pending": ()}, ["current      b2", "head         b2", "pending      none"]),
        (
            {"current": (), "exists": False},
            ["current      the database does not exist yet", "head         b2", "pending      1 revision"],
        ),
        ({"current": ()}, ["current      base (nothing applied)", "head         b2", "pending      1 revision"]),
        (
            {"heads": ("b2", "c3")},
            ["head         b2, c3", "The history has several heads. Next: inv db.merge or inv db.rebase"],
        ),
        (
            {"current": ("zz",), "unknown": ("zz",)},
            [
                "current      zz",
                "The database records zz, which no revision file has: it comes from another branch. Next: inv db.sync",
            ],
        ),
    ],
)
def test_a_status_of_another_kind(changes: dict[str, object], expected: list[str]) -> None:
    """A database that is up to date, missing, empty, unknown, or under two heads is told as that."""
    shown = render.status(status(**changes)).splitlines()
    assert [line for line in expected if line not in shown] == []
    advice = [line for line in shown if "Next:" in line or "no revision file" in line]
    assert len(advice) == (0 if changes.get("pending") == () else 1)


def test_a_status_as_json() -> None:
    """The JSON of a status has every fact, always under the same keys and in the same order."""
    assert render.status_json(status()) == lines(
        "{",
        '  "database": "shop",',
        '  "url": "postgresql+asyncpg://ann:***@localhost/shop",',
        '  "environment": "local",',
        '  "exists": true,',
        '  "current": [',
        '    "a1"',
        "  ],",
        '  "heads": [',
        '    "b2"',
        "  ],",
        '  "pending": [',
        "    {",
        '      "id": "b2",',
        '      "message": "Add invoices"',
        "    }",
        "  ],",
        '  "unknown": [],',
        '  "sourceless": [],',
        '  "migrating": null,',
        '  "edited": [],',
        '  "never_run": [],',
        '  "unfinished": null',
        "}",
    )


def test_a_history(history_of: Callable[[dict[str, str]], History]) -> None:
    """The history is shown newest first, with what each revision builds on, and heads and merges marked."""
    found = history_of({"a1": "", "b2": "a1", "c3": "a1", "d4": "b2 c3", "e5": "d4", "f6": "d4"})
    first, *_, merge, second, last = reversed(render.history(found, {}).splitlines())
    assert sorted([second, last]) == ["e5  Add e5  [after d4] (head)", "f6  Add f6  [after d4] (head)"]
    assert merge == "d4  Add d4  [after b2, c3] (merge)"
    assert first == "a1  Add a1  [the first]"
    assert render.heads(found, found.project) == lines(
        "e5  Add e5  (alembic_db/versions/e5.py)", "f6  Add f6  (alembic_db/versions/f6.py)"
    )


def test_an_empty_history(history_of: Callable[[dict[str, str]], History]) -> None:
    """Where there is no revision yet, the command that drafts the first one is named."""
    found = history_of({})
    assert render.history(found, {}) == 'The history is empty. Next: inv db.revision -m "create the first tables"'
    assert render.heads(found, found.project) == "The history is empty."


def test_a_step(history_of: Callable[[dict[str, str]], History]) -> None:
    """A step tells its direction, its revision and how long it took, so that several stand in columns."""
    found = history_of({"a1": ""})
    assert render.step(Step("a1", "upgrade", 0.126), found) == "  applied  a1  Add a1  (0.13 s)"
    assert render.step(Step("a1", "downgrade", 61), found) == "  reverted a1  Add a1  (61.00 s)"

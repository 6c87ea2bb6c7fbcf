"""What a migration will do: planned before a database is touched, and checked against it again before it runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dbtasks import migrate, plan
from dbtasks.dialects import urls
from dbtasks.errors import (
    DatabaseMoved,
    DowngradeToBase,
    ManyHeads,
    NoSuchDistance,
    NotReachable,
    RevisionNotGiven,
    UnknownRevision,
)
from dbtasks.history import Direction, History
from dbtasks.plan import Plan
from dbtasks.settings import DatabaseSettings, Settings

HistoryOf = Callable[[dict[str, str]], History]
Way = tuple[Direction, str, str]  # from what the database records to what was asked for

LINE = {"a1": "", "b2": "a1", "c3": "b2", "d4": "c3"}
FORK = {"a1": "", "b2": "a1", "c3": "a1"}
NOBODY = "postgresql+asyncpg://user@127.0.0.1:1/name"  # nothing listens there


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings that name a file in a folder, of which there is neither."""
    return deployment(f"sqlite+aiosqlite:///{tmp_path}/db/name.db")


def deployment(url: str) -> Settings:
    """Return the settings of a deployment with this database."""
    return Settings("local", DatabaseSettings(urls.parse(url, "here")))


def planned(history: History, direction: Direction, current: str, name: str) -> Plan:
    """Return a plan that was made when the database recorded ``current``."""
    heads = tuple(current.split())
    steps = (history.up if direction == "upgrade" else history.down)(heads, name)
    return Plan("shop", direction, heads, steps)


@pytest.mark.parametrize(
    ("way", "now", "remaining"),
    [
        (("upgrade", "", "head"), "", "a1 b2 c3 d4"),
        (("upgrade", "", "head"), "b2", "c3 d4"),
        (("upgrade", "a1", "head"), "d4", ""),
        (("upgrade", "a1", "b2"), "c3", ""),
        (("downgrade", "d4", "a1"), "d4", "d4 c3 b2"),
        (("downgrade", "d4", "a1"), "b2", "b2"),
        (("downgrade", "d4", "b2"), "b2", ""),
        (("downgrade", "c3", "b2"), "a1", ""),
        (("downgrade", "c3", "base"), "", ""),
    ],
)
def test_what_another_process_did_is_not_done_again(history_of: HistoryOf, way: Way, now: str, remaining: str) -> None:
    """Of a plan only those steps are left that the database still needs once the lock is held."""
    history = history_of(LINE)
    left = planned(history, *way).remaining(history, tuple(now.split()))
    assert [step.id for step in left] == remaining.split()


@pytest.mark.parametrize(
    ("way", "now", "why"),
    [
        (("downgrade", "b2", "a1"), "c3", "another process applied c3, which this plan does not know."),
        (("downgrade", "b2", "a1"), "d4", "another process applied c3, d4, which this plan does not know."),
        (("upgrade", "b2", "head"), "a1", "another process reverted b2, on which this plan builds."),
        (("upgrade", "b2", "c3"), "", "another process reverted a1, b2, on which this plan builds."),
    ],
)
def test_a_database_that_went_elsewhere(history_of: HistoryOf, way: Way, now: str, why: str) -> None:
    """A plan that no longer fits the database is not carried out in part."""
    history = history_of(LINE)
    with pytest.raises(DatabaseMoved) as caught:
        planned(history, *way).remaining(history, tuple(now.split()))
    assert (caught.value.database, caught.value.why()) == ("shop", why)


def test_another_branch_is_no_hindrance(history_of: HistoryOf) -> None:
    """What another process applied on another branch leaves an upgrade as it is, and stops a downgrade."""
    history = history_of(FORK)
    up = planned(history, "upgrade", "a1", "b2")
    assert [step.id for step in up.remaining(history, ("c3",))] == ["b2"]
    with pytest.raises(DatabaseMoved):
        planned(history, "downgrade", "b2", "a1").remaining(history, ("b2", "c3"))


def test_a_file_that_does_not_exist_is_empty(history_of: HistoryOf, settings: Settings, tmp_path: Path) -> None:
    """A plan for a file that is not there begins at nothing, and making it creates neither file nor folder."""
    history = history_of(LINE)
    made = plan.upgrade(history, settings, "+2")
    assert (made.database, made.direction, made.current) == ("name.db", "upgrade", ())
    assert [step.id for step in made.steps] == ["a1", "b2"]
    assert not (tmp_path / "db").exists()


@pytest.mark.parametrize("name", ["-1", "+5", "head+1"])
def test_a_distance_counts_from_the_database(history_of: HistoryOf, settings: Settings, name: str) -> None:
    """A distance that the database's place in the history does not allow is an error."""
    with pytest.raises(NoSuchDistance):
        plan.upgrade(history_of(LINE), settings, name)


@pytest.mark.parametrize(("name", "steps"), [("-1", "c3"), ("-3", "c3 b2 a1"), ("b2", "c3"), ("c3", "")])
def test_a_downgrade_begins_where_the_database_is(
    history_of: HistoryOf, settings: Settings, name: str, steps: str
) -> None:
    """A plan to revert begins at what the database records, which it only looks at."""
    history = history_of(LINE)
    migrate.run(history, settings, plan.upgrade(history, settings, "c3"))
    before = Path(str(settings.database.url.database)).read_bytes()
    made = plan.downgrade(history, settings, name)
    assert (made.database, made.direction, made.current) == ("name.db", "downgrade", ("c3",))
    assert [step.id for step in made.steps] == steps.split()
    assert Path(str(settings.database.url.database)).read_bytes() == before


def test_nothing_can_be_reverted_where_nothing_is_applied(history_of: HistoryOf, settings: Settings) -> None:
    """A downgrade of an empty database is an error, whatever revision is named."""
    history = history_of(LINE)
    with pytest.raises(NotReachable):
        plan.downgrade(history, settings, "a1")
    with pytest.raises(NoSuchDistance):
        plan.downgrade(history, settings, "-1")


def test_an_empty_history_has_an_empty_plan(history_of: HistoryOf, settings: Settings) -> None:
    """Where there is no revision there is nothing to apply."""
    assert plan.upgrade(history_of({}), settings).steps == ()


@pytest.mark.parametrize("make", [plan.upgrade, plan.downgrade])
def test_a_name_is_checked_before_the_database(history_of: HistoryOf, make: Callable[..., Plan]) -> None:
    """A revision that does not exist is told without asking a server that might not answer."""
    with pytest.raises(UnknownRevision):
        make(history_of(LINE), deployment(NOBODY), "zz")


def test_two_heads_are_told_before_the_database_is_asked(history_of: HistoryOf) -> None:
    """With two heads an upgrade to head is refused, whatever the database records."""
    with pytest.raises(ManyHeads):
        plan.upgrade(history_of(FORK), deployment(NOBODY))


def test_a_downgrade_needs_a_revision(history_of: HistoryOf) -> None:
    """Without a revision a downgrade is refused with what to write, before anything is looked at."""
    with pytest.raises(RevisionNotGiven) as caught:
        plan.downgrade(history_of(LINE), deployment(NOBODY), "")
    assert str(caught.value) == (
        "db.downgrade needs a revision.\n"
        "  why: -1 reverts the last one, -3 the last three, an id all after it.\n"
        "  fix: inv db.downgrade --rev -1"
    )


def test_a_downgrade_to_base_is_refused(history_of: HistoryOf) -> None:
    """A downgrade to base is a refusal that names db.reset, before anything is looked at."""
    with pytest.raises(DowngradeToBase) as caught:
        plan.downgrade(history_of(LINE), deployment(NOBODY), "base")
    assert caught.value.exit_code == 3
    assert "inv db.reset" in str(caught.value.fix())

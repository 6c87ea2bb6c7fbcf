import pytest

from support.messages import fails, revision
from support.repository import Repository, tiny

UNKNOWN = "no file in the history has this id, or begins with it."
BEYOND = "'{}' leads beyond the end of the history."
HISTORY = "inv db.history"

NAMES = [
    ("db.upgrade --rev 5a17ffee", "There is no revision '5a17ffee'.", UNKNOWN, HISTORY),
    (
        "db.upgrade --rev 77d1e0aa",
        "There is no revision '77d1e0aa'.",
        f"{UNKNOWN} Did you mean '77d0e1aa'?",
        HISTORY,
    ),
    ("db.downgrade --rev haed", "There is no revision 'haed'.", f"{UNKNOWN} Did you mean 'head'?", HISTORY),
    ("db.stamp --rev 5a17ffee", "There is no revision '5a17ffee'.", UNKNOWN, HISTORY),
    (
        "db.upgrade --rev 77d",
        "The revision '77d' is ambiguous.",
        "it is the beginning of '77d0e1aa', '77d9c2bb'.",
        "write more of the id.",
    ),
    ("db.upgrade --rev +3", BEYOND.format("+3"), "2 revisions can be counted from there upwards.", HISTORY),
    ("db.downgrade --rev -1", BEYOND.format("-1"), "0 revisions can be counted from there downwards.", HISTORY),
    (
        "db.downgrade --rev 77d0e1aa",
        "The database, at base, cannot be downgraded to '77d0e1aa'.",
        "this revision lies in the other direction, or on another branch.",
        "inv db.upgrade --rev 77d0e1aa",
    ),
    (
        "db.sql --rev head:head",
        "No SQL can be written for 'head:head'.",
        "a range is written FROM:TO, and TO comes after FROM to go up, before it to go down.",
        "inv db.sql --rev base:head",
    ),
    ("db.merge", "There is nothing to merge.", "the history has one head: 77d9c2bb.", None),
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return one project with two revisions and no database for all of these: nothing changes it."""
    repository = tiny(tmp_path_factory.mktemp("revisions") / "repository", "")
    revision(repository, "77d0e1aa")
    revision(repository, "77d9c2bb", "77d0e1aa")
    return repository


@pytest.mark.parametrize(("command", "what", "why", "fix"), NAMES)
def test_a_name_that_means_nothing(repository: Repository, command: str, what: str, why: str, fix: str | None) -> None:
    """A revision that does not exist, is ambiguous or cannot be reached is told before a database is made."""
    fails(repository, command, what, why, fix, cwd="services/shop/database")


def test_an_unknown_service(repository: Repository) -> None:
    """``--service`` with a name that no service has is told with the nearest one."""
    fails(
        repository,
        "db.revision -m x --service shpo",
        "There is no service 'shpo'.",
        "discovery found 'shop'. Did you mean 'shop'?",
        "inv db.services",
    )

from pathlib import Path

import pytest

from support.messages import fails
from support.repository import Repository, tiny

NO_MESSAGE = (
    "The revision has no message.",
    "the message names the file and tells the others what the revision is for.",
    'inv db.revision -m "add invoices"',
)

SLIPS = [
    (
        "db.upgrde",
        "There is no task 'db.upgrde'.",
        "tasks.py holds no such task. Did you mean 'db.upgrade'?",
        "inv --list",
    ),
    ("nonsense", "There is no task 'nonsense'.", "tasks.py holds no such task.", "inv --list"),
    (
        "db.upgrade --rve head",
        "The task db.upgrade has no flag '--rve'.",
        "its flags are --rev, --dry-run, --plan, --confirm, --no-set-aside, --lock-timeout. Did you mean '--rev'?",
        "inv --help db.upgrade",
    ),
    (
        "db.heads --json",
        "The task db.heads has no flag '--json'.",
        "it has no flag at all.",
        "inv --help db.heads",
    ),
    ("--nonsense db.heads", "inv has no flag '--nonsense'.", "Invoke itself defines no such flag.", "inv --help"),
    (
        "db.upgrade --rev",
        "The command line cannot be understood.",
        "the flag --rev needs a value.",
        "inv --help db.upgrade",
    ),
    (
        "db.revision -m",
        "The command line cannot be understood.",
        "the flag --message needs a value.",
        "inv --help db.revision",
    ),
    ("db.revision", *NO_MESSAGE),
    ("db.revision -m ''", *NO_MESSAGE),
    ("db.revision -m ' '", *NO_MESSAGE),
    ("db.revision --empty", *NO_MESSAGE),
    (
        "db.downgrade",
        "db.downgrade needs a revision.",
        "-1 reverts the last one, -3 the last three, an id all after it.",
        "inv db.downgrade --rev -1",
    ),
    (
        "db.stamp",
        "db.stamp needs a revision.",
        "stamping records a revision and runs nothing.",
        "inv db.stamp --rev head",
    ),
    (
        "db.check --format gitub",
        "The flag --format does not know 'gitub'.",
        "it knows 'text', 'json', 'github'. Did you mean 'github'?",
        "inv --help db.check",
    ),
    (
        "db.check --format xml",
        "The flag --format does not know 'xml'.",
        "it knows 'text', 'json', 'github'.",
        "inv --help db.check",
    ),
    (
        "db.revision -m x --dialects postgres",
        "The flag --dialects does not know 'postgres'.",
        "it knows 'sqlite', 'postgresql', 'mysql', 'mariadb'. Did you mean 'postgresql'?",
        "inv --help db.revision",
    ),
    (
        "db.check --json --format github",
        "The command line cannot be understood.",
        "--json and --format github ask for two formats.",
        "inv --help db.check",
    ),
    (
        "db.verify --format gitub",
        "The flag --format does not know 'gitub'.",
        "it knows 'text', 'json', 'github'. Did you mean 'github'?",
        "inv --help db.verify",
    ),
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return one project for all of these: nothing changes it."""
    return tiny(tmp_path_factory.mktemp("slips") / "repository", "")


@pytest.mark.parametrize(("command", "what", "why", "fix"), SLIPS)
def test_a_slip(repository: Repository, command: str, what: str, why: str, fix: str) -> None:
    """A task, a flag or a value that is not there is told with the nearest word and the next command."""
    fails(repository, command, what, why, fix)


def test_downgrade_to_base_is_refused(repository: Repository) -> None:
    """``--rev base`` would drop everything: it is refused with the exit code of a refusal, and names db.reset."""
    fails(
        repository,
        "db.downgrade --rev base",
        "db.downgrade --rev base was refused; nothing was changed.",
        "it drops every table with its data, and downgrades written long ago often cannot run.",
        "inv db.reset, or to keep one revision: inv db.downgrade --rev REVISION",
        code=3,
        cwd="services/shop",
    )


def test_a_typo_stops_the_tasks_before_it(repository: Repository, tmp_path: Path) -> None:
    """With two tasks on one line, a slip in the second leaves the first one undone."""
    url = f"sqlite+aiosqlite:///{tmp_path}/database.db"
    fails(
        repository,
        "db.create db.status --jsn",
        "The task db.status has no flag '--jsn'.",
        "its flags are --json. Did you mean '--json'?",
        "inv --help db.status",
        env={"DATABASE_URL": url},
    )
    assert not list(tmp_path.iterdir())

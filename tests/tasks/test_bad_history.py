from pathlib import Path

import pytest
from sqlalchemy import URL

from support.messages import PASSWORD, fails, revision
from support.repository import Repository, Sql, tiny

BAD = "alembic_db/versions/bad.py"
HEAD = 'revision = "3f1c9a"\ndown_revision = "77d0e1"\n'

BROKEN = [
    (HEAD + "\n\ndef upgrade(:\n", f"{BAD}:5", "SyntaxError: invalid syntax.", "correct that line."),
    (
        HEAD + "import nothing_here\n",
        f"{BAD}:3",
        "ModuleNotFoundError: No module named 'nothing_here'.",
        "correct that line.",
    ),
    (
        "def upgrade():\n    pass\n",
        BAD,
        "it has no line 'revision = ...'; every file in versions/ is a revision.",
        "correct the file, or move it out of versions/.",
    ),
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a project with one revision and no database."""
    repository = tiny(tmp_path / "repository", "")
    revision(repository, "77d0e1")
    return repository


@pytest.mark.parametrize(("text", "place", "why", "fix"), BROKEN)
def test_a_broken_file(repository: Repository, text: str, place: str, why: str, fix: str) -> None:
    """A revision file that cannot be loaded is told with its file and line."""
    repository.write(BAD, text)
    fails(repository, "db.upgrade", f"The revision file {place} cannot be loaded.", why, fix)


def test_a_broken_file_that_repeats_the_password(repository: Repository) -> None:
    """The password of the URL is hidden where a revision's own error repeats it."""
    repository.write(BAD, HEAD + "import os\nraise RuntimeError(os.environ['DATABASE_URL'])\n")
    fails(
        repository,
        "db.history",
        f"The revision file {BAD}:4 cannot be loaded.",
        "RuntimeError: postgresql+asyncpg://ann:***@localhost/shop.",
        "correct that line.",
        env={"DATABASE_URL": f"postgresql+asyncpg://ann:{PASSWORD}@localhost/shop"},
    )


def test_two_files_with_one_id(repository: Repository) -> None:
    """Two files with one revision id are an error, of which Alembic only warns before it leaves one of them out."""
    revision(repository, "77d0e1", file="copy")
    fails(
        repository,
        "db.upgrade",
        "The revision id '77d0e1' stands in 2 files.",
        "alembic_db/versions/77d0e1.py and alembic_db/versions/copy.py both have it, and only one would ever run.",
        "give one of them another id, or delete the copy.",
    )


def test_a_file_missing_in_the_chain(repository: Repository) -> None:
    """A revision that builds on one without a file is named with its file."""
    revision(repository, "9ab204", "3f1c9a")
    fails(
        repository,
        "db.upgrade",
        "The revision '3f1c9a' is missing.",
        "alembic_db/versions/9ab204.py builds on it, and no file has it.",
        "bring its file back (git log --diff-filter=D), or correct 'down_revision'.",
    )


@pytest.mark.parametrize("command", ["db.upgrade", "db.revision -m more", "db.reset --confirm database.db"])
def test_two_heads(repository: Repository, command: str) -> None:
    """With two heads nothing is applied, drafted or dropped, and both ways out are named."""
    revision(repository, "9ab204", "77d0e1")
    revision(repository, "3f1c9a", "77d0e1")
    fails(
        repository,
        command,
        "The history has 2 heads: 3f1c9a, 9ab204.",
        "they were added after 77d0e1, probably on 2 branches.",
        "inv db.merge   # joins them by one more revision\n       inv db.rebase  # puts yours behind the other",
    )


@pytest.mark.parametrize(
    "command", ["db.upgrade", "db.downgrade --rev -1", "db.plan", "db.drift", "db.repair", "db.sync"]
)
def test_a_database_at_a_revision_that_no_file_has(
    sqlite_repository: Repository, sqlite_url: URL, sql: Sql, command: str
) -> None:
    """A database that another branch migrated is left as it is."""
    revision(sqlite_repository, "77d0e1")
    sql(
        sqlite_url,
        "CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES ('gone')",
    )
    fails(
        sqlite_repository,
        command,
        f"The database '{Path(sqlite_url.database or '').name}' is at 'gone', which no revision file has.",
        "another branch was applied to it, or the file was deleted or renamed; and the database has not kept the source of "
        "'gone', which was stamped, or applied before dbtasks came.",
        "check out the branch that has it (git log --all --diff-filter=A -- '*gone*') and downgrade there, or bring the "
        "file back.",
    )

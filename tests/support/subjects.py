"""What checks look at, without models and without a scratch database."""

from textwrap import dedent, indent

from dbtasks import history, settings
from dbtasks.checks import Finding, Subject
from dbtasks.checks.recording import Recording
from dbtasks.checks.recordings import Recordings
from dbtasks.checks.scope import Scope
from dbtasks.history import History
from dbtasks.project import Project
from dbtasks.services import Models
from support.repository import Repository

URLS = {
    "sqlite": "sqlite+aiosqlite:///db.db",
    "postgresql": "postgresql+asyncpg://nobody@nowhere/shop",
    "mysql": "mysql+aiomysql://nobody@nowhere/shop",
}
FIRST_LINE = 11  # of what a revision does
NO_MODELS = Models((), (), (), ())
REVISION = '''
"""Revision {name}."""

import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = {after!r}


def upgrade() -> None:
{up}


def downgrade() -> None:
{down}
'''


def write(tree: Repository, name: str, after: str | None, up: str, down: str = "pass") -> None:
    """Write a revision; what it does begins in line :data:`FIRST_LINE`."""
    bodies = {"up": indent(dedent(up).strip(), "    "), "down": indent(dedent(down).strip(), "    ")}
    tree.write(f"alembic_db/versions/{name}.py", REVISION.format(name=name, after=after, **bodies))


def loaded(tree: Repository) -> History:
    """Return the history as it is on disk now."""
    return history.load(Project(tree.root))


def recorded(tree: Repository, up: str, dialect: str = "sqlite", down: str = "pass") -> Recording:
    """Return what a revision does on the way up."""
    write(tree, "a1", None, up, down)
    found = loaded(tree)
    return Recordings(found).of(found.get("a1"), dialect)


def subject(tree: Repository, dialect: str = "sqlite", *asked: str, scope: Scope | None = None) -> Subject:
    """Return the subject of checks that look at revisions only, for a project whose database is of a dialect."""
    found = loaded(tree)
    configured = settings.load(found.project, {"DATABASE_URL": URLS[dialect]})
    return Subject(found, configured, NO_MODELS, (), scope or Scope(), Recordings(found), asked)


def places(findings: list[Finding]) -> list[tuple[str, int]]:
    """Return the revision and the line, counted from the first thing that it does, of each finding."""
    sources = [one.source for one in findings if one.source is not None]
    return [(one.path.stem, (one.line or 0) - FIRST_LINE + 1) for one in sources]

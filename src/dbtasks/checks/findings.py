"""What a check looks at, and what it finds."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from dbtasks.checks.recordings import Recordings
from dbtasks.checks.scope import Scope
from dbtasks.compare import Difference
from dbtasks.errors import DbtasksError, Source
from dbtasks.history import History, Revision
from dbtasks.history.headfile import HeadProblem
from dbtasks.scratch import Made
from dbtasks.services import Models, Undiscovered
from dbtasks.settings import Settings

# Those that only a rehearsal finds (dbtasks.verify).
RehearsalCode = Literal[
    "upgrade-fails",
    "upgrade-fails-on-rows",
    "downgrade-fails",
    "downgrade-differs",
    "upgrade-not-repeatable",
    "loses-rows",
]
# In the order in which they are shown. A code is a promise: it stands in comments and in settings of pipelines.
Code = Literal[
    "many-heads",
    "head-file",
    "revision-edited",
    "revision-deleted",
    "model-moved",
    "undiscovered-model",
    "models-differ",
    "no-downgrade",
    "irreversible",
    "lossy",
    "unnamed-constraint",
    "unsafe-ddl",
    "model-not-portable",
    "revision-not-portable",
    RehearsalCode,
]
CODES: tuple[Code, ...] = get_args(Code)
REHEARSAL_CODES: tuple[RehearsalCode, ...] = get_args(RehearsalCode)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asks for besides.

    Attributes:
        since: the branch, tag or commit since which to look; "" to look at everything.
        dialects: those on which models and history are to work as well.
    """

    since: str = ""
    dialects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything that a check may look at.

    Attributes:
        here: a scratch database at the history's head, when there is one already.
    """

    history: History
    settings: Settings
    models: Models
    undiscovered: tuple[Undiscovered, ...]
    scope: Scope
    recordings: Recordings
    dialects: tuple[str, ...] = ()
    here: Made | None = None

    @property
    def dialect(self) -> str:
        """Return the name of the project's own dialect."""
        return self.settings.database.url.get_backend_name()

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """Return the revisions to look at, oldest first: all, or those that the branch adds."""
        return self.scope.asked(self.history.revisions)

    @property
    def new(self) -> tuple[Revision, ...]:
        """Return those that are not on the main branch yet, oldest first; all, when git cannot tell."""
        return self.scope.added(self.history.revisions)

    def at(self, revision: Revision, line: int | None) -> Source:
        """Return a place in a revision's file."""
        return Source(self.history.project.relative(revision.path), line)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an operation of a revision, or with a table of a model.

    Attributes:
        kind: the word for it, which ``render`` has a sentence for.
        table: the full name of the table; "" when it is not known.
        item: the column, index or constraint, if it is about one.
        detail: what else there is to say, such as two types, or what a program says of it.
        dialect: the dialect on which it is a problem; "" when it is one everywhere.
        fix: what a program advises; "" when ``render`` knows.
    """

    kind: str
    table: str = ""
    item: str = ""
    detail: str = ""
    dialect: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was not looked at, which is no finding and which a user should know.

    Attributes:
        kind: no-linter: the program that judges SQL is not installed; asks: revisions ask the database something.
        places: where.
    """

    kind: Literal["no-linter", "asks"]
    places: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to correct before a change is merged.

    Attributes:
        code: the stable word for its kind.
        about: what was found, which ``render`` has words for; an error has its own.
        source: where; None when it is at no one place.
        unheeded: the code of an ignore comment there that does not count: this one when the reason is missing, or a
            word that is no code; empty when there is no such comment.
    """

    code: Code
    about: Difference | Undiscovered | Revision | HeadProblem | Problem | DbtasksError
    source: Source | None
    unheeded: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of the checks.

    Attributes:
        findings: what is to be corrected, by code, file and line; empty when everything holds.
        notices: what could not be looked at.
        scope: what the branch adds.
    """

    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...] = ()
    scope: Scope = field(default_factory=Scope)

"""What a check looks at, and what it finds."""

from dataclasses import dataclass
from typing import Literal, get_args

from dbtasks.compare import Difference
from dbtasks.errors import DbtasksError, Source
from dbtasks.history import History, Revision
from dbtasks.history.headfile import Problem
from dbtasks.services import Models, Undiscovered
from dbtasks.settings import Settings

# In the order in which they are shown. A code is a promise: it stands in comments and in settings of pipelines.
Code = Literal[
    "many-heads", "head-file", "model-moved", "undiscovered-model", "models-differ", "no-downgrade", "irreversible"
]
CODES: tuple[Code, ...] = get_args(Code)
# Those that only a rehearsal finds (dbtasks.verify).
RehearsalCode = Literal[
    "upgrade-fails",
    "upgrade-fails-on-rows",
    "downgrade-fails",
    "downgrade-differs",
    "upgrade-not-repeatable",
    "loses-rows",
]
REHEARSAL_CODES: tuple[RehearsalCode, ...] = get_args(RehearsalCode)


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything that a check may look at."""

    history: History
    settings: Settings
    models: Models
    undiscovered: tuple[Undiscovered, ...]


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

    code: Code | RehearsalCode
    about: Difference | Undiscovered | Revision | Problem | DbtasksError
    source: Source | None
    unheeded: str = ""

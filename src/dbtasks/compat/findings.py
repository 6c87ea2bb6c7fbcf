"""What old code meets on a new schema, as data that goes from one process to another."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from dbtasks.errors import Source

# In the order in which they are shown. A code is a promise: it stands in settings of pipelines.
Code = Literal[
    "table-missing",
    "column-missing",
    "column-required",
    "column-generated",
    "null-refused",
    "default-missing",
    "type-changed",
    "type-narrowed",
    "enum-member-missing",
    "enum-member-new",
    "constraint-new",
    "statement-fails",
]
CODES: tuple[Code, ...] = get_args(Code)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that old code does and that the new schema does not allow.

    Attributes:
        code: the stable word for its kind.
        service: the service whose old code it is.
        model: the name of its class; of the table when there is no class.
        source: where that stands at the ref, from the project's root.
        table: the table's full name.
        item: the column or the constraint; empty when it is the table.
        detail: the new name, type, value or members, as the kind needs it; empty when there is nothing to say.
        breaks: what fails or goes wrong: "reads", "INSERTs", "UPDATEs".
        tried: what the database answered the old code's own statement; empty when it was compared, not tried.
        unheeded: the code of an ignore comment that does not count: this one when the reason is missing, or a word that
            is no code; empty when there is no such comment.
    """

    code: Code
    service: str
    model: str
    source: Source
    table: str
    item: str = ""
    detail: str = ""
    breaks: tuple[str, ...] = ()
    tried: str = ""
    unheeded: str = ""

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "source": [self.source.path.as_posix(), self.source.line]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Finding":
        """Return the finding that another process has sent."""
        path, line = data["source"]
        return cls(**{**data, "source": Source(Path(path), line), "breaks": tuple(data["breaks"])})


@dataclass(frozen=True, slots=True)
class Untried:
    """A table into which the old code's INSERT could not be tried, so that it was compared only."""

    table: str
    cause: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    Attributes:
        tables: how many tables the old code maps.
        findings: what breaks, by code, service, table and column; empty when nothing does.
        untried: the tables that could only be compared.
    """

    tables: int
    findings: tuple[Finding, ...]
    untried: tuple[Untried, ...]

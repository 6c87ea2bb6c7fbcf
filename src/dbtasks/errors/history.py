"""Errors of the revisions on disk, and of revisions that a user names."""

from pathlib import Path

from dbtasks.errors.base import DbtasksError, Source, counted, did_you_mean, quoted


class HistoryMissing(DbtasksError):
    """The migration environment is not there."""

    path: Path

    def what(self) -> str:
        return f"The migration environment {self.path.as_posix()} does not exist."

    def why(self) -> str:
        return "alembic.ini, env.py and the revisions live there."

    def fix(self) -> str:
        return "inv db.init"


class RevisionBroken(DbtasksError):
    """A revision file cannot be loaded."""

    quotes_others = True

    source: Source
    cause: str

    def what(self) -> str:
        return f"The revision file {self.source} cannot be loaded."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return "correct that line." if self.source.line else "correct the file, or move it out of versions/."


class DuplicateRevision(DbtasksError):
    """Two files have the same revision id; Alembic would silently run only one of them."""

    revision: str
    files: tuple[Path, ...]

    def what(self) -> str:
        return f"The revision id '{self.revision}' stands in {len(self.files)} files."

    def why(self) -> str:
        return f"{' and '.join(f.as_posix() for f in self.files)} both have it, and only one would ever run."

    def fix(self) -> str:
        return "give one of them another id, or delete the copy."


class MissingParent(DbtasksError):
    """A revision stands on one that no file has."""

    file: Path
    missing: str

    def what(self) -> str:
        return f"The revision '{self.missing}' is missing."

    def why(self) -> str:
        return f"{self.file.as_posix()} builds on it, and no file has it."

    def fix(self) -> str:
        return "bring its file back (git log --diff-filter=D), or correct 'down_revision'."


class UnknownRevision(DbtasksError):
    """A revision was named that no file has."""

    revision: str
    known: tuple[str, ...]

    def what(self) -> str:
        return f"There is no revision '{self.revision}'."

    def why(self) -> str:
        return f"no file in the history has this id, or begins with it.{did_you_mean(self.revision, self.known)}"

    def fix(self) -> str:
        return "inv db.history"


class AmbiguousRevision(DbtasksError):
    """The beginning of a revision id fits several."""

    prefix: str
    matches: tuple[str, ...]

    def what(self) -> str:
        return f"The revision '{self.prefix}' is ambiguous."

    def why(self) -> str:
        return f"it is the beginning of {quoted(self.matches)}."

    def fix(self) -> str:
        return "write more of the id."


class NoSuchDistance(DbtasksError):
    """A relative step leads beyond the end of the history."""

    revision: str
    available: int

    def what(self) -> str:
        return f"'{self.revision}' leads beyond the end of the history."

    def why(self) -> str:
        direction = "upwards" if "+" in self.revision else "downwards"
        return f"{counted(self.available, 'revision')} can be counted from there {direction}."

    def fix(self) -> str:
        return "inv db.history"


class NotReachable(DbtasksError):
    """The named revision lies in the other direction, or on another branch."""

    target: str
    current: str
    direction: str

    def what(self) -> str:
        return f"The database, at {self.current}, cannot be {self.direction}d to '{self.target}'."

    def why(self) -> str:
        return "this revision lies in the other direction, or on another branch."

    def fix(self) -> str:
        other = "downgrade" if self.direction == "upgrade" else "upgrade"
        return f"inv db.{other} --rev {self.target}"


class ManyHeads(DbtasksError):
    """The history ends in more than one revision."""

    heads: tuple[str, ...]
    base: str | None

    def what(self) -> str:
        return f"The history has {len(self.heads)} heads: {', '.join(self.heads)}."

    def why(self) -> str:
        after = f"after {self.base}" if self.base else "independently of each other"
        return f"they were added {after}, probably on {len(self.heads)} branches."

    def fix(self) -> str:
        return "inv db.merge   # joins them by one more revision\n       inv db.rebase  # puts yours behind the other"


class NothingToMerge(DbtasksError):
    """There is one head, or none."""

    heads: tuple[str, ...]

    def what(self) -> str:
        return "There is nothing to merge."

    def why(self) -> str:
        return f"the history has one head: {self.heads[0]}." if self.heads else "the history has no revision."


class MessageMissing(DbtasksError):
    """A revision needs a message."""

    command: str

    def what(self) -> str:
        return "The revision has no message."

    def why(self) -> str:
        return "the message names the file and tells the others what the revision is for."

    def fix(self) -> str:
        return f'inv {self.command} -m "add invoices"'


class RevisionNotGiven(DbtasksError):
    """A command that needs a revision was called without one."""

    command: str
    example: str
    explanation: str

    def what(self) -> str:
        return f"db.{self.command} needs a revision."

    def why(self) -> str:
        return f"{self.explanation}."

    def fix(self) -> str:
        return f"inv db.{self.command} --rev {self.example}"


class BadRevisionRange(DbtasksError):
    """A range of revisions is not of the form A:B."""

    value: str
    source: Source | None = None
    cause: str = "a range is written FROM:TO, and TO comes after FROM to go up, before it to go down"

    def what(self) -> str:
        return f"No SQL can be written for '{self.value}'."

    def why(self) -> str:
        return f"{self.cause}{f' ({self.source})' if self.source else ''}."

    def fix(self) -> str:
        return "inv db.sql --rev base:head"

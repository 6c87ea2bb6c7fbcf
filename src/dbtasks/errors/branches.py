"""Errors of histories that branch: which revisions are moved, and behind which."""

from pathlib import Path

from dbtasks.errors.base import DbtasksError, Refused, Source, counted, did_you_mean


class GitCannotTell(DbtasksError):
    """Git does not know which revisions are on the main branch."""

    cause: str
    candidates: tuple[str, ...] = ()

    def what(self) -> str:
        return "It is not known which revisions are yours."

    def why(self) -> str:
        return f"git cannot tell which are not on the main branch yet: {self.cause}."

    def fix(self) -> str:
        return _local(self.candidates)


class UnknownBranch(DbtasksError):
    """Git has no branch of that name."""

    branch: str
    known: tuple[str, ...]

    def what(self) -> str:
        return f"git has no branch '{self.branch}'."

    def why(self) -> str:
        near = did_you_mean(self.branch, self.known)
        return f"--main names the branch whose revisions stay where they are.{near}"

    def fix(self) -> str:
        return "git branch --all"


class NothingLocal(DbtasksError):
    """All revisions are on the main branch, so that none may be moved."""

    main: str
    candidates: tuple[str, ...]

    def what(self) -> str:
        return "No revision is yours to put behind another."

    def why(self) -> str:
        return f"all of them are on '{self.main}' already, and were perhaps applied elsewhere."

    def fix(self) -> str:
        return f"inv db.merge, or if nobody has applied it yet: {_local(self.candidates)}"


class OntoUnclear(DbtasksError):
    """There is not exactly one revision behind which the local ones could go."""

    heads: tuple[str, ...]
    others: tuple[str, ...]

    def what(self) -> str:
        return "It is not clear behind which revision yours are to go."

    def why(self) -> str:
        whose = f"{len(self.others)} of them are not yours" if self.others else "none of them is on the main branch"
        return f"the history has {len(self.heads)} heads, {', '.join(self.heads)}, and {whose}."

    def fix(self) -> str:
        return f"inv db.rebase --onto {(self.others or self.heads)[0]}, or another of them."


class OntoNoHead(DbtasksError):
    """Others build on the revision behind which the local ones are to go."""

    onto: str
    heads: tuple[str, ...]

    def what(self) -> str:
        return f"Nothing can be put behind {self.onto}."

    def why(self) -> str:
        return f"it is no head, so that there would still be two; the heads are {', '.join(self.heads)}."

    def fix(self) -> str:
        return f"inv db.rebase --onto {self.heads[0]}, or another of them."


class NothingBehind(DbtasksError):
    """Everything local comes before the revision behind which it is to go."""

    onto: str
    others: tuple[str, ...]

    def what(self) -> str:
        return f"Nothing of yours can be put behind {self.onto}."

    def why(self) -> str:
        return f"it is your own last revision, and {', '.join(self.others)} on the other side is not yours to move."

    def fix(self) -> str:
        return f"inv db.rebase --onto {self.others[0]}"


class LocalForks(DbtasksError):
    """The local revisions end in several."""

    ends: tuple[str, ...]
    onto: str
    first: str | None  # of a branch that can be moved by itself

    def what(self) -> str:
        return f"Your revisions end in {counted(len(self.ends), 'head')}: {', '.join(self.ends)}."

    def why(self) -> str:
        return f"behind {self.onto} there would be as many; one branch is moved at a time."

    def fix(self) -> str:
        if not self.first:
            return "inv db.merge"
        return f"inv db.rebase --onto {self.onto} --local {self.first}, then the other behind that, or inv db.merge"


class StandsOnOthers(DbtasksError):
    """A revision that is to be moved builds on one that would stay on another branch."""

    revision: str
    parent: str
    onto: str

    def what(self) -> str:
        return f"{self.revision} cannot be put behind {self.onto}."

    def why(self) -> str:
        return f"it builds on {self.parent}, which does not come before {self.onto} and is not yours."

    def fix(self) -> str:
        return f"inv db.merge, or if that is yours, too: inv db.rebase --onto {self.onto} --local {self.parent}"


class OthersStandOn(DbtasksError):
    """A revision that is not to be moved builds on one that is."""

    revision: str
    child: str
    onto: str

    def what(self) -> str:
        return f"{self.revision} cannot be put behind {self.onto}."

    def why(self) -> str:
        return f"{self.child} builds on it and is not yours."

    def fix(self) -> str:
        return "inv db.merge"


class ParentNotPlain(DbtasksError):
    """The line ``down_revision`` of a file is no text that could be replaced."""

    source: Source

    def what(self) -> str:
        return f"The 'down_revision' of {self.source} cannot be edited."

    def why(self) -> str:
        return "it is no plain text, and no tuple of plain texts."

    def fix(self) -> str:
        return "write it out, then run inv db.rebase again."


class FileNotWritten(DbtasksError):
    """A file of the migration environment cannot be written."""

    path: Path
    cause: str

    def what(self) -> str:
        return f"{self.path.as_posix()} cannot be written."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return "make the folder writable, then run the command again."


class SharedRevisions(Refused):
    """Revisions that a protected database knows must not be moved: others run the files as they are."""

    database: str
    environment: str
    revisions: tuple[str, ...]

    def why(self) -> str:
        return (
            f"'{self.database}' ({self.environment}) is protected, and {', '.join(self.revisions)} ran there: "
            f"moved behind another, a file would not tell any more what that database has."
        )

    def fix(self) -> str:
        return "inv db.merge"


def _local(candidates: tuple[str, ...]) -> str:
    first = f"inv db.rebase --local {candidates[0] if candidates else 'REV'}"
    return f"{first}, or --local {' or '.join(candidates[1:])}" if candidates[1:] else first

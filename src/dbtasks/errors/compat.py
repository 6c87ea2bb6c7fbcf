"""Errors of looking at the code of another commit."""

from dbtasks.errors.base import DbtasksError, did_you_mean


class GitNotUsable(DbtasksError):
    """Git cannot give the files of a commit."""

    cause: str

    def what(self) -> str:
        return "The code of another commit cannot be read."

    def why(self) -> str:
        return f"git says: {self.cause}."

    def fix(self) -> str:
        return "run the command in the working copy of a git repository."


class UnknownRef(DbtasksError):
    """Git knows no such commit, branch or tag."""

    ref: str
    known: tuple[str, ...]
    is_shallow: bool

    def what(self) -> str:
        return f"git knows no commit '{self.ref}'."

    def why(self) -> str:
        near = did_you_mean(self.ref, self.known)
        if self.is_shallow:
            return f"this clone is shallow: it has only the newest commits.{near}"
        return f"--from names a commit, a branch or a tag that this clone has.{near}"

    def fix(self) -> str:
        return "git fetch --unshallow --tags" if self.is_shallow else "git fetch --all --tags"


class OldCodeNotUsable(DbtasksError):
    """The code of another commit cannot be loaded, or its schema cannot be made; nothing was compared.

    Attributes:
        problem: what happened, a sentence without its full stop.
        cause: why, likewise.
    """

    quotes_others = True

    ref: str
    problem: str
    cause: str | None = None

    def what(self) -> str:
        return f"The code at '{self.ref}' cannot be looked at. {self.problem}."

    def why(self) -> str:
        return f"{self.cause or 'its process ended without an answer'}."

    def fix(self) -> str:
        return "name a commit whose models can be loaded with the packages that are installed here."

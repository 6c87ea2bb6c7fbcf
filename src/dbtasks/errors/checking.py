"""Errors of the checks that run before a change is merged."""

from dbtasks.errors.base import DbtasksError, did_you_mean


class SinceUnclear(DbtasksError):
    """It is not known what was added since a branch, tag or commit."""

    ref: str
    cause: str
    known: tuple[str, ...] = ()

    quotes_others = True  # git's own words

    def what(self) -> str:
        return f"It is not known what was added since '{self.ref}'."

    def why(self) -> str:
        return f"{self.cause}.{did_you_mean(self.ref, self.known)}"

    def fix(self) -> str:
        return "git fetch origin; in a pipeline: check out with the whole history (fetch-depth: 0, GIT_DEPTH: 0)"


class LinterFailed(DbtasksError):
    """The program that judges the SQL did not do so."""

    program: str
    cause: str

    quotes_others = True

    def what(self) -> str:
        return f"{self.program} could not judge the SQL of the revisions."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return "pip install --upgrade 'dbtasks[check]'"

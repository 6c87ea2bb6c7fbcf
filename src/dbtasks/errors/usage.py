"""Errors of the command line."""

from pathlib import Path

from dbtasks.errors.base import DbtasksError, did_you_mean, quoted


class TasksMissing(DbtasksError):
    """No folder from here upwards has the file that defines the tasks."""

    start: Path
    name: str

    def what(self) -> str:
        return f"There is no {self.name}.py in {self.start} or above it."

    def why(self) -> str:
        return "inv finds the tasks of a repository there."

    def fix(self) -> str:
        return (
            "run the command inside the repository; in a new one, write a tasks.py with "
            "'from dbtasks.tasks import db' and 'ns = Collection(db)' in it."
        )


class UnknownWord(DbtasksError):
    """A task or a flag that does not exist was given."""

    word: str
    task: str
    known: tuple[str, ...]

    def what(self) -> str:
        if self.task:
            return f"The task {self.task} has no flag '{self.word}'."
        return f"inv has no flag '{self.word}'." if self._is_flag else f"There is no task '{self.word}'."

    def why(self) -> str:
        near = did_you_mean(self.word, self.known)
        if self.task:
            return f"its flags are {', '.join(self.known)}.{near}" if self.known else "it has no flag at all."
        return f"{'Invoke itself defines' if self._is_flag else 'tasks.py holds'} no such {self._kind}.{near}"

    def fix(self) -> str:
        if self.task:
            return f"inv --help {self.task}"
        return "inv --help" if self._is_flag else "inv --list"

    @property
    def _is_flag(self) -> bool:
        return self.word.startswith("-")

    @property
    def _kind(self) -> str:
        return "flag" if self._is_flag else "task"


class BadCommandLine(DbtasksError):
    """A flag lacks its value, or has one that it cannot have."""

    problem: str
    task: str

    def what(self) -> str:
        return "The command line cannot be understood."

    def why(self) -> str:
        return f"{self.problem.rstrip('.!')}."

    def fix(self) -> str:
        return f"inv --help {self.task}" if self.task else "inv --list"


class RenameNotFound(DbtasksError):
    """A rename was given that cannot be one."""

    value: str
    cause: str

    def what(self) -> str:
        return f"'{self.value}' is no rename that could be drafted."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return 'inv db.revision -m "..." lists what may have been renamed.'


class UnknownValue(DbtasksError):
    """A flag was given a value that is none of those it knows."""

    flag: str
    value: str
    known: tuple[str, ...]
    task: str

    def what(self) -> str:
        return f"The flag {self.flag} does not know '{self.value}'."

    def why(self) -> str:
        return f"it knows {quoted(self.known)}.{did_you_mean(self.value, self.known)}"

    def fix(self) -> str:
        return f"inv --help {self.task}"

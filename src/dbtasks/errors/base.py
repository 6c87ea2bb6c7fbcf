"""What every error of dbtasks is: facts, a sentence made of them, and an exit code."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self, dataclass_transform


@dataclass_transform(eq_default=False)
class DbtasksError(Exception):
    """Something that stops a command, told as what happened, why, and what to run next.

    Subclasses are dataclasses: the facts are attributes, and the three sentences are made of them. They become
    dataclasses when the first of their kind is raised: a command raises one of a hundred at most, and to make all of
    them dataclasses takes four times as long as it takes to import them.
    """

    exit_code = 2
    quotes_others = False  # whether a sentence repeats words that are not ours, which may repeat a password

    def __new__(cls, *facts: Any, **named: Any) -> Self:
        """Return an error whose facts are still to be set, by what :func:`as_dataclass` gives the class."""
        as_dataclass(cls)
        return super().__new__(cls, *facts, **named)

    def what(self) -> str:
        """Return the sentence that names what happened."""
        raise NotImplementedError

    def why(self) -> str | None:
        """Return the cause, or None when the first sentence says it all."""
        return None

    def fix(self) -> str | None:
        """Return the next command, or what to change; None when nothing general can be said."""
        return None

    def __str__(self) -> str:
        """Return the whole message, one line for each part."""
        lines = [self.what()]
        lines += [f"  {label}: {text}" for label, text in (("why", self.why()), ("fix", self.fix())) if text]
        return "\n".join(lines)


def as_dataclass(cls: type[DbtasksError]) -> type[DbtasksError]:
    """Return the class, which is a dataclass now, as are those that it inherits facts from."""
    for one in reversed(cls.__mro__[: cls.__mro__.index(DbtasksError)]):
        if "__init__" not in vars(one):
            dataclass(eq=False)(one)
    return cls


class Refused(DbtasksError):
    """A guard did not let a destructive command run; nothing was changed."""

    command: str

    exit_code = 3

    def what(self) -> str:
        """Return which command it was."""
        return f"{self.command} was refused; nothing was changed."


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A place in a file of the user's: the path relative to the project's root, and the line from 1."""

    path: Path
    line: int | None = None

    def __str__(self) -> str:
        """Return ``path:line`` as compilers write it, so that editors can jump there."""
        return f"{self.path.as_posix()}:{self.line}" if self.line else self.path.as_posix()


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the nearest known word, or "" when none is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""


def quoted(words: Iterable[str]) -> str:
    """Return the words in quotes, separated by commas."""
    return ", ".join(f"'{word}'" for word in words)


def counted(number: int, noun: str) -> str:
    """Return "1 revision", "2 revisions"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"

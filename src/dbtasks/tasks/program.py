"""Invoke's program, with errors of the command line told as ours."""

import re
import signal
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from invoke import CollectionNotFound, Exit, ParseError, Program

from dbtasks.errors import BadCommandLine, DbtasksError, TasksMissing, UnknownWord

# Invoke gives the word in its sentences only; a test fails when a new release says it otherwise.
UNKNOWN = re.compile(r"No idea what (?P<quote>['\"])(?P<word>.*)(?P=quote) is!")
NO_VALUE = re.compile(r"Flag <Argument: (?P<flag>[\w-]+).*> needed value and was not given one[.!]")
BY_ID = ("restore", "forget")  # tasks that are given an id


class DbProgram(Program):
    """Invoke's own program, except that a slip on the command line ends with exit code 2 and says what to write."""

    def load_collection(self) -> None:
        """Load the nearest ``tasks.py``; raise Exit when there is none."""
        try:
            super().load_collection()
        except Exit as error:
            missing = error.__context__
            if not isinstance(missing, CollectionNotFound):
                raise
            told = TasksMissing(Path(missing.start), missing.name)
            raise Exit(f"error: {told}", told.exit_code) from error

    def print_version(self) -> None:
        """Print what a report of a bug should name."""
        from importlib.metadata import version  # only who asks for it waits for it

        print(f"dbtasks {version('dbtasks')}")  # noqa: T201 - the edge

    def parse_tasks(self) -> None:
        """Parse tasks and flags; raise Exit for one that does not exist."""
        self.core.unparsed = list(self._with_ids(self.core.unparsed))
        try:
            super().parse_tasks()
        except (ParseError, ValueError) as error:  # a number that is none reaches us as int() raises it
            told = self._told(error) if isinstance(error, ParseError) else BadCommandLine(str(error), "")
            raise Exit(f"error: {told}", told.exit_code) from error

    def _with_ids(self, words: list[str]) -> Iterator[str]:
        """Yield the words with ``--id`` before an id that stands alone: Invoke has no optional positional argument."""
        for before, word in pairwise(["", *words]):
            takes_id = before.rpartition(".")[2] in BY_ID and before in self.collection.task_names
            if takes_id and not word.startswith("-") and word not in self.collection.task_names:
                yield "--id"
            yield word

    def _told(self, error: ParseError) -> DbtasksError:
        context = error.context
        task = str(context.name or "") if context else ""
        unknown = UNKNOWN.fullmatch(str(error))
        if unknown is None:
            return BadCommandLine(NO_VALUE.sub(r"the flag --\g<flag> needs a value", str(error)), task)
        if context and task and unknown["word"].startswith("-"):
            return UnknownWord(unknown["word"], task, tuple(context.flags))
        known = self.initial_context.flags if unknown["word"].startswith("-") else self.collection.task_names
        return UnknownWord(unknown["word"], "", tuple(known))


def main() -> None:
    """Run the tasks of the ``tasks.py`` in the working directory or above it."""
    # Stopped like by Ctrl-C, so that a scratch database goes and a revision is rolled back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    DbProgram(name="inv", binary="inv").run(["inv", *sys.argv[1:]])

"""What every task does at its edge: find the project, show results, and tell errors by their exit code."""

import atexit
import functools
import gc
import math
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from invoke import Context, Exit

from dbtasks.errors import BadCommandLine, DbtasksError, Interrupted

if TYPE_CHECKING:
    from dbtasks.guard import Consent
    from dbtasks.history import History
    from dbtasks.project import Project
    from dbtasks.road import Caller
    from dbtasks.settings import Settings


OBJECTS = 100_000  # that are made between two looks for garbage


class Here(NamedTuple):
    """The project that the working directory lies in, with what every task needs of it."""

    project: "Project"
    settings: "Settings"
    history: "History"


def project() -> "Project":
    """Return the project that the working directory lies in."""
    from dbtasks import project as projects

    return projects.find(Path.cwd())


def here(lock_timeout: str = "") -> Here:
    """Return the project, its settings and its history, which is where errors of all three come from.

    Raises:
        BadCommandLine: ``lock_timeout`` is given, and no number of seconds.
    """
    from dbtasks import history, settings

    found = project()
    loaded = settings.load(found)
    if lock_timeout:
        waiting = replace(loaded.database, lock_timeout=number(lock_timeout, "--lock-timeout"))
        loaded = replace(loaded, database=waiting)
    return Here(found, loaded, history.load(found))


def number(text: str, flag: str) -> float:
    """Return the number that a flag was given; Invoke itself would answer one that is none with a traceback.

    Raises:
        BadCommandLine: it is none, or below zero.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        raise BadCommandLine(f"{flag} needs a number that is not below 0, not '{text}'", "")
    return value


def caller(command: str, history: "History") -> "Caller":
    """Return who shows each step, and for whom it waits."""
    from dbtasks import render
    from dbtasks.road import Caller

    return Caller(command, lambda step: show(render.step(step, history)), lambda holder: warn(render.waiting(holder)))


def show(text: str) -> None:
    """Print a result; nothing when there is none. Flushed, so that steps appear as they are taken, in a pipe too."""
    if text:
        _printed(text, sys.stdout)


def warn(text: str) -> None:
    """Print what is no result."""
    if text:
        _printed(text, sys.stderr)


def _printed(text: str, stream: TextIO) -> None:
    """Print, unless nobody reads it any more, as after ``| head``: what is being done goes on."""
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


def ask(database: str, consequence: str) -> str:
    """Return what a person answers; "" when they press Ctrl-D."""
    warn(f"{consequence[:1].upper()}{consequence[1:]} (database '{database}').")
    try:
        return input("Type the name of the database to go on: ")
    except EOFError:
        return ""


def yes(question: str) -> bool:
    """Return whether a person answers with yes; anything else, Ctrl-D too, is no."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201 - the edge
    try:
        return input().strip().lower() in ("y", "yes")
    except EOFError:
        return False


def terminal() -> bool:
    """Return whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def consent(command: str, confirm: str, arguments: str = "") -> "Consent":
    """Return how the user agrees: by the flag, or on a terminal by an answer."""
    from dbtasks.guard import Consent

    return Consent(command, confirm, ask if terminal() else None, arguments)


def friendly(body: Callable[..., None]) -> Callable[..., None]:
    """Turn our errors, and only ours, into a message and an exit code; a bug keeps its traceback."""

    @functools.wraps(body)
    def task(*args: Any, **kwargs: Any) -> None:
        _collect_little()
        try:
            body(*args, **kwargs)
        except DbtasksError as error:
            raise Exit(f"error: {_without_secrets(error)}", error.exit_code) from error
        except KeyboardInterrupt:
            interrupted = Interrupted()
            raise Exit(f"\nerror: {interrupted}", interrupted.exit_code) from None

    return task


def _collect_little() -> None:
    """Have Python look for garbage in cycles seldom, and not once more when it ends, when all memory is given back.

    What a task has imported is a hundred thousand objects that are no garbage: looking through them again and again
    took a quarter of the time of a short one. https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.set_threshold(OBJECTS, 50, 100)
    atexit.register(gc.freeze)


def writing(body: Callable[..., None]) -> Callable[..., None]:
    """Do nothing under ``inv --dry``, which by itself stops shell commands only."""

    @functools.wraps(body)
    def task(context: Context, *args: Any, **kwargs: Any) -> None:
        if context.config.run.dry:
            show(f"{body.__name__}: nothing was done (--dry).")
            return
        body(context, *args, **kwargs)

    return task


def _without_secrets(error: DbtasksError) -> str:
    """Return the message; where it quotes others, what they may have repeated of the URL is hidden."""
    from dbtasks import settings
    from dbtasks.dialects import urls

    if not error.quotes_others:
        return str(error)
    try:
        return urls.hide(str(error), settings.load(project()).database.url)
    except DbtasksError:
        return str(error)

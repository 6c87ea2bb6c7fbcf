"""The program that judges the SQL of revisions for a table in use, and reads SQL as the server does: squawk.

It is no part of dbtasks: https://squawkhq.com, ``pip install 'dbtasks[check]'``. A project's ``.squawk.toml`` counts.
"""

import json
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbtasks.checks.recording import Recording, Statement
from dbtasks.errors import LinterFailed
from dbtasks.history import Revision

PROGRAM = "squawk"
SYNTAX = "syntax-error"


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the program says of a statement.

    Attributes:
        rule: its word for it.
        message: what is wrong.
        advice: what to do; "" when it has none.
    """

    revision: Revision
    statement: Statement
    rule: str
    message: str
    advice: str


def program() -> str | None:
    """Return the path of the program: of this environment, or else on the PATH; None when it is not installed."""
    return shutil.which(PROGRAM, path=sysconfig.get_path("scripts")) or shutil.which(PROGRAM)


def complaints(root: Path, recordings: Iterable[Recording]) -> tuple[Complaint, ...]:
    """Return what the program says of revisions; empty when it is not installed.

    A statement that it cannot read hides the others of its revision: they are judged without it.

    Raises:
        LinterFailed: it does not work.
    """
    command = program()
    texts = [_Text(one.revision, one.statements) for one in recordings if one.statements]
    if command is None or not texts:
        return ()
    found = tuple(_judged(command, root, texts))
    unread = {id(one.statement) for one in found if one.rule == SYNTAX}
    if not unread:
        return found
    rest = [one.without(unread) for one in texts if any(id(statement) in unread for statement in one.statements)]
    return (*found, *_judged(command, root, [one for one in rest if one.statements]))


@dataclass(frozen=True, slots=True)
class _Text:
    revision: Revision
    statements: tuple[Statement, ...]

    def without(self, unread: set[int]) -> "_Text":
        return _Text(self.revision, tuple(one for one in self.statements if id(one) not in unread))

    @property
    def whole(self) -> str:
        # The semicolon in a line of its own: the last line may be a comment.
        return "\n".join(("BEGIN;", *(f"{one.sql.rstrip(';')}\n;" for one in self.statements), "COMMIT;", ""))

    def at(self, line: int) -> Statement | None:
        """Return the statement in a line, which the program counts from 0."""
        start = 1
        for one in self.statements:
            start += len(one.sql.split("\n")) + 1
            if line < start:
                return one if line else None
        return None


def _judged(command: str, root: Path, texts: list[_Text]) -> Iterator[Complaint]:
    with tempfile.TemporaryDirectory() as folder:
        files = {Path(folder) / f"{number}.sql": text for number, text in enumerate(texts)}
        for file, text in files.items():
            file.write_text(text.whole, encoding="utf-8")
        for one in _run(command, root, files):
            text = files[Path(one["file"])]
            statement = text.at(one["line"])
            if "message" not in one:
                raise LinterFailed(PROGRAM, f"{command} answers as versions before 2.0 do")
            if statement is not None:
                yield Complaint(text.revision, statement, one["rule_name"], one["message"], one["help"] or "")


def _run(command: str, root: Path, files: Mapping[Path, _Text]) -> list[dict[str, Any]]:
    if not files:
        return []
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and files of our own
            [command, "--reporter", "json", "--no-assume-in-transaction", *map(str, files)],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise LinterFailed(PROGRAM, f"{command} cannot be run ({error.strerror})") from error
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError as error:
        raise LinterFailed(PROGRAM, _words(done)) from error
    return found


def _words(done: "subprocess.CompletedProcess[str]") -> str:
    lines = done.stderr.strip().splitlines()
    return lines[0].rstrip(".") if lines else f"it ended with {done.returncode}"

"""What a command tells when it succeeds or cannot proceed, what it must leave alone then; revisions to try it on."""

import re
import shlex
from pathlib import Path
from textwrap import dedent
from typing import Any

from support.repository import Repository

PASSWORD = "s3cret%21"  # as it stands in a URL; the test looks for what every encoding of it has in common
SECRETS = ("s3cret", "w!rd", "w%21rd")  # the last two: a piece of the private servers' passwords
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
DRAFTED = re.compile(r"\d{8}_\d{6}_([0-9a-f]{12})_")  # how the names of drafted files begin
LABELS = ("error: ", "  why: ", "  fix: ")

REVISION = '''
"""Add {id}."""

revision = "{id}"
down_revision = {parents!r}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    pass
'''


def fails(repository: Repository, command: str, *told: str | None, code: int = 2, **options: Any) -> None:
    """Run a command from which nothing may come but what, why and fix, and that may change nothing."""
    __tracebackhide__ = True
    before = snapshot(repository.root.parent)
    done = repository.inv(*shlex.split(command), **options)
    message = "".join(f"{label}{text}\n" for label, text in zip(LABELS, told, strict=True) if text)
    assert (done.err, done.out, done.code) == (message, "", code), f"{done}\n{message}"
    assert not [secret for secret in SECRETS if secret in done.err]
    assert "Traceback" not in done.err
    after = snapshot(repository.root.parent)
    assert after == before, f"changed: {sorted(set(before.items()) ^ set(after.items()))}"


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Return every file below a folder with what it holds, and every folder; without compiled modules."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts
    }


def without_cache(folder: Path) -> dict[str, bytes | None]:
    """Return the same without what is remembered from one run to the next."""
    return {name: text for name, text in snapshot(folder).items() if not name.startswith(".dbtasks_cache")}


def revision(
    repository: Repository,
    name: str,
    parents: str | tuple[str, ...] | None = None,
    upgrade: str = "pass",
    file: str = "",
) -> Path:
    """Write a revision and return its file."""
    text = REVISION.format(id=name, parents=parents, upgrade=upgrade)
    return repository.write(f"alembic_db/versions/{file or name}.py", text)


class Reader:
    """Runs commands and shows their output with names for what differs from run to run."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._ids: dict[str, str] = {}

    def inv(self, command: str, cwd: str | None = None) -> str:
        """Return the stdout of a command that succeeds and has nothing to say on stderr."""
        for real, shown in self._ids.items():
            command = command.replace(shown, real)
        result = self.repository.inv(*command.split(), cwd=cwd)
        assert (result.code, result.err) == (0, ""), f"{command}: {result.err}"
        assert not CONTROL.search(result.out)
        return self.shown(result.out)

    def shown(self, text: str) -> str:
        """Return a text with its ids, dates, times and the root replaced."""
        for file in self.repository.revisions():
            if drafted := DRAFTED.match(file.name):
                self._ids.setdefault(drafted[1], f"id{len(self._ids) + 1}")
        for real, shown in self._ids.items():
            text = text.replace(real, shown)
        text = re.sub(r"\b\d{8}_\d{6}_", "DATE_", text.replace(str(self.repository.root), "ROOT"))
        text = re.sub(r"\bPlan [0-9a-f]{8}\.", "Plan PLAN.", re.sub(r"--id 20\d{12}\b", "--id NUMBER", text))
        return re.sub(r"\d+\.\d\d s\b", "TIME", text)


def lines(text: str) -> str:
    """Return a text without the indentation that it has in this file."""
    return dedent(text).removeprefix("\n") if text.startswith("\n") else text

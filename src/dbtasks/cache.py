"""Databases that are kept, so that a scratch database costs what changed and not what the history weighs.

One is kept under a name made of the digest of everything that shaped it, is never changed, and is only ever copied. So
nothing in it can be out of date: what has changed has another name.
"""

import contextlib
import hashlib
import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from dbtasks import databases, dialects, environment, memory
from dbtasks.dialects import Dialect
from dbtasks.dialects.clones import Shelf
from dbtasks.errors import DbtasksError
from dbtasks.history import History, Revision
from dbtasks.project import Project
from dbtasks.settings import DatabaseSettings

T = TypeVar("T")

PREFIX = "dbtasks_cache_"
SCRATCH = "dbtasks_scratch_"  # says what it is, to whoever finds one that a killed process has left
DIGITS = 32  # of a digest
WORTH = 8  # a copy is kept once so many revisions were applied for it; what is less is done again in no time
MOST = 20  # databases that are kept in one place; of more, those go that were not used for longest
DAYS = 14  # after which a database goes that was not used
HOUR = 3600.0  # between two notes of a use, and after which a scratch database is none that is in use
WAIT_SECONDS = 600  # for another process that makes the same database
POLL_SECONDS = 0.05
NAMED = re.compile(rf"[`\"]?{SCRATCH}[0-9a-f]+[`\"]?\.")  # before the name of a table


def scratch_name() -> str:
    """Return a new name for a scratch database, which tells when it was made."""
    return f"{SCRATCH}{int(time.time()):08x}{secrets.token_hex(4)}"


def nameless(words: str) -> str:
    """Return what a database says without the name that a scratch database has, which means nothing to anybody."""
    return NAMED.sub("", words)


def server_of(database: DatabaseSettings) -> URL:
    """Return the server on which scratch databases are made; of files, the database itself."""
    return database.scratch_url or database.url


def is_allowed(database: DatabaseSettings) -> bool:
    """Return whether databases may be kept: as files, on a server that is for it, or on an unprotected one here."""
    dialect = dialects.of(database.url)
    if dialect.in_file or database.scratch_url is not None:
        return True
    hosts = dialect.host(database.url).split(",")
    return not database.is_protected and all(
        environment.is_this_machine(one) or one in database.reset_hosts for one in hosts
    )


@dataclass(slots=True)
class Cache:
    """What is kept of the beginnings of one chain of revisions.

    Attributes:
        server: where; for files, the URL with their folder.
        dialect: of it.
        keys: the digest of each beginning, the shortest first.
        shelf: what was there at the last look.
    """

    server: URL
    dialect: Dialect
    keys: tuple[str, ...]
    shelf: Shelf = field(default_factory=lambda: Shelf("", {}))

    def look(self) -> None:
        """See what is there now."""
        self.shelf = self.dialect.clones.look(self.server, PREFIX, databases.connect)

    def url(self, length: int) -> URL:
        """Return where the database of so many revisions is kept, if it is."""
        return self.dialect.scratch_url(self.server, self._name(length))

    @property
    def whole(self) -> URL | None:
        """Where the one with all the revisions is; None when it was not there at the last look."""
        length = len(self.keys)
        return self.url(length) if self._name(length) in self.shelf.unused else None

    def lengths(self) -> Iterator[int]:
        """Yield how many revisions the databases have that are there, the longest first."""
        for length in range(len(self.keys), 0, -1):
            if self._name(length) in self.shelf.unused:
                yield length

    def use(self, length: int) -> None:
        """Note that one was used, unless that was noted a short while ago."""
        if self.shelf.unused.get(self._name(length), 0.0) > HOUR:
            with contextlib.suppress(DbtasksError, DBAPIError, OSError):
                self.dialect.clones.use(self.url(length), databases.connect)

    def discard(self, length: int) -> None:
        """Remove one that is not usable, unless somebody looks at it."""
        with contextlib.suppress(DbtasksError, DBAPIError, OSError):
            for url in self.dialect.clones.left(self.server, self._name(length), databases.connect):
                databases.drop(url)

    def keep(self, source: URL) -> None:
        """Keep a copy of a database with all the revisions, and let old ones go; what cannot be kept is no error."""
        aside = self.dialect.scratch_url(self.server, scratch_name())
        databases.release(source)
        with contextlib.suppress(DbtasksError, DBAPIError, OSError):
            self.dialect.clones.keep(source, aside, self.url(len(self.keys)), databases.connect)
            self._tidy()

    def finish(self) -> None:
        """Keep a database that was made under its own name, and let old ones go."""
        self.dialect.clones.finish(self.url(len(self.keys)), databases.connect)
        self._tidy()

    def _tidy(self) -> None:
        self.look()
        for name in outdated(self.shelf):
            databases.drop(self.dialect.scratch_url(self.server, name))

    def alone(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, run while no other process makes the same database, or after a long wait."""
        latest = time.monotonic() + WAIT_SECONDS

        def wait_for(attempt: Callable[[], bool]) -> None:
            while not attempt() and time.monotonic() < latest:
                databases.sleep(POLL_SECONDS)

        begun: list[bool] = []

        def begin() -> T:
            begun.append(True)
            return work()

        name = self._name(len(self.keys))
        try:
            return self.dialect.clones.alone(self.server, name, databases.connect, wait_for, begin)
        except (DbtasksError, DBAPIError, OSError):
            if begun:
                raise
        return work()  # without a lock the worst is that two do the same work

    def _name(self, length: int) -> str:
        return PREFIX + hashlib.sha256(f"{self.shelf.facts}\n{self.keys[length - 1]}".encode()).hexdigest()[:DIGITS]


def of(history: History, database: DatabaseSettings, chain: Sequence[Revision]) -> Cache | None:
    """Return what is kept of a chain; None where nothing may be, or the server cannot be asked."""
    if not (chain and is_allowed(database)):
        return None
    found = Cache(_place(history.project, database), dialects.of(database.url), history.shape.digests(chain))
    with contextlib.suppress(DbtasksError, DBAPIError, OSError):
        found.look()
        return found
    return None


def outdated(shelf: Shelf) -> tuple[str, ...]:
    """Return the names of what is to go: unfinished, not used for long, or more than there is to be."""
    oldest = sorted(shelf.unused, key=lambda name: shelf.unused[name])
    return (*shelf.dead, *(one for at, one in enumerate(oldest) if at >= MOST or shelf.unused[one] > DAYS * 24 * HOUR))


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was removed.

    Attributes:
        place: the server's address, or the folder.
        kept: names of databases that were kept.
        left: names of scratch databases that killed runs had left.
        passed: whether it was remembered what has passed a rehearsal or a comparison.
    """

    place: str
    kept: tuple[str, ...]
    left: tuple[str, ...]
    passed: bool = False


def clean(project: Project, database: DatabaseSettings) -> Cleaned:
    """Return what was removed: the databases that are kept, what has passed, and what killed runs have left.

    Nobody is connected to them, and those of the second kind are older than an hour, by their names. Where none may be
    kept, nothing is looked for.

    Raises:
        AccessDenied, ServerUnreachable, DatabaseUnusable: the server cannot be asked.
    """
    dialect, place = dialects.of(database.url), _place(project, database)
    shown = project.relative(project.cache_folder).as_posix() if dialect.in_file else dialect.address(place)
    passed = memory.forget(project)
    if not is_allowed(database):
        return Cleaned(shown, (), (), passed)
    kept = dialect.clones.left(place, PREFIX, databases.connect)
    folders = (place, *(place.set(database=str(one)) for one in _temporary())) if dialect.in_file else (place,)
    left = [url for one in folders for url in dialect.clones.left(one, SCRATCH, databases.connect) if _is_old(url)]
    for url in (*kept, *left):
        databases.drop(url)
    for one in folders:
        dialect.clones.close(one)
    names = [tuple(dialect.database_name(url).removesuffix(".db") for url in those) for those in (kept, left)]
    return Cleaned(shown, names[0], names[1], passed)


def _place(project: Project, database: DatabaseSettings) -> URL:
    server = server_of(database)
    return server.set(database=str(project.cache_folder)) if dialects.of(server).in_file else server


def _temporary() -> Iterator[Path]:
    """Yield the folders of scratch databases that are files, unless they may be in use."""
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < time.time() - HOUR and os.access(folder, os.W_OK):
                yield folder


def _is_old(url: URL) -> bool:
    """Return whether the name of a scratch database is one of ours, and tells that it was made over an hour ago."""
    stamp = str(url.database).rpartition(SCRATCH)[2][:8]
    try:
        return int(stamp, 16) < time.time() - HOUR
    except ValueError:
        return False

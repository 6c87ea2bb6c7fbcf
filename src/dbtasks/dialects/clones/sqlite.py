"""SQLite: a closed database is a file to copy."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock
from sqlalchemy import URL, Connection

from dbtasks.dialects.clones import folder as folders
from dbtasks.dialects.clones.base import Clones, Open, Shelf, Wait
from dbtasks.dialects.filelocks import taken
from dbtasks.errors import DatabaseReadOnly, DatabaseUnusable

T = TypeVar("T")

LOCK = "lock"  # beside the files that are kept


class SQLiteClones(Clones):
    """A file is copied beside its place, and put there by a rename, which the system does at once or not at all."""

    def look(self, server: URL, prefix: str, connect: Open[Any]) -> Shelf:
        """List the files; their times tell when each was used."""
        now = time.time()
        files = Path(str(server.database)).glob(f"{prefix}*.db")
        unused = {file.stem: max(now - _modified(file), 0.0) for file in files}
        return Shelf(f"sqlite {sqlite3.sqlite_version}", unused)

    def copy(self, source: URL, target: URL, connect: Open[Any]) -> None:
        """Copy the file; one that has a log beside it is not closed, and its copy would miss what is in there."""
        file = Path(str(source.database))
        if file.with_name(f"{file.name}-wal").exists():
            raise DatabaseUnusable(file.name, "somebody has it open")
        try:
            shutil.copyfile(file, str(target.database))
        except OSError as error:
            raise DatabaseReadOnly(file.name, error.strerror or "it cannot be copied") from error

    def keep(self, source: URL, aside: URL, kept: URL, connect: Open[Any]) -> None:
        """Copy, then rename. The folder tells git by itself to leave it alone."""
        folder = Path(str(kept.database)).parent
        try:
            folders.make(folder)
            self.copy(source, aside, connect)
            Path(str(aside.database)).replace(str(kept.database))
        except OSError as error:
            raise DatabaseReadOnly(str(folder), error.strerror or "it cannot be written") from error
        finally:
            Path(str(aside.database)).unlink(missing_ok=True)

    def use(self, kept: URL, connect: Open[Any]) -> None:
        """Set the file's time."""
        os.utime(str(kept.database))

    def alone(self, server: URL, name: str, connect: Open[Any], wait_for: Wait, work: Callable[[], T]) -> T:
        """Hold a lock of the operating system on a file in the folder."""
        folder = Path(str(server.database))
        try:
            folders.make(folder)
        except OSError as error:
            raise DatabaseReadOnly(str(folder), error.strerror or "it cannot be written") from error
        lock = FileLock(folder / LOCK)
        wait_for(lambda: taken(lock))
        try:
            return work()
        finally:
            lock.release()

    def left(self, server: URL, prefix: str, connect: Open[Any]) -> tuple[URL, ...]:
        """Look for files in the folder."""
        found = sorted(Path(str(server.database)).glob(f"{prefix}*.db"))
        return tuple(server.set(database=str(file)) for file in found)

    def is_sound(self, connection: Connection) -> bool:
        """Ask for ``PRAGMA quick_check``: https://www.sqlite.org/pragma.html#pragma_quick_check."""
        return bool(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok")

    def close(self, server: URL) -> None:
        """Remove the lock, and a folder of ours in which there is nothing else."""
        folder = Path(str(server.database))
        (folder / LOCK).unlink(missing_ok=True) if folder.is_dir() else None
        folders.remove(folder)


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # another process has cleaned up
        return 0.0

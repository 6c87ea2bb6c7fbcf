"""Locks of the operating system on files: they know of no server."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL

from dbtasks.dialects.locks import Lock, Open, Wait
from dbtasks.errors import DatabaseReadOnly

T = TypeVar("T")


def taken(lock: FileLock) -> bool:
    """Take a lock of the operating system, and return whether it was free."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


class SQLiteLock(Lock):
    """A lock of the operating system."""

    def holding(self, url: URL, connect: Open[T], wait_for: Wait, note: str, work: Callable[[], T]) -> T:
        """Hold a lock on the file ``<database>.lock``, which the system frees when the process dies.

        The note is in a file of its own, because a waiter empties the locked one when it opens it.
        """
        lock, holder = self._files(url)

        try:
            holder.parent.mkdir(parents=True, exist_ok=True)
            wait_for(lambda: taken(lock))
            holder.write_text(note, encoding="utf-8")
        except OSError as error:
            raise DatabaseReadOnly(str(url.database), error.strerror or "its folder cannot be written") from error
        try:
            return work()
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def note(self, url: URL, connect: Open[str | None]) -> str | None:
        """Return what stands in the holder's file, if the lock is taken; looking creates no file."""
        lock, holder = self._files(url)
        if not Path(lock.lock_file).exists():
            return None
        try:
            with lock.acquire(blocking=False):
                return None
        except Timeout:
            return holder.read_text(encoding="utf-8") if holder.exists() else ""
        except OSError:  # it may not be written, hence not be locked either
            return None

    def _files(self, url: URL) -> tuple[FileLock, Path]:
        file = Path(url.database or "")
        return FileLock(file.with_name(file.name + ".lock")), file.with_name(file.name + ".lock.holder")

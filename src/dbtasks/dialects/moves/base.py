"""What moving a database means, whatever the dialect."""

from collections.abc import Callable
from typing import Any, TypeVar
from zlib import crc32

from sqlalchemy import URL, Connection

T = TypeVar("T")
Open = Callable[[URL, Callable[[Connection], T]], T]

LONGEST = 40  # characters of a database's name that stand before the mark
MARK = "_kept_"  # between the name of a database and the id under which it was set aside


class Moves:
    """Renames a database, in a time that does not depend on its size, and makes an empty one in its place."""

    alone = False  # the move itself lets nobody else in, and the lock would be in its way

    def kept_url(self, url: URL, number: int) -> URL:
        """Return the URL of the database that was set aside under this number."""
        return url.set(database=self._name(url, number))

    def numbers(self, url: URL, connect: Open[Any]) -> tuple[int, ...]:
        """Return the numbers under which databases of this name are set aside, sorted; empty when there is none."""
        raise NotImplementedError

    def away(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Set the database aside under a number, and leave an empty one.

        Raises:
            PermissionDenied: the user may not.
            CannotMove: something in it cannot be moved; nothing was.
            DatabaseInUse: others are connected.
        """
        raise NotImplementedError

    def back(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Put a database that was set aside in the place of the present one, which is empty and goes.

        Raises:
            PermissionDenied, CannotMove, DatabaseInUse: as for :meth:`away`.
        """
        raise NotImplementedError

    def discard(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Delete a database that was set aside."""
        raise NotImplementedError

    def sessions(self, url: URL, connect: Open[Any]) -> tuple[str, ...]:
        """Return who else is connected, in words; empty where that is in nobody's way."""
        return ()

    def end_sessions(self, url: URL, connect: Open[Any]) -> None:
        """End the connections of others."""

    def size(self, url: URL, connect: Open[Any]) -> int | None:
        """Return how large a database is, in bytes; None when it cannot be told."""
        return None

    def _name(self, url: URL, number: int) -> str:
        return f"{self._prefix(url)}{number}"

    def _prefix(self, url: URL) -> str:
        """Return the beginning of the name, short enough for the 63 characters that PostgreSQL keeps."""
        name = url.database or ""
        if len(name) > LONGEST:
            name = f"{name[: LONGEST - 9]}_{crc32(name.encode()):08x}"
        return f"{name}{MARK}"

    def _number(self, url: URL, name: str) -> int | None:
        rest = name.removeprefix(self._prefix(url))
        return int(rest) if rest != name and rest.isdigit() else None

"""SQLite: the file is renamed."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection

from dbtasks.dialects.moves.base import Moves, Open
from dbtasks.errors import DatabaseReadOnly

BESIDE = ("", "-wal", "-shm", "-journal")  # the file, and what SQLite may keep beside it


class SQLiteMoves(Moves):
    """Who has the file open goes on reading and writing it under its new name."""

    def numbers(self, url: URL, connect: Open[Any]) -> tuple[int, ...]:
        """Look for files beside the database."""
        file = Path(url.database or "")
        names = (other.name.removeprefix(f"{file.name}.kept-") for other in file.parent.glob(f"{file.name}.kept-*"))
        return tuple(sorted(int(one) for one in names if one.isdigit()))

    def away(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Write back what a log beside the file still holds, and rename all of them."""
        connect(url, self._write_back)
        self._rename(url, self.kept_url(url, number))
        Path(url.database or "").touch()

    def back(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Delete the empty file, and rename the other."""
        kept = self.kept_url(url, number)
        connect(kept, self._write_back)
        self._delete(url)
        self._rename(kept, url)

    def discard(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Delete the file."""
        self._delete(self.kept_url(url, number))

    def size(self, url: URL, connect: Open[Any]) -> int | None:
        """Return the size of the file."""
        return Path(url.database or "").stat().st_size

    def _name(self, url: URL, number: int) -> str:
        return f"{url.database}.kept-{number}"

    def _write_back(self, connection: Connection) -> None:
        connection.exec_driver_sql("SELECT 1")
        connection.rollback()
        cursor = connection.connection.cursor()  # outside a transaction
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()

    def _rename(self, source: URL, target: URL) -> None:
        for end in BESIDE:
            file = Path(f"{source.database}{end}")
            try:
                if file.exists():
                    file.rename(f"{target.database}{end}")
            except OSError as error:
                raise DatabaseReadOnly(str(file), error.strerror or "it cannot be renamed") from error

    def _delete(self, url: URL) -> None:
        for end in BESIDE:
            Path(f"{url.database}{end}").unlink(missing_ok=True)

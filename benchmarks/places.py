"""Where databases are made: in files, and on private servers of PostgreSQL and MariaDB, or those that are given."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.servers import KINDS, Servers, connected

NAMES = {"postgresql": "PostgreSQL", "mysql": "MariaDB"}


@dataclass(frozen=True, slots=True)
class Place:
    """One kind of database; ``server`` is None where they are files."""

    name: str
    server: URL | None

    def url(self, root: Path, database: str) -> URL:
        """Return the URL of a database; a file lies in the project's folder."""
        if self.server is None:
            return URL.create("sqlite+aiosqlite", database=str(root / "db" / f"{database}.db"))
        return self.server.set(database=f"bench_{database}")

    def empty(self, url: URL) -> None:
        """Make the database anew, with nothing in it; where it is a file, remove it: whoever connects makes it."""
        if self.server is None:
            file = Path(url.database or "")
            file.parent.mkdir(exist_ok=True)
            file.unlink(missing_ok=True)
            return
        self._send(KINDS[self.server.get_backend_name()].drop.format(url.database))
        self._send(f"CREATE DATABASE {url.database}")

    def version(self) -> str:
        """Return what the server says of its version; "" where there is none."""
        if self.server is None:
            return ""
        return connected(self.server, lambda connection: str(connection.scalar(text("SELECT version()"))))

    def _send(self, statement: str) -> None:
        assert self.server is not None
        connected(self.server, lambda connection: connection.execute(text(statement)))


@contextmanager
def opened() -> Iterator[tuple[Place, ...]]:
    """Give the places that there are; servers that were started for it end with it."""
    servers = Servers()
    found = [kind for kind in NAMES if os.environ.get(KINDS[kind].variable) or KINDS[kind].programs()]
    try:
        yield (Place("SQLite", None), *(Place(NAMES[kind], servers.url(kind)) for kind in found))
    finally:
        servers.stop()


def text_of(url: URL) -> str:
    """Return the URL with its password, for a command that is to connect."""
    return url.render_as_string(hide_password=False)

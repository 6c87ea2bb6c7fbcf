"""What a database at head costs a test: copied by the plugin, copied by hand, and made by replaying the history.

python benchmarks/databases.py [revisions] [tables] [services] [runs]: medians in milliseconds, of runs that take turns,
on SQLite and on private servers of PostgreSQL and MariaDB where those are installed.
"""

import asyncio
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from projects import Size, add_revision, make
from sqlalchemy import URL, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from dbtasks import history, project, scratch, settings
from dbtasks.scratch import Mold
from support.servers import KINDS, Servers

WIDTH = 46


def main() -> None:
    """Print a table for each database."""
    given = [int(one) for one in sys.argv[1:]]
    size, runs = Size(*given[:3]), given[3] if len(given) > 3 else 15  # noqa: PLR2004 - the fourth argument
    print(f"{size.revisions} revisions, {size.tables} tables, {size.services} services; medians of {runs}")
    servers = Servers()
    with tempfile.TemporaryDirectory() as folder:
        measure(
            "SQLite", Path(folder) / "sqlite", URL.create("sqlite+aiosqlite", database="db/database.db"), size, runs
        )
        for name, dialect in (("PostgreSQL", "postgresql"), ("MariaDB", "mysql")):
            if KINDS[dialect].programs():
                measure(name, Path(folder) / dialect, servers.url(dialect).set(database="benchmark"), size, runs)
    servers.stop()


def measure(name: str, root: Path, url: URL, size: Size, runs: int) -> None:
    """Print how long each way takes on one database, and how often the plugin's fits into it."""
    root.mkdir()
    make(root, size, url.render_as_string(hide_password=False))
    in_file = url.get_backend_name() == "sqlite"
    if not in_file:
        _send(url.set(database=KINDS[url.get_backend_name()].maintenance or ""), "CREATE DATABASE benchmark")
    replaying = _seconds(lambda: _replayed(root))
    first = _seconds(lambda: _molded(root))
    with mold(root) as one:
        medians = _medians(_ways(one), runs)
    ours = medians["the plugin's fixture"]
    print(f"\n{name}")
    for way, seconds in {
        **medians,
        "replaying every revision": replaying,
        "the first time, which is kept": first,
    }.items():
        print(f"  {way:<{WIDTH}} {seconds * 1000:>9.1f} ms   {seconds / ours:>8.2f}")
    again = statistics.median(_seconds(lambda: _scratch(root)) for _ in range(3))
    tables = [f"s{number % size.services}_t{number}" for number in range(size.tables)]
    add_revision(root, size.revisions, tables, {table: [] for table in tables})
    more = statistics.median(_seconds(lambda: _scratch(root)) for _ in range(3))
    print(f"  {'a scratch database, the second time':<{WIDTH}} {again * 1000:>9.1f} ms")
    words = f"{more / again:>8.2f} of the line above"
    print(f"  {'the same after one new revision':<{WIDTH}} {more * 1000:>9.1f} ms   {words}")


def _ways(one: Mold) -> dict[str, Callable[[], None]]:
    """Return the plugin's way to a database of a test and back, and the shortest that there is."""
    ways: dict[str, Callable[[], None]] = {"the plugin's fixture": lambda: _copied(one)}
    if one.source is not None and one.source.get_backend_name() == "sqlite":
        ways["shutil.copyfile, and unlink"] = lambda: _file(Path(str(one.source and one.source.database)))
    elif one.source is not None and one.source.get_backend_name() == "postgresql":
        ways["CREATE DATABASE ... TEMPLATE, and DROP"] = lambda: _template(one.source)
    return ways


@contextmanager
def mold(root: Path) -> Iterator[Mold]:
    """Give the database that is copied."""
    at = project.find(root)
    with scratch.mold(history.load(at), settings.load(at, {}).database) as found:
        yield found


def _molded(root: Path) -> None:
    with mold(root):
        pass


def _copied(one: Mold) -> None:
    with one.copy():
        pass


def _replayed(root: Path) -> None:
    at = project.find(root)
    with scratch.at(history.load(at), settings.load(at, {}).database, worth=sys.maxsize):
        pass


def _scratch(root: Path) -> None:
    at = project.find(root)
    with scratch.at(history.load(at), settings.load(at, {}).database):
        pass


def _file(source: Path) -> None:
    target = Path(tempfile.gettempdir()) / f"benchmark_{secrets.token_hex(6)}.db"
    shutil.copyfile(source, target)
    target.unlink()


def _template(source: URL | None) -> None:
    assert source
    name = f"benchmark_{secrets.token_hex(6)}"
    server = source.set(database="postgres")
    _send(server, f"CREATE DATABASE {name} TEMPLATE {source.database}")
    _send(server, f"DROP DATABASE {name}")


def _send(url: URL, statement: str) -> None:
    async def run() -> None:
        engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(run())


def _medians(ways: dict[str, Callable[[], None]], runs: int) -> dict[str, float]:
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(runs + 1):
        for way, work in ways.items():
            taken = _seconds(work)
            if number:  # the first one warms up
                seconds[way].append(taken)
    return {way: statistics.median(those) for way, those in seconds.items()}


def _seconds(work: Callable[[], object]) -> float:
    with _clock() as taken:
        work()
    return taken[0]


@contextmanager
def _clock() -> Iterator[list[float]]:
    taken: list[float] = []
    start = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - start)


if __name__ == "__main__":
    main()

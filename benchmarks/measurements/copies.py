"""A database at head for each test: by the pytest plugin, copied by hand, and made by replaying the history."""

import importlib.util
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import rows
from benchmarks.bench import Bench, Pair
from benchmarks.clock import Command, Times
from benchmarks.places import text_of
from benchmarks.projects import Size, tables
from benchmarks.rows import Row

SUITE = Path(__file__).parent / "suite"  # a test suite that writes down how long its databases took
MOST = {"SQLite": 2.0, "PostgreSQL": 1.3}  # times a copy by hand; MariaDB has none
FASTER = 50
WRITTEN = 5  # tables that each test adds a row to


def measure(bench: Bench) -> Iterator[Row]:
    """Yield what a test pays for its database, which is made before it and dropped after it."""
    if importlib.util.find_spec("dbtasks.testing") is None:
        yield rows.missing("a database at head for a test", "all", "this version has no pytest plugin")
        return
    for place in bench.places:
        size = bench.size(1000, 300, 50)
        pair = bench.pair("copies", place, size)
        pair.ours("db.upgrade")()  # which is what is copied by hand
        times = _suite(bench, pair, size)
        yield from _rows(place.name, size, times)


def _rows(database: str, size: Size, times: dict[str, Times]) -> Iterator[Row]:
    words = f"{size.revisions:,} revisions, {size.tables} tables"
    plugin = times["plugin"]
    if database in MOST:
        what = f"`migrated_database_url` to a copy by hand, {words}"
        yield rows.ratio(what, database, plugin, times["by_hand"], MOST[database])
    what = f"`migrated_database_url` to replaying the history with Alembic, {words}"
    yield rows.times_faster(what, database, plugin, times["replayed"], FASTER)
    yield rows.lasts("the first `migrated_database_url` after a change of the history", database, times["first"])


def _suite(bench: Bench, pair: Pair, size: Size) -> dict[str, Times]:
    """Run the suite in a process of its own, and return how long its databases took by the way they were made."""
    root, place = pair.root, pair.place
    shutil.copytree(SUITE, root / "suite")
    written = root / "times.json"
    environment = {
        "DATABASE_URL": text_of(place.url(root, "copies_ours")),
        "BENCH_RUNS": str(bench.runs(21)),
        "BENCH_TABLES": " ".join([one.name for one in tables(size) if one.parent is None][:WRITTEN]),
        "BENCH_TIMES": str(written),
    }
    words = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "suite")
    Command("pytest", words, root, environment)()
    return {name: Times(tuple(taken)) for name, taken in json.loads(written.read_text(encoding="utf-8")).items()}

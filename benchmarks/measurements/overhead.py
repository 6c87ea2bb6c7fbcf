"""What the lock, the ledger and reading back add to migrations that do run."""

import statistics
from collections.abc import Iterator

from benchmarks import projects, rows
from benchmarks.bench import Bench, Pair
from benchmarks.clock import Times
from benchmarks.projects import Size
from benchmarks.rows import Row

MOST = 1.1


def measure(bench: Bench) -> Iterator[Row]:
    """Yield how long a whole history takes to apply beside stock Alembic; SQLite has no bar."""
    size = Size(12, 6, 3) if bench.quick else Size(100, 30, 5)
    for place in bench.places:
        pair = bench.pair("overhead", place, size)
        few, all_of_it = size.revisions // 10, size.revisions
        times = {count: _applied(bench, pair, count) for count in (few, all_of_it)}
        for way, what in (("ours", "`inv db.upgrade`"), ("plain", "`alembic upgrade head` with our env.py")):
            mine, stock = times[all_of_it][way], times[all_of_it]["stock"]
            label = f"{what} of {all_of_it} revisions to `alembic upgrade head`"
            yield rows.ratio(label, place.name, mine, stock, None if place.server is None else MOST)
            a_run, a_revision = _shares(times, few, all_of_it, way)
            more = f"{1000 * a_run:+.0f} ms a run, {1000 * a_revision:+.1f} ms a revision"
            yield Row("of which is ours more than stock Alembic's", "", more, place.name)


def _applied(bench: Bench, pair: Pair, count: int) -> dict[str, Times]:
    """Return how long each way takes to apply the first revisions to an empty database."""
    last = projects.name_of(count - 1)
    ways = {
        "ours": pair.ours("db.upgrade", "--rev", last),
        "plain": pair.plain("upgrade", last),
        "stock": pair.stock("upgrade", last),
    }
    return bench.clock.take_turns(ways, bench.runs(7), lambda way: pair.empty("stock" if way == "stock" else "ours"))


def _shares(times: dict[int, dict[str, Times]], few: int, many: int, way: str) -> tuple[float, float]:
    """Return by how many seconds a way is slower for each run, and for each revision: a line through two points."""
    slower = {
        count: statistics.median(
            mine - other for mine, other in zip(those[way].seconds, those["stock"].seconds, strict=True)
        )
        for count, those in times.items()
    }
    a_revision = (slower[many] - slower[few]) / (many - few)
    return slower[few] - few * a_revision, a_revision

"""Commands that a developer runs many times a day, when nothing is pending."""

from collections.abc import Iterator

from benchmarks import rows
from benchmarks.bench import Bench, Pair
from benchmarks.places import Place
from benchmarks.projects import Size
from benchmarks.rows import Row

COMMANDS = (("db.status", "current"), ("db.upgrade", "upgrade head"))
SLOW = 1.0  # seconds that importing the models takes
FLAT = 1.1  # how many times as long it may take with forty times as many services


def reference(bench: Bench) -> Iterator[Row]:
    """Yield how the reference backend does beside stock Alembic, on each database."""
    for place in bench.places:
        pair = bench.pair("reference", place, None)
        for what, ours, stock in _timed(bench, pair, 13):
            yield rows.ratio(f"{what}, reference backend", place.name, ours, stock, 1)


def slow_models(bench: Bench) -> Iterator[Row]:
    """Yield how much faster ours is where importing the models takes long."""
    for place in bench.places[: 1 if bench.quick else None]:
        pair = bench.pair("slow", place, bench.size(10, 30, 5), SLOW)
        for what, ours, stock in _timed(bench, pair, 7):
            yield rows.times_faster(f"{what}, models take {SLOW:g} s to import", place.name, ours, stock, 2)


def services(bench: Bench) -> Iterator[Row]:
    """Yield how much longer it takes with 200 services than with 5, of the same tables and as many revisions."""
    few, many = ((5, 200), (3, 30))[bench.quick]
    for place in bench.places[: 1 if bench.quick else None]:
        pairs = [_filled(bench, place, few), _filled(bench, place, many)]
        for command, _ in COMMANDS:
            ways = {pair.name: pair.ours(command) for pair in pairs}
            small, large = bench.clock.take_turns(ways, bench.runs(9)).values()
            what = f"`inv {command}` with {many} services to {few}, nothing pending"
            yield rows.ratio(what, place.name, large, small, FLAT)


def _filled(bench: Bench, place: Place, services: int) -> Pair:
    tables = 30 if bench.quick else 300
    pair = bench.pair(f"services{services}", place, Size(10, tables, services))
    pair.ours("db.upgrade")()
    return pair


def _timed(bench: Bench, pair: Pair, runs: int) -> Iterator[tuple[str, rows.Times, rows.Times]]:
    pair.at_head()
    ways = {mine: pair.ours(mine) for mine, _ in COMMANDS}
    ways |= {other: pair.stock(*other.split()) for _, other in COMMANDS}
    times = bench.clock.take_turns(ways, bench.runs(runs))
    for mine, other in COMMANDS:
        yield f"`inv {mine}` to `alembic {other}`, nothing pending", times[mine], times[other]

"""What Invoke's own start costs, and what our tasks add to it."""

from collections.abc import Iterator

from benchmarks import layouts, rows
from benchmarks.bench import Bench
from benchmarks.rows import Row

NAMES = ("--list", "--help db.upgrade")
MOST = 0.03


def measure(bench: Bench) -> Iterator[Row]:
    """Yield what listing tasks and the help of one take over inv --version, in the reference backend."""
    place = bench.places[0]
    root = bench.root("start", place)
    layouts.reference(root)
    inv = layouts.ours(root, place.url(root, "start"))
    ways = {name: inv(*name.split()) for name in ("--version", *NAMES)}
    times = bench.clock.take_turns(ways, bench.runs(21))
    for name in NAMES:
        yield rows.added(f"`inv {name}` over `inv --version`", "none", times[name], times["--version"], MOST)

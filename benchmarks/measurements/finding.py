"""Finding the models of many services, and tables that no revision would have."""

from collections.abc import Iterator

from benchmarks import discovery, rows
from benchmarks.bench import Bench
from benchmarks.rows import Row
from dbtasks import services
from dbtasks.project import Project

COUNTS = (50, 100, 200)
MOST = 0.1
LINEAR = 1.25  # how many times as long as the same share of fewer services


def measure(bench: Bench) -> Iterator[Row]:
    """Yield how long discovery takes as services become more, within one process."""
    times, files = {}, {}
    for count in COUNTS:
        root = bench.root(f"finding{count}", bench.places[0])
        files[count], _ = discovery.write(root, count)
        project = Project(root)
        ways = {"find": lambda at=project: services.find(at), "look": lambda at=project: services.undiscovered(at)}
        times[count] = bench.clock.take_turns(ways, bench.runs(9))
    few, many = COUNTS[0], COUNTS[-1]
    words = f"{many} services, {files[many]:,} files"
    yield rows.lasts(f"finding the models, {words}", "none", times[many]["find"], MOST)
    yield rows.lasts(f"finding tables that no revision would have, {words}", "none", times[many]["look"], MOST)
    for way, what in (("find", "finding the models"), ("look", "finding tables that no revision would have")):
        for count in COUNTS[1:]:
            share = rows.scaled(times[few][way], count / few)
            words = f"{what}: {count} services to {count // few} times {few}"
            yield rows.ratio(words, "none", times[count][way], share, LINEAR)

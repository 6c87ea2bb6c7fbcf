"""Where the time of a short command goes: most of it into imports, ours and stock Alembic's beside each other."""

import re
from collections import Counter
from dataclasses import replace

from benchmarks.bench import Bench
from benchmarks.clock import Command

LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")  # of -X importtime, whose times are in microseconds
RUNS = 5
SHOWN = 10


def page(bench: Bench) -> str:
    """Return a section of Markdown: what importing each package takes by itself, in milliseconds."""
    pair = bench.pair("importing", bench.places[0], None)
    pair.at_head()
    ours, stock = (_packages(bench, command) for command in (pair.ours("db.status"), pair.stock("current")))
    text = "\n## Where the time of a short command goes\n\n"
    text += "Importing, by package, in ms: the fastest of several runs with `-X importtime`, which makes it slower.\n\n"
    text += "| package | `inv db.status` | `alembic current` |\n| --- | --- | --- |\n"
    for package, _ in (ours | stock).most_common(SHOWN):
        text += f"| {package} | {ours[package] / 1000:.0f} | {stock[package] / 1000:.0f} |\n"
    return text + f"| all | {ours.total() / 1000:.0f} | {stock.total() / 1000:.0f} |\n"


def _packages(bench: Bench, command: Command) -> Counter[str]:
    """Return the microseconds that each package takes, summed over its modules."""
    program, *words = command.words
    timed = replace(command, words=(program, "-X", "importtime", *words))
    fastest: dict[str, int] = {}
    for _ in range(bench.runs(RUNS)):
        for taken, module in LINE.findall(timed.output()):
            fastest[module] = min(int(taken), fastest.get(module, int(taken)))
    found: Counter[str] = Counter()
    for module, taken in fastest.items():
        found[module.partition(".")[0]] += taken
    return found

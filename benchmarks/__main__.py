"""Runs the measurements and writes benchmarks/results.md; ``inv bench`` is the way to start it."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import importing, machine, others, places, report
from benchmarks.bench import Bench, Measurement
from benchmarks.clock import Clock, CommandFailedError
from benchmarks.measurements import checking, contenders, copies, finding, overhead, pending, start
from benchmarks.rows import Row, missing

RESULTS = Path(__file__).parent / "results.md"
MEASUREMENTS: dict[str, Measurement] = {
    "start": start.measure,
    "pending": pending.reference,
    "slow": pending.slow_models,
    "services": pending.services,
    "discovery": finding.measure,
    "overhead": overhead.measure,
    "check": checking.measure,
    "copies": copies.measure,
    "others": contenders.measure,
}


def main() -> int:
    """Run them; return 0, or 1 when a bar was missed, or 2 when something could not be measured."""
    parser = argparse.ArgumentParser(prog="inv bench")
    parser.add_argument("--only", choices=MEASUREMENTS, help="one measurement; nothing is written")
    parser.add_argument("--quick", action="store_true", help="small and few; the numbers say nothing")
    given = parser.parse_args()
    names = [given.only] if given.only else list(MEASUREMENTS)
    before = machine.load()
    with opened(names, quick=given.quick) as bench:
        sections = {name: measured(bench, name) for name in names}
        profile = "" if given.only else importing.page(bench)
        facts = machine.facts(bench.places, bench.others)
    facts |= {"load before and after": f"{before}, and {machine.load()}"}
    if not given.only:
        date = f"{datetime.now(UTC):%Y-%m-%d}"
        flags = " --quick" if given.quick else ""
        text = report.page(sections, facts, bench.clock.noise, date=date, flags=flags)
        RESULTS.write_text(text + profile, encoding="utf-8")
        print(f"Wrote {RESULTS.relative_to(Path.cwd())}.")
    print(f"noise: {report.noise_of(bench.clock.noise)}")
    return code([row for rows in sections.values() for row in rows])


@contextmanager
def opened(names: list[str], *, quick: bool) -> Iterator[Bench]:
    """Give what measurements need; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="dbtasks_bench_") as folder, places.opened() as found:
        rivals = others.installed() if "others" in names else None
        yield Bench(Path(folder), found, rivals, Clock(), quick)


def measured(bench: Bench, name: str) -> list[Row]:
    """Return the rows of a measurement, printed as they come; what fails is one of them."""
    started = time.monotonic()
    rows: list[Row] = []
    print(f"\n{name}", flush=True)
    try:
        for row in MEASUREMENTS[name](bench):
            rows.append(row)
            print(f"  {row.what}: {row.measured} [{row.database}] {shown(row)}", flush=True)
    except CommandFailedError as error:
        print(error, file=sys.stderr)
        rows.append(missing(name, "", "a command failed: " + str(error).partition("\n")[0]))
    print(f"  took {time.monotonic() - started:.0f} s", flush=True)
    return rows


def shown(row: Row) -> str:
    """Return whether a row reaches its bar, in words."""
    return "" if row.met is None else f"({row.bar}: {'met' if row.met else 'NOT met'})"


def code(rows: list[Row]) -> int:
    """Return the exit code: 2 when something was not measured, 1 when a bar was missed, 0 otherwise."""
    if any(row.measured.startswith("not measured") for row in rows):
        return 2
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())

"""The gate of a pull request: whether the models are what a long history makes."""

import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks import projects, rows
from benchmarks.bench import Bench, Pair
from benchmarks.clock import Command, Times, seconds
from benchmarks.projects import Size
from benchmarks.rows import Row

ONE_MORE = 1.5  # how many times the second check one after a new revision may take


def measure(bench: Bench) -> Iterator[Row]:
    """Yield the first check, the second, and one after each new revision, on each database."""
    for place in bench.places:
        size = bench.size(1000, 300, 50)
        pair = bench.pair("check", place, size)
        _on_main(pair.root)
        check = pair.ours("db.check")
        words = f"{size.revisions:,} revisions, {size.tables} tables"
        first, upgraded = _first(bench, pair)
        what = f"`inv db.check` the first time to `alembic upgrade head` and `check`, {words}"
        yield rows.ratio(what, place.name, first, upgraded, 1)
        again = bench.clock.take_turns({"ours": check, "stock": pair.stock("check")}, bench.runs(4))
        what = f"`inv db.check` the second time to `alembic check` on a database at head, {words}"
        yield rows.ratio(what, place.name, again["ours"], again["stock"], 1)
        after, second = _grown(pair, size, bench.runs(4))
        what = f"`inv db.check` after one new revision to the second time, {words}"
        yield rows.ratio(what, place.name, after, second, ONE_MORE)


def _on_main(root: Path) -> None:
    """Make the project a repository of git whose main branch has all of it, as that of a team does."""
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q", "-b", "main"), ("add", "--all"), ("commit", "-q", "-m", "all of it")):
        subprocess.run(["git", "-C", str(root), *identity, *words], check=True, capture_output=True)


def _first(bench: Bench, pair: Pair) -> tuple[Times, Times]:
    """Return how long a check takes with nothing kept from before, and what stock Alembic needs to be able to check."""
    clean = pair.ours("db.clean") if _keeps(pair) else None

    def before(side: str) -> None:
        if side == "stock":
            pair.empty("stock")
        elif clean:
            clean()

    stock = partial(_one_after_the_other, pair.stock("upgrade", "head"), pair.stock("check"))
    ways: dict[str, Callable[[], object]] = {"ours": pair.ours("db.check"), "stock": stock}
    times = bench.clock.take_turns(ways, 1, before, warm=bench.quick)
    return times["ours"], times["stock"]


def _keeps(pair: Pair) -> bool:
    """Return whether a check keeps something for the next; where not, every check is a first one."""
    return pair.ours("--help", "db.clean").succeeds()


def _grown(pair: Pair, size: Size, runs: int) -> tuple[Times, Times]:
    """Return how long a check takes after each of some new revisions, and once more without one."""
    after, again = [], []
    check = pair.ours("db.check")
    for _ in range(runs):
        size = projects.grow(pair.root, size)
        after.append(seconds(check))
        again.append(seconds(check))
    return Times(tuple(after)), Times(tuple(again))


def _one_after_the_other(*commands: Command) -> None:
    for command in commands:
        command()

"""What a measurement found, as a row of the table of results."""

from dataclasses import dataclass

from benchmarks.clock import Times, percentile

Met = bool | None  # None where there is no bar


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, what it has to reach, what it is, where."""

    what: str
    bar: str
    measured: str
    database: str
    met: Met = None


def ratio(what: str, database: str, ours: Times, theirs: Times, most: float | None = None) -> Row:
    """Return how many times as long as theirs ours takes, which may be so much at most."""
    value = ours.median / theirs.median
    of_rounds = [mine / other for mine, other in zip(ours.seconds, theirs.seconds, strict=True)]
    low, high = percentile(of_rounds, 10), percentile(of_rounds, 90)
    measured = f"{value:.2f} ({low:.2f} to {high:.2f}), {_short(ours.median)} to {_short(theirs.median)}"
    return Row(
        what, "" if most is None else f"{most:g} at most", measured, database, None if most is None else value <= most
    )


def times_faster(what: str, database: str, ours: Times, theirs: Times, least: float) -> Row:
    """Return how many times faster ours is, which has to be so much at least."""
    value = theirs.median / ours.median
    measured = f"{value:.1f} times faster, {_short(ours.median)} to {_short(theirs.median)}"
    return Row(what, f"{least:g} times faster", measured, database, value >= least)


def added(what: str, database: str, longer: Times, shorter: Times, most: float) -> Row:
    """Return how many seconds longer one takes than the other, which may be so many at most."""
    value = longer.median - shorter.median
    measured = f"{1000 * value:+.0f} ms, {_short(longer.median)} to {_short(shorter.median)}"
    return Row(what, f"+{1000 * most:.0f} ms at most", measured, database, value <= most)


def lasts(what: str, database: str, times: Times, most: float | None = None) -> Row:
    """Return how long something takes, which may be so many seconds at most."""
    low, high = times.spread
    bar = "" if most is None else f"{_short(most)} at most"
    measured = f"{_short(times.median)} ({_short(low)} to {_short(high)})"
    return Row(what, bar, measured, database, None if most is None else times.median <= most)


def missing(what: str, database: str, why: str) -> Row:
    """Return that something was not measured, and why."""
    return Row(what, "", f"not measured: {why}", database)


def scaled(times: Times, by: float) -> Times:
    """Return the times, each multiplied."""
    return Times(tuple(by * one for one in times.seconds))


def _short(seconds: float) -> str:
    """Return a time with a unit that fits it."""
    milliseconds = 1000 * seconds
    if milliseconds >= 10_000:  # noqa: PLR2004 - ten seconds
        return f"{seconds:.1f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"  # noqa: PLR2004

"""The page of results: the table, the machine, and how noisy it was."""

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.clock import percentile
from benchmarks.rows import Row

HEAD = """# Results

Written by `inv bench{flags}` on {date}. [README.md](README.md) says what each line measures, and how. A ratio is ours
to theirs: below 1 ours is faster; in brackets is where eight of ten rounds lie.
"""
QUICK = """
**`--quick`: small projects and two runs of each. It shows that everything works; the numbers say nothing.**
"""
MARKS = {True: "yes", False: "**no**", None: ""}


def page(
    sections: Mapping[str, Sequence[Row]], facts: Mapping[str, str], noise: Sequence[float], *, date: str, flags: str
) -> str:
    """Return the page as Markdown."""
    text = HEAD.format(flags=flags, date=date) + (QUICK if "--quick" in flags else "")
    for name, rows in sections.items():
        text += f"\n## {name}\n\n" + table(rows)
    every = [row for rows in sections.values() for row in rows]
    judged = [row for row in every if row.met is not None]
    text += f"\n{sum(bool(row.met) for row in judged)} of {len(judged)} bars met.\n"
    text += "\n## The machine\n\n| | |\n| --- | --- |\n"
    text += "".join(f"| {what} | {value} |\n" for what, value in facts.items())
    return text + f"| noise | {noise_of(noise)} |\n"


def table(rows: Sequence[Row]) -> str:
    """Return rows as a table of Markdown."""
    lines = ["| what | bar | measured | database | met |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {row.what} | {row.bar} | {row.measured} | {row.database} | {MARKS[row.met]} |" for row in rows]
    return "\n".join(lines) + "\n"


def noise_of(seconds: Sequence[float]) -> str:
    """Return in words how much the reference command, which always does the same, varied."""
    if not seconds:
        return "the reference command did not run"
    low, middle, high = percentile(list(seconds), 10), statistics.median(seconds), percentile(list(seconds), 90)
    spread = (high - low) / middle
    return (
        f"a reference command that ran {len(seconds)} times in between took {1000 * middle:.0f} ms in the middle, "
        f"{1000 * low:.0f} to {1000 * high:.0f} ms from the tenth to the ninetieth percentile: a spread of {spread:.0%}"
    )

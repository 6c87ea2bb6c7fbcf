"""Times: of commands that take turns, and of one that always does the same, which tells how noisy the machine is."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# What would change which project, database or environment a command works on, or how fast Python starts.
UNSET = ("PYTHONDONTWRITEBYTECODE", "DATABASE_URL", "ENVIRONMENT", "CONFIG_PATH", "EXT_CONFIG_PATH", "NO_COLOR")
REFERENCE = (sys.executable, "-I", "-c", "import decimal, json, sqlite3; sum(n * n for n in range(300_000))")
LAST_LINES = 15


class CommandFailedError(Exception):
    """A command that must succeed did not."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run to its end; it must succeed."""

    name: str
    words: tuple[str, ...]
    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self) -> None:
        """Run it; raise CommandFailedError with the end of what it wrote when its exit code is not 0."""
        self.output()

    def output(self) -> str:
        """Run it, and return all that it wrote; raise as above."""
        done = self._run()
        if done.returncode:
            last = "\n".join(done.stdout.splitlines()[-LAST_LINES:])
            raise CommandFailedError(f"{self.name} ended with exit code {done.returncode}.\n{last}")
        return done.stdout

    def succeeds(self) -> bool:
        """Run it, and return whether its exit code is 0."""
        return not self._run().returncode

    def _run(self) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if key not in UNSET}
        return subprocess.run(
            self.words,
            cwd=self.root,
            env={**kept, "PYTHONPATH": "", **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )


@dataclass(frozen=True, slots=True)
class Times:
    """How long each run took, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the one in the middle."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> tuple[float, float]:
        """Return the tenth and the ninetieth percentile; of few runs, nearly the fastest and the slowest."""
        return percentile(self.seconds, 10), percentile(self.seconds, 90)


@dataclass(slots=True)
class Clock:
    """Takes times, and keeps those of the reference command that runs in between."""

    noise: list[float] = field(default_factory=list)

    def take_turns(
        self,
        ways: Mapping[str, Callable[[], object]],
        runs: int,
        before: Callable[[str], object] | None = None,
        *,
        warm: bool = True,
    ) -> dict[str, Times]:
        """Return how long each way takes; they take turns, and who is first, too.

        Args:
            ways: what is timed, by name.
            runs: how often each.
            before: what is done before each run, and not timed.
            warm: whether one run of each comes first and is not counted: it compiles and fills caches.
        """
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(-warm, runs):
            self.noise.append(seconds(Command("the reference command", REFERENCE, Path.cwd())))
            for name in list(ways)[:: -1 if number % 2 else 1]:
                if before:
                    before(name)
                once = seconds(ways[name])
                if number >= 0:
                    taken[name].append(once)
        return {name: Times(tuple(all_of_it)) for name, all_of_it in taken.items()}


def seconds(work: Callable[[], object]) -> float:
    """Return how long it takes once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def percentile(values: tuple[float, ...] | list[float], share: int) -> float:
    """Return the value below which that share of the values is, in hundredths."""
    ordered = sorted(values)
    return ordered[round((len(ordered) - 1) * share / 100)]

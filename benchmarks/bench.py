"""What every measurement is given: a folder, the databases, the other tools, the clock, and how much time there is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import layouts, projects
from benchmarks.clock import Clock
from benchmarks.layouts import Tool
from benchmarks.others import Others
from benchmarks.places import Place, text_of
from benchmarks.projects import Size
from benchmarks.rows import Row

QUICK_RUNS = 2


@dataclass(frozen=True, slots=True)
class Bench:
    """What is there to measure with.

    Attributes:
        others: Flask-Migrate and Django; None where they could not be installed.
        quick: whether to see only that everything works: few runs, of small projects.
    """

    folder: Path
    places: tuple[Place, ...]
    others: Others | None
    clock: Clock
    quick: bool

    def runs(self, usual: int) -> int:
        """Return how often to run each command."""
        return min(usual, QUICK_RUNS) if self.quick else usual

    def size(self, revisions: int, tables: int, services: int) -> Size:
        """Return the size of a project, a fiftieth of it when there is no time."""
        if not self.quick:
            return Size(revisions, tables, services)
        return Size(max(revisions // 50, 8), max(tables // 50, 6), max(services // 50, 3))

    def root(self, name: str, place: Place) -> Path:
        """Return a new folder for a project."""
        made = self.folder / f"{name}_{place.name}"
        made.mkdir()
        return made

    def pair(self, name: str, place: Place, size: Size | None, seconds: float = 0.0) -> "Pair":
        """Return a project, of a size or the reference backend, with ours and with stock Alembic's environment.

        Each has a database of its own, as stock Alembic would take our ledger for a table that no model has. The
        databases are empty.
        """
        root = self.root(name, place)
        mine, other = place.url(root, f"{name}_ours"), place.url(root, f"{name}_stock")
        if size is None:
            layouts.reference(root)
        else:
            projects.make(root, size, text_of(mine), seconds)
        pair = Pair(root, place, layouts.ours(root, mine), layouts.plain(root, mine), layouts.stock(root, other), name)
        pair.empty("ours")
        pair.empty("stock")
        return pair


@dataclass(frozen=True, slots=True)
class Pair:
    """A project in which ours, Alembic's through our env.py and stock Alembic's commands run."""

    root: Path
    place: Place
    ours: Tool
    plain: Tool
    stock: Tool
    name: str

    def empty(self, side: str) -> None:
        """Make the database of one of them anew."""
        self.place.empty(self.place.url(self.root, f"{self.name}_{side}"))

    def at_head(self) -> None:
        """Bring both databases to head."""
        self.ours("db.upgrade")()
        self.stock("upgrade", "head")()


Measurement = Callable[[Bench], Iterator[Row]]

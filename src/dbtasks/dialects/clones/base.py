"""What copying and keeping a database means, whatever the dialect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import URL, Connection

T = TypeVar("T")
Open = Callable[[URL, Callable[[Connection], T]], T]
Wait = Callable[[Callable[[], bool]], None]

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is kept in one place.

    Attributes:
        facts: what of the server shapes a schema besides the revisions: its version, its defaults, the user.
        unused: the whole databases by name, with the seconds since each was last used.
        dead: those that were never finished, and that nobody is making.
    """

    facts: str
    unused: Mapping[str, float]
    dead: tuple[str, ...] = ()


class Clones:
    """Copies a database to which nobody is connected. The ``server`` is, for files, the folder that they are in."""

    made_in_place = False  # a copy takes long: one that is kept is made under its name, and others may look at it
    used_again = False  # as for a test: a copy takes longer than to find what another one has changed

    def look(self, server: URL, prefix: str, connect: Open[Any]) -> Shelf:
        """Return what is kept under names with this prefix; nothing is created."""
        raise NotImplementedError

    def copy(self, source: URL, target: URL, connect: Open[Any]) -> None:
        """Make a database, which must not exist, with the schema and the rows of another."""
        raise NotImplementedError

    def restore(self, source: URL, used: URL, connect: Open[Any]) -> bool:
        """Return whether a copy is as it was made again; never where somebody is connected to it.

        Anything may differ in one that is not: it can only be dropped. The source is one that is kept.
        """
        raise NotImplementedError

    def keep(self, source: URL, aside: URL, kept: URL, connect: Open[Any]) -> None:
        """Keep a copy, which under its name is whole or not there; ``aside`` is where it may be made.

        When another process was faster its copy stays.
        """
        raise NotImplementedError

    def finish(self, kept: URL, connect: Open[Any]) -> None:
        """Have a database that was made in its place count as whole."""
        raise NotImplementedError

    def use(self, kept: URL, connect: Open[Any]) -> None:
        """Note that a database that is kept is used now."""
        raise NotImplementedError

    def alone(self, server: URL, name: str, connect: Open[Any], wait_for: Wait, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, run while no other process makes the database of this name.

        ``wait_for`` polls: it returns once the attempt that it is given returns True.
        """
        raise NotImplementedError

    def left(self, server: URL, prefix: str, connect: Open[Any]) -> tuple[URL, ...]:
        """Return databases with this prefix to which nobody is connected; for files, what is in ``server``'s folder."""
        raise NotImplementedError

    def near(self, server: URL) -> URL | None:
        """Return what a run of tests, which copies for each of them, may stay connected to; None for nothing."""
        return None

    def free(self, url: URL, connect: Open[Any]) -> None:
        """End the connections of others to a scratch database, where they would keep it from being dropped."""

    def is_sound(self, connection: Connection) -> bool:
        """Return whether a copy can be read, as far as the database can tell."""
        return True

    def close(self, server: URL) -> None:
        """Remove what an empty place leaves behind."""


def age(now: float, noted: object) -> float:
    """Return the seconds since a noted moment; :data:`NEVER` when the note cannot be read."""
    try:
        return max(now - float(str(noted)), 0.0)
    except ValueError:
        return NEVER

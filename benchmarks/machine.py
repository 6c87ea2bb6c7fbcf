"""The machine and the versions that results hold for; no name of a host, a person or a path."""

import os
import platform
import re
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.others import Others
from benchmarks.places import Place

PACKAGES = ("SQLAlchemy", "alembic", "invoke", "asyncpg", "aiomysql", "aiosqlite", "PyMySQL")


def facts(places: tuple[Place, ...], others: Others | None) -> dict[str, str]:
    """Return what there is to know, by name."""
    apart = ", ".join(f"{name} {number}" for name, number in others.versions.items()) if others else "not installed"
    return {
        "CPU": f"{_cpu() or platform.machine()}, {os.cpu_count()} cores",
        "RAM": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "servers": ", ".join(_server(place) for place in places),
        "the others' environment": apart,
    }


def load() -> str:
    """Return the load averages of the last 1, 5 and 15 minutes."""
    return " ".join(f"{one:.2f}" for one in os.getloadavg())


def _server(place: Place) -> str:
    if place.server is None:
        import sqlite3

        return f"{place.name} {sqlite3.sqlite_version}"
    return f"{place.name} {_first_number(place.version())}"


def _first_number(text: str) -> str:
    found = re.search(r"\d+(\.\d+)+", text)
    return found[0] if found else text


def _cpu() -> str:
    """Return the model of the processor; "" where the kernel does not tell."""
    if not sys.platform.startswith("linux"):
        return ""
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return found[1].strip() if found else ""

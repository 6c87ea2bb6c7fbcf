"""Moments, and who runs this process, as the ledger and the lock write them."""

import getpass
import os
import socket
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version


def now(days: float = 0.0) -> str:
    """Return this moment, or one so many days on, in UTC as ISO 8601 to the microsecond; texts sort as moments do."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def shown(moment: str) -> str:
    """Return a moment of :func:`now` for people: to the second, "2026-11-24 10:08:18 UTC"; "" for none."""
    return f"{moment[:10]} {moment[11:19]} UTC" if moment else ""


@cache
def actor() -> str:
    """Return ``user@host``; the number of a user who has no name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not be in /etc/passwd
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


@cache  # finding it reads files, and every row of the ledger names it
def tool() -> str:
    """Return the name and the version of this tool."""
    return f"dbtasks {version('dbtasks')}"

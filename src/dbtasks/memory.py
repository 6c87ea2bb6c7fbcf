"""What is remembered of a project from one run to the next, in its cache folder; losing it costs time only."""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from dbtasks.dialects.clones import folder as folders
from dbtasks.project import Project

PASSED, COMPARED, PRINTS = "verified.json", "compared.json", "fingerprints.json"
FILES = (PASSED, COMPARED, PRINTS)


def read(project: Project, name: str) -> dict[str, Any]:
    """Return what is remembered under a name; nothing when there is no such file, or somebody has broken it."""
    try:
        found = json.loads((project.cache_folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(project: Project, name: str, what: dict[str, Any]) -> None:
    """Remember something; where nothing can be written nothing is remembered.

    The file is written aside and renamed, so that another process reads the old one or the new one.
    """
    folder = project.cache_folder
    with contextlib.suppress(OSError):
        folders.make(folder)
        _replace(folder / name, json.dumps(what, indent=1, sort_keys=True))


def _replace(file: Path, text: str) -> None:
    number, aside = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(aside).replace(file)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def forget(project: Project) -> bool:
    """Remove all of it, with a folder that has nothing else; return whether there was something."""
    files = [project.cache_folder / name for name in FILES]
    there = any(file.exists() for file in files)
    with contextlib.suppress(OSError):
        for file in files:
            file.unlink(missing_ok=True)
        folders.remove(project.cache_folder)
    return there

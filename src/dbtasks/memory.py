"""What is remembered of a project from one run to the next, in its cache folder; losing it costs time only."""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from dbtasks.dialects.clones import folder as folders
from dbtasks.project import Project
from dbtasks.values import tool

PASSED, COMPARED = "verified.json", "compared.json"
PRINTS, HARMLESS, WAYS_DOWN = "fingerprints.json", "harmless.json", "ways_down.json"  # of the text of each revision
FILES = (PASSED, COMPARED, PRINTS, HARMLESS, WAYS_DOWN)


def read(project: Project, name: str) -> dict[str, Any]:
    """Return what is remembered under a name; nothing when there is no such file, or somebody has broken it."""
    try:
        found = json.loads((project.cache_folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def of_texts(
    project: Project, name: str, texts: Mapping[str, str], wanted: Iterable[str], work: Callable[[str], str]
) -> dict[str, str]:
    """Return what ``work`` makes of each one that is ``wanted``, which depends on nothing but its text.

    It is worked out once for a text, and remembered under the name as long as the text is among those that there are.
    """
    known = read(project, name)
    keys = {one: _key(text) for one, text in texts.items()}
    found = {one: known.get(keys[one]) for one in wanted}
    new = {keys[one]: work(one) for one, said in found.items() if not isinstance(said, str)}
    if new:
        there = {**known, **new}
        write(project, name, {key: there[key] for key in keys.values() if key in there})
    return {one: said if isinstance(said, str) else new[keys[one]] for one, said in found.items()}


def _key(text: str) -> str:
    return hashlib.sha256(f"{tool()}\n{text}".encode(errors="backslashreplace")).hexdigest()


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

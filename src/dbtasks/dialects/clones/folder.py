"""The folder of what is kept as files: git is told to leave it alone, and one that is somebody's stays as it is."""

import shutil
from pathlib import Path

IGNORE, EVERYTHING = ".gitignore", "*\n"  # so that nobody has to name the folder in a file of their own


def make(folder: Path) -> None:
    """Create the folder; one that is there already is somebody's, and is left as it is."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / IGNORE).write_text(EVERYTHING, encoding="utf-8")


def remove(folder: Path) -> None:
    """Remove a folder of ours in which there is nothing else; another one, and none, is left."""
    there = {file.name for file in folder.iterdir()} if folder.is_dir() else {""}
    if not there or (there == {IGNORE} and (folder / IGNORE).read_text(encoding="utf-8") == EVERYTHING):
        shutil.rmtree(folder, ignore_errors=True)

"""The tools that a user would otherwise pick, in a virtual environment of their own, which this makes with pip."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.projects import ROOT

FOLDER = ROOT / ".venv-bench"
PACKAGES = ("Django", "Flask-Migrate", "Flask-SQLAlchemy", "psycopg[binary]", "PyMySQL")
SHOWN = ("django", "flask-migrate", "flask-sqlalchemy", "alembic", "sqlalchemy", "psycopg", "pymysql")


@dataclass(frozen=True, slots=True)
class Others:
    """Flask-Migrate and Django, ready to run."""

    python: Path
    versions: dict[str, str]


def installed() -> Others | None:
    """Return them, installed where they are not yet; None where pip cannot."""
    python = FOLDER / "bin" / "python"
    if not python.exists() and not _run(sys.executable, "-m", "venv", str(FOLDER)):
        return None
    if not _run(str(python), "-c", "import django, flask_migrate, flask_sqlalchemy, psycopg, pymysql"):
        print("installing Flask-Migrate and Django into .venv-bench ...", flush=True)
        pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
        if not _run(*pip, *PACKAGES):
            return None
    return Others(python, _versions(python))


def _versions(python: Path) -> dict[str, str]:
    words = (str(python), "-m", "pip", "list", "--disable-pip-version-check", "--format", "json")
    listed = json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)
    found = {one["name"].lower().replace("_", "-"): one for one in listed}
    return {found[name]["name"]: found[name]["version"] for name in SHOWN if name in found}


def _run(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0

"""The same project as each tool wants it: ours, stock Alembic's beside it, Flask-Migrate's and Django's.

Flask-Migrate has the same models and the same revisions. Django has its own equivalents: an app for each service, a
model for each table, a migration for each revision that changes it.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL

from benchmarks import django, projects
from benchmarks.clock import Command
from benchmarks.places import text_of
from benchmarks.projects import ROOT, Size

Tool = Callable[..., Command]  # what to run, in the words of the tool, as a command of a project

INV = (sys.executable, "-P", "-c", "from dbtasks.tasks import main; main()")
PLAIN = (sys.executable, "-m", "alembic", "-c", "alembic_db/alembic.ini")
STOCK = (sys.executable, "-m", "alembic", "-c", "stock.ini")
REFERENCE = ("alembic_db", "config", "services", "tasks.py", "pyproject.toml")
SYNCHRONOUS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
FLASK_BASE = """from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase


class _Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=_Base)
Base = db.Model
"""
FLASK_APP = """from flask import Flask
from flask_migrate import Migrate

{imports}
from services.common.base import db

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = {url!r}
db.init_app(app)
Migrate(app, db)
"""


def reference(root: Path) -> None:
    """Copy the reference backend."""
    for name in REFERENCE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, root / name)


def ours(root: Path, url: URL) -> Tool:
    """Return our commands on a project that is there."""
    return _tool("inv", INV, root, {"DATABASE_URL": text_of(url)})


def plain(root: Path, url: URL) -> Tool:
    """Return Alembic's own commands on a project of ours, which go through our env.py."""
    return _tool("alembic with our env.py", PLAIN, root, {"DATABASE_URL": text_of(url)})


def stock(root: Path, url: URL) -> Tool:
    """Give a project of ours a stock environment too, whose env.py imports the models as people do."""
    alembic = _tool("alembic", STOCK, root, {})
    alembic("init", "-t", "async", "stock")()
    follow(root, root / "stock" / "versions")
    ini = root / "stock.ini"
    text = ini.read_text(encoding="utf-8")
    ini.write_text(text.replace("driver://user:pass@localhost/dbname", text_of(url).replace("%", "%%")), "utf-8")
    env = root / "stock" / "env.py"
    models = f"{imports(root)}\nfrom services.common.base import Base\n\ntarget_metadata = Base.metadata"
    env.write_text(env.read_text(encoding="utf-8").replace("target_metadata = None", models), "utf-8")
    return alembic


def flask(python: Path, root: Path, size: Size, url: URL, seconds: float = 0.0) -> Tool:
    """Write a project of Flask-Migrate with the same models; its revisions are for the caller to copy."""
    projects.write_services(root, size, FLASK_BASE, seconds)
    at = text_of(url.set(drivername=SYNCHRONOUS[url.get_backend_name()]))
    (root / "app.py").write_text(FLASK_APP.format(imports=imports(root), url=at), encoding="utf-8")
    command = _tool("flask", (str(python), "-m", "flask", "--app", "app"), root, {})
    command("db", "init")()
    return command


def django_project(python: Path, root: Path, size: Size, url: URL, seconds: float = 0.0) -> Tool:
    """Write a project of Django with its own equivalents."""
    django.make(root, size, url, seconds)
    return _tool("manage.py", (str(python), "manage.py"), root, {})


def project(root: Path, size: Size, url: URL, seconds: float = 0.0) -> Tool:
    """Write a project of ours, into a folder that is there."""
    projects.make(root, size, text_of(url), seconds)
    return ours(root, url)


def follow(root: Path, versions: Path) -> None:
    """Let another tool of Alembic's family have the revisions of a project of ours, and no others."""
    shutil.rmtree(versions)
    shutil.copytree(root / "alembic_db" / "versions", versions, ignore=shutil.ignore_patterns("__pycache__"))


def imports(root: Path) -> str:
    """Return the lines that import every module of models."""
    found = sorted(path.relative_to(root) for path in (root / "services").rglob("db_models/*.py"))
    return "\n".join(f"import {'.'.join(path.with_suffix('').parts)}" for path in found if path.stem != "__init__")


def _tool(name: str, program: tuple[str, ...], root: Path, environment: dict[str, str]) -> Tool:
    def command(*words: str) -> Command:
        return Command(" ".join((name, *words)), (*program, *words), root, environment)

    return command

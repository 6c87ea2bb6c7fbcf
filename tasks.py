"""This repository's tasks: the product's ``db.*`` and ``onboard``, and its own serve, test, lint and bench."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from invoke import Collection, Context, task

from dbtasks.tasks import db, onboard
from dbtasks.tasks.edge import friendly, here

ROOT = Path(__file__).parent
PYTHON = sys.executable


def _python(context: Context, *arguments: str, env: Mapping[str, str] = MappingProxyType({})) -> None:
    """Run a module of this environment in the root; its exit code becomes that of the task."""
    command = " ".join(f"'{argument}'" if " " in argument else argument for argument in ("-m", *arguments))
    with context.cd(str(ROOT)):
        context.run(f"'{PYTHON}' {command}", pty=sys.stdout.isatty(), env={"PYTHONPATH": "", **env})


@task(help={"host": "The address to listen on.", "port": "The port to listen on."})
@friendly
def serve(_context: Context, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Start the reference backend; it brings the schema to head by itself."""
    import uvicorn

    from dbtasks import plan

    at = here()
    plan.recorded(at.history, at.settings)  # tells what is wrong with the database without uvicorn's traceback
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    uvicorn.run("services.app:create_app", factory=True, host=host, port=port)


@task(
    help={
        "only": "A file, a folder, or file::test.",
        "keyword": "Tests whose name matches (pytest -k).",
        "all": "Also the rounds and the corpus that take half an hour.",
    }
)
def test(context: Context, only: str = "tests", keyword: str = "", all: bool = False) -> None:  # noqa: A002 - the flag
    """Run the tests, on private servers of PostgreSQL and MariaDB that they start themselves."""
    matching = ["-k", keyword] if keyword else []
    # With --all a few files take most of the time, so that their tests are shared out one by one.
    share = ["load"] if all else ["loadfile", "--no-loadscope-reorder"]
    environment = {"DBTASKS_TEST_ALL": "1"} if all else {}
    _python(context, "pytest", "-n", "auto", "--dist", *share, only, *matching, env=environment)


@task
def lint(context: Context) -> None:
    """Check style and types."""
    _python(context, "ruff", "check", ".")
    _python(context, "ruff", "format", "--check", ".")
    _python(context, "mypy")


@task(
    help={
        "only": "One measurement: start, pending, slow, services, discovery, overhead, check, copies or others.",
        "quick": "Small projects and few runs: whether it works, not how fast it is.",
    }
)
def bench(context: Context, only: str = "", quick: bool = False) -> None:
    """Measure how fast the tasks are beside stock Alembic, and write benchmarks/results.md."""
    flags = [*(["--only", only] if only else []), *(["--quick"] if quick else [])]
    _python(context, "benchmarks", *flags)


ns = Collection(onboard, serve, test, lint, bench, db)

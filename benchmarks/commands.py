"""How long daily commands take, beside a stock Alembic environment (alembic init -t async) on the same history.

python benchmarks/commands.py [runs]: prints medians in milliseconds, and each as a ratio to the stock command.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("alembic_db", "config", "services", "tasks.py", "pyproject.toml")
INV = [sys.executable, "-P", "-c", "from dbtasks.tasks import main; main()"]
STOCK = [sys.executable, "-m", "alembic", "-c", "stock.ini"]
PAIRS = (
    ("inv --list", [*INV, "--list"], [*STOCK, "--help"]),
    ("inv db.status", [*INV, "db.status"], [*STOCK, "current"]),
    ("inv db.upgrade (nothing pending)", [*INV, "db.upgrade"], [*STOCK, "upgrade", "head"]),
)


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        prepare(root)
        print(f"{'command':<34} {'ours':>7} {'stock':>7} {'ratio':>6}   stock command")
        for name, ours, stock in PAIRS:
            mine, theirs = medians(root, ours, stock, runs)
            print(f"{name:<34} {mine:>5.0f}ms {theirs:>5.0f}ms {mine / theirs:>6.2f}   alembic {' '.join(stock[5:])}")


def prepare(root: Path) -> None:
    """Copy the reference backend, and give it a stock environment whose env.py imports the models, as people do."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, root / name)
    run(root, [sys.executable, "-m", "alembic", "-c", "stock.ini", "init", "-t", "async", "stock"])
    shutil.rmtree(root / "stock" / "versions")
    shutil.copytree(root / "alembic_db" / "versions", root / "stock" / "versions")
    ini = root / "stock.ini"
    ini.write_text(ini.read_text().replace("driver://user:pass@localhost/dbname", "sqlite+aiosqlite:///db/database.db"))
    modules = sorted(path.relative_to(root) for path in (root / "services").rglob("db_models/*_model.py"))
    imports = [f"import {'.'.join(path.with_suffix('').parts)}" for path in modules]
    env = root / "stock" / "env.py"
    models = "\n".join([*imports, "from services.common.base import Base", "target_metadata = Base.metadata"])
    env.write_text(env.read_text().replace("target_metadata = None", models))
    run(root, [*INV, "db.upgrade"])


def medians(root: Path, ours: list[str], stock: list[str], runs: int) -> tuple[float, float]:
    """Return the medians of alternating runs, after one of each that compiles and caches."""
    seconds: dict[str, list[float]] = {"ours": [], "stock": []}
    for number in range(runs + 1):
        for name, command in (("ours", ours), ("stock", stock)):
            start = time.perf_counter()
            run(root, command)
            if number:
                seconds[name].append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds["ours"]), 1000 * statistics.median(seconds["stock"])


def run(root: Path, command: list[str]) -> None:
    """Run a command that must succeed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, cwd=root, env={**environment, "PYTHONPATH": ""}, check=True, capture_output=True)


if __name__ == "__main__":
    main()

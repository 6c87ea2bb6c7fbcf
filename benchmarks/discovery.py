"""How long it takes to find models, and tables that no revision would have, beside just reading the same files.

python benchmarks/discovery.py [services] [runs]: prints medians in milliseconds, and each as a ratio to os.walk + read.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dbtasks import services
from dbtasks.project import Project

MODEL = '''"""Model {number} of service {service}."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class Model{number}(Base):
    """One table."""

    __tablename__ = "s{service}_model_{number}"

    id: Mapped[int] = mapped_column(primary_key=True)
'''
COLUMN = '    column_{number}: Mapped[str] = mapped_column(String(50), default="")\n'
CODE = '''"""Something that a service does."""

from services.common.base import Base


def run_{number}(value: int) -> int:
    """Return the sum of what is below a value."""
    total = 0
    for one in range(value):
        total += one
    return total
'''
FORGOTTEN = 10  # every tenth service has a model where nobody looks


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 15  # noqa: PLR2004 - the second argument
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files, size = write(root, count)
        project = Project(root)
        found = services.undiscovered(project)
        print(f"{count} services, {files} files, {size // 1024} KiB, {len(found)} tables not discovered")
        base = median(lambda: read(root), runs)
        timed: tuple[tuple[str, Callable[[], object]], ...] = (
            ("os.walk, and read every file", lambda: read(root)),
            ("services.find", lambda: services.find(project)),
            ("services.undiscovered", lambda: services.undiscovered(project)),
        )
        for name, work in timed:
            taken = median(work, runs)
            print(f"{name:<30} {taken:>7.1f} ms  {taken / base:>5.2f}")


def write(root: Path, count: int) -> tuple[int, int]:
    """Write services of ten files each, two of them models, and return how many files and bytes there are."""
    texts = {Path("services/common/base.py"): "class Base: ...\n"}
    for service in range(count):
        place = Path(f"services/service_{service}")
        for number in range(2):
            columns = "".join(COLUMN.format(number=one) for one in range(30))
            texts[place / f"database/db_models/model_{number}.py"] = (
                MODEL.format(number=number, service=service) + columns
            )
        if service % FORGOTTEN == 0:
            texts[place / "entities.py"] = MODEL.format(number="forgotten", service=service)
        for number in range(8 - (service % FORGOTTEN == 0)):
            code = "".join(CODE.format(number=f"{number}_{one}") for one in range(12))
            texts[place / f"domain/part_{number}.py"] = code
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return len(texts), sum(map(len, texts.values()))


def read(root: Path) -> int:
    """Read every file, which is the least that finding something in their text can take."""
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            total += len(Path(folder, name).read_bytes())
    return total


def median(work: Callable[[], object], runs: int) -> float:
    """Return the median of several runs in milliseconds, after one that fills the caches."""
    seconds = []
    for number in range(runs + 1):
        start = time.perf_counter()
        work()
        if number:
            seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


if __name__ == "__main__":
    main()

"""Tables that stand in the source of a repository outside of its model modules; nothing is imported."""

import re
import warnings
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from dbtasks.project import Project
from dbtasks.services import sweep, written
from dbtasks.services.written import Written

NAMING = b"def __tablename__"
WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def outside(project: Project, modules: Collection[Path]) -> tuple[tuple[Path, Written], ...]:
    """Return what files declare that are no model modules, and that ``ignore`` of [tool.dbtasks] does not name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python has to say of somebody's string literals
        return tuple(_written(project, modules))


def _written(project: Project, modules: Collection[Path]) -> Iterator[tuple[Path, Written]]:
    sources = list(sweep.sources(project))
    bases = {base for _, source in sources if NAMING in source for base in written.naming_bases(source)}
    names = [base.encode() for base in bases]
    ignored = _pattern(project.ignore)
    known = {str(module) for module in modules}
    for name, source in sources:
        if name not in known and any(word in source for word in (*sweep.TABLES, *names)):
            path = Path(name)
            if not ignored.fullmatch(project.relative(path).as_posix()):
                yield from ((path, one) for one in written.tables(source, bases))


def _pattern(globs: Iterable[str]) -> re.Pattern[str]:
    """Return one expression for paths that fit a glob, or lie in a folder that does; for none when there is no glob."""
    parts = (re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./").rstrip("/")) for glob in globs)
    wanted = ("".join(WILDCARDS.get(part) or re.escape(part) for part in several) for several in parts)
    return re.compile("|".join(f"(?:{one})(?:/.*)?" for one in wanted) or r"(?!)")

"""What shapes the schema that revisions make, as digests: every file that Python or a revision reads for it.

Seen are the revisions themselves, what they and ``env.py`` import from the project, and the files that they name. Not
seen is what a revision asks of the world: a variable of the environment, a clock, a path that it puts together.
"""

import ast
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from dbtasks.project import Project

if TYPE_CHECKING:
    from dbtasks.history.graph import Revision

LIBRARIES = ("dbtasks", "alembic", "SQLAlchemy")  # a new version of one may make something else of the same revision
KNOWN = frozenset({*sys.stdlib_module_names, "alembic", "sqlalchemy", "dbtasks"})  # of no interest as imports
IMPORT = re.compile(r"\b(from|import)[ \t]+(\.*\w*)(.*)")
READS = re.compile(r"\bopen\(|\.read_text\(|\.read_bytes\(|\bopen_text\(")
NAME = re.compile(r"""["']([^"'\n]*\.\w{1,6})["']""")  # of a file, in quotes
CODE = (".py", ".pyc")
ASIDE = ("HEAD", "script.py.mako")  # of a draft, not of what it does


class Shape:
    """What revisions of a project are made of; each of its files is read once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._roots = tuple(
            dict.fromkeys((*(project.root / one for one in project.pythonpath), project.alembic_folder))
        )
        self._texts: dict[Path, str] = {}
        self._nearest: dict[Path, frozenset[Path]] = {}
        self._known: dict[Path, str] = {}

    def digests(self, revisions: Sequence["Revision"]) -> tuple[str, ...]:
        """Return a digest for each beginning of a chain of revisions: of the first one, the first two, and so on."""
        found, said = [], hashlib.sha256(self.common.encode())
        for one in revisions:
            said.update(f"\n{one.id} {self.of(one)}".encode())
            found.append(said.hexdigest())
        return tuple(found)

    @cached_property
    def common(self) -> str:
        """Return what is said of every revision: the libraries, ``env.py``, and the files that no revision names."""
        env = self._project.alembic_folder / "env.py"
        modules = {file for file in self._reached(env) if file == env or not self._is_model(file)}
        named = {file for one in modules for file in self._files_in(self._text(one), env)}
        libraries = [f"{name} {metadata.version(name)}" for name in LIBRARIES]
        return "\n".join([*libraries, *(self._told(file) for file in sorted(modules | named | self._data))])

    def of(self, revision: "Revision") -> str:
        """Return what is said of one revision: its file, and what it uses."""
        return _digest(f"{self.text(revision)}\n{self.used(revision)}")

    def text(self, revision: "Revision") -> str:
        """Return the file of a revision as it was when it was first read."""
        return self._text(revision.path)

    def used(self, revision: "Revision") -> str:
        """Return what is said of the files that a revision imports, names, or has beside it."""
        if revision.path not in self._known:
            self._known[revision.path] = self._used(revision)
        return self._known[revision.path]

    def _used(self, revision: "Revision") -> str:
        files = self._reached(revision.path) - {revision.path}
        text = self._text(revision.path)
        named = {file for one in (text, *map(self._text, files)) for file in self._files_in(one, revision.path)}
        beside = set(self._beside.get(revision.path.stem, ()))
        return _digest("\n".join(map(self._told, sorted(files | named | beside))))

    @cached_property
    def _beside(self) -> dict[str, list[Path]]:
        """Return the files in Alembic's folder that are no code, by their names without what follows the dot."""
        found: dict[str, list[Path]] = {}
        for file in sorted(self._project.alembic_folder.rglob("*")):
            if file.suffix not in CODE and file.name not in ASIDE and file.is_file():
                found.setdefault(file.stem, []).append(file)
        return found

    @cached_property
    def _data(self) -> frozenset[Path]:
        """Return those of them that belong to no single revision: none has their name, or says it."""
        files = [file for those in self._beside.values() for file in those]
        if not files:
            return frozenset()
        sources = [*self._project.alembic_folder.rglob("*.py")]
        stems = {file.stem for file in sources}
        names = {_last(name) for file in sources for name in NAME.findall(self._text(file))}
        return frozenset(file for file in files if file.stem not in stems and file.name not in names)

    def _files_in(self, text: str, path: Path) -> Iterator[Path]:
        """Yield the files that a text names: in Alembic's folder by name, elsewhere by their path."""
        names = NAME.findall(text) if self._beside or READS.search(text) else ()
        for name in names:
            last = _last(name)
            yield from (file for file in self._beside.get(last.rpartition(".")[0], ()) if file.name == last)
            for folder in (path.parent, self._project.root):
                if (folder / name).is_file():
                    yield folder / name

    def _reached(self, file: Path) -> set[Path]:
        """Return a file with all that it imports from the project, and what that imports."""
        found, waiting = set[Path](), [file]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self._imported(one)
        return found

    def _imported(self, file: Path) -> frozenset[Path]:
        if file not in self._nearest:
            text = self._text(file)
            modules = () if is_plain(text) else _imports(text, self._package(file))
            self._nearest[file] = frozenset(self._resolved(modules))
        return self._nearest[file]

    def _package(self, file: Path) -> tuple[str, ...]:
        root = next((one for one in self._roots if file.is_relative_to(one)), file.parent)
        return file.parent.relative_to(root).parts

    def _resolved(self, modules: Iterable[str]) -> Iterator[Path]:
        """Yield the files of modules that lie in the project, and of the packages around them."""
        for module in modules:
            parts = module.split(".")
            for root in self._roots:
                for length in range(1, len(parts) + 1):
                    place = root.joinpath(*parts[:length])
                    for file in (place.with_suffix(".py"), place / "__init__.py"):
                        if file.is_file() and "site-packages" not in file.parts:
                            yield file

    def _is_model(self, file: Path) -> bool:
        """Return whether a module is of models: ``env.py`` may import them all, and no migration depends on them."""
        return any(folder.match(self._project.models) for folder in self._project.relative(file).parents)

    def _told(self, file: Path) -> str:
        return f"{self._project.relative(file).as_posix()} {_digest(self._text(file))}"

    def _text(self, file: Path) -> str:
        if file not in self._texts:
            self._texts[file] = file.read_bytes().decode(errors="backslashreplace")
        return self._texts[file]


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def is_plain(text: str) -> bool:
    """Return whether a file can be seen to import only well-known modules, without the cost of parsing it."""
    return not any(
        name not in KNOWN or (start == "import" and "," in rest) for start, name, rest in IMPORT.findall(text)
    )


def _imports(text: str, package: tuple[str, ...]) -> Iterator[str]:
    """Yield the modules that a file may import, other than well-known ones."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] not in KNOWN)
        elif isinstance(node, ast.ImportFrom):
            around = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*around, *([node.module] if node.module else [])])
            if module.partition(".")[0] not in KNOWN:
                yield from (f"{module}.{alias.name}".strip(".") for alias in node.names)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()

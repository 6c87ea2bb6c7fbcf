"""Read the revision files; when they cannot be read, find out which one is to blame, and where."""

import ast
import re
import traceback
import warnings
from argparse import Namespace
from collections import defaultdict
from pathlib import Path

from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from dbtasks.errors import AlembicFailed, DuplicateRevision, HistoryMissing, MissingParent, RevisionBroken, Source
from dbtasks.history import headfile
from dbtasks.history.graph import History, Revision
from dbtasks.project import Project

INI = "alembic.ini"
SERVICES = re.compile(r"^Services:[ \t]*(.*)$", re.MULTILINE)  # the line of a revision's docstring


def load(project: Project, versions: Path | None = None) -> History:
    """Return the history of a project; with ``versions`` of the revisions in that folder instead of its own.

    Raises:
        HistoryMissing: there is no migration environment.
        RevisionBroken, DuplicateRevision, MissingParent: a revision file cannot be used.
    """
    ini = project.alembic_folder / INI
    if not (ini.is_file() and (project.alembic_folder / "env.py").is_file()):
        raise HistoryMissing(project.relative(ini if not ini.is_file() else ini.with_name("env.py")))
    config = Config(str(ini), cmd_opts=Namespace(quiet=True, x=None))
    # Alembic itself leaves a "%" in the path as it is, which its parser then takes for the beginning of %(name)s.
    config.file_config.set("DEFAULT", "here", ini.parent.as_posix().replace("%", "%%"))
    headfile.unhook(config)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            scripts = ScriptDirectory.from_config(config)
            if versions is not None:  # not by the configuration, where a path with a space could be taken for two
                scripts.version_locations = [str(versions)]
            found = read(project, config, scripts)
    except (Exception, SystemExit) as error:
        _diagnose(project, error, versions)
        raise AlembicFailed("history", str(error).partition("\n")[0]) from error
    if caught:  # Alembic only warns of two files with one id, and leaves one of them out
        _diagnose(project, None, versions)
    return found


def read(project: Project, config: Config, scripts: ScriptDirectory) -> History:
    """Return the history that Alembic has already found; what is wrong with a file it tells in its own words."""
    found = reversed(list(scripts.walk_revisions()))
    return History(project, tuple(_revision(scripts, one) for one in found), config, scripts)


def read_or_load(project: Project, config: Config, scripts: ScriptDirectory) -> History:
    """Return the history that Alembic reads anyway, so that no file is read twice.

    Raises:
        RevisionBroken, DuplicateRevision, MissingParent: as :func:`load`, which has the words for what is wrong.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of is found below
            found = read(project, config, scripts)
    except (Exception, SystemExit):
        load(project)
        raise
    files = [file for folder in {one.path.parent for one in found.revisions} for file in folder.glob("*.py")]
    if len([file for file in files if _is_revision(file)]) != len(found.revisions):
        load(project)
    return found


def parents_in(source: str) -> tuple[str, ...]:
    """Return the names of the revisions that one builds or depends on, read from its source without running it."""
    values = _values(ast.parse(source))
    return (*_tuple(values.get("down_revision")), *_tuple(values.get("depends_on")))


def _revision(scripts: ScriptDirectory, script: Script) -> Revision:
    names = script.dependencies or ()
    depends_on = scripts.get_revisions((names,) if isinstance(names, str) else tuple(names)) if names else ()
    return Revision(
        id=script.revision,
        message=script.doc.partition("\n")[0].rstrip("."),
        parents=_tuple(script.down_revision),
        depends_on=tuple(one.revision for one in depends_on),
        path=Path(script.path),
        services=_services(script.longdoc or ""),
    )


def _services(docstring: str) -> tuple[str, ...]:
    line = SERVICES.search(docstring)
    return tuple(sorted({one.strip() for one in line[1].split(",") if one.strip()})) if line else ()


def _tuple(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else (str(value),)


def _diagnose(project: Project, error: BaseException | None, versions: Path | None) -> None:
    """Raise the error that names the file to blame; return when the files themselves are in order."""
    found = sorted((versions or project.alembic_folder / "versions").rglob("*.py"))
    files = [file for file in found if _is_revision(file)]
    stated = {file: _stated(project, file) for file in files}
    owners: dict[str, list[Path]] = defaultdict(list)
    for file, (revision, _) in stated.items():
        owners[revision].append(project.relative(file))
    for revision, those in owners.items():
        if len(those) > 1:
            raise DuplicateRevision(revision, tuple(those)) from error
    for file, (_, parents) in stated.items():
        for parent in parents:
            if parent not in owners:
                raise MissingParent(project.relative(file), parent) from error
    for frame in reversed(traceback.extract_tb(error.__traceback__ if error else None)):
        if Path(frame.filename) in stated:
            source = Source(project.relative(Path(frame.filename)), frame.lineno)
            words = f"{type(error).__name__}: {error}".splitlines()[0]
            raise RevisionBroken(source, words.rstrip(".: ")) from error


def _is_revision(file: Path) -> bool:
    """Return whether Alembic takes a file for a revision."""
    return not file.name.startswith((".#", "__init__"))


def _stated(project: Project, file: Path) -> tuple[str, tuple[str, ...]]:
    """Return the id and the parents that stand in a revision file, read without running it."""
    source = Source(project.relative(file))
    try:
        tree = ast.parse(file.read_bytes())
    except SyntaxError as error:
        raise RevisionBroken(Source(source.path, error.lineno), f"SyntaxError: {error.msg}") from error
    values = _values(tree)
    if not isinstance(values.get("revision"), str):
        raise RevisionBroken(source, "it has no line 'revision = ...'; every file in versions/ is a revision")
    return str(values["revision"]), _tuple(values.get("down_revision"))


def _values(tree: ast.Module) -> dict[str, object]:
    """Return what a revision file says of its place in the history."""
    values: dict[str, object] = {}
    for node in tree.body:
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        if isinstance(target, ast.Name) and target.id in ("revision", "down_revision", "depends_on"):
            values[target.id] = _literal(node)
    return values


def _literal(node: ast.Assign | ast.AnnAssign | ast.stmt) -> object:
    value = getattr(node, "value", None)
    try:
        return ast.literal_eval(value) if value is not None else None
    except ValueError:
        return None

"""The root and the layout of a project: what is about the repository, not about a deployment."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dbtasks.errors import BadSetting, ConfigurationUnreadable, ProjectNotFound, Source, UnknownKey

PYPROJECT = "pyproject.toml"
SECTION = "tool.dbtasks"
ALEMBIC = "alembic_db"


@dataclass(frozen=True, slots=True)
class Project:
    """Where the parts of a repository are; every path hangs on ``root``, never on the working directory."""

    root: Path
    services: tuple[str, ...] = ("services",)
    models: str = "**/db_models"
    config: str = "config"
    alembic: str = ALEMBIC
    environment_variable: str = "ENVIRONMENT"
    pythonpath: tuple[str, ...] = (".",)
    ignore: tuple[str, ...] = ()  # files whose tables are not of this database
    cache: str = ".dbtasks_cache"  # the folder of scratch databases that are files and are kept for the next time

    @property
    def alembic_folder(self) -> Path:
        """Return the folder of ``alembic.ini``, ``env.py`` and the revisions."""
        return self.root / self.alembic

    @property
    def cache_folder(self) -> Path:
        """Return the folder in which databases that are files are kept; it need not exist."""
        return self.root / self.cache

    @property
    def below_repository(self) -> Path:
        """Return the way from the folder of the nearest ``.git`` to the root; an empty path when they are the same."""
        folders = (self.root, *self.root.parents)
        return self.root.relative_to(next((one for one in folders if (one / ".git").exists()), self.root))

    def relative(self, path: Path) -> Path:
        """Return the path as seen from the root, or as it is when it lies elsewhere."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path


def find(start: Path) -> Project:
    """Return the project that ``start`` lies in: the nearest folder upwards that is one.

    A folder is a project when its pyproject.toml has [tool.dbtasks], or when it holds the default ``alembic_db/``.

    Raises:
        ProjectNotFound: there is none.
        ConfigurationUnreadable, UnknownKey, BadSetting: [tool.dbtasks] cannot be used.
    """
    for folder in (start, *start.parents):
        section = _section(folder / PYPROJECT)
        if section is not None:
            return _load(folder, section)
        if (folder / ALEMBIC / "alembic.ini").is_file():
            return Project(folder)
    raise ProjectNotFound(start, ALEMBIC)


def _section(file: Path) -> Mapping[str, Any] | None:
    if not file.is_file():
        return None
    text = file.read_text(encoding="utf-8")
    if "dbtasks" not in text:  # somebody else's; TOML has several ways to write the section
        return None
    try:
        section = tomllib.loads(text).get("tool", {}).get("dbtasks")
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationUnreadable(Source(file), str(error), "TOML") from error
    if section is not None and not isinstance(section, dict):
        raise BadSetting(SECTION, "a table", file.name)
    return section


def _load(root: Path, section: Mapping[str, Any]) -> Project:
    known = {field.name.replace("_", "-"): field for field in fields(Project) if field.name != "root"}
    for key in section:
        if key not in known:
            raise UnknownKey(Path(PYPROJECT), f"{SECTION}.{key}", tuple(known))
    values = dict(_values(section, {key: field.default for key, field in known.items()}))
    for glob in values.get("ignore", ()):
        if glob.startswith(("/", "../")) or "\\" in glob or not glob:
            raise BadSetting(
                f"{SECTION}.ignore", "paths from the root of the repository, such as scripts/**", PYPROJECT, glob
            )
    return Project(root, **values)


def _values(section: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in section.items():
        name = f"{SECTION}.{key}"
        if isinstance(defaults[key], tuple):
            is_empty = value == [] and defaults[key]  # where nothing is a default, nothing may be said
            if not isinstance(value, list) or is_empty or not all(isinstance(one, str) for one in value):
                raise BadSetting(name, "a list of strings", PYPROJECT)
            yield key.replace("-", "_"), tuple(value)
        elif isinstance(value, str) and value:
            yield key.replace("-", "_"), value
        else:
            raise BadSetting(name, "a string", PYPROJECT)

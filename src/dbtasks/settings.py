"""Settings of a deployment: YAML files, ``.env`` and environment variables, merged into one frozen object."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import URL

from dbtasks import dialects
from dbtasks.dialects import Dialect, urls
from dbtasks.errors import (
    BadSetting,
    ConfigurationMissing,
    ConfigurationUnreadable,
    Source,
    UnknownKey,
    UrlMissing,
)
from dbtasks.project import Project

DEFAULT_ENVIRONMENT = "local"
DEFAULT_FILE = "default_config.yaml"
URL_VARIABLE = "DATABASE_URL"
FOLDER_VARIABLES = ("CONFIG_PATH", "EXT_CONFIG_PATH")
ON_STARTUP = ("upgrade", "check", "off")
KEYS = ("url", "on_startup", "lock_timeout", "protected", "reset_hosts", "scratch", "servers", "count_limit",
        "set_aside_limit")  # fmt: skip
TOP_LEVEL = ("environment", "database")  # the sections of ours; all others are the application's


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """The section ``database``."""

    url: URL
    on_startup: str = "upgrade"
    lock_timeout: float = 60.0  # seconds
    protected: tuple[str, ...] = ("production", "staging")
    reset_hosts: tuple[str, ...] = ()
    scratch_url: URL | None = None
    count_limit: int = 1_000_000  # rows; what is more is estimated
    set_aside_limit: int = 1_000_000  # rows; what is more is not copied without being asked for
    servers: tuple[URL, ...] = ()  # of other dialects, to rehearse on
    is_protected: bool = False  # whether the configured environment is one of the protected

    @property
    def name(self) -> str:
        """Return the name by which people know the database; the file's name on SQLite."""
        return dialects.of(self.url).database_name(self.url)

    def server(self, dialect: Dialect) -> URL | None:
        """Return the server that is given for a dialect, or None."""
        return next((one for one in self.servers if dialects.of(one) is dialect), None)

    def __repr__(self) -> str:
        """Return a text without any password."""
        return f"DatabaseSettings(url={urls.masked(self.url)!r}, on_startup={self.on_startup!r})"


@dataclass(frozen=True, slots=True)
class Settings:
    """What dbtasks has to know of a deployment."""

    environment: str
    database: DatabaseSettings
    files: tuple[Path, ...] = field(default=(), compare=False)


def load(project: Project, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a project: the default file, the environment's file, ``.env``, then the environment.

    Raises:
        ConfigurationMissing, ConfigurationUnreadable, UnknownKey, BadSetting: a file cannot be used.
        UrlMissing, BadDatabaseUrl, UnknownDialect, SyncDriver, UnsupportedDatabaseUrl: the URL cannot be used.
    """
    variables = _variables(project, os.environ if environ is None else environ)  # noqa: TID251 - the one place
    folders = _folders(project, variables)
    default = [folder / DEFAULT_FILE for folder in folders if (folder / DEFAULT_FILE).is_file()]
    if not default and (URL_VARIABLE not in variables or FOLDER_VARIABLES[0] in variables):
        raise ConfigurationMissing(project.relative(folders[0] / DEFAULT_FILE))
    merged = _merge(project, default)
    environment = variables.get(project.environment_variable) or merged.get("environment") or DEFAULT_ENVIRONMENT
    if not isinstance(environment, str):
        raise BadSetting("environment", "a name", "the configuration")
    overlays = _overlays(project, folders, environment)
    files = (*default, *overlays)
    database = _database(project, _merge(project, files), variables, files)
    return Settings(environment, replace(database, is_protected=environment in database.protected), files)


def wants_colours() -> bool:
    """Return whether colours are welcome on a terminal: https://no-color.org."""
    return not os.environ.get("NO_COLOR")  # noqa: TID251 - the one place


def _variables(project: Project, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment over ``.env``; an empty variable counts as not set."""
    path = project.root / ".env"
    if not path.exists():
        return {key: value for key, value in environ.items() if value}
    from dotenv import dotenv_values  # many deployments have no such file

    try:
        file = dotenv_values(path)
    except UnicodeDecodeError as error:
        raise ConfigurationUnreadable(Source(Path(".env")), "it has characters of another encoding", "UTF-8") from error
    return {key: value for key, value in {**file, **environ}.items() if value}


def _folders(project: Project, variables: Mapping[str, str]) -> list[Path]:
    folders = [project.root / variables.get(FOLDER_VARIABLES[0], project.config)]
    if FOLDER_VARIABLES[1] in variables:
        folders.append(project.root / variables[FOLDER_VARIABLES[1]])
    for name, folder in zip(FOLDER_VARIABLES, folders, strict=False):
        if name in variables and not folder.is_dir():
            raise ConfigurationMissing(project.relative(folder))
    return folders


def _overlays(project: Project, folders: Iterable[Path], environment: str) -> list[Path]:
    """Return the environment's files; none is fine, unless a name beside it looks like a slip of this one."""
    name = f"{environment}_config.yaml"
    found = [folder / name for folder in folders if (folder / name).is_file()]
    if not found:
        there = [file.name for folder in folders for file in folder.glob("*_config.yaml") if file.name != DEFAULT_FILE]
        similar = get_close_matches(name, there, n=1, cutoff=0.85)
        if similar:
            raise ConfigurationMissing(project.relative(next(iter(folders)) / name), similar[0])
    return found


def _merge(project: Project, files: Iterable[Path]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for file in files:
        for section, value in _read(project, file).items():
            if value is None:  # all its lines are commented out
                continue
            both = isinstance(value, dict) and isinstance(merged.get(section), dict)
            merged[section] = {**merged[section], **value} if both else value
    return merged


def _read(project: Project, file: Path) -> dict[str, Any]:
    shown = project.relative(file)
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ConfigurationUnreadable(Source(shown, line), error.problem or "it cannot be parsed") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationUnreadable(Source(shown), "it holds characters that YAML does not allow") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigurationUnreadable(Source(shown, 1), "it holds no 'key: value' lines")
    _check_keys(shown, content)
    return content


def _check_keys(file: Path, content: dict[str, Any]) -> None:
    """Raise UnknownKey for a key of ours that is misspelt; sections that are not ours are the application's."""
    for key in content:
        if key not in TOP_LEVEL and get_close_matches(str(key), TOP_LEVEL, n=1, cutoff=0.8):
            raise UnknownKey(file, str(key), TOP_LEVEL)
    section = content.get("database") or {}
    if not isinstance(section, dict):
        raise BadSetting("database", "a section with 'url' in it", file.as_posix())
    known = KEYS
    for key in section:
        if key not in known:
            raise UnknownKey(file, f"database.{key}", known)
    scratch = section.get("scratch") or {}
    if not isinstance(scratch, dict):
        raise BadSetting("database.scratch", "a section with 'url' in it", file.as_posix())
    for key in scratch:
        if key != "url":
            raise UnknownKey(file, f"database.scratch.{key}", ("url",))


def _database(
    project: Project, merged: Mapping[str, Any], variables: Mapping[str, str], read: Iterable[Path]
) -> DatabaseSettings:
    section = merged.get("database") or {}
    files = tuple(project.relative(file) for file in read)
    origin = ", ".join(file.as_posix() for file in files)
    in_variable = URL_VARIABLE in variables
    text = variables[URL_VARIABLE] if in_variable else section.get("url")
    if text is None:
        raise UrlMissing(files)
    if not isinstance(text, str):
        raise BadSetting("database.url", "a text", origin)
    url = _on_root(project, urls.parse(text, URL_VARIABLE if in_variable else "'database.url'"))
    return DatabaseSettings(
        url=url,
        on_startup=_choice(section, "on_startup", ON_STARTUP, origin),
        lock_timeout=_seconds(section, "lock_timeout", origin),
        protected=_names(section, "protected", ("production", "staging"), origin),
        reset_hosts=_names(section, "reset_hosts", (), origin),
        scratch_url=_scratch(section, url, origin),
        count_limit=_rows(section, "count_limit", origin),
        set_aside_limit=_rows(section, "set_aside_limit", origin),
        servers=urls.parse_servers(section.get("servers") or {}, "database.servers", origin),
    )


def _on_root(project: Project, url: URL) -> URL:
    """Return the URL of a file with its whole path: a relative one is relative to the project's root."""
    if not dialects.of(url).in_file:
        return url
    return url.set(database=str(project.root / Path(url.database or "").expanduser()))


def _scratch(section: Mapping[str, Any], url: URL, origin: str) -> URL | None:
    text = (section.get("scratch") or {}).get("url")
    if text is None:
        return None
    scratch = urls.parse(str(text), "'database.scratch.url'", server=True)
    if dialects.of(scratch) is not dialects.of(url):
        expected = f"a server of the dialect of the database, {dialects.of(url).names[0]}"
        raise BadSetting("database.scratch.url", expected, origin)
    return scratch


def _choice(section: Mapping[str, Any], key: str, choices: tuple[str, ...], origin: str) -> str:
    value = section.get(key, choices[0])
    value = "off" if value is False else value  # YAML reads a bare off as false
    if value not in choices:
        raise BadSetting(f"database.{key}", f"one of {', '.join(choices)}", origin, str(value))
    return str(value)


def _seconds(section: Mapping[str, Any], key: str, origin: str) -> float:
    value = section.get(key, 60)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BadSetting(f"database.{key}", "a number of seconds", origin, str(value))
    return float(value)


def _rows(section: Mapping[str, Any], key: str, origin: str) -> int:
    value = section.get(key, 1_000_000)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadSetting(f"database.{key}", "a number of rows", origin, str(value))
    return value


def _names(section: Mapping[str, Any], key: str, default: tuple[str, ...], origin: str) -> tuple[str, ...]:
    value = section.get(key, list(default))
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadSetting(f"database.{key}", "a list of names", origin)
    return tuple(value)

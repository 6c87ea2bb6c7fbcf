"""Errors of the project's files and settings, and of the database URL."""

from pathlib import Path

from dbtasks.errors.base import DbtasksError, Source, did_you_mean, quoted


class ProjectNotFound(DbtasksError):
    """No folder from here upwards is a project of dbtasks."""

    start: Path
    alembic: str

    def what(self) -> str:
        return f"There is no dbtasks project in {self.start} or above it."

    def why(self) -> str:
        return f"a project has [tool.dbtasks] in its pyproject.toml, or a folder {self.alembic}/."

    def fix(self) -> str:
        return "run the command inside the repository; in a new one, inv db.init writes what is missing."


class UnknownKey(DbtasksError):
    """A configuration file has a key that nothing reads."""

    file: Path
    key: str
    known: tuple[str, ...]

    def what(self) -> str:
        return f"{self.file.as_posix()} has an unknown key '{self.key}'."

    def why(self) -> str:
        section, _, name = self.key.rpartition(".")
        return f"nothing reads it.{did_you_mean(name, self.known)}" + (f" (in '{section}')" if section else "")

    def fix(self) -> str:
        return f"use one of {', '.join(self.known)}."


class ConfigurationMissing(DbtasksError):
    """A configuration file or folder that has to be there is not."""

    path: Path
    similar: str = ""

    def what(self) -> str:
        return f"The configuration {self.path.as_posix()} does not exist."

    def why(self) -> str:
        if self.similar:
            return f"there is {self.similar} beside it: is the environment's name right?"
        if self.path.suffix:
            return "the settings of every environment start from this file."
        return "CONFIG_PATH or EXT_CONFIG_PATH names this folder."

    def fix(self) -> str:
        if self.similar:
            return "correct the environment's name, or create the file."
        return "create it (inv db.init writes a first one), or point CONFIG_PATH at the folder that has it."


class ConfigurationUnreadable(DbtasksError):
    """A configuration file is not what its ending says."""

    source: Source
    problem: str
    format: str = "YAML"

    def what(self) -> str:
        return f"{self.source} is not valid {self.format}."

    def why(self) -> str:
        return f"{self.problem}."

    def fix(self) -> str:
        return "correct that line." if self.source.line else "correct the file."


class UrlMissing(DbtasksError):
    """No configuration names the database."""

    files: tuple[Path, ...]

    def what(self) -> str:
        return "No database is configured: 'database.url' is not set."

    def why(self) -> str:
        return f"neither DATABASE_URL nor {', '.join(f.as_posix() for f in self.files)} gives it."

    def fix(self) -> str:
        return "write 'database: {url: sqlite+aiosqlite:///db/database.db}' into the configuration."


class BadSetting(DbtasksError):
    """A setting has a value that it cannot have."""

    name: str
    expected: str
    origin: str
    value: str = ""

    def what(self) -> str:
        return f"The setting '{self.name}' " + (f"cannot be '{self.value}'." if self.value else "has a wrong value.")

    def why(self) -> str:
        return f"it must be {self.expected}."

    def fix(self) -> str:
        return f"correct it in {self.origin}."


class BadDatabaseUrl(DbtasksError):
    """The database URL cannot be read; it is not repeated, since a password may stand in it."""

    origin: str

    def what(self) -> str:
        return f"The database URL in {self.origin} cannot be read (it is not shown: it may hold a password)."

    def why(self) -> str:
        return "it must have the form dialect+driver://user:password@host:port/name."

    def fix(self) -> str:
        return "write for example sqlite+aiosqlite:///db/database.db."


class UnsupportedDatabaseUrl(DbtasksError):
    """The database URL is well formed, but names no database that migrations could be kept in."""

    origin: str
    problem: str
    advice: str

    def what(self) -> str:
        return f"The database URL in {self.origin} cannot be used."

    def why(self) -> str:
        return f"{self.problem}."

    def fix(self) -> str:
        return f"write {self.advice}."


class UnknownDialect(DbtasksError):
    """The database URL names a kind of database that dbtasks does not serve."""

    origin: str
    dialect: str
    known: tuple[str, ...]

    def what(self) -> str:
        return f"The database URL in {self.origin} names an unknown dialect '{self.dialect}'."

    def why(self) -> str:
        return f"dbtasks serves {quoted(self.known)}.{did_you_mean(self.dialect, self.known)}"

    def fix(self) -> str:
        return "write one of these before '://'."


class SyncDriver(DbtasksError):
    """The database URL names a driver that is not the asynchronous one of its dialect."""

    origin: str
    given: str
    wanted: str

    def what(self) -> str:
        return (
            f"The database URL in {self.origin} begins with '{self.given}://', which is not an async driver of dbtasks."
        )

    def why(self) -> str:
        return "the services talk to the database asynchronously, and so do the tasks."

    def fix(self) -> str:
        return f"write '{self.wanted}://' instead."


class SyncDriverMissing(DbtasksError):
    """An engine that is not asynchronous is asked for, and no driver for it is installed."""

    dialect: str
    packages: tuple[str, ...]

    def what(self) -> str:
        return f"There is no driver for {self.dialect} that is not asynchronous."

    def why(self) -> str:
        return f"none of {quoted(self.packages)} is installed."

    def fix(self) -> str:
        return f"pip install {self.packages[0]}, or use an asynchronous engine."


class DriverNotInstalled(DbtasksError):
    """The Python package of the database driver is not there."""

    package: str
    extra: str

    def what(self) -> str:
        return f"The database driver '{self.package}' is not installed."

    def why(self) -> str:
        return f"the extra '{self.extra}' of dbtasks brings it, and it was not asked for."

    def fix(self) -> str:
        return f"pip install 'dbtasks[{self.extra}]'"

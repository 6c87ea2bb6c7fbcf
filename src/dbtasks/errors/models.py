"""Errors of discovery: services, model modules and the tables that they declare."""

from dbtasks.errors.base import DbtasksError, Source, did_you_mean, quoted


class NoServices(DbtasksError):
    """No folder under the services roots holds models."""

    roots: tuple[str, ...]
    pattern: str

    def what(self) -> str:
        return f"No service was found under {quoted(self.roots)}."

    def why(self) -> str:
        return f"a service is a folder there that holds a package '{self.pattern}', and there is none."

    def fix(self) -> str:
        example = f"{self.roots[0]}/billing/database/{self.pattern.rsplit('/', 1)[-1]}/invoice_model.py"
        return f"create one, for example {example}, or set 'services' in [tool.dbtasks]."


class UnknownService(DbtasksError):
    """A service was named that discovery does not know."""

    name: str
    known: tuple[str, ...]

    def what(self) -> str:
        return f"There is no service '{self.name}'."

    def why(self) -> str:
        return f"discovery found {quoted(self.known)}.{did_you_mean(self.name, self.known)}"

    def fix(self) -> str:
        return "inv db.services"


class ImportFailed(DbtasksError):
    """A model module cannot be imported; the run stops, for a skipped model would become a dropped table."""

    quotes_others = True

    module: str
    source: Source
    cause: str

    def what(self) -> str:
        return f"The model module '{self.module}' cannot be imported ({self.source})."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return (
            f"correct {self.source}; nothing was compared, since a model that is left out looks like a dropped table."
        )


class ImportedFromElsewhere(DbtasksError):
    """A module's name leads Python to another file than the one that was discovered."""

    module: str
    wanted: Source
    found: str

    def what(self) -> str:
        return f"Importing '{self.module}' for {self.wanted} brings another file: {self.found}."

    def why(self) -> str:
        return "two packages have the same name, and the other one comes first on sys.path."

    def fix(self) -> str:
        return "rename one of them, or set 'pythonpath' in [tool.dbtasks] to the folder the application imports from."


class ImportedTwice(DbtasksError):
    """One model file was imported under two names, so that its tables exist twice."""

    source: Source
    names: tuple[str, ...]

    def what(self) -> str:
        return f"{self.source} is imported under two names: {quoted(self.names)}."

    def why(self) -> str:
        return "each import declares its tables anew."

    def fix(self) -> str:
        return f"import it as '{self.names[0]}' everywhere, or set 'pythonpath' in [tool.dbtasks]."


class TableDeclaredTwice(DbtasksError):
    """Two models of different metadata claim one table."""

    table: str
    sources: tuple[Source, ...]

    def what(self) -> str:
        return (
            f"The table '{self.table}' is declared twice: {' and '.join(map(str, self.sources)) or 'in two MetaData'}."
        )

    def why(self) -> str:
        return "all services share one database, and both declarations would create it."

    def fix(self) -> str:
        return "rename one of the tables, or import the model instead of declaring it again."


class UndeclaredReference(DbtasksError):
    """A foreign key names a table or a column that no discovered model declares."""

    source: Source | None
    column: str
    target: str
    known: tuple[str, ...]
    elsewhere: Source | None = None

    def what(self) -> str:
        where = f" ({self.source})" if self.source else ""
        return f"The foreign key of '{self.column}'{where} refers to '{self.target}', which no model declares."

    def why(self) -> str:
        table, _, column = self.target.rpartition(".")
        if self.elsewhere:
            return f"{self.elsewhere} declares the table '{table}', and discovery does not look there."
        if table in self.known:
            return f"the table '{table}' has no column '{column}', or it belongs to another MetaData."
        own = self.column.rpartition(".")[0]
        return f"the metadata of '{own}' has no table '{table}'.{did_you_mean(table, self.known)}"

    def fix(self) -> str:
        if self.elsewhere:
            return f"move {self.elsewhere.path.as_posix()} (back) into a package of models, or import it from one."
        return "correct the name, or let both models share one MetaData (one Base)."


class ModelsNotCreatable(DbtasksError):
    """The database refuses the tables that the models describe."""

    quotes_others = True

    cause: str

    def what(self) -> str:
        return "The tables of the models cannot be created in an empty scratch database."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return "correct the model; no revision was written."


class ModelMoved(DbtasksError):
    """Tables would be dropped whose models are still in the repository, where discovery does not look."""

    tables: tuple[str, ...]
    sources: tuple[Source, ...]
    pattern: str
    roots: tuple[str, ...]

    def what(self) -> str:
        if len(self.tables) == 1:
            return f"The table '{self.tables[0]}' would be dropped, but {self.sources[0]} still declares it."
        places = [f"'{table}' ({source})" for table, source in zip(self.tables, self.sources, strict=True)]
        return f"{len(places)} tables would be dropped that are still declared: {', '.join(places)}."

    def why(self) -> str:
        return f"discovery does not look there: it looks for '{self.pattern}' below {quoted(self.roots)}."

    def fix(self) -> str:
        package = self.pattern.rpartition("/")[2]
        paths = quoted(dict.fromkeys(one.path.as_posix() for one in self.sources))
        return (
            f"move the module back into a package '{package}', or import it from one; if it is no model of this "
            f"database, set ignore = [{paths}] in [tool.dbtasks]."
        )

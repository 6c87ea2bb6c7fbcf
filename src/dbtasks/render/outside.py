"""Tables that discovery does not find, in words."""

from collections.abc import Collection

from dbtasks.errors import counted, quoted
from dbtasks.project import Project
from dbtasks.services import Undiscovered


def undiscovered(found: Collection[Undiscovered], project: Project) -> str:
    """Return where they stand and what to do about them; "" when there is none."""
    if not found:
        return ""
    lines = [f"Not discovered: {counted(len(found), 'table')}, which no revision will have."]
    lines += [f"  {one.source}  {shown(one)}" for one in found]
    return "\n".join([*lines, f"Next: {remedy(project)}"])


def shown(one: Undiscovered) -> str:
    """Return what a declaration is called: its table where that can be read, and its class."""
    if one.kind == "class":
        return f"{one.table} (class {one.name})" if one.table else f"class {one.name} (the table's name is computed)"
    return one.table or f"{one.name or 'a Table'} (the table's name is computed)"


def remedy(project: Project) -> str:
    """Return what to do about a table that discovery does not find."""
    package = project.models.rpartition("/")[2]
    return (
        f"move it into a package '{package}' below {quoted(project.services)}, or import it from one; or name its "
        "folder in 'services' or 'models' of [tool.dbtasks]; if it is no table of this database, its file in 'ignore'."
    )

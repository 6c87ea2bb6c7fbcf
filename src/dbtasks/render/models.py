"""Services, revisions and drafts in words."""

from collections.abc import Iterable

from dbtasks.errors import counted
from dbtasks.history import History
from dbtasks.project import Project
from dbtasks.render import text
from dbtasks.services import Models, Notice

NOTICES = {
    "no-model": "warning: the service '{service}' has no model ({source}).",
    "output": "warning: {source} prints or logs while it is imported; its output is not shown.",
}


def services(models: Models, project: Project) -> str:
    """Return every service with its packages, modules and tables."""
    lines = []
    for service in models.services:
        own = [one for one in models.declarations if one.service == service.name]
        lines.append(f"{service.name} ({counted(len(own), 'table')})")
        for package in service.packages:
            lines.append(f"  {project.relative(package).as_posix()}")
            for module in service.modules:
                if module.path.is_relative_to(package):
                    shown = project.relative(module.path)
                    tables = [
                        one.table.fullname + (" (view)" if one.is_view else "")
                        for one in own
                        if one.source.path == shown
                    ]
                    lines.append(f"    {module.path.relative_to(package).as_posix():<32} {', '.join(tables)}".rstrip())
    modules = sum(len(service.modules) for service in models.services)
    counts = (len(models.services), "service"), (modules, "module"), (len(models.declarations), "table")
    return "\n".join([*lines, "", f"{', '.join(counted(*one) for one in counts)}."])


def services_json(models: Models, project: Project) -> str:
    """Return the same as JSON: a list of services."""
    return text.to_json(
        [
            {
                "name": service.name,
                "path": project.relative(service.path).as_posix(),
                "packages": [project.relative(package).as_posix() for package in service.packages],
                "modules": [
                    {"name": module.name, "path": project.relative(module.path).as_posix()}
                    for module in service.modules
                ],
                "tables": [
                    {"name": one.table.fullname, "view": one.is_view, "source": str(one.source)}
                    for one in models.declarations
                    if one.service == service.name
                ],
            }
            for service in models.services
        ]
    )


def notices(found: Iterable[Notice]) -> str:
    """Return what discovery has to say, a line each; "" when it has nothing."""
    return "\n".join(NOTICES[one.kind].format(service=one.service, source=one.source) for one in found)


def heads(found: History, project: Project) -> str:
    """Return the ends of the history, with their files."""
    lines = [f"{one}  {found.get(one).message}  ({text.path_of(found.get(one).path, project)})" for one in found.heads]
    return "\n".join(lines) or "The history is empty."

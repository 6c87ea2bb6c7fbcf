"""The revisions of a history in words."""

from collections.abc import Iterator, Mapping

from dbtasks.history import History, Revision
from dbtasks.render import text


def history(found: History, touched: Mapping[str, tuple[str, ...]], service: str = "") -> str:
    """Return every revision, newest first, or those that touch a service, with the services that each touches.

    ``touched`` has them by revision; of one that is not in it the services are shown that it states.
    """
    if not found.revisions:
        return 'The history is empty. Next: inv db.revision -m "create the first tables"'
    lines = [_line(found, one, touched.get(one.id, one.services)) for one in _chosen(found, touched, service)]
    return "\n".join(lines) or f"No revision touches {service}."


def history_json(found: History, touched: Mapping[str, tuple[str, ...]], service: str = "") -> str:
    """Return the same as JSON: a list of objects."""
    return text.to_json(
        [
            {
                "id": one.id,
                "message": one.message,
                "parents": one.parents,
                "depends_on": one.depends_on,
                "head": one.id in found.heads,
                "services": touched.get(one.id, one.services),
                "path": text.path_of(one.path, found.project),
            }
            for one in _chosen(found, touched, service)
        ]
    )


def _chosen(found: History, touched: Mapping[str, tuple[str, ...]], service: str) -> Iterator[Revision]:
    return (one for one in reversed(found.revisions) if not service or service in touched.get(one.id, one.services))


def _line(found: History, one: Revision, services: tuple[str, ...]) -> str:
    marks = "(head)" if one.id in found.heads else "(merge)" if len(one.parents) > 1 else ""
    after = f"after {', '.join(one.parents)}" if one.parents else "the first"
    line = f"{one.id}  {one.message}  [{after}] {marks}".rstrip()
    return f"{line}  {', '.join(services)}".rstrip()

"""The parts of a dialect: each is imported when it is first asked for, as most tasks need none but the lock."""

from importlib import import_module
from typing import Any


class _Part:
    def __init__(self, place: str) -> None:
        self._module, _, self._name = place.partition(":")

    def __set_name__(self, _owner: type, attribute: str) -> None:
        self._attribute = attribute

    def __get__(self, dialect: object | None, _owner: type) -> Any:
        if dialect is None:
            return self
        found = getattr(import_module(f"dbtasks.dialects.{self._module}"), self._name)
        made = found() if isinstance(found, type) else found
        vars(dialect)[self._attribute] = made  # where Python looks first from now on
        return made


def part(place: str) -> Any:
    """Return an attribute of a dialect: what stands at ``module:name`` of this package, a class by an object of it."""
    return _Part(place)

"""Annotations: workflow commands of GitHub, which shows them at their lines in a pull request."""

from dbtasks.errors import Source
from dbtasks.project import Project

ESCAPED = {"%": "%25", "\r": "%0D", "\n": "%0A"}  # as github.com/actions/toolkit escapes data of commands
IN_PROPERTIES = {**ESCAPED, ":": "%3A", ",": "%2C"}


def annotation(code: str, words: str, source: Source | None, project: Project) -> str:
    """Return the command that annotates a place; without one, the whole pull request."""
    properties = {}
    if source:
        properties["file"] = (project.below_repository / source.path).as_posix()
        properties |= {"line": str(source.line)} if source.line else {}
    properties["title"] = code
    told = ",".join(f"{key}={_escaped(value, IN_PROPERTIES)}" for key, value in properties.items())
    return f"::error {told}::{_escaped(words, ESCAPED)}"


def _escaped(value: str, characters: dict[str, str]) -> str:
    return "".join(characters.get(one, one) for one in value)

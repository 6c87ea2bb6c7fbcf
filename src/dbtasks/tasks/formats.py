"""The formats in which findings are shown, and the two flags that choose one."""

from dbtasks.errors import BadCommandLine, UnknownValue

FORMATS = ("text", "json", "github")
HELP = {
    "json": "Print JSON; the same as --format json.",
    "format": "text, json, or github: annotations at the lines of a pull request.",
}


def chosen(name: str, task: str, *, json: bool) -> str:
    """Return the format that the flags of a task ask for.

    Raises:
        UnknownValue: there is no such format.
        BadCommandLine: they ask for two.
    """
    if name and name not in FORMATS:
        raise UnknownValue("--format", name, FORMATS, task)
    if json and name not in ("", "json"):
        raise BadCommandLine(f"--json and --format {name} ask for two formats", task)
    return name or ("json" if json else FORMATS[0])

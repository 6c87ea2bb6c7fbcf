"""The task that a pipeline runs before a change is merged."""

from invoke import Context, Exit, task

from dbtasks.errors import BadCommandLine, UnknownValue
from dbtasks.tasks.edge import friendly, here, show, warn

FORMATS = ("text", "json", "github")


@task(
    help={
        "json": "Print JSON; the same as --format json.",
        "format": "text, json, or github: annotations at the lines of a pull request.",
        "since": "Look only at what was added since this branch, tag or commit: origin/main.",
        "dialects": "Look whether it works on these, too: postgresql,mysql,sqlite.",
    }
)
@friendly
def check(
    _context: Context,
    json: bool = False,
    format: str = "",  # noqa: A002 - the flag
    since: str = "",
    dialects: str = "",
) -> None:
    """Check models and revisions before a change is merged; exit code 1 when something is to be corrected."""
    chosen = _chosen(format, json=json)
    from dbtasks import checks, offline, render

    at = here()
    asked = checks.Asked(since, offline.dialects_of(at.settings, dialects, own=False, task="db.check"))
    checked = checks.run(at.history, at.settings, asked)
    words = {"text": render.findings, "json": render.findings_json, "github": render.findings_github}
    show(words[chosen](checked.findings, at.project))
    warn(render.unchecked(checked.notices))
    if checked.findings:
        raise Exit(code=1)


def _chosen(name: str, *, json: bool) -> str:
    """Return the format that the flags ask for.

    Raises:
        UnknownValue: there is no such format.
        BadCommandLine: they ask for two.
    """
    if name and name not in FORMATS:
        raise UnknownValue("--format", name, FORMATS, "db.check")
    if json and name not in ("", "json"):
        raise BadCommandLine(f"--json and --format {name} ask for two formats", "db.check")
    return name or ("json" if json else FORMATS[0])

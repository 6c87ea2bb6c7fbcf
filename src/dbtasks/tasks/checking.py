"""The tasks that a pipeline runs before a change is merged."""

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
    chosen = _chosen(format, "db.check", json=json)
    from dbtasks import checks, offline, render

    at = here()
    asked = checks.Asked(since, offline.dialects_of(at.settings, dialects, own=False, task="db.check"))
    checked = checks.run(at.history, at.settings, asked)
    words = {"text": render.findings, "json": render.findings_json, "github": render.findings_github}
    show(words[chosen](checked.findings, at.project))
    warn(render.unchecked(checked.notices))
    if checked.findings:
        raise Exit(code=1)


@task(
    help={
        "from_": "The commit, branch or tag whose code is still running: main, v1.4, HEAD~3.",
        "json": "Print JSON; the same as --format json.",
        "format": "text, json, or github: annotations at the models of a pull request.",
    }
)
@friendly
def compat(_context: Context, from_: str = "", json: bool = False, format: str = "") -> None:  # noqa: A002 - the flag
    """Try the code of another commit on the schema at head; exit code 1 when something of it breaks."""
    chosen = _chosen(format, "db.compat", json=json)
    if not from_:
        raise BadCommandLine("--from needs the commit whose code is still running, such as main", "db.compat")
    from dbtasks import compat, render

    at = here()
    found = compat.run(at.history, at.settings, from_)
    words = {"text": render.compat, "json": render.compat_json, "github": render.compat_github}
    show(words[chosen](found, at.project))
    if found.result.findings:
        raise Exit(code=1)


def _chosen(name: str, task: str, *, json: bool) -> str:
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

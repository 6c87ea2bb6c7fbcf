"""The tasks that a pipeline runs before a change is merged."""

from invoke import Context, Exit, task

from dbtasks.errors import BadCommandLine
from dbtasks.tasks import formats
from dbtasks.tasks.edge import friendly, here, show, warn


@task(
    help={
        **formats.HELP,
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
    chosen = formats.chosen(format, "db.check", json=json)
    from dbtasks import checks, gate, offline, render

    at = here()
    asked = checks.Asked(since, offline.dialects_of(at.settings, dialects, own=False, task="db.check"))
    checked = gate.run(at.history, at.settings, asked)
    words = {"text": render.findings, "json": render.findings_json, "github": render.findings_github}
    show(words[chosen](checked.findings, at.project))
    warn(render.unchecked(checked.notices))
    if checked.findings:
        raise Exit(code=1)


@task(
    help={
        "from_": "The commit, branch or tag whose code is still running: main, v1.4, HEAD~3.",
        **formats.HELP,
    }
)
@friendly
def compat(_context: Context, from_: str = "", json: bool = False, format: str = "") -> None:  # noqa: A002 - the flag
    """Try the code of another commit on the schema at head; exit code 1 when something of it breaks."""
    chosen = formats.chosen(format, "db.compat", json=json)
    if not from_:
        raise BadCommandLine("--from needs the commit whose code is still running, such as main", "db.compat")
    from dbtasks import gate, render

    at = here()
    found = gate.old_code(at.history, at.settings, from_)
    words = {"text": render.compat, "json": render.compat_json, "github": render.compat_github}
    show(words[chosen](found, at.project))
    if found.result.findings:
        raise Exit(code=1)

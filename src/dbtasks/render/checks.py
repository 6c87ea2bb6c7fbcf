"""Findings of checks, in words, as JSON, and as annotations of a pull request."""

from collections.abc import Sequence
from itertools import groupby

from dbtasks.checks import Finding, Notice, Problem
from dbtasks.checks.silence import KNOWN
from dbtasks.compare import Difference
from dbtasks.errors import DbtasksError, counted, did_you_mean
from dbtasks.history.headfile import HeadProblem
from dbtasks.project import Project
from dbtasks.render import problems, text
from dbtasks.render.drafts import difference
from dbtasks.render.github import annotation
from dbtasks.render.headfiles import head_problem
from dbtasks.render.outside import remedy, shown
from dbtasks.services import Undiscovered

# What a revision lacks, and what to do about it, by code.
REVISIONS = {
    "no-downgrade": (
        "The revision {id} ({message}) cannot be reverted: its downgrade does nothing.",
        "write its downgrade; if nothing is to be reverted: # dbtasks: ignore[no-downgrade] and the reason.",
    ),
    "irreversible": (
        "The revision {id} ({message}) refuses to be reverted, and does not say why.",
        "give the reason: raise NotImplementedError('the values are gone'), a docstring or a comment.",
    ),
}
NOTICES = {
    "no-linter": (
        "squawk is not installed, so unsafe DDL on PostgreSQL was not looked for; pip install 'dbtasks[check]'"
    ),
    "asks": "a revision asks the database something, and what it does from there on was not looked at: {places}",
}
PLACES = 3  # that are named; of the others the number is told


def findings(found: Sequence[Finding], project: Project) -> str:
    """Return the findings by code, each with its place first, what to do about them, and how many there are."""
    lines = []
    for code, several in groupby(found, key=lambda one: one.code):
        group = list(several)
        lines.append(code)
        lines += [f"  {f'{one.source}: ' if one.source else ''}{_what(one, project)}" for one in group]
        lines += [f"  fix: {fix}" for fix in dict.fromkeys(_fix(one, project) for one in group)]
        lines.append("")
    return "\n".join([*lines, _count(found)])


def findings_json(found: Sequence[Finding], project: Project) -> str:
    """Return the same as JSON: a list of objects."""
    return text.to_json(as_data(found, project))


def as_data(found: Sequence[Finding], project: Project) -> list[dict[str, str | int | None]]:
    """Return each finding as an object of JSON."""
    return [
        {
            "code": one.code,
            "what": _what(one, project),
            "fix": _fix(one, project),
            "file": one.source.path.as_posix() if one.source else None,
            "line": one.source.line if one.source else None,
        }
        for one in found
    ]


def findings_github(found: Sequence[Finding], project: Project) -> str:
    """Return the same as workflow commands of GitHub, which shows them at their lines in a pull request."""
    return "\n".join([*(_annotation(one, project) for one in found), _count(found)])


def unchecked(notices: Sequence[Notice]) -> str:
    """Return what could not be looked at, a line each; "" when everything was."""
    return "\n".join(f"note: {NOTICES[one.kind].format(places=_listed(one))}" for one in notices)


def _listed(notice: Notice) -> str:
    shown = [str(one) for one in notice.places[:PLACES]]
    more = len(notice.places) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _annotation(one: Finding, project: Project) -> str:
    return annotation(one.code, f"{_what(one, project)} fix: {_fix(one, project)}", one.source, project)


def _count(found: Sequence[Finding]) -> str:
    return f"{counted(len(found), 'finding')}." if found else "No findings."


def _what(one: Finding, project: Project) -> str:
    return f"{_words(one, project)}{slip(one.code, one.unheeded)}"


def _words(one: Finding, project: Project) -> str:
    about = one.about
    if isinstance(about, HeadProblem):
        return head_problem(about, project)[0]
    if isinstance(about, DbtasksError):
        return about.what()
    if isinstance(about, Difference):
        return f"No revision does this: {difference(about)}."
    if isinstance(about, Problem):
        return problems.what(one.code, about)
    if isinstance(about, Undiscovered):
        return f"Discovery does not find this table: {shown(about)}."
    return REVISIONS[one.code][0].format(id=about.id, message=about.message)


def slip(code: str, unheeded: str) -> str:
    """Return what is wrong with a comment that should silence a finding; "" when there is none."""
    if not unheeded:
        return ""
    if unheeded == code:
        return " Its ignore comment gives no reason."
    return f" Its ignore comment names '{unheeded}', which is no code.{did_you_mean(unheeded, KNOWN)}"


def _fix(one: Finding, project: Project) -> str:
    about = one.about
    if isinstance(about, HeadProblem):
        return head_problem(about, project)[1]
    if isinstance(about, DbtasksError):
        ways = (about.fix() or about.why() or "").splitlines()
        return ", or ".join(way.partition(" #")[0].strip() for way in ways)
    if isinstance(about, Difference):
        return 'inv db.revision -m "what changes"'
    if isinstance(about, Problem):
        return problems.fix(one.code, about)
    if isinstance(about, Undiscovered):
        return remedy(project)
    return REVISIONS[one.code][1]

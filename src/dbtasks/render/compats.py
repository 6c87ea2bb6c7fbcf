"""What old code meets on a new schema: in words, as JSON, and as annotations of a pull request."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from dbtasks.compat import BY_NEW, Compat, Finding
from dbtasks.errors import counted
from dbtasks.project import Project
from dbtasks.render import text
from dbtasks.render.checks import slip
from dbtasks.render.github import annotation

NEXT = "do the rest in the next release, when no code needs it any more"


class Words(NamedTuple):
    """What there is to say of a code: what breaks, what is added when more is known, and the way out."""

    what: str
    known: str
    fix: str


WORDS = {
    "table-missing": Words(
        "the table {table} is not there any more",
        "; it may be called {detail} now",
        f"keep the table in this release, and for a new name a view under the old one; {NEXT}.",
    ),
    "column-missing": Words(
        "the column {where} is not there any more",
        "; it may be called {detail} now",
        f"keep the column in this release, nullable or with a server default; {NEXT}.",
    ),
    "column-required": Words(
        "the new column {where} is NOT NULL and has no default",
        "",
        "add it nullable or with a server_default in this release; tighten it in the next.",
    ),
    "column-generated": Words(
        "the database makes {where} by itself now, and the old code names it",
        "",
        f"add the generated column under a new name; {NEXT}.",
    ),
    "null-refused": Words(
        "{where} is NOT NULL now, and the old code may write NULL, or writes it when it has no value",
        "",
        "let the new code stop writing NULL in this release; make it NOT NULL in the next. "
        "A server default does not help: the old code names the column.",
    ),
    "default-missing": Words(
        "{where} has no server default any more, and the old code leaves it out",
        "; its rows get {detail}",
        f"keep the default in this release; {NEXT}.",
    ),
    "type-changed": Words(
        "{where} has another type",
        ": {detail}",
        "add a column of the new type beside the old one, and write both in this release; "
        "drop the old one in the next.",
    ),
    "type-narrowed": Words(
        "{where} holds less than the old code may write",
        ": {detail}",
        "let the new code write less in this release; narrow the column in the next.",
    ),
    "enum-member-missing": Words(
        "{where} has lost members that the old code writes",
        ": {detail}",
        "let the new code stop writing them, and keep them in the schema and the model in this release; "
        "drop them in the next. "
        "A rename is a new member beside the old one.",
    ),
    "enum-member-new": Words(
        "the new code may write members into {where} that the old code cannot read",
        ": {detail}",
        "release a version that knows the members first; write them in the next.",
    ),
    "constraint-new": Words(
        "{constraint} of {table} is new, and rows of the old code may violate it",
        ": {detail}",
        "let the new code keep to it in this release; add the constraint in the next. "
        "If the old code keeps to it already, nothing breaks.",
    ),
    "statement-fails": Words(
        "a statement of the old code on {where} ran on its own schema, and fails now",
        "",
        "keep what it needs in this release; the database's words say what that is.",
    ),
}


def compat(found: Compat, _project: Project) -> str:
    """Return what breaks by code, each with its place first, what to do about it, and how much was looked at."""
    lines = []
    for code, several in groupby(found.result.findings, key=lambda one: one.code):
        lines.append(code)
        for one in several:
            lines.append(f"  {one.source}: {_what(one)}")
            lines += [f"    tried: {one.tried}"] if one.tried else []
        lines += [f"  fix: {WORDS[code].fix}", ""]
    lines += [
        f"{one.table}: compared only; its INSERT does not run by itself: {one.cause}" for one in found.result.untried
    ]
    return "\n".join([*lines, _sum(found)])


def compat_json(found: Compat, _project: Project) -> str:
    """Return the same as JSON."""
    return text.to_json(
        {
            "ref": found.ref,
            "commit": found.commit,
            "heads": found.heads,
            "tables": found.result.tables,
            "findings": [
                {
                    "code": one.code,
                    "service": one.service,
                    "model": one.model,
                    "file": one.source.path.as_posix(),
                    "line": one.source.line,
                    "table": one.table,
                    "item": one.item or None,
                    "breaks": one.breaks,
                    "what": _what(one),
                    "tried": one.tried or None,
                    "fix": WORDS[one.code].fix,
                }
                for one in found.result.findings
            ],
            "untried": [{"table": one.table, "cause": one.cause} for one in found.result.untried],
        }
    )


def compat_github(found: Compat, project: Project) -> str:
    """Return the same as workflow commands of GitHub, at the models as they are now: those of the ref are not shown."""
    lines = [
        annotation(one.code, f"{_what(one)} fix: {WORDS[one.code].fix}", found.sources.get(one.table), project)
        for one in found.result.findings
    ]
    return "\n".join([*lines, _sum(found)])


def _what(one: Finding) -> str:
    return f"{_words(one)}{slip(one.code, one.unheeded)}"


def _words(one: Finding) -> str:
    words = WORDS[one.code]
    where = f"{one.table}.{one.item}" if one.item else one.table
    constraint = f"the constraint {one.item}" if one.item else "a constraint"
    told = (words.what + (words.known if one.detail else "")).format(
        table=one.table, where=where, detail=one.detail, constraint=constraint
    )
    who = f"the old code of {one.service} ({one.model})"
    if one.breaks == BY_NEW:
        return f"{told}. May break the new code, which cannot read such rows of {who}."
    return f"{told}. {'Breaks' if one.tried else 'May break'} {_listed(one.breaks)} of {who}."


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _sum(found: Compat) -> str:
    result = found.result
    looked = f"{counted(result.tables, 'table')} of {found.ref} ({found.commit[:12]})"
    schema = f"the schema at {text.heads(found.heads)}"
    if not result.findings:
        return f"No findings: the old code's {looked} fit {schema}."
    return f"{counted(len(result.findings), 'finding')}: old code, {looked}, on {schema}."

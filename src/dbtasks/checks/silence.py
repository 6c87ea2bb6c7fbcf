"""Comments that say why a finding is all right: ``# dbtasks: ignore[code] reason``."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from dbtasks import compat
from dbtasks.checks.findings import CODES, Finding
from dbtasks.errors import Source
from dbtasks.project import Project

COMMENT = re.compile(r"#\s*dbtasks:\s*ignore\[(?P<codes>[^\]]*)\](?P<reason>.*)")
KNOWN = (*CODES, *compat.CODES)  # one comment may be for several verbs


def heeded(project: Project, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings that no comment silences, each with what is wrong with a comment that tries to."""
    for finding in findings:
        slip = unheeded(project, finding.code, [finding.source] if finding.source else [])
        if slip is not None:
            yield replace(finding, unheeded=slip)


def unheeded(project: Project, code: str, places: Iterable[Source]) -> str | None:
    """Return None when a comment at one of the places silences a code, or what is wrong with one that tries to.

    That is the code itself where the reason is missing, or a word that is no code; "" when there is no such comment. A
    comment counts in the place's own line, or alone in the line above it.
    """
    slips = []
    for comment in filter(None, (_comment(project, place) for place in places)):
        codes = [one.strip() for one in comment["codes"].split(",")]
        if code not in codes:
            slips.append(next((one for one in codes if one not in KNOWN), ""))
        elif comment["reason"].strip(" \t\r:-"):
            return None
        else:
            slips.append(code)
    return next(filter(None, slips), "")


def _comment(project: Project, source: Source) -> re.Match[str] | None:
    if source.line is None:
        return None
    lines = (project.root / source.path).read_text(encoding="utf-8", errors="replace").split("\n")
    here, above = lines[source.line - 1], lines[source.line - 2] if source.line > 1 else ""
    return COMMENT.search(here) or (COMMENT.match(above.strip()))

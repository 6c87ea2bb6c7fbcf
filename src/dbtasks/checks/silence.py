"""Comments that say why a finding is all right: ``# dbtasks: ignore[code] reason``."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from dbtasks.checks.findings import CODES, Finding
from dbtasks.errors import Source
from dbtasks.project import Project

COMMENT = re.compile(r"#\s*dbtasks:\s*ignore\[(?P<codes>[^\]]*)\](?P<reason>.*)")


def heeded(project: Project, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings that no comment silences, each with what is wrong with a comment that tries to.

    A comment counts in the finding's own line, or alone in the line above it, and must give a reason.
    """
    for finding in findings:
        comment = _comment(project, finding.source) if finding.source else None
        codes = [one.strip() for one in comment["codes"].split(",")] if comment else []
        if comment is None or finding.code not in codes:
            yield replace(finding, unheeded=next((one for one in codes if one not in CODES), ""))
        elif not comment["reason"].strip(" \t\r:-"):
            yield replace(finding, unheeded=finding.code)


def _comment(project: Project, source: Source) -> re.Match[str] | None:
    if source.line is None:
        return None
    lines = (project.root / source.path).read_text(encoding="utf-8", errors="replace").split("\n")
    here, above = lines[source.line - 1], lines[source.line - 2] if source.line > 1 else ""
    return COMMENT.search(here) or (COMMENT.match(above.strip()))

"""Rehearsals in words, as JSON and as annotations of a pull request, and how one goes on."""

from dbtasks.errors import counted
from dbtasks.project import Project
from dbtasks.render import checks, text
from dbtasks.verify import Rehearsed, Report

WIDTH = 20  # of the bar
GREEN, PLAIN = "\033[32m", "\033[0m"


def rehearsed(one: Rehearsed) -> str:
    """Return one revision that was rehearsed, on one line."""
    return f"{_number(one)} {one.revision} {one.message} ({one.dialect})  {one.seconds or 0.0:.1f} s"


def bar(one: Rehearsed, *, coloured: bool) -> str:
    """Return how far a rehearsal has come, for the line of a terminal that is written over again and again."""
    done = WIDTH * (one.number - 1) // one.total
    full, rest = "#" * done, "." * (WIDTH - done)
    shown = f"{GREEN}{full}{PLAIN}{rest}" if coloured else f"{full}{rest}"
    return f"{_number(one)} {shown} {one.revision} {one.message} ({one.dialect})"


def rehearsal(found: Report, project: Project) -> str:
    """Return what is to be corrected, what could not be tried, and how long it took."""
    return _whole(found, checks.findings(found.findings, project))


def rehearsal_github(found: Report, project: Project) -> str:
    """Return the same, with the findings as workflow commands of GitHub, which shows them at their lines."""
    return _whole(found, checks.findings_github(found.findings, project))


def rehearsal_json(found: Report, project: Project) -> str:
    """Return the same as JSON: an object with the findings and a list of what was rehearsed."""
    return text.to_json(
        {
            "dialects": list(found.dialects),
            "findings": checks.as_data(found.findings, project),
            "rehearsed": [
                {
                    "revision": one.revision,
                    "message": one.message,
                    "dialect": one.dialect,
                    "seconds": round(one.seconds or 0.0, 3),
                    "applied": one.is_applied,
                    "reverted": one.has_way_down,
                    "without_rows": dict(one.empty),
                }
                for one in found.rehearsed
            ],
            "passed_before": found.passed,
            "not_reached": [{"revision": revision, "dialect": dialect} for dialect, revision in found.unreached],
            "seconds": round(found.seconds, 3),
        }
    )


def _whole(found: Report, findings: str) -> str:
    parts = [findings if found.findings else "", *_notes(found), _total(found)]
    return "\n".join(part for part in parts if part)


def _notes(found: Report) -> list[str]:
    """Return what was not tried, and why."""
    lines = [
        f"{one.revision} was not reverted on {one.dialect}: it has no way down, or refuses it."
        for one in found.rehearsed
        if one.is_applied and not one.has_way_down
    ]
    empty: dict[tuple[str, str], str] = {}
    for one in found.rehearsed:
        empty |= {(one.dialect, table): reason for table, reason in one.empty}
    lines += [f"No row could be made up for {table} on {dialect}: {why}." for (dialect, table), why in empty.items()]
    for dialect in found.dialects:
        left = [revision for one, revision in found.unreached if one == dialect]
        if left:
            lines.append(f"Not rehearsed on {dialect}, since one before cannot be applied: {', '.join(left)}.")
    return lines


def _total(found: Report) -> str:
    before = f" {counted(found.passed, 'rehearsal')} passed before and need no other." if found.passed else ""
    slowest = found.slowest
    if slowest is None:
        return f"Nothing to rehearse.{before}"
    times = (
        f"in {found.seconds:.1f} s; the slowest was {slowest.revision} on {slowest.dialect}, {slowest.seconds:.1f} s"
    )
    verdict = "" if found.findings else " No findings."
    numbers = len({one.revision for one in found.rehearsed})
    return f"{counted(numbers, 'revision')} rehearsed on {', '.join(_used(found))} {times}.{before}{verdict}"


def _used(found: Report) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.dialect for one in found.rehearsed))


def _number(one: Rehearsed) -> str:
    return f"[{one.number:>{len(str(one.total))}}/{one.total}]"

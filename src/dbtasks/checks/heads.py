"""Whether the history has one end, and whether the file HEAD names it."""

from collections.abc import Iterator

from dbtasks.checks.findings import Finding, Subject
from dbtasks.errors import ManyHeads, Source
from dbtasks.history import headfile


def many(subject: Subject) -> Iterator[Finding]:
    """Yield one finding when the history has several heads, which is nobody's line."""
    try:
        subject.history.head()
    except ManyHeads as error:
        yield Finding("many-heads", error, None)


def file(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with the file HEAD, at which git stops when two branches add a revision each."""
    project = subject.history.project
    for problem in headfile.problems(subject.history):
        yield Finding("head-file", problem, Source(project.relative(problem.path)))

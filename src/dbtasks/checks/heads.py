"""Whether the history has one end."""

from collections.abc import Iterator

from dbtasks.checks.findings import Finding, Subject
from dbtasks.errors import ManyHeads


def many(subject: Subject) -> Iterator[Finding]:
    """Yield one finding when the history has several heads, which is nobody's line."""
    try:
        subject.history.head()
    except ManyHeads as error:
        yield Finding("many-heads", error, None)

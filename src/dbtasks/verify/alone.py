"""The rehearsal of a single revision in one scratch database, where two would take longer to make than all the rest.

It only tells that everything holds. Where something does not, the revision is rehearsed in two, which tells what.
"""

from dbtasks.verify import touched
from dbtasks.verify.findings import Findings
from dbtasks.verify.outcome import Outcome
from dbtasks.verify.passage import Passage
from dbtasks.verify.stage import FAILURES, Stage
from dbtasks.verify.survival import Filled
from dbtasks.verify.touched import Sight
from dbtasks.verify.withrows import WithRows


def of(
    found: Findings, stage: Stage, versions: str, filled: Filled, accepted: frozenset[str]
) -> tuple[Outcome, Sight] | None:
    """Return what came of it, and the schema, when nothing is found in the revision, which the database then has.

    Otherwise return None. It goes up and down with empty tables, and then up, down and up again with rows.
    """
    revision, before = found.revision, touched.look(stage.url)
    try:
        stage.take([revision], "upgrade")
        up = stage.heard
        said = (*touched.texts_in(revision.source), *up)
        passage = Passage(stage, stage, versions, before, touched.look(stage.url), said)
        stage.take([revision], "downgrade")
    except FAILURES:
        return None
    if passage.sent(stage.heard) or before.changed(touched.look(stage.url)):
        return None
    rows = WithRows(revision, passage, filled, accepted)
    is_wider = passage.sent(rows.take(found, goes_back=True))
    if is_wider or found.found or (stage.heard != up and passage.after.changed(touched.look(stage.url))):
        return None
    return Outcome((), has_way_down=True, is_applied=True, empty=tuple(rows.empty.values())), passage.after

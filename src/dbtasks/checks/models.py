"""Whether the history does what the models say, and whether every model is seen."""

from collections.abc import Iterator
from contextlib import nullcontext

from dbtasks import cache, scratch, services, settled, twins
from dbtasks.checks.findings import Finding, Subject
from dbtasks.compare import Difference
from dbtasks.errors import MigrationFailed, UpgradeFails

WHOLE = ("create_table", "drop_table")


def differing(subject: Subject) -> Iterator[Finding]:
    """Yield models that moved out of sight or never were in it, and each difference that no revision makes."""
    project = subject.history.project
    try:
        differences = _differences(subject)
    except MigrationFailed as error:
        told = UpgradeFails(error.revision, subject.dialect, cache.nameless(error.cause))
        yield Finding("upgrade-fails", told, error.source)
        return
    dropped = {one.table for one in differences if one.kind == "drop_table"}
    moved = services.moved(subject.undiscovered, dropped)
    for one in subject.undiscovered:
        if one in moved:
            yield Finding("model-moved", services.moved_error(project, (one,)), one.source)
        elif subject.scope.has(one.source.path):
            yield Finding("undiscovered-model", one, one.source)
    declared = {one.table.fullname: one for one in subject.models.declarations}
    still = {one.table for one in moved}
    whole = {one.table for one in differences if one.kind in WHOLE}
    for difference in differences:
        is_told = difference.table in whole and difference.kind not in WHOLE  # with its table
        if difference.table not in still and not is_told:
            model = declared.get(difference.table)
            yield Finding("models-differ", difference, model.source if model else None)


def _differences(subject: Subject) -> tuple[Difference, ...]:
    """Return what is to be done to a scratch database at the history's head so that it fits the models."""
    history, database, models = subject.history, subject.settings.database, subject.models.metadata
    question = settled.of(history, database, models)
    if question is not None and question.is_known:
        return ()
    with nullcontext(subject.here) if subject.here else scratch.to_look_at(history, database) as here:
        only = question.unknown(here.texts) if question else None
        if only is None or twins.differences(history, database, here, models, only):
            found = twins.differences(history, database, here, models)
            if found:
                return found
    if question is not None:
        question.note(here.texts)
    return ()

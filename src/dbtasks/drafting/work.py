"""What a revision is to do, and what there is to say of it, before it is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dbtasks import dialects
from dbtasks.compare import Difference
from dbtasks.drafting import columns, detect, hazards, members, order, renames
from dbtasks.drafting.change import Change
from dbtasks.drafting.detect import Schemas
from dbtasks.drafting.hazards import Hazard
from dbtasks.drafting.owners import Owners
from dbtasks.drafting.renames import Answers, Rename
from dbtasks.drafting.snapshot import Snapshot
from dbtasks.drafting.trial import CLEAN, Trial
from dbtasks.services import Models, Notice, Undiscovered


@dataclass(frozen=True, slots=True)
class Wish:
    """How a revision is to be drafted.

    Attributes:
        message: what it is for.
        service: the only service whose tables it is to touch; "" for all.
        safe: whether it is to have the steps that are safe where tables have rows.
        answers: what was renamed.
    """

    message: str
    service: str = ""
    safe: bool = False
    answers: Answers = field(default_factory=Answers)


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision file that was written, or that there was no need for.

    Attributes:
        revision: its id; None when the models do not differ from the history's head.
        path: its file; None likewise.
        differences: what it does, as data, in order.
        waiting: the services that have changes which ``--service`` left out.
        notices: what discovery has to say.
        hazards: what may fail, or lose something, where tables have rows.
        safe: whether it has the steps for them.
        renames: what may have been renamed, and is dropped and added, since nobody said so.
        crossing: (table, the table that its new foreign key refers to, that one's service).
        services: those that it touches.
        left_out: tables in a schema that would be another database here.
        trial: how it did in a scratch database.
        undiscovered: the tables in the repository that no revision will have.
    """

    revision: str | None
    path: Path | None
    differences: tuple[Difference, ...] = ()
    waiting: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    safe: bool = False
    renames: tuple[Rename, ...] = ()
    crossing: tuple[tuple[str, str, str], ...] = ()
    services: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    trial: Trial = CLEAN
    undiscovered: tuple[Undiscovered, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """A draft before it is written.

    Attributes:
        before: the schema of the history.
        draft: what there is to say of it.
        steps: what it does, in order.
        left_out: what ``--service`` keeps out of it.
        generated: the columns that have to be made anew whenever their table is rebuilt.
    """

    before: Snapshot
    draft: Draft
    steps: tuple[Change, ...]
    left_out: tuple[Difference, ...]
    generated: order.Generated

    @property
    def bodies(self) -> tuple[order.Body, order.Body]:
        """Return the operations of the way up and of the way down."""
        return order.bodies(self.steps, self.generated)


def of(schemas: Schemas, wish: Wish, models: Models | None) -> Work:
    """Return what a draft is to do; where there are no ``models`` of services, no service is named."""
    owners, there = Owners(models, schemas.wanted), schemas.made
    done, offered = members.renamed(schemas, wish.answers)
    here = done.here
    found = done.with_values(detect.changes(schemas, here, done.members, done.old_names))
    renames.carry_out(schemas.here, [one for change in reversed(done.changes) for one in change.down])
    everything = tuple(_with_hint(one, offered) for one in sorted((*done.changes, *found), key=lambda one: one.phase))
    chosen = tuple(one for one in everything if not wish.service or owners.of(one) == wish.service)
    left_out = tuple(one for one in everything if one not in chosen)
    risks = tuple(hazards.of(chosen, here, there))
    draft = Draft(
        None,
        None,
        tuple(dict.fromkeys(one.said for one in chosen if one.up)),
        tuple(sorted({owners.of(one) for one in left_out})),
        hazards=risks,
        safe=wish.safe,
        renames=tuple(one for one in offered if _concerns(one, chosen)),
        crossing=owners.crossing(chosen),
        services=owners.touched(chosen),
        left_out=schemas.wanted.left_out,
    )
    steps = hazards.made_safe(chosen, risks) if wish.safe else chosen
    rebuilds = dialects.of(schemas.here).rebuilds
    generated = columns.generated(here, there, schemas.wanted.tables) if rebuilds else {}
    return Work(done.before, draft, steps, tuple(one.said for one in left_out), generated)


def _concerns(one: Rename, changes: Sequence[Change]) -> bool:
    """Return whether what may have been renamed goes in these changes."""
    return one.kind == "member" or any(one.before in _names(change) for change in changes)


def _with_hint(change: Change, offered: Sequence[Rename]) -> Change:
    """Return a drop with the remark that it may have been a rename."""
    flags = {"drop_table": "--rename-table", "drop_column": "--rename"}
    for one in offered if change.said.kind in flags else ():
        if one.before in _names(change):
            flag = f"{flags[change.said.kind]} {one.before}={one.new}"
            return replace(change, lost=f"{change.lost} (if it was renamed to {one.new}, draft again with {flag})")
    return change


def _names(change: Change) -> tuple[str, str]:
    return change.table if not change.said.item else "", f"{change.table}.{change.said.item}"

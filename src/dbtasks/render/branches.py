"""Branches of the history made one, in words."""

import os
from collections.abc import Sequence
from pathlib import Path

from dbtasks.branches import Merged, Move
from dbtasks.errors import counted
from dbtasks.history import History
from dbtasks.project import Project
from dbtasks.rebase import Moved, Rebase, Settled
from dbtasks.render import text
from dbtasks.render.copies import restored
from dbtasks.render.plans import stake
from dbtasks.render.runs import report


def merged(result: Merged, project: Project, at: Path) -> str:
    """Return where a merge was written; paths of a command to paste are as seen from ``at``."""
    path = result.draft.path
    if path is None:
        return ""
    lines = [f"Wrote {text.path_of(path, project)}."]
    lines += [_add(result.settled, at)] if result.settled else []
    return "\n".join([*lines, "Next: inv db.upgrade"])


def rebase(result: Rebase, history: History, project: Project) -> str:
    """Return what a rebase would do."""
    move, down = result.move, result.down
    lines = [_nothing(history)] if move is None else [f"Would put behind {move.onto}:", *_revisions(move, project)]
    if down is not None:
        lines.append(f"Would revert on {down.database}, and apply again:")
        for step in down.steps:
            lines.append(f"  {step.id}  {step.message}")
            lines += [f"    ! {stake(one)}" for one in down.losing if one.loss.revision == step.id]
    if result.left is not None:
        lines.append("Would finish in the database what an earlier db.rebase has begun there.")
    lines += [_left(move)] if move and move.left else []
    return "\n".join([*lines, *_unseen(result), "Nothing was changed."])


def moved(result: Moved, wanted: Rebase, history: History, project: Project) -> str:
    """Return which files were changed."""
    lines = [] if wanted.move else [_nothing(history)]
    for one in result.edits:
        where = text.path_of(one.revision.path, project)
        lines.append(f"Wrote {where}: {one.revision.id} is after {', '.join(one.parents)} now.")
    edited = {one.revision.path for one in result.edits}
    lines += [f"Wrote {text.path_of(path, project)}." for path in result.files if path not in edited]
    lines += [_left(wanted.move)] if wanted.move and wanted.move.left else []
    return "\n".join([*lines, *(_unseen(wanted) if wanted.move else ())])


def settled(result: Settled, database: str) -> str:
    """Return what became of the database."""
    if result.report is None:
        assert result.refusal is not None  # noqa: S101 - one of them is there
        return f"Nothing was applied to {database}: {result.refusal.why()}"
    lines = [report(result.report, "upgrade")]
    lines += [restored(result.outcomes)] if result.outcomes else []
    for number, error in result.waiting:
        lines += [f"Not brought back yet: {error.why()}", f"Next: inv db.restore --id {number}"]
    return "\n".join(lines)


def next_of_rebase(moved: Moved, wanted: Rebase, settled: Settled | None, database: str, at: Path) -> str:
    """Return what is to be done after a rebase; "" when nothing is."""
    lines = [_add(moved.files, at)] if moved.settled else []
    if settled is not None and settled.report is None:
        lines.append(f"Next: inv db.rebase --confirm {database}")
    elif settled is None and wanted.move is not None:
        lines.append("Next: inv db.upgrade")
    return "\n".join(lines)


def _nothing(history: History) -> str:
    return f"Nothing to rebase: the history has {f'one head, {history.heads[0]}' if history.heads else 'no revision'}."


def _revisions(move: Move, project: Project) -> list[str]:
    return [f"  {one.id}  {one.message}  ({text.path_of(one.path, project)})" for one in move.revisions]


def _left(move: Move) -> str:
    heads = (*move.left, move.head)
    return f"The history then still has {counted(len(heads), 'head')}: {', '.join(heads)}."


def _unseen(wanted: Rebase) -> list[str]:
    if not wanted.unseen:
        return []
    lines = [f"Only files are changed: {wanted.unseen}."]
    if not wanted.unseen.endswith("does not exist"):
        lines.append("If it has one of these revisions: take the change back (git checkout), and run this again there.")
    return lines


def _add(files: Sequence[Path], at: Path) -> str:
    """Return the command that tells git of files; it takes paths as seen from where it is run."""
    return f"Next: git add {' '.join(_quoted(os.path.relpath(one, at)) for one in files)}"


def _quoted(path: str) -> str:
    return f"'{path}'" if " " in path else path

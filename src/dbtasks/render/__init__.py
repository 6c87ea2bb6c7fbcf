"""Results into words, tables and JSON.

A module is imported when the first of its names is used: a task needs few of them, and some import half the library.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbtasks.render.branches import merged, moved, next_of_rebase, rebase, settled
    from dbtasks.render.checks import findings, findings_github, findings_json, unchecked
    from dbtasks.render.compats import compat, compat_github, compat_json
    from dbtasks.render.copies import brought_back, cleaned, environment, forgotten, kept, kept_json, restored
    from dbtasks.render.databases import created, onboarded, status, status_json, written
    from dbtasks.render.drafts import difference, draft, rename_question, sql
    from dbtasks.render.headfiles import head_problem
    from dbtasks.render.histories import history, history_json
    from dbtasks.render.models import heads, notices, services, services_json
    from dbtasks.render.outside import undiscovered
    from dbtasks.render.plans import plan, plan_json, stake
    from dbtasks.render.rehearsals import bar, rehearsal, rehearsal_github, rehearsal_json, rehearsed
    from dbtasks.render.repairs import drift, drift_json, nothing_to_repair, repair, repaired
    from dbtasks.render.runs import log, log_json, nothing, report, stamped, step, waiting
    from dbtasks.render.syncs import sync, synced

# Where each name is; a test compares it with the imports above, which are for type checkers.
_MODULES = {
    "branches": "merged moved next_of_rebase rebase settled",
    "checks": "findings findings_github findings_json unchecked",
    "compats": "compat compat_github compat_json",
    "copies": "brought_back cleaned environment forgotten kept kept_json restored",
    "databases": "created onboarded status status_json written",
    "drafts": "difference draft rename_question sql",
    "headfiles": "head_problem",
    "histories": "history history_json",
    "models": "heads notices services services_json",
    "outside": "undiscovered",
    "plans": "plan plan_json stake",
    "rehearsals": "bar rehearsal rehearsal_github rehearsal_json rehearsed",
    "repairs": "drift drift_json nothing_to_repair repair repaired",
    "runs": "log log_json nothing report stamped step waiting",
    "syncs": "sync synced",
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Return a name of one of the modules; raise AttributeError when none has it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


__all__ = [
    "bar",
    "brought_back",
    "cleaned",
    "compat",
    "compat_github",
    "compat_json",
    "created",
    "difference",
    "draft",
    "drift",
    "drift_json",
    "environment",
    "findings",
    "findings_github",
    "findings_json",
    "forgotten",
    "head_problem",
    "heads",
    "history",
    "history_json",
    "kept",
    "kept_json",
    "log",
    "log_json",
    "merged",
    "moved",
    "next_of_rebase",
    "nothing",
    "nothing_to_repair",
    "notices",
    "onboarded",
    "plan",
    "plan_json",
    "rebase",
    "rehearsal",
    "rehearsal_github",
    "rehearsal_json",
    "rehearsed",
    "rename_question",
    "repair",
    "repaired",
    "report",
    "restored",
    "services",
    "services_json",
    "settled",
    "sql",
    "stake",
    "stamped",
    "status",
    "status_json",
    "step",
    "sync",
    "synced",
    "unchecked",
    "undiscovered",
    "waiting",
    "written",
]

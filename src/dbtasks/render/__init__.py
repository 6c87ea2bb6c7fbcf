"""Results into words, tables and JSON."""

from dbtasks.render.branches import head_problem, merged, moved, next_of_rebase, rebase, settled
from dbtasks.render.checks import findings, findings_github, findings_json, unchecked
from dbtasks.render.compats import compat, compat_github, compat_json
from dbtasks.render.databases import created, onboarded, status, status_json, written
from dbtasks.render.drafts import difference, draft, rename_question, sql
from dbtasks.render.histories import history, history_json
from dbtasks.render.kept import brought_back, environment, forgotten, kept, kept_json, restored
from dbtasks.render.models import heads, notices, services, services_json
from dbtasks.render.plans import plan, plan_json, stake
from dbtasks.render.rehearsals import bar, rehearsed
from dbtasks.render.rehearsals import report as rehearsal
from dbtasks.render.rehearsals import report_json as rehearsal_json
from dbtasks.render.repairs import drift, drift_json, nothing_to_repair, repair, repaired
from dbtasks.render.runs import log, log_json, nothing, report, stamped, step, waiting
from dbtasks.render.syncs import sync, synced
from dbtasks.render.undiscovered import undiscovered

__all__ = [
    "bar",
    "brought_back",
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

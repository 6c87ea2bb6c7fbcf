"""Results into words, tables and JSON."""

from dbtasks.render.databases import created, onboarded, status, status_json, written
from dbtasks.render.models import difference, draft, heads, history, merged, notices, services, services_json
from dbtasks.render.runs import log, log_json, nothing, plan, report, stamped, step, waiting

__all__ = [
    "created",
    "difference",
    "draft",
    "heads",
    "history",
    "log",
    "log_json",
    "merged",
    "nothing",
    "notices",
    "onboarded",
    "plan",
    "report",
    "services",
    "services_json",
    "stamped",
    "status",
    "status_json",
    "step",
    "waiting",
    "written",
]

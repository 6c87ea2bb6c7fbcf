"""The file HEAD, in words."""

from dbtasks.history.headfile import HeadProblem
from dbtasks.project import Project
from dbtasks.render import text

PROBLEMS = {
    "head-missing": "{path} is missing: git would not stop two branches from adding a revision each. It names {heads}.",
    "head-conflict": "{path} holds a conflict of git, between {named}; the history ends in {heads}.",
    "head-wrong": "{path} names {named}, and the history ends in {heads}.",
    "head-hook": "{path} does not say that plain alembic is to keep the file HEAD.",
}
FIXES = {
    "head-missing": "inv db.rebase, which writes it",
    "head-conflict": "inv db.rebase, or inv db.merge",
    "head-wrong": "inv db.rebase, which writes it",
    "head-hook": "add to it: [post_write_hooks] with hooks = head, head.type = module, head.module = dbtasks.history",
}


def head_problem(one: HeadProblem, project: Project) -> tuple[str, str]:
    """Return what is wrong with the file HEAD, and what to do about it."""
    facts = {"path": text.path_of(one.path, project), "heads": ", ".join(one.heads) or "no revision"}
    return PROBLEMS[one.code].format(named=" and ".join(one.named) or "nothing", **facts), FIXES[one.code]

"""The collection ``db``: every task by its name."""

from invoke import Collection

from dbtasks.tasks.authoring import init, revision
from dbtasks.tasks.branching import merge, rebase
from dbtasks.tasks.changing import create, downgrade, environment_, onboard, reset, stamp, upgrade
from dbtasks.tasks.checking import check, compat
from dbtasks.tasks.keeping import forget, kept, repair, restore
from dbtasks.tasks.looking import drift, heads, history, log, plan, services, sql, status
from dbtasks.tasks.rehearsing import verify
from dbtasks.tasks.syncing import sync

__all__ = ["db", "onboard"]

db = Collection(
    "db",
    services,
    revision,
    upgrade,
    downgrade,
    reset,
    status,
    history,
    heads,
    merge,
    rebase,
    stamp,
    sql,
    create,
    init,
    log,
    plan,
    environment_,
    kept,
    restore,
    forget,
    drift,
    repair,
    check,
    verify,
    compat,
    sync,
)

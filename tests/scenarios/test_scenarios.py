"""Each folder beside this file is a small repository, laid over the one with one service that ``tiny`` writes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from support.messages import fails
from support.repository import ROOT, Repository, Sql
from support.scenarios import HERE, done, scenario

SHOP = "services/shop"
ITEM = ["item"]  # what the service of ``tiny`` has
NOTHING = "Nothing to migrate: the models are what the history's head has.\n"
LEFT_OUT = "correct {}; nothing was compared, since a model that is left out looks like a dropped table."
PASSWORD = "s3cret"

# The tables that a scenario's services declare, in the order in which a revision creates them.
TABLES = {
    "no_models": {"empty": [], "shop": ITEM},
    "nested": {"evaluation": ["run", "report", "target", "inner_target"], "shop": ITEM},
    "own_bases": {"audit": ["event"], "billing": ["invoice"], "shop": ITEM},
    "namespace_packages": {"depot": ["shelf", "report"], "shop": ITEM},
    "models_in_init": {"depot": ["box", "shelf"], "shop": ITEM},
    "sub_packages": {"ledger": ["link", "entry", "account"], "shop": ITEM},
    "skipped_folders": {"shop": ITEM},
    "working_directory": {"shop": ["shop_file", "item"]},
}

STOPPED = {
    "broken_import": (
        (
            "The model module 'services.billing.database.db_models.invoice_model' cannot be imported "
            "(services/billing/database/db_models/invoice_model.py:1)."
        ),
        "ModuleNotFoundError: No module named 'services.billing.currency'.",
        LEFT_OUT.format("services/billing/database/db_models/invoice_model.py:1"),
    ),
    "exiting_import": (
        "The model module 'services.shop.database.db_models.cli_model' cannot be imported (services/shop/cli.py:6).",
        "it ends the program (SystemExit).",
        LEFT_OUT.format("services/shop/cli.py:6"),
    ),
    "one_table_twice": (
        (
            "The table 'item' is declared twice: services/depot/database/db_models/item_model.py:8 "
            "and services/shop/database/db_models/item_model.py:9."
        ),
        "all services share one database, and both declarations would create it.",
        "rename one of the tables, or import the model instead of declaring it again.",
    ),
    "two_names": (
        (
            "services/depot/database/db_models/shelf_model.py is imported under two names: "
            "'services.depot.database.db_models.shelf_model', 'database.db_models.shelf_model'."
        ),
        "each import declares its tables anew.",
        (
            "import it as 'services.depot.database.db_models.shelf_model' everywhere, "
            "or set 'pythonpath' in [tool.dbtasks]."
        ),
    ),
    "undeclared_reference": (
        (
            "The foreign key of 'purchase.item_id' (services/orders/database/db_models/order_model.py:9) "
            "refers to 'items.id', which no model declares."
        ),
        "the metadata of 'purchase' has no table 'items'. Did you mean 'item'?",
        "correct the name, or let both models share one MetaData (one Base).",
    ),
}


def services(repository: Repository) -> dict[str, list[str]]:
    """Return the tables of each service, as db.services tells them."""
    found = json.loads(done(repository.inv("db.services", "--json")))
    return {service["name"]: [table["name"] for table in service["tables"]] for service in found}


def draft_and_apply(repository: Repository, cwd: str | None = None) -> str:
    """Return what a first revision does and says; afterwards there must be nothing left to migrate."""
    commands = ["db.revision", "-m", "create the tables", "db.upgrade", "db.revision", "-m", "again"]
    told = done(repository.inv(*commands, cwd=cwd))
    assert told.endswith(f"\n{NOTHING}")
    assert lint(repository) == ""
    return told


def lint(repository: Repository) -> str:
    """Return what ruff, with this repository's own settings, has against the last revision; lines may be long."""
    ruff = [sys.executable, "-m", "ruff", "--config", str(ROOT / "pyproject.toml")]
    commands = [*ruff, "check", "--quiet"], [*ruff, "format", "--quiet", "--diff", "--line-length", "320"]
    files = [str(file.relative_to(repository.root)) for file in repository.revisions()[-1:]]
    done = [
        subprocess.run([*command, *files], cwd=repository.root, capture_output=True, text=True, check=False)
        for command in commands
    ]
    return "".join(one.stdout + one.stderr for one in done)


@pytest.mark.parametrize("name", TABLES)
def test_every_model_is_found_and_created(name: str, tmp_path: Path, sql: Sql) -> None:
    """However models are laid out, each table is found once, created by the first revision, and then in the database."""
    repository = scenario(name, tmp_path / "repository")
    assert services(repository) == TABLES[name]
    expected = [table for tables in TABLES[name].values() for table in tables]
    told = draft_and_apply(repository, cwd=SHOP)
    assert re.findall(r"^  create the table (\w+)$", told, re.MULTILINE) == expected
    url = make_url(f"sqlite+aiosqlite:///{repository.path('db/database.db')}")
    assert sql.tables(url) == sorted([*expected, "alembic_version"])


@pytest.mark.parametrize("name", STOPPED)
def test_a_mistake_stops_the_run(name: str, tmp_path: Path) -> None:
    """A model that cannot be used stops the run with its file and line, and no revision is written."""
    repository = scenario(name, tmp_path / "repository")
    fails(repository, "db.revision -m more", *STOPPED[name], cwd=SHOP)
    fails(repository, "db.services", *STOPPED[name])


def test_migrating_imports_no_model(tmp_path: Path) -> None:
    """A broken model does not keep anyone from migrating, or from looking at the database."""
    repository = scenario("broken_import", tmp_path / "repository")
    done(
        repository.inv("db.revision", "--empty", "-m", "nothing", "db.upgrade", "db.status", "db.downgrade", "--rev=-1")
    )


def test_a_service_without_models_is_a_warning(tmp_path: Path) -> None:
    """A service whose package holds no model is told on stderr, with its folder, and stops nothing."""
    result = scenario("no_models", tmp_path / "repository").inv("db.services")
    assert result.err == "warning: the service 'empty' has no model (services/empty/database/db_models).\n"
    assert result.code == 0


@pytest.mark.parametrize("name", ["shared_metadata", "reserved_words", "custom_type"])
def test_on_every_database(name: str, tmp_path: Path, database_url: URL) -> None:
    """Foreign keys across services, reserved words and custom types go up, and down again, on every database."""
    repository = scenario(name, tmp_path / "repository", database_url)
    draft_and_apply(repository)
    if name == "custom_type":
        assert "\nimport services.common.types\n" in repository.read(repository.revisions()[0])
    head = repository.revisions()[0].name.split("_")[2]
    again = done(repository.inv("db.downgrade", "--rev", "-1", "db.upgrade"))
    assert re.findall(rf"^  (applied|reverted) +{head}", again, re.MULTILINE) == ["reverted", "applied"]


def test_a_view_is_no_table_to_create(tmp_path: Path) -> None:
    """A class mapped to a view, which says so or which a revision creates, is left out of a draft."""
    repository = scenario("view", tmp_path / "repository")
    assert "item_model.py                    item, cheap_item (view), dear_item" in done(repository.inv("db.services"))
    told = draft_and_apply(repository)
    assert told.startswith("  add the column item.name\n! item.name has to have a value and has no default: ")
    assert "cheap_item" not in told


def test_an_import_that_prints_and_logs(tmp_path: Path) -> None:
    """What a module prints, logs or warns of while it is imported is kept off stdout, and no password gets out."""
    repository = scenario("noisy_import", tmp_path / "repository")
    env = {"DATABASE_URL": f"postgresql+asyncpg://ann:{PASSWORD}@db/shop"}
    result = repository.inv("db.services", "--json", env=env)
    assert [service["name"] for service in json.loads(result.out)] == ["shop"]
    module = "services/shop/database/db_models/noisy_model.py"
    assert result.err == f"warning: {module} prints or logs while it is imported; its output is not shown.\n"
    assert PASSWORD not in result.out


def test_two_heads(tmp_path: Path) -> None:
    """Two heads are listed, stop an upgrade that could mean either, and are joined by db.merge."""
    repository = scenario("two_heads", tmp_path / "repository")
    assert done(repository.inv("db.heads")).splitlines() == [
        "2b  Create the table t2b  (alembic_db/versions/2b.py)",
        "3c  Create the table t3c  (alembic_db/versions/3c.py)",
    ]
    why = "they were added after 1a, probably on 2 branches."
    fix = "inv db.merge   # joins them by one more revision\n       inv db.rebase  # puts yours behind the other"
    fails(repository, "db.upgrade", "The history has 2 heads: 2b, 3c.", why, fix, cwd=SHOP)
    told = done(repository.inv("db.upgrade", "--rev", "2b", "db.merge", "db.upgrade"))
    assert re.findall("applied +(..)", told)[:3] == ["1a", "2b", "3c"]
    assert "2 revisions applied. database.db is at" in told


def test_another_layout(tmp_path: Path) -> None:
    """With every setting of [tool.dbtasks] changed, models, configuration and revisions are where it says."""
    repository = scenario("other_layout", tmp_path / "repository")
    repository.remove("services")
    repository.remove("config")
    repository.path("alembic_db").rename(repository.path("migrations"))
    assert services(repository) == {"billing": ["invoice"]}
    told = done(repository.inv("db.revision", "-m", "first", "db.upgrade", cwd="apps/billing"))
    assert "\nWrote migrations/versions/" in told
    assert repository.path("data/shop.db").is_file()
    assert not repository.path("alembic_db").exists()
    status = json.loads(done(repository.inv("db.status", "--json", env={"STAGE": "dev", "ENVIRONMENT": "local"})))
    assert (status["environment"], status["database"]) == ("dev", "dev.db")


def test_an_awkward_path(tmp_path: Path) -> None:
    """A project works under a path with a space, a percent sign and what else a configuration file could take apart."""
    repository = scenario("own_bases", tmp_path / "50% off %(here)s ${HOME}" / "it's")
    draft_and_apply(repository, cwd=SHOP)
    assert repository.path("db/database.db").is_file()


def test_every_scenario_is_used() -> None:
    """There is no folder here that no test here names."""
    text = "".join(file.read_text(encoding="utf-8") for file in HERE.glob("test_*.py"))
    names = {folder.name for folder in HERE.iterdir() if folder.is_dir() and folder.name != "__pycache__"}
    assert [name for name in sorted(names) if f'"{name}"' not in text] == []

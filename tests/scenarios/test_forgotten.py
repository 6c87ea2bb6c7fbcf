"""Models that nobody would find, in small repositories: told where they stand, and not mistaken for dropped ones."""

import json
from pathlib import Path

import pytest
from sqlalchemy import URL

from support.messages import lines, without_cache
from support.repository import Repository
from support.scenarios import done, scenario

NEXT = (
    "Next: move it into a package 'db_models' below 'services', or import it from one; or name its folder in 'services' "
    "or 'models' of [tool.dbtasks]; if it is no table of this database, its file in 'ignore'.\n"
)
AUDIT_LOG = """
    Not discovered: 3 tables, which no revision will have.
      shared/audit_log.py:13  class Event (the table's name is computed)
      shared/audit_log.py:17  audit.audit_actor (class Actor)
      shared/audit_log.py:24  audit_event_actor
    """
INVOICE = "services/billing/models/invoice.py"
MOVED = f"""
    model-moved
      {INVOICE}:7: The table 'invoice' would be dropped, but {INVOICE}:7 still declares it.
      fix: move the module back into a package 'db_models', or import it from one; if it is no model of this database, set ignore = ['{INVOICE}'] in [tool.dbtasks].

    1 finding.
    """


def codes(repository: Repository) -> list[tuple[str, str, int]]:
    """Return the code and the place of each finding of db.check, which ends with 1 exactly when there is one."""
    result = repository.inv("db.check", "--json", cwd="services/shop")
    found = json.loads(result.out)
    assert (result.code, result.err) == (1 if found else 0, "")
    return [(one["code"], one["file"], one["line"]) for one in found]


def test_models_outside_of_the_services(tmp_path: Path) -> None:
    """Classes and tables in a folder that discovery does not look into are listed with file, line and what to do."""
    repository = scenario("model_outside", tmp_path / "repository")
    told = done(repository.inv("db.services", cwd="services/shop"))
    assert told.endswith(f"\n1 service, 1 module, 1 table.\n{lines(AUDIT_LOG)}{NEXT}")
    result = repository.inv("db.services", "--json")
    assert [one["name"] for one in json.loads(result.out)] == ["shop"]
    assert result.err == f"{lines(AUDIT_LOG)}{NEXT}"
    done(repository.inv("db.revision", "-m", "first"))
    assert codes(repository) == [("undiscovered-model", "shared/audit_log.py", line) for line in (13, 17, 24)]
    repository.write("pyproject.toml", '[tool.dbtasks]\nignore = ["shared"]\n')
    assert codes(repository) == []
    assert "Not discovered" not in done(repository.inv("db.services"))


@pytest.mark.parametrize("name", ["imported_table", "ignored_folder", "other_tables"])
def test_what_is_not_forgotten(name: str, tmp_path: Path) -> None:
    """A table that a model imports, one that is ignored, and what only looks like one are not told."""
    repository = scenario(name, tmp_path / "repository")
    assert done(repository.inv("db.services")).rpartition("\n\n")[2].count("\n") == 1
    done(repository.inv("db.revision", "-m", "first"))
    assert codes(repository) == []


def test_a_model_that_moved(tmp_path: Path, database_url: URL) -> None:
    """A table whose module moved out of sight is no drop, on every database, until it is in sight or ignored."""
    repository = scenario("model_moved", tmp_path / "repository", database_url)
    before = without_cache(repository.root)
    result = repository.inv("db.check", cwd="services/billing")
    assert (result.code, result.out, result.err) == (1, lines(MOVED), "")
    assert without_cache(repository.root) == before
    package = "services/billing/database/db_models/__init__.py"
    repository.write(package, "from services.billing.models.invoice import Invoice\n")
    assert done(repository.inv("db.check")) == "No findings.\n"
    repository.remove(package)
    repository.write("pyproject.toml", f'[tool.dbtasks]\nignore = ["{INVOICE}"]\n')
    told = repository.inv("db.check").out
    assert told.startswith("models-differ\n  No revision does this: drop the table invoice and its rows.\n")

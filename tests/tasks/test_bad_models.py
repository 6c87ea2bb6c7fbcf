from pathlib import Path

import pytest

from support.messages import PASSWORD, fails
from support.repository import Repository, tiny

MODULE = "services/shop/database/db_models/item_model.py"
NAME = "services.shop.database.db_models.item_model"
FIX = "correct {}; nothing was compared, since a model that is left out looks like a dropped table."

RAISING = [
    ("import nothing_here\n", 1, "ModuleNotFoundError: No module named 'nothing_here'."),
    ("import os\nclass Item(\n", 2, "SyntaxError: '(' was never closed."),
    ("import sys\n\nsys.exit('no configuration')\n", 3, "it ends the program (SystemExit)."),
    ("import os\nraise OSError(os.environ['DATABASE_URL'])\n", 2, "OSError: postgresql+asyncpg://ann:***@db/shop."),
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a project of one service, with a URL that holds a password."""
    return tiny(tmp_path / "repository", f"postgresql+asyncpg://ann:{PASSWORD}@db/shop")


@pytest.mark.parametrize(("text", "line", "cause"), RAISING)
def test_a_module_that_raises(repository: Repository, text: str, line: int, cause: str) -> None:
    """A model module that cannot be imported stops the run with its file, line and cause, and no password."""
    repository.write(MODULE, text)
    what = f"The model module '{NAME}' cannot be imported ({MODULE}:{line})."
    fails(repository, "db.services", what, cause, FIX.format(f"{MODULE}:{line}"))


def test_a_module_that_raises_below(tmp_path: Path) -> None:
    """The line told is the last one of the project's own code, also when db.revision meets it."""
    repository = tiny(tmp_path / "repository", "")
    repository.write(MODULE, "from services.shop import settings\n")
    repository.write("services/shop/settings.py", "import json\n\njson.loads('{')\n")
    place = "services/shop/settings.py:3"
    fails(
        repository,
        "db.revision -m more",
        f"The model module '{NAME}' cannot be imported ({place}).",
        "JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
        FIX.format(place),
        cwd="services",
    )


def test_no_service(repository: Repository) -> None:
    """Without any package of models the message says what makes a service."""
    repository.remove("services/shop")
    fails(
        repository,
        "db.services",
        "No service was found under 'services'.",
        "a service is a folder there that holds a package '**/db_models', and there is none.",
        "create one, for example services/billing/database/db_models/invoice_model.py, "
        "or set 'services' in [tool.dbtasks].",
    )

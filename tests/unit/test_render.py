"""Results in words and in JSON: the same result always reads the same."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from dbtasks import render
from dbtasks.branches import Merged
from dbtasks.compare import KINDS, Difference
from dbtasks.dialects import urls
from dbtasks.errors import Source
from dbtasks.history import Revision
from dbtasks.migrate import Report
from dbtasks.onboarding import Onboarded
from dbtasks.project import Project
from dbtasks.render.drafts import WORDS
from dbtasks.render.operations import operations
from dbtasks.render.repairs import FOUND
from dbtasks.revise import Draft
from dbtasks.road import Step
from dbtasks.services import Declaration, Models, Module, Notice, Service
from dbtasks.settings import DatabaseSettings, Settings

ROOT = Path("/repo")
PROJECT = Project(ROOT)
SECOND = Revision("b2", "Add invoices", ("a1",), (), ROOT / "alembic_db/versions/2_b2_add_invoices.py")
SETTINGS = Settings("local", DatabaseSettings(urls.parse("postgresql+asyncpg://ann:hunter2@localhost/shop", "here")))


def lines(*several: str) -> str:
    """Return the lines as one text."""
    return "\n".join(several)


def models() -> Models:
    """Return two services: one with two packages, a table and a view, one without a model."""
    metadata = MetaData()
    sources = [Source(Path("services/shop/db_models/item.py"), 4), Source(Path("services/shop/db_models/item.py"), 9)]
    tables = [
        Table("item", metadata, Column("id", Integer)),
        Table("sales", metadata, Column("id", Integer), schema="audit", info={"is_view": True}),
    ]
    shop, empty = ROOT / "services/shop", ROOT / "services/empty"
    modules = [
        Module("services.shop.db_models.item", shop / "db_models/item.py"),
        Module("services.shop.old.db_models", shop / "old/db_models/__init__.py"),
    ]
    services = (
        Service("empty", empty, (empty / "db_models",), ()),
        Service("shop", shop, (shop / "db_models", shop / "old/db_models"), tuple(modules)),
    )
    declarations = tuple(
        Declaration("shop", table, place.path, {table.name: place.line or 0}, (table.name,))
        for table, place in zip(tables, sources, strict=True)
    )
    return Models(
        services, (metadata,), declarations, (Notice("no-model", "empty", Source(Path("services/empty/db_models"))),)
    )


def test_services() -> None:
    """Every service is shown with its packages, each module, and the tables and views in it, and all are counted."""
    assert render.services(models(), PROJECT) == lines(
        "empty (0 tables)",
        "  services/empty/db_models",
        "shop (2 tables)",
        "  services/shop/db_models",
        "    item.py                          item, audit.sales (view)",
        "  services/shop/old/db_models",
        "    __init__.py",
        "",
        "2 services, 2 modules, 2 tables.",
    )


def test_services_as_json() -> None:
    """The JSON of services has their places as seen from the root."""
    empty, shop = json.loads(render.services_json(models(), PROJECT))
    assert empty == {
        "name": "empty",
        "path": "services/empty",
        "packages": ["services/empty/db_models"],
        "modules": [],
        "tables": [],
    }
    assert shop == {
        "name": "shop",
        "path": "services/shop",
        "packages": ["services/shop/db_models", "services/shop/old/db_models"],
        "modules": [
            {"name": "services.shop.db_models.item", "path": "services/shop/db_models/item.py"},
            {"name": "services.shop.old.db_models", "path": "services/shop/old/db_models/__init__.py"},
        ],
        "tables": [
            {"name": "item", "view": False, "source": "services/shop/db_models/item.py:4"},
            {"name": "audit.sales", "view": True, "source": "services/shop/db_models/item.py:9"},
        ],
    }


def test_notices() -> None:
    """What discovery has to say is a warning a line, and nothing where there is nothing."""
    output = Notice("output", "shop", Source(Path("services/shop/db_models/item.py")))
    assert render.notices([*models().notices, output]) == lines(
        "warning: the service 'empty' has no model (services/empty/db_models).",
        "warning: services/shop/db_models/item.py prints or logs while it is imported; its output is not shown.",
    )
    assert render.notices([]) == ""


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (Difference("create_table", "item"), "create the table item"),
        (Difference("drop_table", "audit.item"), "drop the table audit.item and its rows"),
        (Difference("add_column", "item", "name"), "add the column item.name"),
        (Difference("drop_column", "item", "name"), "drop the column item.name and its values"),
        (Difference("alter_column", "item", "name", ("type",)), "change type of the column item.name"),
        (
            Difference("alter_column", "item", "name", ("type", "nullable")),
            "change type and nullable of the column item.name",
        ),
        (Difference("create_index", "item", "ix"), "create the index ix on item"),
        (Difference("drop_index", "item", "ix"), "drop the index ix of item"),
        (Difference("create_constraint", "item", "uq"), "create the constraint uq on item"),
        (Difference("drop_constraint", "item", "uq"), "drop the constraint uq of item"),
        (Difference("table_comment", "item"), "change the comment of the table item"),
        (Difference("rename_table", "goods", "goods", ("item",)), "rename the table item to goods"),
        (Difference("rename_column", "item", "label", ("name",)), "rename the column item.name to label"),
        (
            Difference("change_enum", "color", "", ("BLUE is new", "RED goes")),
            "change the values of the type color: BLUE is new and RED goes",
        ),
        (
            Difference("rename_member", "item", "color", ("RED is renamed to PINK",)),
            "give rows of item the new values of color: RED is renamed to PINK",
        ),
        (Difference("create_schema", "audit"), "create the schema audit"),
        (Difference("other", "item"), "change item"),
    ],
)
def test_a_difference(difference: Difference, words: str) -> None:
    """Every kind of difference is told in words, and says when data is lost with it."""
    assert render.difference(difference) == words


def test_every_kind_of_difference_has_words() -> None:
    """No comparison can find what cannot be told."""
    facts = {f"{verb}_{kind}" for verb in ("create", "drop", "change") for kind in ("view", "check", "enum")}
    compared = {kind for kind, _ in KINDS} | facts | {"change_primary_key", "change_column_order"}
    drafted = {f"{verb}_{kind}" for verb in ("create", "drop", "change") for kind in ("sequence", "domain")}
    drafted |= {"create_schema", "rename_table", "rename_column", "rename_member", "backfill"}
    assert compared == set(FOUND)
    assert compared | drafted == set(WORDS)


def test_a_draft() -> None:
    """A draft says what it does, where it is and what to do next; what belongs to a new table is not told again."""
    differences = (
        Difference("create_table", "item"),
        Difference("create_index", "item", "ix"),
        Difference("add_column", "user", "age"),
    )
    assert render.draft(Draft("b2", SECOND.path, differences, ("audit", "user")), PROJECT) == lines(
        "Left out, with changes of their own: audit, user.",
        "  create the table item",
        "  add the column user.age",
        "Wrote alembic_db/versions/2_b2_add_invoices.py.",
        "Next: read it, then inv db.upgrade",
    )


@pytest.mark.parametrize("waiting", [(), ("audit",)])
def test_a_draft_that_was_not_needed(waiting: tuple[str, ...]) -> None:
    """Where the models differ in nothing the draft says so, and which services were left out."""
    left_out = ["Left out, with changes of their own: audit."] if waiting else []
    expected = lines("Nothing to migrate: the models are what the history's head has.", *left_out)
    assert render.draft(Draft(None, None, (), waiting), PROJECT) == expected


def test_what_a_database_was_created_or_stamped_with() -> None:
    """A stamp and a new database say what they did, and an old database that there was nothing to do."""
    assert render.stamped(Report("shop", (), ("a1",))) == "shop now records a1; no revision was run."
    assert render.stamped(Report("shop", (), ())) == "shop now records base (nothing applied); no revision was run."
    assert render.created(new=True, settings=SETTINGS) == "Created the database shop.\nNext: inv db.upgrade"
    assert render.created(new=False, settings=SETTINGS) == "The database shop exists already."


@pytest.mark.parametrize("new", [True, False])
def test_onboarding(new: bool) -> None:
    """Onboarding says what it did, and what was there already, without a password."""
    steps = (Step("b2", "upgrade", 0.5),) if new else ()
    shown = render.onboarded(Onboarded(SETTINGS, new, new, Report("shop", steps, ("b2",)))).splitlines()
    url = "postgresql+asyncpg://ann:***@localhost/shop"
    assert shown[:3] == [
        f".env         {'made from .env.example' if new else 'left as it is'}",
        f"database     shop {'created' if new else 'was there already'}  ({url})",
        f"revisions    {'1 revision' if new else '0 revisions'} applied; it is at b2",
    ]
    assert "hunter2" not in str(shown)


def test_written_files() -> None:
    """The files of a new project are shown from where the command ran, and others as they are."""
    assert render.written([ROOT / "alembic_db/env.py", Path("/other/x.yaml")], ROOT) == lines(
        "Wrote alembic_db/env.py", "Wrote /other/x.yaml", 'Next: inv db.revision -m "create the first tables"'
    )
    assert render.written([], ROOT) == "Nothing is missing; no file was written."


def test_a_merge() -> None:
    """A merge says where its file is, and after a conflict which files to add, as seen from where the command ran."""
    draft, head = Draft("b2", SECOND.path), ROOT / "alembic_db/HEAD"
    assert render.merged(Merged(draft), PROJECT, ROOT) == (
        "Wrote alembic_db/versions/2_b2_add_invoices.py.\nNext: inv db.upgrade"
    )
    assert render.merged(Merged(draft, (head, SECOND.path)), PROJECT, ROOT / "services") == (
        "Wrote alembic_db/versions/2_b2_add_invoices.py.\n"
        "Next: git add ../alembic_db/HEAD ../alembic_db/versions/2_b2_add_invoices.py\n"
        "Next: inv db.upgrade"
    )


def test_a_statement_with_long_names_in_words() -> None:
    """However long a name is, what is done to it is told, and told at once."""
    name = "a_name_" * 9
    assert list(operations([f"ALTER TABLE {name} SET SCHEMA other", f"DROP TABLE {name}"])) == [
        f"alter the table {name}",
        f"drop the table {name}",
    ]

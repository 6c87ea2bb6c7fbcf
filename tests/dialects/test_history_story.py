from typing import Any

import pytest
from sqlalchemy import Connection, inspect

from dialects.verbs import downgrade, here, python, upgrade, url_of
from support.repository import Repository, Sql
from support.servers import connected

NOW = "'2026-01-01 00:00:00'"
KEY = f"INSERT INTO encryption_key (id, public_key, private_key, key_status, key_type, create_time, update_time) VALUES ({{}}, 'a', 'b', '{{}}', 'SERVER', {NOW}, {NOW})"
TEMPLATE = f"INSERT INTO response_template (id, response, type, tenant_id, create_time, update_time) VALUES ({{}}, '{{}}', '{{}}', '{{}}', {NOW}, {NOW})"
SYSTEM_ROWS = "SELECT count(*) FROM response_template WHERE type = 'SYSTEM_DEFINED' AND tenant_id = '1'"


@pytest.fixture
def at_head(reference: Repository) -> Repository:
    """Return the reference backend with every revision applied."""
    upgrade(reference)
    return reference


def test_every_revision_goes_up_and_comes_down_to_what_was_there(reference: Repository) -> None:
    """Each of eight or more revisions applied alone and reverted alone ends in exactly the schema before it."""
    upgrade(reference, "base")
    schemas = [_schema(reference)]
    revisions = here(reference).history.revisions
    assert len(revisions) >= 8
    for revision in revisions:
        assert upgrade(reference, "+1").heads == (revision.id,)
        schemas.append(_schema(reference))
    assert len(schemas[-1]) > 20
    for revision in reversed(revisions):
        assert schemas.pop() == _schema(reference)
        report = downgrade(reference, "-1")
        assert [step.revision for step in report.steps] == [revision.id]
    assert schemas == [_schema(reference)] == [{}]


def test_at_head_the_models_and_the_schema_agree(at_head: Repository) -> None:
    """The history leaves no difference to the models of the seven services."""
    done = python(
        at_head,
        """
        from dbtasks import revise
        models = services.load(here)
        work = revise.work_out(revisions, configured, models.metadata, revise.Wish(""))
        print(len(models.services), work.draft.differences)
        """,
    )
    assert (done.out, done.err) == ("7 ()\n", "")


def test_plain_alembic_finds_nothing_to_do_at_head(at_head: Repository) -> None:
    """Plain ``alembic check`` says so too, by its own comparison."""
    done = at_head.alembic("check")
    assert (done.code, done.out) == (0, "No new upgrade operations detected.\n"), done.err


def test_the_system_templates_come_and_go_and_other_texts_stay(at_head: Repository, sql: Sql) -> None:
    """The data migration adds four texts; its downgrade deletes these, and none that somebody wrote."""
    url = url_of(at_head)
    assert sql(url, SYSTEM_ROWS) == [(4,)]
    own = ("Ours", "USER_DEFINED", "1"), ("Theirs", "SYSTEM_DEFINED", "2"), ("Edited", "SYSTEM_DEFINED", "1")
    sql(url, ";".join(TEMPLATE.format(100 + number, *row) for number, row in enumerate(own)))
    revision = _revision(at_head, "templates")
    downgrade(at_head, f"{revision}-1")
    rows = sql(url, "SELECT response, type, tenant_id FROM response_template ORDER BY id")
    assert rows == list(own)
    upgrade(at_head, revision)
    assert sql(url, "SELECT count(*) FROM response_template") == [(7,)]


def test_the_new_enum_members_are_allowed_and_taken_back(at_head: Repository, sql: Sql) -> None:
    """The revision of the enum changes the CHECK itself, both ways, and keeps every key."""
    url, revision = url_of(at_head), _revision(at_head, "key states")
    downgrade(at_head, f"{revision}-1")
    sql(url, KEY.format(1, "ACTIVE"))
    with pytest.raises(Exception, match=r"(?i)constraint"):
        sql(url, KEY.format(2, "DISABLED"))
    upgrade(at_head, revision)
    sql(url, KEY.format(2, "DISABLED") + ";" + KEY.format(3, "DELETED"))
    with pytest.raises(Exception, match=r"(?i)constraint"):
        sql(url, KEY.format(4, "NONSENSE"))
    downgrade(at_head, f"{revision}-1")
    rows = sql(url, "SELECT id, public_key, private_key, key_status FROM encryption_key ORDER BY id")
    assert rows == [(1, "a", "b", "ACTIVE"), (2, "a", "b", "PASSIVE"), (3, "a", "b", "PASSIVE")]


def test_the_private_key_is_really_wider(at_head: Repository) -> None:
    """The revision that widens a type leaves the wider one in the database."""
    columns = dict(_schema(at_head)["encryption_key"]["columns"])
    assert columns["private_key"][0] == "VARCHAR(4096)"


def _revision(repository: Repository, word: str) -> str:
    return next(one.id for one in here(repository).history.revisions if word in one.message)


def _schema(repository: Repository) -> dict[str, dict[str, Any]]:
    """Return what the database says of its tables, apart from Alembic's own."""

    def look(connection: Connection) -> dict[str, dict[str, Any]]:
        inspector = inspect(connection)
        inspector.info_cache.clear()
        columns, keys = inspector.get_multi_columns(), inspector.get_multi_pk_constraint()
        parts: dict[str, tuple[Any, tuple[str, ...]]] = {
            "indexes": (inspector.get_multi_indexes(), ("name", "column_names", "unique")),
            "uniques": (inspector.get_multi_unique_constraints(), ("name", "column_names")),
            "foreign": (
                inspector.get_multi_foreign_keys(),
                ("constrained_columns", "referred_table", "referred_columns", "options"),
            ),
            "checks": (inspector.get_multi_check_constraints(), ("name", "sqltext")),
        }
        return {
            table[1] or "": {
                "columns": [(c["name"], (str(c["type"]), c["nullable"], c["default"])) for c in columns[table]],
                "key": keys[table]["constrained_columns"],
                **{
                    part: sorted(repr([one.get(f) for f in facts]) for one in found.get(table, ()))
                    for part, (found, facts) in parts.items()
                },
            }
            for table in columns
            if table[1] != "alembic_version" and not table[1].startswith("dbtasks_")
        }

    return connected(url_of(repository), look)

"""Which tables a revision may touch: what it changes and names, with what they refer to and what refers to them."""

import pytest

from dbtasks.verify import touched
from dbtasks.verify.touched import Sight

TEXTS = {
    "": "type mood happy,sad\x1etype size small",
    "country": "CREATE TABLE country (id INTEGER)",
    "owner": 'CREATE TABLE owner (country INTEGER REFERENCES "country" (id))',
    "item": "CREATE TABLE item (owner INTEGER, FOREIGN KEY(owner) REFERENCES owner (id))",
    "part": "CREATE TABLE part (item INTEGER REFERENCES item)",
    "log": "CREATE TABLE log (what TEXT)",
    "odd name": "CREATE TABLE `odd name` (id INTEGER)",
    "other.log": "CREATE TABLE other.log (id INTEGER)",
    "view recent": "CREATE VIEW recent AS SELECT what FROM log",
}
BEFORE = Sight(TEXTS, is_far=False)


def after(**changed: str | None) -> Sight:
    """Return what is seen afterwards."""
    texts = {**TEXTS, **{key.replace("_", " ").strip(): text for key, text in changed.items() if text is not None}}
    return Sight({key: text for key, text in texts.items() if changed.get(key, "") is not None}, is_far=False)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("UPDATE log SET what = ''", {"log", "other.log"}),
        ("UPDATE LOG SET what = ''", {"log", "other.log"}),
        ("DELETE FROM `odd name`", {"odd name"}),
        ("DELETE FROM part", {"part", "item", "owner", "country"}),
        ("DELETE FROM owner", {"owner", "country", "item", "part"}),
        ("INSERT INTO recent VALUES (1)", {"log", "other.log"}),
        ("ALTER TABLE log ADD CONSTRAINT x FOREIGN KEY (o) REFERENCES owner (id)", {"log", "other.log"}),
        ("UPDATE something SET x = 1", set()),
        ("DO $$ BEGIN DELETE FROM log; END $$", None),
        ("CALL clean_up()", None),
        ("CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM item; END", None),
        ("CREATE OR REPLACE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS 'SELECT 1'", None),
        ("INSERT INTO log VALUES (1) ON CONFLICT DO NOTHING", {"log", "other.log"}),
    ],
)
def test_what_a_statement_names(said: str, expected: set[str] | None) -> None:
    """A table by its name in any schema, what it refers to, what refers to it; any, where more is run than is said."""
    assert touched.of(BEFORE, BEFORE, (said,)) == (None if expected is None else frozenset(expected))


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (
            after(part="CREATE TABLE part (item INTEGER REFERENCES item, x INTEGER)"),
            {"part", "item", "owner", "country"},
        ),
        (after(part=None), {"part", "item", "owner", "country"}),
        (after(more="CREATE TABLE more (log INTEGER REFERENCES log (id))"), {"more", "log", "other.log"}),
        (Sight({**TEXTS, "": f"{TEXTS['']}\x1etype new one"}, is_far=False), set()),
        (Sight({**TEXTS, "": "type mood happy,sad,angry\x1etype size small"}, is_far=False), None),
        (Sight(TEXTS, is_far=True), None),
    ],
)
def test_what_has_changed(then: Sight, expected: set[str] | None) -> None:
    """A changed, new or dropped table; any, where a type is another one, which any column may have."""
    assert touched.of(BEFORE, then, ()) == (None if expected is None else frozenset(expected))


def test_texts_in_a_source() -> None:
    """Texts of a revision are what it may send; what describes it is not, nor what a foreign key refers to."""
    source = '''
"""Add items to the log."""

def upgrade():
    """Fill the owner."""
    for name in ("item", "part"):
        op.execute(f"UPDATE {name} SET x = 1")
    op.add_column("log", sa.Column("owner_id", sa.ForeignKey("owner.id"), comment="a.b c"))
'''
    assert set(touched.texts_in(source)) == {"item", "part", "UPDATE ", " SET x = 1", "log", "owner_id", "id", "a.b c"}

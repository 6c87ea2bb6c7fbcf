"""Revisions that can be seen to take nothing away, and those that cannot."""

from textwrap import indent

import pytest

from dbtasks.harmless import is_harmless

ADDS = [
    "pass",
    '"""Nothing."""',
    'op.create_table("t", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name=op.f("pk")))',
    'op.add_column("t", sa.Column("x", services.common.types.Secret(), server_default=sa.text("now()")))',
    'with op.batch_alter_table("t", schema=None) as batch_op:\n    batch_op.create_index(batch_op.f("ix"), ["x"])',
    'op.alter_column("t", "x", existing_type=sa.Integer(), nullable=False)',
    'op.execute("CREATE VIEW v AS SELECT 1")',
    'op.bulk_insert(sa.table("t", sa.column("x")), [{"x": 1}])',
    'op.drop_index("ix", table_name="t")',
]
MAY_TAKE = [
    'op.drop_table("t")',
    'op.drop_column("t", "x")',
    'op.alter_column("t", "x", type_=sa.Integer())',
    'op.alter_column("t", "x", new_column_name="y")',
    'op.rename_table("t", "u")',
    'with op.batch_alter_table("t") as b:\n    b.drop_column("x")',
    'with op.get_context().autocommit_block():\n    op.execute("CREATE INDEX i ON t (x)")',
    'op.execute("DELETE FROM t")',
    'op.execute("CREATE OR REPLACE VIEW v AS SELECT 1")',
    "op.execute(SQL)",
    'op.execute(sa.text("CREATE VIEW v AS SELECT 1"))',
    'op.get_bind().execute("DROP TABLE t")',
    "helper(op)",
    'for name in NAMES:\n    op.create_table(name, sa.Column("id", sa.Integer()))',
    'op.create_table("t", op.drop_table("u"))',
    "op.invoke(x)",
    "x = op.drop_table('t')",
]


def source(body: str) -> str:
    """Return a revision whose upgrade has this body."""
    return f"def upgrade():\n{indent(body, '    ')}\n\n\ndef downgrade():\n    op.drop_table('t')\n"


@pytest.mark.parametrize("body", ADDS)
def test_what_only_adds(body: str) -> None:
    """Each needs no rehearsal on the way up, and one on the way down."""
    assert is_harmless(source(body), "upgrade")
    assert not is_harmless(source(body), "downgrade")


@pytest.mark.parametrize("body", MAY_TAKE)
def test_what_may_take_away(body: str) -> None:
    """What is not surely harmless is rehearsed."""
    assert not is_harmless(source(body), "upgrade")
    assert not is_harmless(source(f"pass\n{body}"), "upgrade")


@pytest.mark.parametrize("text", ["", "def upgrade(:", "def other(): pass", "upgrade = other"])
def test_what_is_not_understood(text: str) -> None:
    """It is rehearsed, too."""
    assert not is_harmless(text, "upgrade")

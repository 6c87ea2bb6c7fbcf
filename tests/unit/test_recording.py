"""What a revision does, recorded without a database."""

from alembic.operations import ops

from dbtasks.checks.recording import all_created, sent, tables
from support.repository import Repository
from support.subjects import FIRST_LINE, recorded

EVERYTHING = """
op.create_table('item', sa.Column('id', sa.Integer(), sa.ForeignKey('other.id'), primary_key=True))
for name in ('a', 'b'):
    op.add_column('item', sa.Column(name,
                                    sa.Integer()))
with op.batch_alter_table('item') as batch_op:
    batch_op.drop_column('a')
    batch_op.create_index('ix', ['b'])
op.execute("UPDATE item SET b = 1; DELETE FROM item")
"""


def test_operations_with_their_lines(environment: Repository) -> None:
    """Each operation is there in order, in a loop and in a batch too, at the line where it begins."""
    found = recorded(environment, EVERYTHING, "postgresql")
    assert [(type(one.what).__name__, (one.line or 0) - FIRST_LINE, one.in_batch) for one in found.operations] == [
        ("CreateTableOp", 0, False),
        ("AddColumnOp", 2, False),
        ("AddColumnOp", 2, False),
        ("DropColumnOp", 5, True),
        ("CreateIndexOp", 6, True),
        ("ExecuteSQLOp", 7, False),
    ]
    assert found.stopped is None
    assert {one.refused for one in found.operations} == {""}


def test_statements_with_their_lines(environment: Repository) -> None:
    """Each statement is there as it would be sent, at the line that sends it, and belongs to its operation."""
    found = recorded(environment, EVERYTHING, "postgresql")
    assert [(one.sql, (one.line or 0) - FIRST_LINE) for one in found.statements[-4:]] == [
        ("ALTER TABLE item ADD COLUMN b INTEGER;", 2),
        ("ALTER TABLE item DROP COLUMN a;", 5),
        ("CREATE INDEX ix ON item (b);", 6),
        ("UPDATE item SET b = 1; DELETE FROM item;", 7),
    ]
    assert [len(list(sent(found, one))) for one in found.operations] == [1] * 6


def test_tables_keep_their_foreign_keys(environment: Repository) -> None:
    """A table that an operation has made is told with all that it has, however often that is asked."""
    found = recorded(environment, EVERYTHING, "postgresql")
    (table,) = [
        table for one in found.operations if isinstance(one.what, ops.CreateTableOp) for table in tables(one.what)
    ]
    assert [key.target_fullname for key in table.foreign_keys] == ["other.id"]
    assert "FOREIGN KEY(id) REFERENCES other (id)" in found.statements[0].sql
    assert all_created([found]) == {"item"}


def test_a_batch_needs_no_table_on_sqlite(environment: Repository) -> None:
    """Its operations are known though the table that it would copy is not there."""
    found = recorded(environment, EVERYTHING, "sqlite")
    assert [type(one.what).__name__ for one in found.operations if one.in_batch] == ["DropColumnOp", "CreateIndexOp"]
    assert found.stopped is None


def test_what_a_dialect_cannot_write(environment: Repository) -> None:
    """It is told at the operation, and the revision goes on: rows can be put into the table all the same."""
    found = recorded(
        environment,
        "item = op.create_table('item', sa.Column('name', sa.String()))\nop.bulk_insert(item, [{'name': 'a'}])",
        "mysql",
    )
    assert [one.refused.partition(": ")[2] for one in found.operations] == [
        "VARCHAR requires a length on dialect mysql",
        "",
    ]
    assert found.statements[-1].sql.startswith("INSERT INTO item")


def test_a_revision_that_asks_the_database(environment: Repository) -> None:
    """It is recorded up to there, and the line is known."""
    asking = "rows = op.get_bind().execute(sa.text('SELECT 1')).all()"
    found = recorded(environment, f"op.drop_table('item')\n{asking}\nop.drop_table('b')")
    assert [type(one.what).__name__ for one in found.operations] == ["DropTableOp", "ExecuteSQLOp"]
    assert found.stopped == FIRST_LINE + 1


def test_what_is_sent_past_the_operations(environment: Repository) -> None:
    """A statement that the revision gives to the connection itself is one like any other."""
    found = recorded(environment, "op.get_bind().execute(sa.text('DELETE FROM item'))", "postgresql")
    assert [list(sent(found, one)) for one in found.operations] == [["DELETE FROM item"]]
    assert [one.line for one in found.operations] == [FIRST_LINE]
    assert found.stopped is None


def test_a_branch_for_one_dialect(environment: Repository) -> None:
    """What stands under a condition is recorded for that dialect only, and what is printed is not."""
    up = "print('hello')\nif op.get_context().dialect.name == 'mysql':\n    op.execute('SELECT 1')"
    assert [one.sql for one in recorded(environment, up, "mysql").statements] == ["SELECT 1;"]
    assert recorded(environment, up, "sqlite").statements == ()

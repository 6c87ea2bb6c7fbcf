"""Drafted revisions: Python that says what Alembic rendered, typed, and clean under this repository's own rules."""

import ast
import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import dotenv.main
import pytest
import sqlalchemy as sa
from alembic.autogenerate import render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.operations import ops
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import mysql, postgresql

from dbtasks import history
from dbtasks.project import Project
from dbtasks.road import template
from dbtasks.road.autogenerate import render_item
from support.repository import ROOT, Repository

AWKWARD = [
    "it's",
    'say "hi"',
    "both ' and \"",
    "back\\slash",
    "two\nlines",
    "(not a [bracket {",
    "# no comment",
    "",
    "ü密",
    "{}%s",
]


class Money(sa.types.TypeDecorator[int]):
    """A type of a service's own, as a module of the reference backend might define it."""

    impl = sa.Integer
    cache_ok = True


class Vector(Money):
    """A type of an installed library."""

    cache_ok = True


Money.__module__, Vector.__module__ = "services.common.types", dotenv.main.__name__  # a library's, which is loaded
META = sa.MetaData(naming_convention={"ix": "ix_%(column_0_label)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})
ITEM = sa.Table(
    "item",
    META,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("kind", sa.Enum("RED", "it's", name="kind"), nullable=False, server_default="RED"),
    sa.Column("price", Money(), sa.CheckConstraint("price > 0 AND ')' <> '('", name="price_positive")),
    sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
    sa.Column("tags", sa.JSON().with_variant(postgresql.ARRAY(sa.String(5)), "postgresql")),
    sa.Column("place", Vector()),
    sa.Column("words", sa.Text().with_variant(mysql.LONGTEXT(), "mysql"), comment='say "hi"'),
    sa.Column("made", sa.DateTime(timezone=True), server_default=sa.func.now()),
    sa.Column("parent_id", sa.ForeignKey("item.id", ondelete="CASCADE"), index=True),
    sa.UniqueConstraint("kind", "price", name="uq_item"),
    comment="a table",
)
PLAIN = sa.Table("plain", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
STRINGS = sa.Table(
    "strings",
    sa.MetaData(),
    *(sa.Column(f"c{n}", sa.String(9), server_default=word, comment=word) for n, word in enumerate(AWKWARD)),
)
CHANGES: list[ops.MigrateOperation] = [
    ops.AddColumnOp.from_column_and_tablename(None, "item", sa.Column("note", sa.String(50), server_default="it's")),
    ops.AlterColumnOp("item", "price", existing_type=sa.Integer(), modify_type=Money(), existing_nullable=False),
    ops.CreateIndexOp.from_index(sa.Index("ix_both", ITEM.c.kind, ITEM.c.price, unique=True)),
    ops.DropConstraintOp("uq_item", "item", type_="unique"),
    ops.DropColumnOp("item", "words"),
]
DRAFTS: dict[str, tuple[list[ops.MigrateOperation], list[ops.MigrateOperation]]] = {
    "create a table": (
        [ops.CreateTableOp.from_table(ITEM), *(ops.CreateIndexOp.from_index(one) for one in ITEM.indexes)],
        [ops.DropTableOp.from_table(ITEM)],
    ),
    "create a plain table": ([ops.CreateTableOp.from_table(PLAIN)], [ops.DropTableOp.from_table(PLAIN)]),
    "create a table of strings": ([ops.CreateTableOp.from_table(STRINGS)], [ops.DropTableOp.from_table(STRINGS)]),
    "alter a table": ([ops.ModifyTableOps("item", CHANGES)], [ops.ModifyTableOps("item", CHANGES[:1])]),
    "alter two tables": ([ops.ModifyTableOps(name, CHANGES) for name in ("item", "other")], []),
    "create and alter": ([ops.CreateTableOp.from_table(PLAIN), ops.ModifyTableOps("item", CHANGES)], []),
    "run a statement": ([ops.ExecuteSQLOp(f"UPDATE item SET kind = '{word}'") for word in ("a", 'b"c', "d\\e")], []),
}
MESSAGES = [
    *(
        "add invoices",
        'say "hi"',
        "it's",
        "both ' and \"",
        "back\\slash \\n \\",
        "two\nlines",
        "\r\n tabs\tand\rmore  ",
    ),
    *(
        "why not?",
        "now!",
        "Done.",
        '"""',
        "${evil}",
        "<% raise 1 %>",
        "## no comment",
        "% if x:",
        "{braces}",
        "x" * 150,
    ),
]


@dataclass(frozen=True)
class Drafts:
    """A history of drafted revisions, and what ruff says about each."""

    scripts: ScriptDirectory
    findings: dict[str, list[str]]

    def source(self, revision: str) -> str:
        """Return the text of a revision's file."""
        return Path(self.scripts.get_revision(revision).path).read_text(encoding="utf-8")


def rendered(operations: Iterable[ops.MigrateOperation]) -> tuple[str, str]:
    """Return what Alembic hands to the template: the operations, and the imports that they need."""
    imports: set[str] = set()

    def item(kind: str, value: Any, context: AutogenContext) -> Literal[False]:
        context.imports = imports
        render_item(kind, value, context)
        return False

    text = render_python_code(ops.UpgradeOps(list(operations)), render_as_batch=True, render_item=item)
    return text, "\n".join(sorted(imports))


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Drafts:
    """Return one revision for each draft and message, an empty one, and a merge."""
    tree = Repository(tmp_path_factory.mktemp("drafts"), "")
    tree.write("services/common/types.py", "")
    for name in ("alembic.ini", "env.py", "script.py.mako"):
        tree.write(f"alembic_db/{name}", (ROOT / "alembic_db" / name).read_text(encoding="utf-8"))
    tree.path("alembic_db/versions").mkdir()
    config = Config(tree.path("alembic_db/alembic.ini"), cmd_opts=Namespace(quiet=True))
    # Each of Alembic's hooks is a process for each file; the one there is keeps HEAD, which nobody asks for here.
    config.set_section_option("post_write_hooks", "hooks", "")
    scripts = ScriptDirectory.from_config(config)
    for number, (message, (up, down)) in enumerate(DRAFTS.items()):
        (upgrades, imports), (downgrades, more) = rendered(up), rendered(down)
        texts = {"upgrades": upgrades, "downgrades": downgrades, "imports": f"{imports}\n{more}"}
        scripts.generate_revision(f"draft{number}", message, refresh=True, head="base", splice=True, **texts)
    for number, message in enumerate(MESSAGES):
        body = {"upgrades": "    op.execute('x')"}
        scripts.generate_revision(f"message{number}", message, refresh=True, head="base", splice=True, **body)
    scripts.generate_revision("empty", "fill in", refresh=True, head="base", splice=True, depends_on="draft0")
    scripts.generate_revision("merge", "join", refresh=True, head=["draft0", "draft1"])
    return Drafts(scripts, ruff(tree.root))


def ruff(root: Path) -> dict[str, list[str]]:
    """Return what ruff finds in each revision's file, with this repository's own rules."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--config",
        str(ROOT / "pyproject.toml"),
        "--output-format",
        "json",
    ]
    done = subprocess.run([*command, "alembic_db/versions"], cwd=root, capture_output=True, text=True, check=False)
    found: dict[str, list[str]] = {}
    for one in json.loads(done.stdout):
        revision = Path(one["filename"]).name.split("_")[2]
        found.setdefault(revision, []).append(f"{one['code']} {one['message']}")
    return found


REVISIONS = [f"draft{n}" for n in range(len(DRAFTS))] + [f"message{n}" for n in range(len(MESSAGES))] + ["merge"]


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_draft_is_clean(drafts: Drafts, revision: str) -> None:
    """A drafted revision has nothing for this repository's linter to find."""
    assert drafts.findings.get(revision, []) == []


def test_an_empty_revision_lacks_only_its_operations(drafts: Drafts) -> None:
    """A revision that its author has to fill in already imports what the operations will need."""
    assert drafts.findings["empty"] == [
        "F401 `sqlalchemy` imported but unused",
        "F401 `alembic.op` imported but unused",
    ]


@pytest.mark.parametrize("revision", [*REVISIONS, "empty"])
def test_a_draft_is_typed(drafts: Drafts, revision: str) -> None:
    """Both functions and all four names of a revision are annotated, and both functions have a docstring."""
    tree = ast.parse(drafts.source(revision))
    names = [
        node.target.id for node in tree.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    assert names == ["revision", "down_revision", "branch_labels", "depends_on"]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [node.name for node in functions] == ["upgrade", "downgrade"]
    for node in functions:
        assert isinstance(node.returns, ast.Constant)
        assert ast.get_docstring(node)


@pytest.mark.parametrize("number", range(len(DRAFTS)), ids=DRAFTS)
def test_a_draft_says_what_alembic_rendered(drafts: Drafts, number: int) -> None:
    """Quotes and line breaks are changed for people, and not one operation, name or text in it."""
    tree = ast.parse(drafts.source(f"draft{number}"))
    for name, operations in zip(("upgrade", "downgrade"), list(DRAFTS.values())[number], strict=True):
        (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
        wanted = ast.parse(f"def {name}() -> None:\n    {rendered(operations)[0].strip()}\n").body[0]
        assert isinstance(wanted, ast.FunctionDef)
        meant = [ast.dump(node) for node in wanted.body if not isinstance(node, ast.Pass)]
        assert [ast.dump(node) for node in function.body[1:]] == meant


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_draft_imports_what_it_uses(drafts: Drafts, revision: str) -> None:
    """Every module that an operation names is imported."""
    tree = ast.parse(drafts.source(revision))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {"str", "batch_op", "Money"}
    bound = {
        (alias.asname or alias.name).partition(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert used - bound - {"revision", "down_revision", "branch_labels", "depends_on"} == set()


def test_the_order_of_imports(drafts: Drafts) -> None:
    """Libraries come first, with names of one module on one line, and then the modules of the services' own types."""
    source = drafts.source("draft0")
    assert source.partition("import Sequence\n\n")[2].partition("\n\nrevision: str")[0].splitlines() == [
        "import dotenv.main",
        "import sqlalchemy as sa",
        "from alembic import op",
        "from sqlalchemy import String, Text",
        "from sqlalchemy.dialects import mysql, postgresql",
        "",
        "import services.common.types",
    ]
    assert "services.common.types.Money()" in source
    assert "astext_type=Text()" in source


@pytest.mark.parametrize("number", range(len(MESSAGES)))
def test_a_message_is_a_summary(drafts: Drafts, number: int) -> None:
    """Whatever the message is, the docstring's first line says it as a sentence, in its own words."""
    docstring = ast.get_docstring(ast.parse(drafts.source(f"message{number}")))
    assert docstring
    lines = docstring.splitlines()
    assert lines[1:3] == ["", f"Revision ID: message{number}"]
    wanted = " ".join(MESSAGES[number].split()).replace('"', "'").rstrip(".!?")
    assert lines[0] == f"{wanted[:1].upper()}{wanted[1:]}."


def test_the_history_reads_what_was_drafted(drafts: Drafts) -> None:
    """Drafted files are a history: with the ids, parents, dependencies and messages that were given."""
    found = history.load(Project(Path(drafts.scripts.dir).parent))
    merge, empty = found.get("merge"), found.get("empty")
    assert (sorted(merge.parents), merge.message) == (["draft0", "draft1"], "Join")
    assert (empty.parents, empty.depends_on, empty.message) == ((), ("draft0",), "Fill in")
    assert found.get("draft2").path.name.endswith("_draft2_create_a_table_of_strings.py")


def test_a_whole_file(drafts: Drafts) -> None:
    """A drafted file reads as if a person had written it."""
    source = drafts.source("draft1")
    head, _, rest = source.partition("Create Date: ")
    assert head == '"""Create a plain table.\n\nRevision ID: draft1\nRevises: nothing\n'
    assert rest.partition("\n")[2] == WHOLE


WHOLE = '''"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "draft1"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "plain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    """Revert this revision."""
    op.drop_table("plain")
'''


@pytest.mark.parametrize(
    ("value", "source"),
    [(None, "None"), ("a", '"a"'), (("a",), '("a",)'), (["a", "b"], '("a", "b")'), ('q"\\', '"q\\"\\\\"'), ((), "()")],
)
def test_literals(value: object, source: str) -> None:
    """A name, several, or none are written in double quotes, as Python reads them back."""
    assert template.literal(value) == source
    assert ast.literal_eval(source) == (tuple(value) if isinstance(value, list) else value)

"""``inv db.compat``: what it prints, what stands against looking, and that it leaves nothing behind."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from dialects.verbs import command, write_revision
from support.checkout import committed, git
from support.messages import fails, lines, snapshot
from support.repository import ROOT, Repository, tiny

MODEL = "services/shop/database/db_models/item_model.py"
CREATE = "op.create_table('item', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('name', sa.String(50), nullable=False))"
ADD = "op.add_column('item', sa.Column('colour', sa.String(20)))"
RENAME = "with op.batch_alter_table('item') as t:\n    t.alter_column('name', new_column_name='title', existing_type=sa.String(50))"


@pytest.fixture
def shop(sqlite_repository: Repository) -> Repository:
    """Return a working copy with one commit, whose history creates what the model says."""
    write_revision(sqlite_repository, "a1", None, CREATE, "op.drop_table('item')")
    return committed(sqlite_repository)


def edit(repository: Repository, path: str, old: str, new: str) -> None:
    """Replace a piece of a file."""
    repository.path(path).write_text(repository.read(path).replace(old, new), encoding="utf-8")


def renamed(repository: Repository) -> None:
    """Commit another name of a column, with the revision for it."""
    edit(repository, MODEL, "name:", "title:")
    edit(repository, MODEL, "class Item", "\n\nclass Item")
    write_revision(repository, "b2", "a1", RENAME)
    committed(repository, "Rename")


def test_nothing_breaks(shop: Repository, temporary: Path) -> None:
    """A change that old code does not notice is no finding, from wherever the command is run; nothing is left behind."""
    edit(shop, MODEL, "String(50))", "String(50))\n    colour: Mapped[str | None] = mapped_column(String(20))")
    write_revision(shop, "b2", "a1", ADD)
    committed(shop, "Add")
    git(shop.root, "switch", "-q", "-c", "work")
    shop.write("unfinished.txt", "mine")
    git(shop.root, "add", "unfinished.txt")
    before, state = snapshot(shop.root), git(shop.root, "status", "--porcelain")
    done = shop.inv("db.compat", "--from", "main~1", cwd="services/shop")
    commit = git(shop.root, "rev-parse", "main~1")[:12]
    words = f"No findings: the old code's 1 table of main~1 ({commit}) fit the schema at b2.\n"
    assert (done.code, done.out, done.err) == (0, words, "")
    assert snapshot(shop.root) == before
    assert git(shop.root, "status", "--porcelain") == state
    assert git(shop.root, "worktree", "list").count("\n") == 1
    assert list(temporary.iterdir()) == []


def test_what_is_printed(shop: Repository) -> None:
    """A finding is told with its place at the ref, what breaks of whose code, the database's answer, and the way out."""
    renamed(shop)
    done = shop.inv("db.compat", "--from", "HEAD~1")
    commit = git(shop.root, "rev-parse", "HEAD~1")[:12]
    assert (done.code, done.err) == (1, "")
    assert done.out == lines(f"""
        column-missing
          {MODEL}:9: the column item.name is not there any more; it may be called title now. Breaks reads, INSERTs and UPDATEs of the old code of shop (Item).
            tried: OperationalError: no such column: item.name
          fix: keep the column in this release, nullable or with a server default; do the rest in the next release, when no code needs it any more.

        column-required
          {MODEL}:9: the new column item.title is NOT NULL and has no default. Breaks INSERTs of the old code of shop (Item).
            tried: IntegrityError: NOT NULL constraint failed: item.title
          fix: add it nullable or with a server_default in this release; tighten it in the next.

        2 findings: old code, 1 table of HEAD~1 ({commit}), on the schema at b2.
        """)


def test_formats(shop: Repository) -> None:
    """JSON has every fact by itself; annotations stand at the model as it is now, for the old one is not shown."""
    renamed(shop)
    told = json.loads(shop.inv("db.compat", "--from", "HEAD~1", "--json").out)
    assert (told["ref"], told["heads"], told["tables"], told["untried"]) == ("HEAD~1", ["b2"], 1, [])
    assert told["commit"] == git(shop.root, "rev-parse", "HEAD~1").strip()
    first = told["findings"][0]
    assert first["what"].startswith("the column item.name is not there any more")
    assert first["fix"].startswith("keep the column")
    assert {name: first[name] for name in first if name not in ("what", "fix")} == {
        "code": "column-missing",
        "service": "shop",
        "model": "Item",
        "file": MODEL,
        "line": 9,
        "table": "item",
        "item": "name",
        "breaks": ["reads", "INSERTs", "UPDATEs"],
        "tried": "OperationalError: no such column: item.name",
    }
    github = shop.inv("db.compat", "--from", "HEAD~1", "--format", "github")
    assert github.code == 1
    assert github.out.startswith(f"::error file={MODEL},line=11,title=column-missing::the column item.name is not")


def codes(repository: Repository) -> list[str]:
    """Return the codes of what breaks of the code of the commit before."""
    done = repository.inv("db.compat", "--from", "HEAD~1", "--json")
    assert done.err == ""
    return [one["code"] for one in json.loads(done.out)["findings"]]


def test_comments_silence(shop: Repository) -> None:
    """A comment with code and reason counts at the class as it is now, at its column, and at the operation."""
    renamed(shop)
    assert codes(shop) == ["column-missing", "column-required"]
    first, second = (f"# dbtasks: ignore[{one}] nobody reads it" for one in ("column-missing", "column-required"))
    edit(shop, MODEL, "class Item", f"{first}\nclass Item")
    assert codes(shop) == ["column-required"]
    edit(shop, MODEL, "String(50))", f"String(50))  {second}")
    assert codes(shop) == []
    edit(shop, MODEL, f"{first}\n", "")
    edit(shop, MODEL, f"  {second}", "")
    both = "# dbtasks: ignore[column-missing, column-required, lossy] nobody reads it"
    edit(shop, "alembic_db/versions/b2.py", "t.alter_column(", f"{both}\n        t.alter_column(")
    assert codes(shop) == []


@pytest.mark.parametrize(
    ("place", "comment", "slip"),
    [
        ("t.alter_column(", "# dbtasks: ignore[column-missing]", " Its ignore comment gives no reason."),
        (
            "t.alter_column(",
            "# dbtasks: ignore[colum-missing] x",
            " Its ignore comment names 'colum-missing', which is no code. Did you mean 'column-missing'?",
        ),
        ("with op.batch", "# dbtasks: ignore[column-missing] not at the operation itself", ""),
    ],
)
def test_comments_that_do_not_count(shop: Repository, place: str, comment: str, slip: str) -> None:
    """Without a reason, with a slip, or elsewhere than at the operation, the finding stays and says what is wrong."""
    renamed(shop)
    file = "alembic_db/versions/b2.py"
    edit(shop, file, place, f"{comment}\n{'        ' if 't.' in place else '    '}{place}")
    out = shop.inv("db.compat", "--from", "HEAD~1").out
    assert f"of the old code of shop (Item).{slip}\n    tried: OperationalError: no such column" in out


def test_a_comment_for_one_column_is_for_no_other(shop: Repository) -> None:
    """Where two columns go, a comment at the one leaves the other to be told; a table that goes takes one comment."""
    edit(shop, MODEL, "String(50))", "String(50))\n    colour: Mapped[str | None] = mapped_column(String(20))")
    write_revision(shop, "b2", "a1", ADD)
    committed(shop, "Add")
    told = "  # dbtasks: ignore[column-missing] nobody reads it"
    drops = "with op.batch_alter_table('item') as t:\n    t.drop_column('name'){}\n    t.drop_column('colour')"
    edit(
        shop,
        MODEL,
        "    name: Mapped[str] = mapped_column(String(50))\n    colour: Mapped[str | None] = mapped_column(String(20))\n",
        "",
    )
    write_revision(shop, "c3", "b2", drops.format(told))
    committed(shop, "Drop")
    done = shop.inv("db.compat", "--from", "HEAD~1")
    assert "the column item.colour is not there" in done.out
    assert "item.name" not in done.out
    write_revision(shop, "c3", "b2", "op.execute('DROP TABLE item')  # dbtasks: ignore[table-missing] nobody reads it")
    assert codes(shop) == []


def test_a_project_below_the_repository(sqlite_repository: Repository, tmp_path: Path) -> None:
    """A project in a folder of the repository finds its own files there, and what lies beside it."""
    top = Repository(tmp_path / "top", sqlite_repository.url)
    inner = tiny(top.root / "backend", sqlite_repository.url)
    inner.write("pyproject.toml", '[tool.dbtasks]\npythonpath = [".", "../shared"]\n')
    top.write("shared/lengths.py", "NAME = 50\n")
    edit(inner, MODEL, "String(50)", "String(NAME)")
    edit(inner, MODEL, "from sqlalchemy import String", "from lengths import NAME\nfrom sqlalchemy import String")
    write_revision(inner, "a1", None, CREATE, "op.drop_table('item')")
    committed(top)
    top.remove("shared/lengths.py")
    top.write("shared/length.py", "NAME = 50\n")
    edit(inner, MODEL, "from lengths", "from length")
    write_revision(inner, "b2", "a1", "op.drop_table('item')")
    committed(top, "Drop")
    told = json.loads(inner.inv("db.compat", "--from", "HEAD~1", "--json", cwd="services").out)
    assert [(one["code"], one["file"]) for one in told["findings"]] == [("table-missing", MODEL)]


def test_old_code_does_not_get_new_code(shop: Repository) -> None:
    """Where PYTHONPATH leads into the working copy, the old models get the modules of their own commit."""
    shop.write("libraries/shared_lengths.py", "NAME = 50\n")
    edit(shop, MODEL, "String(50)", "String(NAME)")
    edit(shop, MODEL, "from sqlalchemy import String", "from shared_lengths import NAME\nfrom sqlalchemy import String")
    committed(shop, "Share")
    shop.write("libraries/shared_lengths.py", "raise RuntimeError('this is new code')\n")
    edit(shop, MODEL, "String(NAME)", "String(50)")
    edit(shop, MODEL, "from shared_lengths import NAME\n", "")
    path = {"PYTHONPATH": str(shop.root / "libraries")}
    done = shop.inv("db.compat", "--from", "HEAD", env=path)
    assert (done.code, done.err) == (0, "")


def test_a_history_that_was_written_anew(shop: Repository) -> None:
    """The old schema is made by the old revisions, also where this history has none of them."""
    shop.remove("alembic_db/versions")
    write_revision(shop, "z9", None, CREATE.replace("50", "60"))
    committed(shop, "Squash")
    assert shop.inv("db.compat", "--from", "HEAD~1").code == 0


def test_an_unknown_ref(shop: Repository) -> None:
    """What names no commit is told; the nearest name is offered."""
    fails(
        shop,
        "db.compat --from mian",
        "git knows no commit 'mian'.",
        "--from names a commit, a branch or a tag that this clone has. Did you mean 'main'?",
        "git fetch --all --tags",
    )


def test_a_shallow_clone(shop: Repository, tmp_path: Path) -> None:
    """A pipeline often has the newest commit only; it is told how to get the others."""
    renamed(shop)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{shop.root}", str(tmp_path / "clone" / "shop"))
    fails(
        Repository(tmp_path / "clone" / "shop", shop.url),
        "db.compat --from HEAD~1",
        "git knows no commit 'HEAD~1'.",
        "this clone is shallow: it has only the newest commits.",
        "git fetch --unshallow --tags",
    )


def test_without_a_repository(sqlite_repository: Repository) -> None:
    """Without git there is no other code."""
    fails(
        sqlite_repository,
        "db.compat --from main",
        "The code of another commit cannot be read.",
        "git says: not a git repository (or any of the parent directories): .git.",
        "run the command in the working copy of a git repository.",
    )


@pytest.mark.skipif(not ROOT.joinpath(".git").exists(), reason="this copy of the repository has no history")
def test_this_repository(tmp_path: Path) -> None:
    """The library lies in the repository whose old code it runs here, and is no new code that gets in."""
    done = Repository(ROOT, f"sqlite+aiosqlite:///{tmp_path}/database.db").inv("db.compat", "--from", "HEAD")
    assert (done.code, done.err) == (0, "")
    assert " tables of HEAD (" in done.out


def test_without_a_ref(shop: Repository) -> None:
    """Which code is still running has to be said."""
    fails(
        shop,
        "db.compat",
        "The command line cannot be understood.",
        "--from needs the commit whose code is still running, such as main.",
        "inv --help db.compat",
    )


FIX = "name a commit whose models can be loaded with the packages that are installed here."


def test_models_that_cannot_be_imported(shop: Repository, temporary: Path) -> None:
    """Old models that do not import stop the run with their file, and the present ones are not blamed."""
    good = shop.read(MODEL)
    shop.write(MODEL, "import nothing_here\n")
    committed(shop, "Break")
    shop.path(MODEL).write_text(good, encoding="utf-8")
    committed(shop, "Correct")
    fails(
        shop,
        "db.compat --from HEAD~1",
        f"The code at 'HEAD~1' cannot be looked at. The model module 'services.shop.database.db_models.item_model' cannot be imported ({MODEL}:1).",
        "ModuleNotFoundError: No module named 'nothing_here'.",
        FIX,
    )
    assert list(temporary.iterdir()) == []


def test_models_that_end_the_process(shop: Repository) -> None:
    """Even a model that takes the process with it is told."""
    good = shop.read(MODEL)
    shop.write(MODEL, "import os\nos._exit(3)\n")
    committed(shop, "Break")
    shop.path(MODEL).write_text(good, encoding="utf-8")
    committed(shop, "Correct")
    fails(
        shop,
        "db.compat --from HEAD~1",
        "The code at 'HEAD~1' cannot be looked at. Its process failed.",
        "it ended without a word.",
        FIX,
    )


def test_a_history_that_cannot_be_replayed(shop: Repository) -> None:
    """An old history that does not run is told with its revision."""
    write_revision(shop, "b2", "a1", "op.execute('SELECT * FROM nowhere')")
    committed(shop, "Break")
    write_revision(shop, "b2", "a1")
    committed(shop, "Correct")
    done = shop.inv("db.compat", "--from", "HEAD~1")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "error: The code at 'HEAD~1' cannot be looked at. The upgrade of revision b2 (alembic_db/"
    )


def test_before_there_was_a_project(shop: Repository) -> None:
    """A commit from before dbtasks has nothing that could be loaded."""
    git(shop.root, "checkout", "-q", "--orphan", "other")
    git(shop.root, "rm", "-rfq", ".")
    shop.write("README.md", "Begin\n")
    git(shop.root, "add", "README.md")
    git(shop.root, "commit", "-q", "-m", "Other")
    git(shop.root, "switch", "-q", "main")
    done = shop.inv("db.compat", "--from", "other")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "error: The code at 'other' cannot be looked at. There is no dbtasks project in its root folder"
    )


@pytest.mark.parametrize(("number", "where"), [(signal.SIGTERM, MODEL), (signal.SIGINT, "alembic_db/versions/a1.py")])
def test_an_interrupt(shop: Repository, temporary: Path, number: signal.Signals, where: str) -> None:
    """Ctrl-C and SIGTERM leave neither the old code's folder nor a scratch database nor a process."""
    good = shop.read(where)
    marker = temporary.parent / "stopped"
    sleep = f"import pathlib, time; pathlib.Path({str(marker)!r}).touch(); time.sleep(60)"
    if where == MODEL:
        shop.write(where, f"{sleep}\n")
    else:
        edit(shop, where, "def upgrade() -> None:\n", f"def upgrade() -> None:\n    {sleep}\n")
    committed(shop, "Sleep")
    shop.path(where).write_text(good, encoding="utf-8")
    committed(shop, "Wake")
    process = subprocess.Popen(
        command("db.compat", "--from", "HEAD~1"),
        cwd=shop.root,
        env={**os.environ, "DATABASE_URL": shop.url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not marker.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(temporary.iterdir()) != []
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert (out, "Traceback" in err) == ("", False)
    assert list(temporary.iterdir()) == []

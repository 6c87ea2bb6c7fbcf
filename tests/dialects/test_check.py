"""``inv db.check``: what it finds on each database, by which exit code, and that it writes nothing."""

import json

import pytest
from sqlalchemy import URL

from dialects.verbs import chain, url_of, write_revision
from support.messages import fails, snapshot
from support.repository import Repository, Sql

MODEL = "services/shop/database/db_models/item_model.py"
CREATE = "op.create_table('item', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('name', sa.String(50), nullable=False))"
DROP = "op.drop_table('item')"
CHANGED = """
from sqlalchemy import String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(50), index=True)


class Tag(Base):
    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), index=True)
"""


def check(repository: Repository, cwd: str | None = None) -> list[tuple[str, str | None, str]]:
    """Return code, place and words of each finding; nothing may be written, and the exit code has to fit."""
    before = snapshot(repository.root)
    result = repository.inv("db.check", "--json", cwd=cwd)
    assert result.err == ""
    found = json.loads(result.out)
    assert result.code == (1 if found else 0)
    assert snapshot(repository.root) == before
    places = [f"{one['file']}:{one['line']}" if one["file"] else None for one in found]
    return [(one["code"], place, one["what"]) for one, place in zip(found, places, strict=True)]


def test_the_reference_backend_is_clean(reference: Repository, server_url: URL, sql: Sql) -> None:
    """This repository itself has nothing to correct on any database, which need not exist and is not made."""
    result = reference.inv("db.check", cwd="services/user")
    assert (result.code, result.out, result.err) == (0, "No findings.\n", "")
    assert [one for one in sql.databases(server_url) if "scratch" in one or one == url_of(reference).database] == []


def test_models_that_differ(repository: Repository) -> None:
    """Each change that no revision makes is told at its model; what comes with a new table is not told again."""
    write_revision(repository, "a1", None, CREATE + "\nop.create_table('old', sa.Column('id', sa.Integer()), sa.Column('x', sa.Integer(), index=True))", "op.drop_table('old')\n" + DROP)  # fmt: skip
    repository.write(MODEL, CHANGED)
    words = "No revision does this: "
    assert sorted(check(repository, "services/shop"), key=str) == sorted(
        [
            ("models-differ", None, f"{words}drop the table old and its rows."),
            ("models-differ", f"{MODEL}:9", f"{words}add the column item.title."),
            ("models-differ", f"{MODEL}:9", f"{words}create the index ix_item_title on item."),
            ("models-differ", f"{MODEL}:9", f"{words}drop the column item.name and its values."),
            ("models-differ", f"{MODEL}:16", f"{words}create the table tag."),
        ],
        key=str,
    )
    repository.write(
        MODEL, CHANGED.replace("Base):\n    __table", "Base):  # dbtasks: ignore[models-differ] tried out\n    __table")
    )
    assert [place for _, place, _ in check(repository)] == [None]


def test_several_heads(repository: Repository) -> None:
    """Several heads are one finding, and the models are compared with what all of them make together."""
    write_revision(repository, "a1", None, CREATE, DROP)
    write_revision(repository, "b2", "a1")
    write_revision(repository, "c3", "a1")
    assert check(repository) == [("many-heads", None, "The history has 2 heads: b2, c3.")]
    repository.write(MODEL, CHANGED.partition("\n\n\nclass Tag")[0])
    assert {code for code, _, _ in check(repository)} == {"many-heads", "models-differ"}


def test_revisions_that_cannot_be_reverted(repository: Repository) -> None:
    """An empty downgrade and a refusal without a reason are told at their line, until a comment gives a reason."""
    write_revision(repository, "a1", None, CREATE)
    file = write_revision(repository, "b2", "a1", "op.execute('SELECT 1')", "raise NotImplementedError")
    first = repository.path("alembic_db/versions/a1.py")
    line = first.read_text(encoding="utf-8").splitlines().index("def downgrade() -> None:") + 1
    assert [(code, place) for code, place, _ in check(repository)] == [
        ("no-downgrade", f"alembic_db/versions/a1.py:{line}"),
        ("irreversible", f"alembic_db/versions/b2.py:{line}"),
    ]
    first.write_text(first.read_text(encoding="utf-8").replace("def downgrade", "# dbtasks: ignore[no-downgrade] the first one\ndef downgrade"), encoding="utf-8")  # fmt: skip
    file.write_text(file.read_text(encoding="utf-8").replace("NotImplementedError", "NotImplementedError('gone')"), encoding="utf-8")  # fmt: skip
    assert check(repository) == []


def test_a_history_that_cannot_be_replayed(repository: Repository, server_url: URL, sql: Sql) -> None:
    """What cannot be looked at ends with 2, whatever else there is to find, and leaves no scratch database."""
    chain(repository, "a1")
    write_revision(repository, "b2", "a1", "op.execute('SELECT * FROM nowhere')")
    result = repository.inv("db.check")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: The upgrade of revision b2 (alembic_db/versions/b2.py:")
    assert [one for one in sql.databases(server_url) if "scratch" in one] == []


@pytest.mark.parametrize("flags", ["", "--format github", "--json"])
def test_a_model_that_cannot_be_imported(repository: Repository, flags: str) -> None:
    """A broken model ends with 2 in every format, for nothing was compared."""
    repository.write(MODEL, "import nothing_here\n")
    fails(
        repository,
        f"db.check {flags}",
        f"The model module 'services.shop.database.db_models.item_model' cannot be imported ({MODEL}:1).",
        "ModuleNotFoundError: No module named 'nothing_here'.",
        f"correct {MODEL}:1; nothing was compared, since a model that is left out looks like a dropped table.",
    )

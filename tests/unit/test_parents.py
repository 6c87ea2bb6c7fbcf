"""What a revision file builds on is changed, and no other byte of it."""

from pathlib import Path

import pytest

from dbtasks.errors import ParentNotPlain
from dbtasks.history import Revision, parents
from dbtasks.project import Project

STOCK = '''"""add labels

Revision ID: c3
Revises: {0}
Create Date: 2026-11-24 10:15:02

"""
from alembic import op

# revision identifiers, used by Alembic.
revision = 'c3'
down_revision = {1}  # {0} is not read here
branch_labels = None


def upgrade():
    op.execute("-- Revises: {0}, down_revision = {0}")
'''


def edit(folder: Path, text: bytes | str, before: tuple[str, ...], after: tuple[str, ...]) -> bytes:
    """Return a file after it was given other parents."""
    file = folder / "c3.py"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return parents.edited(Project(folder), Revision("c3", "add labels", before, (), file), after)


@pytest.mark.parametrize(
    ("before", "stated", "after", "as_text"),
    [
        (("a1",), ("a1", "'a1'"), ("b2",), ("b2", "'b2'")),
        (("a1",), ("a1", '"a1"'), ("b2",), ("b2", '"b2"')),
        ((), ("", "None"), ("b2",), ("b2", "'b2'")),
        ((), ("nothing", "None"), ("b2",), ("b2", "'b2'")),
        (("a1", "x9"), ("a1, x9", "('a1', 'x9')"), ("b2",), ("b2", "'b2'")),
        (("a1", "x9"), ("a1, x9", "('a1',\n    'x9',)"), ("b2", "d4"), ("b2, d4", "('b2', 'd4')")),
        (("a1", "x9"), ("a1, x9", '["a1", "x9"]'), ("b2",), ("b2", '"b2"')),
        (("a1",), ("a1", "(\n    'a1'\n)"), ("b2",), ("b2", "(\n    'b2'\n)")),
        (("a1",), ("a1", "'a' '1'"), ("b2",), ("b2", "'b2'")),
    ],
)
def test_only_the_parents_change(
    tmp_path: Path, before: tuple[str, ...], stated: tuple[str, str], after: tuple[str, ...], as_text: tuple[str, str]
) -> None:
    """The variable and the docstring change, in the quotes that are there; remarks and other texts do not."""
    head, tail = STOCK.split("revision = 'c3'")
    text = head.format(stated[0]) + "revision = 'c3'" + tail.format("a1", stated[1])
    wanted = head.format(as_text[0]) + "revision = 'c3'" + tail.format("a1", as_text[1])
    assert edit(tmp_path, text, before, after).decode() == wanted
    assert edit(tmp_path, text.replace("\n", "\r\n"), before, after).decode() == wanted.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b'\xef\xbb\xbfrevision = "c3"\ndown_revision = "a1"', b'\xef\xbb\xbfrevision = "c3"\ndown_revision = "b2"'),
        (
            b'# coding: latin-1\nrevision = "c3"\nx = "\xe9"; down_revision = "a1" # \xe9\n',
            b'# coding: latin-1\nrevision = "c3"\nx = "\xe9"; down_revision = "b2" # \xe9\n',
        ),
        (
            '"""é\f\n\nRevises: a1 \n"""\nx = "ä€😀"; down_revision: str | None = "a1"\n'.encode(),
            '"""é\f\n\nRevises: b2 \n"""\nx = "ä€😀"; down_revision: str | None = "b2"\n'.encode(),
        ),
        (
            b'"""Revises: somebody"""\ndown_revision = "a0"\ndown_revision = "a1"\n',
            b'"""Revises: somebody"""\ndown_revision = "a0"\ndown_revision = "b2"\n',
        ),
        (b'down_revision = "a1"\r', b'down_revision = "b2"\r'),
    ],
)
def test_every_other_byte_stays(tmp_path: Path, text: bytes, wanted: bytes) -> None:
    """Encodings, a byte order mark, form feeds, odd line ends and a docstring with words of its own stay."""
    assert edit(tmp_path, text, ("a1",), ("b2",)) == wanted


@pytest.mark.parametrize(
    "line", ["down_revision = PARENT", "down_revision = ('a1', PARENT)", "down_revision = f'a{1}'", ""]
)
def test_a_parent_that_is_computed(tmp_path: Path, line: str) -> None:
    """What is not written out is not guessed at; the place is named."""
    with pytest.raises(ParentNotPlain) as caught:
        edit(tmp_path, f"PARENT = 'a1'\nrevision = 'c3'\n{line}\n", ("a1",), ("b2",))
    assert str(caught.value.source) == ("c3.py:3" if line else "c3.py")

"""The fingerprint of a revision file: the same as long as the code is."""

import pytest

from dbtasks.history import fingerprint

SOURCE = '"""Add it."""\n\nfrom alembic import op\n\n\ndef upgrade() -> None:\n    op.execute(f"DROP {1 + 1} x")\n'


@pytest.mark.parametrize(
    "same",
    [
        SOURCE + "# a remark\n",
        SOURCE.replace("\n\n\ndef", "\n\n# why\ndef"),
        SOURCE.replace("    op", "        op"),
        SOURCE.replace("op.execute(", "op.execute(  "),
    ],
)
def test_comments_and_white_space_do_not_count(same: str) -> None:
    """What changes nothing for Python changes nothing here."""
    assert same != SOURCE
    assert fingerprint(same) == fingerprint(SOURCE)


@pytest.mark.parametrize(
    "other",
    [
        SOURCE.replace("DROP", "drop"),
        SOURCE.replace("} x", "}  x"),
        SOURCE.replace("1 + 1", "1 + 2"),
        SOURCE.replace("Add", "Remove"),
        SOURCE + "x = 1\n",
        SOURCE.replace("def upgrade() -> None:\n    op", "if True:\n    x = 1\nop"),
    ],
)
def test_code_counts(other: str) -> None:
    """Any other token, also inside a string, gives another fingerprint."""
    assert fingerprint(other) != fingerprint(SOURCE)


def test_it_is_the_same_on_every_python() -> None:
    """It is kept in databases, so it must not depend on the version that computes it."""
    assert fingerprint(SOURCE) == "b83c8cc08cac5f45"


def test_what_is_no_python_has_one_too() -> None:
    """A file that was broken after it was applied is an edited file, not a traceback."""
    assert fingerprint("def (") != fingerprint("def ((")

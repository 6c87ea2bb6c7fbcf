"""Revisions that cannot be reverted, told by reading their source."""

import pytest

from dbtasks.checks import revisions

UP = "def upgrade():\n    op.execute('x')\n"

REVERTIBLE = {
    "one that does something": UP + "def downgrade():\n    op.execute('y')\n",
    "one that does nothing either way": "def upgrade():\n    pass\ndef downgrade():\n    pass\n",
    "a merge": 'def upgrade() -> None:\n    """Apply."""\n\ndef downgrade() -> None:\n    """Revert."""\n',
    "one whose way up is elsewhere": "from x import upgrade, downgrade\n",
    "one whose way down is imported": "from x import nothing as downgrade\n" + UP,
    "one whose way down is another function": UP + "downgrade = upgrade\n",
    "a message": UP + "def downgrade():\n    raise NotImplementedError('the values are gone')\n",
    "a computed message": UP + "def downgrade():\n    raise RuntimeError(REASON)\n",
    "a docstring": UP + 'def downgrade():\n    """The values are gone."""\n    raise NotImplementedError\n',
    "a comment": UP + "def downgrade():\n    # the values are gone\n    raise NotImplementedError\n",
    "a comment behind it": UP + "def downgrade():\n    raise NotImplementedError  # the values are gone\n",
    "one that refuses sometimes": UP
    + "def downgrade():\n    if rows():\n        raise ValueError\n    op.execute('y')\n",
}

EMPTY = [
    "pass",
    "...",
    '"""Revert this revision."""',
    '"""Nothing."""\n    pass',
    "return",
    "return None",
    "# why\n    pass",
]
REFUSING = [
    "raise NotImplementedError",
    "raise NotImplementedError()",
    "raise NotImplementedError('')",
    '"""Revert this revision."""\n    raise NotImplementedError',
    "raise NotImplementedError  # noqa: EM101",
    "raise NotImplementedError  # dbtasks: ignore[no-downgrade]",
    "#\n    raise NotImplementedError",
]


@pytest.mark.parametrize("name", REVERTIBLE)
def test_a_revision_is_all_right(name: str) -> None:
    """A way down that does something, that has nothing to do, or that says why there is none, is no finding."""
    assert revisions.judged(REVERTIBLE[name].encode()) is None


@pytest.mark.parametrize("body", EMPTY)
def test_an_empty_way_down(body: str) -> None:
    """A revision that does something and reverts nothing is told at its downgrade, whatever it is empty with."""
    assert revisions.judged(f"{UP}def downgrade():\n    {body}\n".encode()) == ("no-downgrade", 3)


def test_no_way_down_at_all() -> None:
    """Without a function the finding is at the way up."""
    assert revisions.judged(f"import x\n{UP}".encode()) == ("no-downgrade", 2)


@pytest.mark.parametrize("body", REFUSING)
def test_a_refusal_without_a_reason(body: str) -> None:
    """A way down that raises has to say why; a directive for some tool is no reason."""
    assert revisions.judged(f"{UP}def downgrade():\n    {body}\n".encode()) == ("irreversible", 3)


def test_comments_elsewhere_are_no_reason() -> None:
    """A reason stands in the function itself."""
    source = f"# gone\n{UP}    # gone\ndef downgrade():\n    raise NotImplementedError\n\n# gone\n"
    assert revisions.judged(source.encode()) == ("irreversible", 5)

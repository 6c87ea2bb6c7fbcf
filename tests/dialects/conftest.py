"""What the tests of the verbs share."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give ``sys.path`` back as it was: Alembic puts the root of the project that it reads in front of it."""
    monkeypatch.setattr(sys, "path", [*sys.path])

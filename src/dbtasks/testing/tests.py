"""Tests that a project gets by importing them: ``from dbtasks.testing.tests import *``."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from dbtasks.scratch import Mold

__all__ = ["test_models_match_history", "test_single_head", "test_up_down_up"]

MODELS = frozenset({"model-moved", "models-differ", "undiscovered-model"})  # the codes of findings about models


def test_single_head(dbtasks_root: "Path") -> None:
    """The history has one head: no two branches have each added a revision."""
    from dbtasks import history, project
    from dbtasks.testing import molds

    molds.told(lambda: history.load(project.find(dbtasks_root)).head())


def test_models_match_history(dbtasks_root: "Path") -> None:
    """The history makes what the models say, and every model is found."""
    from dbtasks import checks, history, project, render, settings
    from dbtasks.testing import molds

    at = molds.told(lambda: project.find(dbtasks_root))
    found = molds.told(lambda: checks.run(history.load(at), settings.load(at)))
    if those := [one for one in found.findings if one.code in MODELS]:
        pytest.fail(render.findings(those, at), pytrace=False)


def test_up_down_up(dbtasks_mold: "Mold") -> None:
    """Every revision can be reverted, and applied again, after which the schema is the same."""
    from dbtasks import render
    from dbtasks.testing import molds

    found = molds.told(lambda: molds.there_and_back(dbtasks_mold))
    if found:
        words = "\n".join(f"  {render.difference(one)}" for one in found)
        pytest.fail(
            f"Reverted and applied again, the history makes another schema. To be corrected:\n{words}", pytrace=False
        )

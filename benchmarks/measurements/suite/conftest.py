"""Lets tests take turns, and writes down what comes before and after each takes: its database."""

import json
import os
from pathlib import Path

import pytest

TIMES: dict[str, list[float]] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the first come first, then one of each way after the other."""
    items.sort(key=lambda item: getattr(item, "callspec").params["number"] if hasattr(item, "callspec") else -1)  # noqa: B009


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add what making or dropping a database took to the test's own."""
    if report.when != "call":
        name = report.nodeid.rpartition("::")[2]
        TIMES.setdefault(name, []).append(report.duration)


def pytest_sessionfinish() -> None:
    """Write the times by the way that the tests are named for."""
    ways: dict[str, list[float]] = {}
    for name, parts in TIMES.items():
        ways.setdefault(name.partition("[")[0].removeprefix("test_"), []).append(sum(parts))
    Path(os.environ["BENCH_TIMES"]).write_text(json.dumps(ways), encoding="utf-8")

import importlib.util
import re
import tomllib
from pathlib import Path

import yaml
from invoke import Collection

from support.repository import ROOT

TASK = re.compile(r"`inv (?P<task>[\w.-]+)(?P<flags>[^`]*)`")
FLAG = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)

SAMPLE = """
| task | does |
| --- | --- |
| `inv db.revision -m "add --invoices" [--empty] [--service NAME]` | drafts what `inv db.upgrade` applies |
| `inv db.downgrade --rev REV [--dry-run]` | reverts down to REV (`-1`, `-3`) |
| `inv db.history`, `inv db.merge -m` | as Alembic's |

Write `inv db.nonsense --flag` outside of the table.
"""


def told(text: str) -> dict[str, set[str]]:
    """Return the flags of each task that stands in the first column of a table."""
    columns = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `inv ")]
    found = [match for column in columns for match in TASK.finditer(column)]
    return {match["task"]: set(FLAG.findall(re.sub(r'"[^"]*"', "", match["flags"]))) for match in found}


def collection() -> Collection:
    """Return the tasks of this repository's own tasks.py."""
    spec = importlib.util.spec_from_file_location("tasks_of_this_repository", ROOT / "tasks.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Collection.from_module(module)


def real() -> dict[str, list[set[str]]]:
    """Return the flags of each task that there is, each with all its names."""
    contexts = {str(context.name): context for context in collection().to_contexts()}
    return {
        name: [{f"-{one}" if len(one) == 1 else f"--{one}" for one in flag.names} for flag in context.args.values()]
        for name, context in contexts.items()
    }


def readme() -> str:
    """Return the text of the README."""
    return Path(ROOT, "README.md").read_text(encoding="utf-8")


def test_the_table_is_read_as_it_is_meant() -> None:
    """Rows of one and of several tasks are read, flags in quotes and in other columns are not."""
    assert told(SAMPLE) == {
        "db.revision": {"-m", "--empty", "--service"},
        "db.downgrade": {"--rev", "--dry-run"},
        "db.history": set(),
        "db.merge": {"-m"},
    }


def test_every_task_is_in_the_table() -> None:
    """The README's table names each task of the collection, and no other."""
    assert sorted(told(readme())) == sorted(real())


def test_every_flag_is_in_the_table() -> None:
    """The README's table names each flag of each task, under one of its names, and no other."""
    tasks = real()
    for name, flags in told(readme()).items():
        assert [sorted(flag) for flag in tasks[name] if not flag & flags] == [], f"not in the row of {name}"
        assert flags - set().union(*tasks[name]) == set(), f"only in the row of {name}"


def test_the_readme_starts_with_the_two_commands() -> None:
    """The first block of code is what a newcomer types: onboard, then test."""
    first = BLOCK.search(readme())
    assert first
    assert [line.partition("#")[0].split() for line in first[1].splitlines()] == [
        ["./inv", "onboard"],
        ["./inv", "test"],
    ]


def test_the_changelog_tells_of_this_version() -> None:
    """CHANGELOG has a dated entry for the version in pyproject.toml."""
    version = tomllib.loads(Path(ROOT, "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    text = Path(ROOT, "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", text, re.MULTILINE)


def test_the_jobs_of_pipelines_are_what_they_say() -> None:
    """Each job in docs/ci.md is YAML, begins with the history of git, and uses flags that the tasks have."""
    blocks = re.findall(
        r"^```yaml\n(.*?)^```$", Path(ROOT, "docs", "ci.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(blocks) == 4
    tasks = real()
    for block in blocks:
        jobs = yaml.safe_load(block)
        (job,) = (jobs.get("jobs") or jobs).values()
        steps = job.get("script") or [one["run"] for one in job["steps"] if "run" in one]
        found = [re.match(r"inv (\S+)(.*)", step) for step in steps]
        used = {match[1]: set(FLAG.findall(match[2])) for match in found if match}
        assert list(used) == ["db.check", "db.verify"]
        assert "--since" in used["db.check"]
        assert [name for name, flags in used.items() if flags - set().union(*tasks[name])] == []
        assert "pytest" in steps
        assert "fetch-depth: 0" in block or "GIT_DEPTH: 0" in block

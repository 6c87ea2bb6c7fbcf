"""What we rely on in Alembic, SQLAlchemy and Invoke beyond what they document: a new release that differs fails here."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import CommandLine, Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationStep
from invoke import Collection, CollectionNotFound, Exit, ParseError, Program
from invoke.parser import Parser
from sqlalchemy import create_engine, inspect
from sqlalchemy.dialects.sqlite import aiosqlite
from sqlalchemy.util.concurrency import in_greenlet

from dbtasks import databases
from dbtasks.history import History, headfile
from dbtasks.road.environment import NOWHERE
from dbtasks.runtime import READING
from dbtasks.tasks import db
from dbtasks.tasks.program import NO_VALUE, UNKNOWN
from support.repository import Repository

HistoryOf = Callable[[dict[str, str]], History]


@pytest.mark.parametrize("quiet", [True, False])
def test_alembic_is_silenced_by_cmd_opts(
    environment: Repository, quiet: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """Alembic's commands print nothing when ``cmd_opts`` say quiet, and would print otherwise."""
    config = Config(environment.path("alembic_db/alembic.ini"), cmd_opts=Namespace(quiet=quiet, x=None))
    headfile.unhook(config)  # what Alembic says of a hook, it says whatever happens
    command.revision(config, "a message")
    assert (capfd.readouterr().out == "") is quiet


@pytest.mark.parametrize("name", ["upgrade", "downgrade"])
def test_steps_are_made_from_scripts(history_of: HistoryOf, name: str) -> None:
    """A step up or down is made from a script and the map of all revisions."""
    scripts = history_of({"a1": "", "b2": "a1"}).scripts
    step = getattr(MigrationStep, f"{name}_from_script")(scripts.revision_map, scripts.get_revision("b2"))
    assert (step.revision.revision, step.is_upgrade) == ("b2", name == "upgrade")
    assert (step.from_revisions, step.to_revisions) == ((("a1",), ("b2",)) if name == "upgrade" else (("b2",), ("a1",)))


@pytest.mark.parametrize("dont_mutate", [True, False])
def test_looking_creates_no_version_table(history_of: HistoryOf, dont_mutate: bool) -> None:
    """``context.configure`` takes ``dont_mutate``, without which Alembic creates its table in order to look."""
    history = history_of({})
    engine = create_engine("sqlite://")
    options: dict[str, Any] = {"fn": lambda *_: []}
    with engine.connect() as connection, EnvironmentContext(history.config, history.scripts, **options) as context:
        context.configure(connection=connection, dont_mutate=dont_mutate)
        context.run_migrations()
        assert inspect(connection).get_table_names() == ([] if dont_mutate else ["alembic_version"])
    engine.dispose()


@pytest.mark.parametrize("name", sorted(READING))
def test_the_command_of_plain_alembic_is_known(name: str) -> None:
    """Plain ``alembic`` leaves the function of its command in ``cmd_opts``, and each that we know to read exists."""
    arguments = {"show": ["head"]}.get(name, [])
    options = CommandLine().parser.parse_args([name, *arguments])
    assert options.cmd[0] is getattr(command, name)
    assert options.cmd[0].__name__ == name


def test_the_folder_of_the_ini_file_is_a_default() -> None:
    """``%(here)s`` in the ini file is an entry of the parser's defaults, where a "%" in it can be escaped."""
    assert "here" in Config("alembic.ini").file_config.defaults()


def test_synchronous_work_knows_its_loop() -> None:
    """Work on an async connection runs in a greenlet that can be told, and may open a second connection there."""
    assert not in_greenlet()
    assert databases.connect(NOWHERE, lambda _: (in_greenlet(), databases.connect(NOWHERE, lambda _: 2))) == (True, 2)


def test_the_driver_of_sqlite_can_be_reached() -> None:
    """The adapted connection of aiosqlite lets a coroutine run on the driver's own connection."""
    assert callable(aiosqlite.AsyncAdapt_aiosqlite_connection.run_async)


@pytest.mark.parametrize(
    ("arguments", "pattern", "found"),
    [
        (["db.upgrde"], UNKNOWN, {"word": "db.upgrde", "quote": "'"}),
        (["db.upgrade", "it's"], UNKNOWN, {"word": "it's", "quote": '"'}),
        (["db.upgrade", "--rve", "x"], UNKNOWN, {"word": "--rve", "quote": "'"}),
        (["db.upgrade", "--rev"], NO_VALUE, {"flag": "rev"}),
        (["db.revision", "--message"], NO_VALUE, {"flag": "message"}),
    ],
)
def test_the_words_of_invoke(arguments: list[str], pattern: Any, found: dict[str, str]) -> None:
    """Invoke tells a word that it does not know, and a flag without a value, in sentences of this form only."""
    with pytest.raises(ParseError) as caught:
        Parser(contexts=Collection(db).to_contexts()).parse_argv(arguments)
    match = pattern.fullmatch(str(caught.value))
    assert match
    assert match.groupdict() == found
    assert caught.value.context is None or caught.value.context.name in (None, *arguments)


def test_a_missing_collection_is_the_context_of_the_exit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no tasks.py Invoke exits, and the exit's context says what was looked for, from where."""
    monkeypatch.chdir(tmp_path)
    program = Program()
    program.create_config()
    program.parse_core(["inv"])
    with pytest.raises(Exit) as caught:
        program.load_collection()
    missing = caught.value.__context__
    assert isinstance(missing, CollectionNotFound)
    assert (Path(missing.start), missing.name) == (tmp_path, "tasks")

"""Errors: facts that make a sentence of what happened, why, and what to do next; and an exit code."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from itertools import product
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from dbtasks import errors
from dbtasks.errors import DbtasksError, ManyHeads, Refused, Source, counted, did_you_mean
from dbtasks.errors.base import as_dataclass

FACTS: dict[object, Any] = {
    str: "some.word",
    int: 2,
    float: 1.5,
    bool: True,
    Path: Path("folder/file.py"),
    Source: Source(Path("folder/file.py"), 3),
    tuple[str, ...]: ("one", "two"),
    tuple[Path, ...]: (Path("one.py"), Path("two.py")),
    tuple[Source, ...]: (Source(Path("one.py"), 3), Source(Path("two.py"), 4)),
}
PARTS = re.compile(r"[^\n]+\.(\n  why: [^\n]+[.?)])?(\n  fix: [^\n]+(\n       [^\n]+)*)?")
IMPOLITE = re.compile(r"!|\bplease\b|\binvalid\b", re.IGNORECASE)
GAP = re.compile(r"\bNone\b| \(\)|''|\.\.$|\w  +\w|: \.", re.MULTILINE)


def subclasses(cls: type[DbtasksError]) -> Iterator[type[DbtasksError]]:
    """Yield every class below a class."""
    for one in cls.__subclasses__():
        yield one
        yield from subclasses(one)


# Those that only have what others share are never raised themselves.
CLASSES = sorted(
    {one for one in subclasses(DbtasksError) if one is not Refused and not one.__name__.startswith("_")},
    key=lambda one: one.__name__,
)


def variants(cls: type[DbtasksError]) -> Iterator[DbtasksError]:
    """Yield errors of a class with every combination of a fact that is there, missing, true or false."""
    hints = get_type_hints(cls)
    names = [field.name for field in fields(as_dataclass(cls))]  # type: ignore[arg-type]
    defaults = {one.name: one.default for one in fields(as_dataclass(cls)) if one.default is not MISSING}  # type: ignore[arg-type]
    choices = []
    for name in names:
        types = [one for one in get_args(hints[name]) or (hints[name],) if one is not type(None)]
        kind = hints[name] if hints[name] in FACTS else types[0]
        values = [FACTS[kind]]
        values += [None] if type(None) in get_args(hints[name]) else []
        values += [False] if kind is bool else []
        values += [defaults[name]] if name in defaults and defaults[name] not in values else []
        choices.append(values)
    for facts in product(*choices):
        yield cls(*facts)


@pytest.mark.parametrize("cls", CLASSES)
def test_a_message_has_three_parts(cls: type[DbtasksError]) -> None:
    """Whatever the facts are, a message is one line of what happened, one of why, and one for each way out."""
    for error in variants(cls):
        assert PARTS.fullmatch(str(error)), str(error)
        assert str(error).splitlines()[0] == error.what()
        assert (error.why() is not None) == ("\n  why: " in str(error))
        assert (error.fix() is not None) == ("\n  fix: " in str(error))


@pytest.mark.parametrize("cls", CLASSES)
def test_a_message_is_plain(cls: type[DbtasksError]) -> None:
    """A message begs nobody, shouts at nobody, and has no gap where a fact is missing."""
    for error in variants(cls):
        assert not IMPOLITE.search(str(error)), str(error)
        assert not GAP.search(str(error)), str(error)


@pytest.mark.parametrize("cls", CLASSES)
def test_facts_are_attributes(cls: type[DbtasksError]) -> None:
    """What an error knows can be asked of it, and errors are told apart by what they are, not by their facts."""
    error = next(variants(cls))
    assert all(hasattr(error, field.name) for field in fields(cls))  # type: ignore[arg-type]
    assert len({error, next(variants(cls))}) == 2


@pytest.mark.parametrize("cls", CLASSES)
def test_an_exit_code_tells_the_kind(cls: type[DbtasksError]) -> None:
    """A refusal ends with 3, Ctrl-C as shells expect, and everything else that could not proceed with 2."""
    expected = 3 if issubclass(cls, Refused) else 130 if cls is errors.Interrupted else 2
    assert cls.exit_code == expected


def test_every_error_is_exported() -> None:
    """Every error is reached as ``errors.Name``, and the list of names is sorted and complete."""
    assert [cls.__name__ for cls in CLASSES if getattr(errors, cls.__name__, None) is not cls] == []
    assert {cls.__name__ for cls in CLASSES} <= set(errors.__all__)
    assert errors.__all__ == sorted(errors.__all__)
    assert [name for name in errors.__all__ if not hasattr(errors, name)] == []


def test_the_model_of_a_message() -> None:
    """The example of the style guide, word by word."""
    assert str(ManyHeads(("3f1c9a", "9ab204"), "77d0e1")) == (
        "The history has 2 heads: 3f1c9a, 9ab204.\n"
        "  why: they were added after 77d0e1, probably on 2 branches.\n"
        "  fix: inv db.merge   # joins them by one more revision\n"
        "       inv db.rebase  # puts yours behind the other"
    )


@pytest.mark.parametrize(
    ("error", "part", "text"),
    [
        (ManyHeads(("a", "b", "c"), None), "why", "they were added independently of each other, probably on 3 branches."),
        (errors.NothingToMerge(("a",)), "why", "the history has one head: a."),
        (errors.NothingToMerge(()), "why", "the history has no revision."),
        (errors.NotNamed("db.reset", "", "shop", "", "all goes"), "why", "all goes, and the database was not named."),
        (errors.NotNamed("db.reset", "", "shop", "x", "all goes"), "why", "'x' is not the name of the database."),
        (errors.NotThisMachine("db.reset", "db"), "fix", "if its data may be lost: inv db.environment --set NAME, or add 'db' to 'database.reset_hosts'."),
        (errors.NotThisMachine("reset", ""), "fix", "write the host, for example localhost, into DATABASE_URL or 'database.url'."),
        (errors.MayNotCreateDatabase("ann", "db:5432", scratch=True), "what", "A scratch database could not be created on db:5432."),
        (errors.MayNotCreateDatabase("ann", "db:5432", scratch=False), "what", "The database could not be created on db:5432."),
        (errors.PendingRevisions("shop", ("a", "b")), "what", "The database 'shop' is 2 revisions behind this code."),
        (errors.HeadsDisagree("shop", (), ()), "what", "The database 'shop' records no revision after the run, not none."),
        (errors.LockTimeout("shop", 60.0, "another process"), "what", "'shop' is being migrated by another process."),
        (errors.TableDeclaredTwice("item", ()), "what", "The table 'item' is declared twice: in two MetaData."),
        (errors.NoServices(("apps", "libs"), "**/models"), "what", "No service was found under 'apps', 'libs'."),
    ],
)  # fmt: skip
def test_a_sentence_fits_its_facts(error: DbtasksError, part: str, text: str) -> None:
    """A sentence is right for one fact, for several, and for none."""
    assert getattr(error, part)() == text


@pytest.mark.parametrize(
    ("applied", "direction", "atomic", "text"),
    [
        ((), "upgrade", True, "Nothing of this one was kept: correct it and run the command again."),
        (("a",), "upgrade", True, "1 earlier revision of this run stays applied. Nothing of this one was kept: correct it and run the command again."),
        (("a", "b"), "downgrade", True, "2 earlier revisions of this run stay reverted. Nothing of this one was kept: correct it and run the command again."),
        ((), "upgrade", False, "It may be half applied, since this database commits every DDL statement by itself: inv db.repair takes that back; then correct it and run the command again."),
    ],
)  # fmt: skip
def test_a_failed_revision_says_what_is_left_of_it(
    applied: tuple[str, ...], direction: str, atomic: bool, text: str
) -> None:
    """A run that breaks off says what stays, and whether the revision that failed may be half applied."""
    error = errors.MigrationFailed("c3", direction, None, "boom", "shop", applied, atomic)
    assert error.fix() == text


@pytest.mark.parametrize(
    ("word", "known", "text"),
    [
        ("postgress", ("postgresql", "sqlite"), " Did you mean 'postgresql'?"),
        ("sqlit", ("postgresql", "sqlite"), " Did you mean 'sqlite'?"),
        ("oracle", ("postgresql", "sqlite"), ""),
        ("x", (), ""),
    ],
)
def test_did_you_mean(word: str, known: tuple[str, ...], text: str) -> None:
    """The nearest known word is suggested, and none when none is near."""
    assert did_you_mean(word, known) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 revisions"), (1, "1 revision"), (2, "2 revisions")])
def test_counted(number: int, text: str) -> None:
    """A number and its noun agree."""
    assert counted(number, "revision") == text


@pytest.mark.parametrize(("line", "text"), [(7, "a/b.py:7"), (None, "a/b.py")])
def test_a_place_is_written_as_compilers_do(line: int | None, text: str) -> None:
    """A place is ``path:line``, where editors can jump to."""
    assert str(Source(Path("a/b.py"), line)) == text

"""The same history and models with Flask-Migrate and with Django, what a user would otherwise pick; no bar."""

from collections.abc import Iterator

from benchmarks import layouts, rows
from benchmarks.bench import Bench
from benchmarks.layouts import Tool
from benchmarks.others import Others
from benchmarks.places import Place
from benchmarks.projects import Size
from benchmarks.rows import Row

Words = tuple[str, ...]
# Ours, Flask-Migrate's and Django's.
COMMANDS: tuple[tuple[str, Words, Words], ...] = (
    ("db.status", ("db", "current"), ("showmigrations",)),
    ("db.upgrade", ("db", "upgrade"), ("migrate",)),
    ("db.check", ("db", "check"), ("makemigrations", "--check")),
)
SLOW = 1.0


def measure(bench: Bench) -> Iterator[Row]:
    """Yield how ours does beside them: from empty, with nothing to do, and where the models take a second to import."""
    if bench.others is None:
        yield rows.missing("Flask-Migrate and Django", "all", "pip could not install them")
        return
    for place in bench.places[: 1 if bench.quick else None]:
        yield from _plain(bench, bench.others, place)
    yield from _slow(bench, bench.others, bench.places[0])


def _plain(bench: Bench, others: Others, place: Place) -> Iterator[Row]:
    size = bench.size(100, 100, 20)
    words = f"{size.revisions} revisions, {size.tables} tables"
    tools = _tools(bench, others, place, size)
    ways = {name: tool(*_words("db.upgrade", name)) for name, tool in tools.items()}

    def empty(name: str) -> None:
        place.empty(place.url(bench.folder / f"plain_{name}_{place.name}", f"plain_{name}"))

    times = bench.clock.take_turns(ways, 1 if bench.quick else 2, empty)
    yield from _rows(f"`inv db.upgrade` of {words}", "db.upgrade", place, times)
    for command, *_ in COMMANDS:
        ways = {name: tool(*_words(command, name)) for name, tool in tools.items()}
        times = bench.clock.take_turns(ways, bench.runs(3))
        yield from _rows(f"`inv {command}`, nothing to do, {words}", command, place, times)


def _slow(bench: Bench, others: Others, place: Place) -> Iterator[Row]:
    tools = _tools(bench, others, place, Size(10, 30, 5), SLOW)
    for tool_name, tool in tools.items():
        tool(*_words("db.upgrade", tool_name))()
    for command, *_ in COMMANDS[:2]:
        ways = {name: tool(*_words(command, name)) for name, tool in tools.items()}
        times = bench.clock.take_turns(ways, bench.runs(3))
        yield from _rows(f"`inv {command}`, models take {SLOW:g} s to import", command, place, times)


def _rows(what: str, command: str, place: Place, times: dict[str, rows.Times]) -> Iterator[Row]:
    for tool, program in (("flask", "flask"), ("django", "manage.py")):
        theirs = " ".join((program, *_words(command, tool)))
        yield rows.ratio(f"{what} to `{theirs}`", place.name, times["ours"], times[tool])


def _words(command: str, name: str) -> Words:
    """Return what a tool calls the command of ours."""
    flask, django = next(others for mine, *others in COMMANDS if mine == command)
    return {"ours": (command,), "flask": flask, "django": django}[name]


def _tools(bench: Bench, others: Others, place: Place, size: Size, seconds: float = 0.0) -> dict[str, Tool]:
    """Return the three, each with a project and an empty database of its own."""
    name = "slowly" if seconds else "plain"
    roots = {tool: bench.root(f"{name}_{tool}", place) for tool in ("ours", "flask", "django")}
    urls = {tool: place.url(root, f"{name}_{tool}") for tool, root in roots.items()}
    for url in urls.values():
        place.empty(url)
    ours = layouts.project(roots["ours"], size, urls["ours"], seconds)
    flask = layouts.flask(others.python, roots["flask"], size, urls["flask"], seconds)
    layouts.follow(roots["ours"], roots["flask"] / "migrations" / "versions")
    django = layouts.django_project(others.python, roots["django"], size, urls["django"], seconds)
    return {"ours": ours, "flask": flask, "django": django}

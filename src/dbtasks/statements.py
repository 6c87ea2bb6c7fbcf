"""What SQL statements do to the data that is there: where columns go, and which rows are written over.

Only the forms that move or take away data are read. Whatever else a statement does is for a comparison of the schemas
before and after to find; what cannot be followed counts as lost, never as kept.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Place = tuple[str, str]  # a table and a column, in lower case
Move = Callable[[Place], Place]
Gone = Callable[[Place], bool]

NAME = r'(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[[^\]]+\]|[\w$]+)'
TABLE = rf"(?:{NAME}\s*\.\s*)?{NAME}"
LITERAL = re.compile(r"'(?:[^']|'')*'")
REMARK = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
FLAGS = re.IGNORECASE | re.DOTALL


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(
        pattern.replace(" ", r"\s+").replace("<table>", f"({TABLE})").replace("<name>", f"({NAME})"), FLAGS
    )


ALTER = _form(r"\s*ALTER (?:IGNORE )?TABLE (?:IF EXISTS )?(?:ONLY )?<table> (.*)")
RENAME_TABLES = _form(r"\s*RENAME TABLES? (.*)")
DROP_TABLES = _form(r"\s*DROP (?:TEMPORARY )?TABLES? (?:IF EXISTS )?(.*?)(?:\s(?:CASCADE|RESTRICT))?\s*")
TRUNCATE = _form(r"\s*TRUNCATE (?:TABLE )?(?:ONLY )?(.*?)(?:\s(?:RESTART|CONTINUE|CASCADE|RESTRICT)\b.*)?")
COPY = _form(r"\s*INSERT INTO <table>\s*\((.*?)\)\s*SELECT (.*?) FROM <table>\s*;?\s*")
COPY_ALL = _form(
    r"\s*(?:CREATE (?:TEMPORARY )?TABLE (?:IF NOT EXISTS )?|INSERT INTO )<table> (?:AS )?SELECT \* FROM <table>\s*;?\s*"
)
DELETE = _form(r"\bDELETE (?:FROM )?(?:ONLY )?<table>")
UPDATE = _form(r"\bUPDATE (?:ONLY )?<table>(?: (?:AS )?(?!SET\b)\w+)? SET (.*)")
REPLACE = _form(r"\bREPLACE INTO <table>")
UPSERT = _form(r"\s*INSERT INTO <table>.*(?:\bDO UPDATE\b|\bON DUPLICATE KEY\b).*|\s*INSERT OR REPLACE INTO <table>.*")

INSERT = _form(r"\s*INSERT (?:IGNORE )?(?:INTO )?<table>.*")
DDL = re.compile(r"\s*(CREATE|ALTER|DROP|RENAME|TRUNCATE)\b", re.IGNORECASE)
MERGE = _form(r"\bMERGE INTO (?:ONLY )?<table>")
WRITES = re.compile(r"\b(DELETE|UPDATE|TRUNCATE|REPLACE|MERGE)\b", re.IGNORECASE)
DATA_LATER = re.compile(r"\s*(WITH|DO|CALL|BEGIN|EXECUTE|SELECT)\b", re.IGNORECASE)

RENAME_TABLE = _form(r"RENAME (?:TO |AS |=\s*)?<table>")
RENAME_COLUMN = _form(r"RENAME (?:COLUMN )?<name> TO <name>")
CHANGE = _form(r"CHANGE (?:COLUMN )?(?:IF EXISTS )?<name> <name> .*")
NOT_A_COLUMN = r"(?:CONSTRAINT|INDEX|KEY|PRIMARY|FOREIGN|CHECK|PARTITION|PERIOD|SYSTEM)\b"
DROP_COLUMN = _form(rf"DROP (?:COLUMN )?(?!{NOT_A_COLUMN})(?:IF EXISTS )?<name>(?:\s+(?:CASCADE|RESTRICT))?")
RETYPE = _form(r"(?:ALTER (?:COLUMN )?<name> (?:SET DATA )?TYPE .*|MODIFY (?:COLUMN )?(?:IF EXISTS )?<name> .*)")
COLUMN = rf"(?:{NAME}\s*\.\s*)?({NAME})"
SOURCE = re.compile(rf"(?:{COLUMN}|CAST\s*\(\s*{COLUMN}\s+AS\s+.*\))(?:\s+(?:AS\s+)?{NAME})?", FLAGS)
ASSIGNED = re.compile(rf"{COLUMN}\s*=", FLAGS)


@dataclass(frozen=True, slots=True)
class Written:
    """A statement that writes over rows that are there.

    Attributes:
        verb: DELETE, UPDATE, TRUNCATE, REPLACE, MERGE, or what the statement begins with when it hides them.
        table: the table, in lower case; "" when it cannot be told.
        columns: those that an UPDATE sets, if they can be told.
    """

    verb: str
    table: str
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Lineage:
    """Where the columns that were there at the start are now; a column that is nowhere was taken away.

    Attributes:
        places: the places of each column, by the place at which it started.
        written: what was written over, in order.
        inserted: the tables that rows were inserted into.
        retyped: the places of columns whose type a statement changes.
        trails: the names that each table has had, or been copied to, in order, by the name that it started with.
        column_trails: likewise of columns, without their tables, by the place at which they started.
    """

    places: dict[Place, set[Place]]
    written: list[Written] = field(default_factory=list)
    inserted: set[str] = field(default_factory=set)
    retyped: set[Place] = field(default_factory=set)
    trails: dict[str, list[str]] = field(default_factory=dict)
    column_trails: dict[Place, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Mapping[str, Iterable[str]]) -> "Lineage":
        """Return the beginning: every column of every table is where it is."""
        names = [(table.lower(), column.lower()) for table, those in columns.items() for column in those]
        return cls({place: {place} for place in names})

    def sent(self, statement: str) -> None:
        """Follow a statement."""
        text = LITERAL.sub("''", REMARK.sub(" ", statement)).strip().rstrip(";")
        if match := INSERT.fullmatch(text):
            self.inserted.add(plain(match[1]))
        if match := ALTER.fullmatch(text):
            for action in _split(match[2]):
                self._alter(plain(match[1]), action)
        elif match := RENAME_TABLES.fullmatch(text):
            for old, new in _pairs(match[1]):
                self._rename_table(old, new)
        elif match := DROP_TABLES.fullmatch(text):
            for table in _split(match[1]):
                self._drop(plain(table))
        elif match := COPY.fullmatch(text):
            self._copy(plain(match[1]), plain(match[4]), list(_split(match[2])), list(_split(match[3])))
        elif match := COPY_ALL.fullmatch(text):
            self._copy_all(plain(match[1]), plain(match[2]))
        else:
            self.written += _written(text)

    def _alter(self, table: str, action: str) -> None:
        if match := RENAME_COLUMN.fullmatch(action):
            self._rename(table, match[1], match[2])
        elif match := CHANGE.fullmatch(action):
            self._rename(table, match[1], match[2])
            self.retyped.add((table, plain(match[2])))
        elif match := RENAME_TABLE.fullmatch(action):
            self._rename_table(table, plain(match[1]))
        elif match := DROP_COLUMN.fullmatch(action):
            gone = (table, plain(match[1]))
            self._forget(lambda place: place == gone)
        elif match := RETYPE.fullmatch(action):
            self.retyped.add((table, plain(match[1] or match[2])))

    def _rename(self, table: str, old: str, new: str) -> None:
        before, after = (table, plain(old)), (table, plain(new))
        if before != after:
            self._move(lambda place: after if place == before else place)

    def _rename_table(self, old: str, new: str) -> None:
        self._move(lambda place: (new, place[1]) if place[0] == old else place)

    def _drop(self, table: str) -> None:
        self._forget(lambda place: place[0] == table)

    def _copy(self, target: str, source: str, into: list[str], chosen: list[str]) -> None:
        found = [SOURCE.fullmatch(one.strip()) for one in chosen]
        names = [plain(match[1] or match[2]) if match else "" for match in found]
        moves = {(source, name): (target, plain(one)) for name, one in zip(names, into, strict=False) if name}
        self._spread(lambda place: moves.get(place, place))

    def _copy_all(self, target: str, source: str) -> None:
        self._spread(lambda place: (target, place[1]) if place[0] == source else place)

    def _spread(self, to: Move) -> None:
        """Have places stay where they are and be elsewhere, too."""
        for start, places in self.places.items():
            self._note(start, places, to)
            self.places[start] = places | {to(place) for place in places}

    def _move(self, to: Move) -> None:
        for start, places in self.places.items():
            self._note(start, places, to)
            self.places[start] = {to(place) for place in places}

    def _note(self, start: Place, places: set[Place], to: Move) -> None:
        for table, column in (to(place) for place in places if to(place) != place):
            self.trails.setdefault(start[0], []).append(table)
            self.column_trails.setdefault(start, []).append(column)

    def _forget(self, gone: Gone) -> None:
        for start, places in self.places.items():
            self.places[start] = {place for place in places if not gone(place)}


def _written(text: str) -> Iterator[Written]:
    verb = text.partition(" ")[0].upper()
    if match := TRUNCATE.fullmatch(text):
        yield from (Written("TRUNCATE", plain(one)) for one in _split(match[1]))
    elif match := UPSERT.fullmatch(text):
        yield Written("REPLACE", plain(match[1] or match[2]))
    elif verb in ("DELETE", "UPDATE", "REPLACE", "MERGE") or (DATA_LATER.match(text) and WRITES.search(text)):
        found = list(_data(text))
        yield from found or [Written(verb, "")]


def _data(text: str) -> Iterator[Written]:
    for word, form in (("DELETE", DELETE), ("REPLACE", REPLACE), ("MERGE", MERGE)):
        yield from (Written(word, plain(match[1])) for match in form.finditer(text))
    for match in UPDATE.finditer(text):
        assigned = [
            ASSIGNED.match(one.strip()) for one in _split(re.split(r"\b(?:WHERE|FROM)\b", match[2], flags=FLAGS)[0])
        ]
        columns = tuple(plain(one[1]) for one in assigned if one) if all(assigned) else ()
        yield Written("UPDATE", plain(match[1]), columns)


def _split(text: str) -> Iterator[str]:
    """Yield the parts between commas that stand in no bracket."""
    depth, start = 0, 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            yield text[start:index].strip()
            start = index + 1
    if text[start:].strip():
        yield text[start:].strip()


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for one in _split(text):
        old, _, new = (re.sub(r"\s+TO\s+", "\0", one, flags=re.IGNORECASE)).partition("\0")
        yield plain(old), plain(new)


def plain(name: str) -> str:
    """Return a name without its quotes and without the schema before it, in lower case."""
    last: str = re.findall(NAME, name)[-1]
    quote = last[0]
    if quote in '"`[':
        last = last[1:-1].replace(quote * 2, quote)
    return last.lower()


def taken(statement: str) -> Iterator[Place]:
    """Yield each table that a statement drops, with "" for a column, and each column that it drops."""
    text = LITERAL.sub("''", REMARK.sub(" ", statement)).strip().rstrip(";")
    if match := DROP_TABLES.fullmatch(text):
        yield from ((plain(table), "") for table in _split(match[1]))
    elif match := ALTER.fullmatch(text):
        dropped = (DROP_COLUMN.fullmatch(action) for action in _split(match[2]))
        yield from ((plain(match[1]), plain(one[1])) for one in dropped if one)

"""SQL statements in a few words."""

import re
from collections.abc import Iterable, Iterator

NAME = r'((?:"[^"]+"|`[^`]+`|[\w$.])+)'
ALTER = "ALTER TABLE (?:IF EXISTS )?(?:ONLY )?<n>"
WORDS = tuple(
    (re.compile(pattern.replace("<alter>", ALTER).replace(" ", r"\s+").replace("<n>", NAME), re.IGNORECASE), words)
    for pattern, words in (
        (r"CREATE TABLE (?:IF NOT EXISTS )?[\"`]?_alembic_tmp_(\w+)", "rebuild the table {0}"),
        (r"CREATE (?:TEMPORARY )?TABLE (?:IF NOT EXISTS )?<n>", "create the table {0}"),
        (r"DROP TABLE (?:IF EXISTS )?<n>", "drop the table {0}"),
        (r"<alter> RENAME (?:COLUMN )?<n> TO <n>", "rename the column {0}.{1} to {2}"),
        (r"<alter> RENAME (?:TO )?<n>", "rename the table {0} to {1}"),
        (r"RENAME TABLE <n> TO <n>", "rename the table {0} to {1}"),
        (r"<alter> ADD (?:CONSTRAINT) <n>", "add the constraint {1} to {0}"),
        (r"<alter> ADD (?:UNIQUE|PRIMARY|FOREIGN|CHECK|INDEX|KEY)\b", "add a constraint to {0}"),
        (r"<alter> ADD (?:COLUMN )?(?:IF NOT EXISTS )?<n>", "add the column {0}.{1}"),
        (
            r"<alter> DROP (?:CONSTRAINT|FOREIGN KEY|INDEX|KEY|CHECK) (?:IF EXISTS )?<n>",
            "drop the constraint {1} of {0}",
        ),
        (r"<alter> DROP PRIMARY KEY", "drop the primary key of {0}"),
        (r"<alter> DROP (?:COLUMN )?(?:IF EXISTS )?<n>", "drop the column {0}.{1}"),
        (r"<alter> CHANGE (?:COLUMN )?<n> <n>", "change the column {0}.{1} to {2}"),
        (r"<alter> (?:ALTER|MODIFY) (?:COLUMN )?<n>", "change the column {0}.{1}"),
        (
            r"CREATE (?:\w+ )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?<n> ON <n>",
            "create the index {0} on {1}",
        ),
        (r"DROP INDEX (?:CONCURRENTLY )?(?:IF EXISTS )?<n>", "drop the index {0}"),
        (r"(?:INSERT|REPLACE) INTO <n>", "insert into {0}"),
        (r"UPDATE (?:ONLY )?<n>", "update {0}"),
        (r"DELETE FROM (?:ONLY )?<n>", "delete from {0}"),
        (r"TRUNCATE (?:TABLE )?<n>", "empty {0}"),
        (r"(CREATE|DROP|ALTER) (?:OR REPLACE )?(\w+) (?:IF (?:NOT )?EXISTS )?<n>", "{0} the {1} {2}"),
        (r"COMMENT ON (\w+) <n>", "comment on the {0} {1}"),
    )
)
LENGTH = 60  # of a statement that no words are known for


def operations(statements: Iterable[str]) -> Iterator[str]:
    """Yield a line for each statement; one for the several in which a table is rebuilt."""
    rebuilt = ""
    for statement in statements:
        text = " ".join(statement.split())
        words = _in_words(text)
        if rebuilt and (f"_alembic_tmp_{rebuilt}" in text or words == f"drop the table {rebuilt}"):
            rebuilt = "" if "RENAME" in text.upper() else rebuilt
            continue
        rebuilt = words.removeprefix("rebuild the table ") if words.startswith("rebuild") else ""
        yield words


def _in_words(text: str) -> str:
    for form, words in WORDS:
        if match := form.match(text):
            found = [part.replace('"', "").replace("`", "") for part in match.groups()]
            found = [
                one.lower() if one.isupper() and words.startswith(("{0} the", "comment")) else one for one in found
            ]
            return words.format(*found)
    return f"run {text[:LENGTH]}{' …' if len(text) > LENGTH else ''}"

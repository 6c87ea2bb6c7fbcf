"""What in SQL only some of the databases have, known by its words."""

import re

QUOTED = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
# What only some databases have, outside quotes: MySQL (and MariaDB), PostgreSQL, SQLite.
M, P, S = "mysql", "postgresql", "sqlite"
CONSTRUCTS: tuple[tuple[str, str, frozenset[str]], ...] = (
    (r"`[^`]+`", "`name` in backticks", frozenset({M, S})),
    (r'"[^"]+"', '"name" in double quotes', frozenset({P, S})),
    (r"::\s*\w", "a cast with ::", frozenset({P})),
    (r"\|\|", "|| to join texts", frozenset({P, S})),
    (r"\$\w*\$", "a text between $$", frozenset({P})),
    (r"\bAUTO_INCREMENT\b", "AUTO_INCREMENT", frozenset({M})),
    (r"\bAUTOINCREMENT\b", "AUTOINCREMENT", frozenset({S})),
    (r"\bENGINE\s*=", "ENGINE =", frozenset({M})),
    (r"\bUNSIGNED\b", "UNSIGNED", frozenset({M, S})),
    (r"\bINSERT\s+IGNORE\b", "INSERT IGNORE", frozenset({M})),
    (r"\bINSERT\s+OR\s+\w+", "INSERT OR", frozenset({S})),
    (r"\bREPLACE\s+INTO\b", "REPLACE INTO", frozenset({M, S})),
    (r"\bON\s+DUPLICATE\s+KEY\b", "ON DUPLICATE KEY", frozenset({M})),
    (r"\bON\s+CONFLICT\b", "ON CONFLICT", frozenset({P, S})),
    (r"^\s*PRAGMA\b", "PRAGMA", frozenset({S})),
    (r"^\s*(?:RENAME\s+TABLE|SHOW\s|LOCK\s+TABLES)", "MySQL's own", frozenset({M})),
    (r"\b(?:MODIFY|CHANGE)\s+COLUMN\b", "MODIFY COLUMN", frozenset({M})),
    (r"\bALTER\s+(?:COLUMN\s+)?\S+\s+(?:SET\s+DATA\s+)?TYPE\b", "ALTER COLUMN ... TYPE", frozenset({P})),
    (r"\bALTER\s+(?:COLUMN\s+)?\S+\s+(?:SET|DROP)\s+NOT\s+NULL\b", "ALTER COLUMN ... NOT NULL", frozenset({P})),
    (r"^\s*(?:CREATE|ALTER|DROP)\s+(?:TYPE|DOMAIN|EXTENSION|MATERIALIZED)\b", "PostgreSQL's own", frozenset({P})),
    (r"^\s*(?:DO|COMMENT\s+ON)\b", "PostgreSQL's own", frozenset({P})),
    (r"\bCONCURRENTLY\b", "CONCURRENTLY", frozenset({P})),
    (r"\bUSING\s+(?:GIN|GIST|BRIN)\b", "an index of PostgreSQL", frozenset({P})),
    (r"\bILIKE\b", "ILIKE", frozenset({P})),
    (r"\bAT\s+TIME\s+ZONE\b", "AT TIME ZONE", frozenset({P})),
    (r"\b(?:BYTEA|TIMESTAMPTZ|BIGSERIAL|SERIAL|JSONB)\b", "a type of PostgreSQL", frozenset({P, S})),
    (r"\bARRAY\s*\[", "ARRAY[", frozenset({P})),
    (r"\bnow\s*\(\)", "now()", frozenset({M, P})),
    (
        (r"\b(gen_random_uuid|uuid_generate_v\d\w*|nextval|clock_timestamp|to_tsvector|string_agg|array_agg|timezone"
        r"|to_timestamp|jsonb_\w+|random_bytes)\s*\("),
        "{}()",
        frozenset({P}),
    ),
    (r"\b(randomblob|strftime|julianday|unixepoch|datetime)\s*\(", "{}()", frozenset({S})),
    (
        r"\b(uuid|utc_timestamp|unix_timestamp|from_unixtime|date_format|str_to_date|date_add|json_extract_path)\s*\(",
        "{}()",
        frozenset({M}),
    ),
    (r"\b(ifnull|group_concat)\s*\(", "{}()", frozenset({M, S})),
    (r"\bON\s+UPDATE\s+CURRENT_TIMESTAMP\b", "ON UPDATE CURRENT_TIMESTAMP", frozenset({M})),
)  # fmt: skip
COMPILED = tuple((re.compile(pattern, re.IGNORECASE), shown, has) for pattern, shown, has in CONSTRUCTS)


def found(sql: str, name: str) -> str:
    """Return what in a statement only other databases than this one have; "" when nothing is known to be."""
    text = QUOTED.sub("''", sql)
    for pattern, shown, has in COMPILED:
        if name not in has and (match := pattern.search(text)):
            return shown.format(*match.groups())
    return ""

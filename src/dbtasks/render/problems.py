"""What is wrong with operations of revisions and with tables of models, in words."""

from dbtasks.checks import Code, Problem

KINDS = {"uq": "unique constraint", "fk": "foreign key", "ck": "check", "foreignkey": "foreign key"}

WHAT: dict[tuple[str, str], str] = {
    ("revision-edited", "edited"): (
        "The revision {item} is on '{detail}' already, and says something else here: who has applied it will not "
        "notice."
    ),
    ("revision-deleted", "gone"): (
        "The revision {item} is on '{detail}', and is gone here: a database that records it cannot be migrated any "
        "more."
    ),
    ("lossy", "drop-table"): "The table {table} is dropped with its rows, and nothing says why.",
    ("lossy", "drop-column"): "The column {table}.{item} is dropped with its values, and nothing says why.",
    ("lossy", "narrowed"): "{table}.{item} gets narrower ({detail}), and nothing says what becomes of the values.",
    ("lossy", "retyped"): "{table}.{item} gets the type {detail}; without existing_type nobody knows what fits.",
    ("lossy", "rows"): "{detail} takes rows of {table} away, and nothing says why.",
    ("unnamed-constraint", "drop"): "A constraint of {table} without a name is dropped: no database can find it.",
    ("unsafe-ddl", "linted"): "{table}: {detail} ({item})",
    ("unsafe-ddl", "copies"): "{table}{dot}{item} on {dialect}: the table is copied, and nobody can write meanwhile.",
    ("unsafe-ddl", "rebuilds"): (
        "{table}{dot}{item} on {dialect}: the table is rebuilt in place, which takes as much disk again."
    ),
    ("unsafe-ddl", "locks"): "{table}{dot}{item} on {dialect}: nobody can write to the table meanwhile.",
}
# Of models and of revisions.
NOT_PORTABLE = {
    "refused": "{table}{dot}{item} does not work on {dialect}: {detail}.",
    "default": "The default of {table}.{item} does not work on {dialect}: {detail}.",
    "expression": "What {item} of {table} computes or checks does not work on {dialect}: {detail}.",
    "long-default": "{table}.{item} is a long text, which on {dialect} has no default such as {detail}.",
    "key-too-long": "A key of {table} ({item}) on {dialect} may have 3072 bytes at most: {detail}.",
    "key-without-length": "{table}.{item} is a long text: on {dialect} the key {detail} needs a length.",
    "foreign": "SQL that {dialect} does not have: {detail}.",
    "unread": "SQL that {dialect} cannot read: {detail}.",
}
UNNAMED = "A {kind} of {table}{columns} has no name: what the database calls it differs from one to the next."
FIXES = {
    "revision-edited": "take the edit back, and write it as a new revision; comments and white space may change.",
    "revision-deleted": "bring the file back: git checkout {detail} -- FILE; a new revision undoes what it did.",
    "lossy": "say why, in a comment beside it, in the docstring of upgrade(), or in accepts_loss.",
    "unnamed-constraint": "give it a name, such as op.f('uq_item_code').",
    "unsafe-ddl": "do it in steps that do not block, or at a quiet time: # dbtasks: ignore[unsafe-ddl] and the reason.",
    "model-not-portable": "a type or default that all of them have, or with_variant() for the one that differs.",
    "revision-not-portable": (
        "write it so that all of them have it, on SQLite in op.batch_alter_table(), or under a condition: "
        "if op.get_context().dialect.name == ..."
    ),
}


def what(code: Code, about: Problem) -> str:
    """Return the sentence that names a problem."""
    if code == "unnamed-constraint" and about.kind in KINDS:
        columns = f" ({about.item})" if about.item else ""
        return UNNAMED.format(kind=KINDS[about.kind], table=about.table, columns=columns)
    sentence = NOT_PORTABLE.get(about.kind, "") if code.endswith("not-portable") else WHAT[code, about.kind]
    return _filled(sentence, about)


def fix(code: Code, about: Problem) -> str:
    """Return what to do about it."""
    return about.fix or FIXES[code].format(detail=about.detail)


def _filled(sentence: str, about: Problem) -> str:
    table = about.table or "a table"
    facts = {"item": about.item, "detail": about.detail.rstrip("."), "dialect": about.dialect}
    return sentence.format(table=table, dot="." if about.item else "", **facts)

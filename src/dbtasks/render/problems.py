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
    "partial": "The index {item} of {table} is unique among some rows only; {dialect} would have it be so among all.",
    "schema": "{table} is in the schema {detail}, which on {dialect} is another database.",
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
# How it is done without keeping anybody waiting, in the words of Alembic, by squawk's rule or by what it costs.
SAFE = {
    "require-concurrent-index-creation": (
        "in a revision of its own: with op.get_context().autocommit_block(): "
        "op.create_index(..., postgresql_concurrently=True, if_not_exists=True)"
    ),
    "require-concurrent-index-deletion": (
        "in a revision of its own: with op.get_context().autocommit_block(): "
        "op.drop_index(..., postgresql_concurrently=True, if_exists=True)"
    ),
    "ban-concurrent-index-creation-in-transaction": "with op.get_context().autocommit_block(): around it.",
    "adding-foreign-key-constraint": (
        "op.create_foreign_key(..., postgresql_not_valid=True), and in the next revision "
        "op.execute('ALTER TABLE {table} VALIDATE CONSTRAINT ...')"
    ),
    "constraint-missing-not-valid": (
        "op.execute('ALTER TABLE {table} ADD CONSTRAINT ... CHECK (...) NOT VALID'), and in the next revision "
        "op.execute('ALTER TABLE {table} VALIDATE CONSTRAINT ...')"
    ),
    "disallowed-unique-constraint": (
        "op.create_index(..., unique=True, postgresql_concurrently=True) in an autocommit_block(), then "
        "op.execute('ALTER TABLE {table} ADD CONSTRAINT ... UNIQUE USING INDEX ...')"
    ),
    "adding-not-nullable-field": (
        "first op.execute('ALTER TABLE {table} ADD CONSTRAINT ... CHECK (... IS NOT NULL) NOT VALID'), in the next "
        "revision VALIDATE CONSTRAINT, then nullable=False, which needs no scan any more."
    ),
    "adding-required-field": "add it with a server_default, or nullable, fill it, and require it in a later revision.",
    "changing-column-type": "add another column, fill it, have the code use it, and drop this one in a later revision.",
    "renaming-column": "add another column, fill it, have the code use it, and drop this one in a later revision.",
    "renaming-table": "keep a view with the old name for as long as old code runs.",
    "copies": "pt-online-schema-change or gh-ost, or a quiet time and # dbtasks: ignore[unsafe-ddl] with the reason.",
    "rebuilds": "a quiet time and enough disk, and # dbtasks: ignore[unsafe-ddl] with the reason.",
    "locks": "a quiet time, and # dbtasks: ignore[unsafe-ddl] with the reason.",
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
    safe = SAFE.get(about.item if about.kind == "linted" else about.kind, "") if code == "unsafe-ddl" else ""
    if about.fix and not safe:
        return about.fix
    return (safe or FIXES[code]).format(detail=about.detail, table=about.table or "...")


def _filled(sentence: str, about: Problem) -> str:
    table = about.table or "a table"
    facts = {"item": about.item, "detail": about.detail.rstrip("."), "dialect": about.dialect}
    return sentence.format(table=table, dot="." if about.item else "", **facts)

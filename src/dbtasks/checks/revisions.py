"""Whether each revision can be reverted, by reading its source; nothing is run."""

import ast
from collections.abc import Iterator

from dbtasks import memory
from dbtasks.checks.findings import Code, Finding, Subject
from dbtasks.checks.notes import comments, told

WRONG: dict[str, Code] = {"no-downgrade": "no-downgrade", "irreversible": "irreversible"}  # with a way down


def irreversible(subject: Subject) -> Iterator[Finding]:
    """Yield each revision that does something and whose downgrade is empty, or refuses without giving a reason."""
    history, revisions = subject.history, {one.id: one for one in subject.revisions}

    def said(revision: str) -> str:
        found = judged(revisions[revision].path.read_bytes())
        return f"{found[0]}:{found[1]}" if found else ""

    for revision, found in memory.of_texts(history.project, memory.WAYS_DOWN, history.texts, revisions, said).items():
        name, _, line = found.partition(":")
        if code := WRONG.get(name):
            yield Finding(code, revisions[revision], subject.at(revisions[revision], int(line)))


def judged(source: bytes) -> tuple[Code, int] | None:
    """Return what is wrong with a revision's way down, and in which line; None when nothing is."""
    tree = ast.parse(source)  # it was run when the history was loaded
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    up, down = functions.get("upgrade"), functions.get("downgrade")
    if up is None or not _effective(up):
        return None
    if down is None:
        return None if _is_bound(tree, "downgrade") else ("no-downgrade", up.lineno)
    body = _effective(down)
    if not body:
        return "no-downgrade", down.lineno
    if isinstance(body[0], ast.Raise) and not _has_reason(source, down, body[0]):
        return "irreversible", down.lineno
    return None


def _effective(function: ast.FunctionDef) -> list[ast.stmt]:
    """Return the statements that do something: no docstring, no ``pass``, no ``...``, no bare ``return``."""
    return [
        one
        for one in function.body
        if not (
            isinstance(one, ast.Pass)
            or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            or (isinstance(one, ast.Return) and (one.value is None or isinstance(one.value, ast.Constant)))
        )
    ]


def _is_bound(tree: ast.Module, name: str) -> bool:
    """Return whether a name is imported or assigned."""
    imported = (one for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) for one in node.names)
    assigned = (one for node in tree.body if isinstance(node, ast.Assign) for one in node.targets)
    names = {one.asname or one.name for one in imported} | {one.id for one in assigned if isinstance(one, ast.Name)}
    return name in names


def _has_reason(source: bytes, down: ast.FunctionDef, refusal: ast.Raise) -> bool:
    """Return whether a message, a docstring or a comment in the function says why there is no way down."""
    said = refusal.exc.args if isinstance(refusal.exc, ast.Call) else []
    if any(not isinstance(one, ast.Constant) or str(one.value or "").strip() for one in said):
        return True
    return told(down) or bool(comments(source) & set(range(down.lineno, (down.end_lineno or down.lineno) + 1)))

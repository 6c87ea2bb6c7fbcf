"""What a revision file says, as a short text that comments and white space do not change."""

import hashlib
import io
import tokenize
from functools import lru_cache

SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
SHAPE = {tokenize.INDENT: ">", tokenize.DEDENT: "<", tokenize.NEWLINE: ";"}  # what white space means in Python


@lru_cache(maxsize=1024)  # a run asks for each revision's twice, when it plans and when it records; tokens are slow
def fingerprint(source: str) -> str:
    """Return 16 hexadecimal characters that stay the same as long as the code does; of any text that is no Python too.

    Tokens, and not a syntax tree, because the printed form of a tree changes from one Python to the next.
    """
    try:
        said = "\n".join(_tokens(source))
    except (tokenize.TokenError, SyntaxError):
        said = source
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _tokens(source: str) -> list[str]:
    lines = source.splitlines(keepends=True)
    found: list[str] = []
    depth, begin = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":  # Python 3.12 takes an f-string apart; 3.11 has it in one piece
            begin = begin if depth else token.start
            depth += 1
        elif name == "FSTRING_END":
            depth -= 1
            if not depth:
                found.append(_slice(lines, begin, token.end))
        elif not depth and token.type not in SKIPPED:
            found.append(SHAPE.get(token.type, token.string))
    return found


def _slice(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    taken = lines[start[0] - 1 : end[0]]
    taken[-1] = taken[-1][: end[1]]
    taken[0] = taken[0][start[1] :]
    return "".join(taken)

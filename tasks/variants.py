"""Wrong versions of a solution, as a model might write them: what the simulated model errs with.

A pure function of the text, with the same result on every Python that teamtop runs on: the table of verdicts
(``tasks.verdicts``) knows each version by its hash.
"""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
import warnings

from tasks.cuts import Edit
from tasks.mutations import edits

# Enough that two failing replies rarely agree, few enough that the table stays small.
LIMIT = 6


def variants(source: str) -> tuple[str, ...]:
    """Return up to ``LIMIT`` wrong versions of a source that compile, then one that does not.

    Each differs from the source and from the others. The kinds of mistakes take turns, so that a version is
    as likely to lack a check as to have an operator wrong; which kind comes first depends on the text.
    Raises ``ValueError`` for a source that does not parse.
    """
    try:
        found = edits(source)
    except (SyntaxError, RecursionError) as error:
        raise ValueError(f"no Python: {error}") from None
    wrong: list[str] = []
    for edit in _in_turns(source, found):
        version = edit.apply(source)
        if version != source and version not in wrong and _compiles(version):
            wrong.append(version)
        if len(wrong) == LIMIT:
            break
    return (*wrong, _broken(source))


def _in_turns(source: str, found: tuple[Edit, ...]) -> list[Edit]:
    """Order edits so that the kinds take turns, each with its edits in an order of its own for this text."""
    ranked: dict[str, list[tuple[str, Edit]]] = {}
    for edit in found:
        rank = hashlib.sha256(f"{edit.kind}:{edit.start}:{edit.text}:{source}".encode()).hexdigest()
        ranked.setdefault(edit.kind, []).append((rank, edit))
    turns = [
        (turn, rank, edit)
        for group in ranked.values()
        for turn, (rank, edit) in enumerate(sorted(group, key=lambda entry: entry[0]))
    ]
    return [edit for _, _, edit in sorted(turns, key=lambda entry: entry[:2])]


def _compiles(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a mistake may well be one that Python warns about
            compile(source, "<variant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _broken(source: str) -> str:
    """Return the source without the colon of its first definition; with an open bracket if it has none."""
    function = next(
        (s for s in ast.parse(source).body if isinstance(s, ast.FunctionDef | ast.ClassDef)), None
    )
    if function is not None:
        depth = 0
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.start[0] < function.lineno or token.type != tokenize.OP:
                continue
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == ":" and depth == 0:
                lines = source.split("\n")
                line, column = token.start
                lines[line - 1] = lines[line - 1][:column] + lines[line - 1][column + 1 :]
                return "\n".join(lines)
    return source + "\n("

"""Changes of one place in a file, by the operators of cosmic-ray and one for the words that tables are made of.

See https://cosmic-ray.readthedocs.io/en/latest/tutorials/intro/index.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

#: Words that stand for each other: whoever takes one for the other has made a mistake that nothing else shows.
_PAIRS = (
    ("page", "ticket"),
    ("Allow", "Deny"),
    ("notBreaching", "breaching"),
    ("Maximum", "Minimum"),
    ("Sum", "Average"),
    ("StringEquals", "StringNotEquals"),
    ("ingress", "egress"),
    ("public", "private"),
    ("on", "off"),
    ("1", "0"),
    ("true", "false"),
)
WORDS = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
#: The same as another, or nothing that a person does by mistake.
_LEFT_OUT = re.compile(
    r"core/(NoOp|VariableInserter|VariableReplacer|RemoveDecorator|ExceptionReplacer)|BitOr|RShift|LShift"
)


@dataclass(frozen=True, order=True)
class Mutation:
    """A change of one place.

    Parameters
    ----------
    file
        Where, from the root.
    operator
        What is changed into what.
    occurrence
        Which of the places that the operator fits.
    """

    file: str
    operator: str
    occurrence: int

    @property
    def family(self) -> str:
        """The kind of change; one kind can be made of one place in many ways."""
        return self.operator.partition("_")[0]

    def applied_to(self, source: str) -> str | None:
        """Return the changed source; None if it is no Python any more, or what runs is the same."""
        if self.operator == WORD:
            changed = _another_word(source, self.occurrence)
        else:
            changed = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        return changed if changed is not None and _what_runs(changed) not in {None, _what_runs(source)} else None


WORD = "another word"


def mutations(root: Path, file: str) -> Iterator[Mutation]:
    """Every change that the operators know of a file."""
    source = (root / file).read_text(encoding="utf-8")
    nodes = list(ast_nodes(get_ast(source)))
    places = {WORD: len(_words(source))}
    for operator in sorted(operator_names()):
        if not _LEFT_OUT.search(operator):
            made = get_operator(operator)()
            places[operator] = sum(len(list(made.mutation_positions(node))) for node in nodes)
    for operator, count in places.items():
        for occurrence in range(count):
            yield Mutation(file, operator, occurrence)


def _words(source: str) -> list[ast.Constant]:
    tree = ast.parse(source)
    # Python 3.11 does not know where the parts of a formatted text are.
    inside = {part for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in ast.walk(one)}
    return [one for one in ast.walk(tree) if isinstance(one, ast.Constant) and one.value in WORDS and one not in inside]


def _another_word(source: str, occurrence: int) -> str | None:
    word = _words(source)[occurrence]
    lines = source.splitlines(keepends=True)
    line = lines[word.lineno - 1].encode()
    literal = f'"{WORDS[word.value]}"'.encode()
    lines[word.lineno - 1] = (line[: word.col_offset] + literal + line[word.end_col_offset :]).decode()
    return "".join(lines)


def _what_runs(source: str) -> str | None:
    """The program without annotations and docstrings; None if it is no Python any more."""
    try:
        return ast.dump(_Bare().visit(ast.parse(source)))
    except SyntaxError:
        return None


class _Bare(ast.NodeTransformer):
    """Takes out what nothing but a reader and mypy looks at."""

    def visit_If(self, node: ast.If) -> Any:
        return None if "TYPE_CHECKING" in ast.unparse(node.test) else self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> Any:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> Any:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.returns = None
        return self.generic_visit(node)

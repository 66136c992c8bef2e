"""The part of CloudWatch's metric math that alarms of the platform are made of, a period at a time.

See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import operator
from collections.abc import Callable, Mapping

ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


class UnknownFormulaError(ValueError):
    """The formula has something that is not evaluated here."""


def compute(formula: str, values: Mapping[str, float | None]) -> float | None:
    """Return what ``formula`` is in one period.

    Parameters
    ----------
    formula : str
        Numbers, ids of metrics, ``+ - * /``, ``> >= < <=``, ``IF(condition, then, else)``, ``FILL(one, number)`` and
        ``MAX([one, another])``. It reads as Python, but nothing of it is run.
    values : mapping of str to float or None
        What each metric is, by its id; None if it has no data.

    Returns
    -------
    float or None
        None if there is no value: what it needs has no data, or it divides by zero.

    Raises
    ------
    UnknownFormulaError
        If the formula has anything else.
    """
    try:
        return _value(ast.parse(formula, mode="eval").body, values)
    except SyntaxError as error:
        raise UnknownFormulaError(formula) from error


def _value(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    # Every operand is looked at, even one that does not count, so that a formula is known in all periods or in none.
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in ARITHMETIC:
            return _of_both(ARITHMETIC[type(sign)], _value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in COMPARISONS:
            return _of_both(COMPARISONS[type(sign)], _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
            return _call(function, arguments, values)
    raise UnknownFormulaError(ast.unparse(node))


def _call(function: str, arguments: list[ast.expr], values: Mapping[str, float | None]) -> float | None:
    match function, arguments:
        case "IF", [_, _, _]:
            condition, then, otherwise = (_value(one, values) for one in arguments)
            return None if condition is None else then if condition else otherwise
        case "FILL", [one, ast.Constant(value=int() | float() as number)]:
            value = _value(one, values)
            return float(number) if value is None else value
        case "MAX", [ast.List(elts=several)]:
            known = [value for one in several if (value := _value(one, values)) is not None]
            return max(known, default=None)
    raise UnknownFormulaError(function)


def _of_both(of: Callable[[float, float], float], left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    try:
        return float(of(left, right))
    except ZeroDivisionError:
        return None

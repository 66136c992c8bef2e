import pytest

from tools.emulator.helpers.metric_math import UnknownFormulaError, compute

VALUES = {"two": 2.0, "three": 3.0, "zero": 0.0, "none": None}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("two", 2),
        ("none", None),
        ("two + three * 10", 32),
        ("(three - two) / two", 0.5),
        ("two + none", None),
        ("two / zero", None),
        ("three > two", 1),
        ("two >= 2", 1),
        ("three < two", 0),
        ("two <= 1", 0),
        ("FILL(none, 0) + FILL(two, 0)", 2),
        ("MAX([two, none, three])", 3),
        ("MAX([none])", None),
        ("IF(three > two, 1, 0)", 1),
        ("IF(zero, two / zero, three)", 3),
        ("IF(none > 1, 1, 0)", None),
        ("IF(three > 20, 100 * (FILL(none, 0) + FILL(two, 0)) / three, 0)", 0),
    ],
)
def test_a_formula_has_its_value(formula: str, expected: float | None) -> None:
    assert compute(formula, VALUES) == expected


@pytest.mark.parametrize(
    "formula",
    [
        "unknown",
        "DB_PERF_INSIGHTS('RDS', 'db-1', 'db.load.avg')",
        "IF(two, 1, RATE(two))",
        "IF(two, 1)",
        "MAX(two)",
        "two ** three",
        "1 < two < 3",
        "two.real",
        "__import__('os')",
        "SELECT AVG(metric) FROM namespace",
        "",
    ],
)
def test_rejects_what_it_does_not_know(formula: str) -> None:
    with pytest.raises(UnknownFormulaError):
        compute(formula, VALUES)

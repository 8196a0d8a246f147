"""Law tables of problem files: what is read, and what is refused with which words."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

from sgd_markov.errors import InvalidInput
from sgd_markov.laws.law import Law
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.registry import LAWS, law_class, law_from_table
from sgd_markov.laws.rows import Rows
from sgd_markov.laws.two_point import TwoPoint

R = sp.Rational


def parse(value: object, field: str) -> sp.Expr:
    """A stand-in for the grammar: numbers, and single symbols."""
    try:
        number = Fraction(str(value))
    except ValueError:
        return sp.Symbol(str(value), real=True)
    return R(number.numerator, number.denominator)


def read(table: dict[str, object], folder: Path | None = None) -> Law | Rows:
    return law_from_table(table, "data.x", parse, folder)


EXAMPLES: list[dict[str, object]] = [
    {"law": "constant", "value": 3},
    {"law": "two-point", "values": ["1", "-1"], "probability": "1/3"},
    {"law": "finite", "values": [1, 2, 2]},
    {"law": "rademacher"},
    {"law": "bernoulli", "p": "1/3"},
    {"law": "uniform", "low": -1, "high": 1},
    {"law": "normal", "mean": 0, "std": 1},
    {"law": "laplace"},
    {"law": "exponential", "mean": 2},
    {"law": "gamma", "shape": 3, "scale": 2},
    {"law": "chi-square", "df": 1},
    {"law": "beta", "alpha": 1, "beta": 2},
    {"law": "beta-prime", "alpha": 1, "beta": 2},
    {"law": "lognormal", "mu": 0, "sigma": 1},
    {"law": "student", "df": 3},
    {"law": "cauchy"},
    {"law": "stable", "alpha": "3/2"},
    {"law": "arcsine", "low": -1, "high": 1},
    {"law": "semicircle", "centre": 0, "radius": 2},
    {"law": "poisson", "rate": 2},
    {"law": "geometric", "p": "1/2"},
    {"law": "rows", "rows": [["1", "2"], ["1", "-1"]]},
]


@pytest.mark.parametrize("table", EXAMPLES, ids=lambda table: table["law"])
def test_every_law_is_read(table: dict[str, object]) -> None:
    law = read(table)
    assert law.name == table["law"] and type(law) is law_class(law.name)


def test_the_examples_are_all_laws() -> None:
    assert [table["law"] for table in EXAMPLES] == list(LAWS)


def test_values_are_what_was_written() -> None:
    assert read({"law": "normal", "std": "0.1"}) == Normal(0, R(1, 10))
    assert read({"law": "two-point", "values": ["a", 2]}) == TwoPoint(sp.Symbol("a", real=True), 2, R(1, 2))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"mean": 0}, "data.x.law: nothing is not allowed; use one of constant, two-point"),
        ({"law": "gausian"}, 'data.x.law: "gausian" is not allowed; use '),
        ({"law": "norml"}, 'data.x.law: "norml" is not allowed; use "normal"'),
        ({"law": "two_point", "values": [1, 2]}, 'data.x.law: "two_point" is not allowed; use "two-point"'),
        ({"law": 3}, "data.x.law: 3 is not allowed; use one of constant"),
        (
            {"law": "normal", "sd": 1},
            'data.x.sd: "sd" is not allowed; use "std", of the parameters of normal: mean, std',
        ),
        ({"law": "rademacher", "p": 1}, 'data.x.p: "p" is not allowed; use no parameter: rademacher has none'),
        ({"law": "gamma", "scale": 1}, "data.x.shape: nothing is not allowed; use a value: gamma needs shape"),
        ({"law": "normal", "std": "-1"}, "data.x.std: -1 is not allowed; use a positive number"),
        ({"law": "normal", "std": 0}, "data.x.std: 0 is not allowed; use a positive number"),
        ({"law": "normal", "std": True}, "data.x.std: True is not allowed; use a number or an expression in quotes"),
        ({"law": "normal", "std": [1]}, r"data.x.std: \[1\] is not allowed; use a number or an expression in quotes"),
        ({"law": "uniform", "low": 1, "high": 1}, "data.x.high: 1 is not allowed; use a number above low = 1"),
        ({"law": "geometric", "p": 1}, "data.x.p: 1 is not allowed; use a number strictly between 0 and 1"),
        ({"law": "stable", "alpha": "5/2"}, r"data.x.alpha: 5/2 is not allowed; use a number in \(0, 2\]"),
        ({"law": "two-point", "values": [1, 2, 3]}, "data.x.values: a list of 3 is not allowed; use two values"),
        ({"law": "two-point", "values": 1}, "data.x.values: 1 is not allowed; use a list of numbers"),
        (
            {"law": "two-point", "values": [1, 2], "probability": 2},
            "data.x.probability: 2 is not allowed; use a number between",
        ),
        ({"law": "finite", "values": []}, "data.x.values: an empty list is not allowed"),
        (
            {"law": "finite", "values": [1, 2], "probabilities": ["0.5", "0.6"]},
            "data.x.probabilities: .*a sum of 11/10",
        ),
        ({"law": "rows"}, "data.x: both or neither is not allowed; use exactly one of rows and file"),
        ({"law": "rows", "rows": [[1]], "file": "a.csv"}, "data.x: both or neither is not allowed"),
        ({"law": "rows", "rows": [[1, 2], [3]]}, r"data.x.rows\[2\]: "),
        ({"law": "rows", "rows": [1, 2]}, r"data.x.rows\[1\]: 1 is not allowed; use a list"),
        ({"law": "rows", "rows": [[1]], "columns": ["x"]}, "data.x.columns: .* use columns only beside file"),
        ({"law": "rows", "file": "a.csv"}, "data.x.columns: nothing is not allowed; use a list of the names"),
    ],
)
def test_refusals(table: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read(table)


def test_messy_numbers_have_a_sign() -> None:
    """sympy leaves this sign open; evaluation decides it."""
    messy = sp.sqrt(2) + sp.sqrt(3) - sp.sqrt(5 + 2 * sp.sqrt(6)) - R(1, 10**30)
    with pytest.raises(InvalidInput, match=r"normal\.std"):
        Normal(0, messy)
    with pytest.raises(InvalidInput, match=r"normal\.mean: sqrt"):
        Normal(sp.sqrt(-2), 1)


def write(folder: Path, text: str) -> dict[str, object]:
    (folder / "points.csv").write_text(text, encoding="utf-8")
    return {"law": "rows", "file": "points.csv", "columns": ["x", "y"]}


def test_points_of_a_file(tmp_path: Path) -> None:
    table = write(tmp_path, '\ufeffy,name, x\r\n2,one,0.1\r\n\r\n-1,"two, or so",1/3\r\n3e-2,three,1\r\n')
    assert read(table, tmp_path) == Rows([["1/10", 2], ["1/3", -1], [1, "3/100"]])


def test_weights_of_a_file(tmp_path: Path) -> None:
    table = write(tmp_path, "x,y,p\n1,2,0.8\n3,4,0.2\n")
    expected = Rows([[1, 2], [3, 4]], ["4/5", "1/5"])
    assert read({**table, "probabilities": "p"}, tmp_path) == expected
    assert read({**table, "probabilities": ["4/5", "1/5"]}, tmp_path) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,z\n1,2\n", 'data.x.columns: "y" is not allowed; use one of the columns x, z'),
        ("x,y,y\n1,2,3\n", 'data.x.columns: "y" .*y is there twice'),
        ("x,y\n", "data.x.file: .* at least one row below its header"),
        ("", 'data.x.columns: "x" is not allowed'),
        ("x,y\n1,2\n1,two\n", r'data.x.file: "two" is not allowed; use a number .*points.csv, line 3, column y'),
        ("x,y\n1,2\n\n1\n", r'data.x.file: "" is not allowed; .*line 4, column y'),
        ("x,y\n1,nan\n", 'data.x.file: "nan" is not allowed'),
        ("x,y\n1,inf\n", 'data.x.file: "inf" is not allowed'),
        ("x,y\n1,1e99999\n", 'data.x.file: "1e99999" is not allowed'),
        ("x,y\n1,1/0\n", 'data.x.file: "1/0" is not allowed; use a denominator other than 0'),
        ("x,y\n1,__import__('os')\n", "data.x.file: .* is not allowed; use a number"),
        ('x,y\n1,"2\n', "data.x.file: .* use a CSV file in good form"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read(write(tmp_path, text), tmp_path)


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"data\.x\.file: .absent\.csv. is .*No such file"):
        read({"law": "rows", "file": "absent.csv", "columns": ["x"]}, tmp_path)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match="it is not UTF-8 text"):
        read({"law": "rows", "file": "binary.csv", "columns": ["x"]}, tmp_path)

"""Attack through problem files and the command line: what a user types, and what was answered wrongly once."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from sgd_markov.cli import main

ROUNDED = """
[model]
loss = "{loss}"
parameters = ["w"]

[data]
x = {{ law = "uniform", low = -1, high = {high} }}

[optimizer]
name = "sgd"
learning_rate = "1/2"
{clip}
round_to = "1/4"
rounding = "stochastic"

[[ask]]
question = "kernel"
at = "{at}"
"""

UNSTABLE = """
[model]
state = ["u", "v"]
map = {{ u = "{u}", v = "{v}" }}

[noise]
z = {{ law = "{law}" }}

[[ask]]
question = "stationary"
"""


def solve(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, status: int) -> tuple[dict[str, Any], str]:
    """The first answer of the problem and the lines on standard error; the exit status is checked."""
    path = tmp_path / "problem.toml"
    path.write_text(text)
    assert main(["solve", str(path), "--json"]) == status
    printed = capsys.readouterr()
    answers = json.loads(printed.out)["answers"] if printed.out else [{}]
    return answers[0], printed.err


def masses(answer: dict[str, Any]) -> dict[Fraction, Fraction]:
    """All atoms with their mass, those of a formula in an index written out."""
    k = sp.Symbol("k")
    found: dict[Fraction, Fraction] = {}
    for series in answer["atom_formula"]:
        place, mass = (sp.sympify(text, {"k": k}) for text in (series["to"]["w"], series["probability"]))
        for index in range(int(series["from"]), int(series["until"]) + 1):
            to, value = (sp.Rational(expr.subs(k, index)) for expr in (place, mass))
            found[Fraction(str(to))] = found.get(Fraction(str(to)), Fraction(0)) + Fraction(str(value))
    for atom in answer["atoms"]:
        to, value = Fraction(atom["to"]["w"]["exact"]), Fraction(atom["probability"]["exact"])
        found[to] = found.get(to, Fraction(0)) + value
    return {to: value for to, value in found.items() if value}


@pytest.mark.parametrize(
    ("loss", "high", "clip", "at"),
    [
        ("w**2/2 + x*w", 1, "", "-1"),
        ("w**2/2 + x*w", 1, "", "1/3"),
        ("w**2/2 + x*w", 1, "", "1/2"),
        ("x*w**2/2", 3, 'clip = "1/2"', "-1"),
        ("x*w**2/2", 3, 'clip = "1/2"', "1/4"),
        ("x*w**2/2", 3, 'clip = "1/2"', "1/3"),
    ],
)
def test_rounded_steps_at_places_of_the_grid_keep_their_mass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], loss: str, high: int, clip: str, at: str
) -> None:
    """The masses add up to 1, and their mean is that of the step before the rounding."""
    answer, _ = solve(tmp_path, capsys, ROUNDED.format(loss=loss, high=high, clip=clip, at=at), 0)
    found, w = masses(answer), sp.Rational(at)
    assert sum(found.values()) == 1
    x = sp.Symbol("x", real=True)
    gradient = x * w if clip else w + x
    if clip:
        gradient = sp.Min(sp.Max(gradient, -sp.Rational(1, 2)), sp.Rational(1, 2)).rewrite(sp.Piecewise)
    step = sp.integrate(w - gradient / 2, (x, -1, high)) / (high + 1)
    assert sp.simplify(step - sum(sp.Rational(str(to * mass)) for to, mass in found.items())) == 0


@pytest.mark.parametrize(
    ("u", "v", "law"),
    [
        ("2*u + z", "v/2 + z", "rademacher"),
        ("3*u/5 - 4*v/5 + z", "4*u/5 + 3*v/5", "rademacher"),
        ("u + v + z", "v + z", "uniform"),
    ],
)
def test_no_stationary_law_where_a_fixed_matrix_does_not_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], u: str, v: str, law: str
) -> None:
    text = UNSTABLE.format(u=u, v=v, law=f'{law}", low = -1, high = "1' if law == "uniform" else law)
    answer, error = solve(tmp_path, capsys, text, 3)
    assert answer["status"] == "violated" and answer["family"] is None
    assert "the spectral radius of A is below 1; found: it is" in error and len(error.splitlines()) == 1


@pytest.mark.parametrize(("rate", "status"), [("29/10", 0), (3, 3), (4, 3)])
def test_heavy_ball_has_a_law_exactly_below_its_stable_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rate: object, status: int
) -> None:
    """lr k < 2 (1 + momentum): 3 for momentum 1/2 and k = 1."""
    text = f"""
[model]
loss = "w**2/2"
parameters = ["w"]
[noise]
z = {{ law = "normal", mean = 0, std = 1 }}
[optimizer]
name = "heavy-ball"
momentum = "1/2"
learning_rate = "{rate}"
add = "z"
[[ask]]
question = "stationary"
"""
    answer, _ = solve(tmp_path, capsys, text, status)
    assert answer["family"] == ("normal" if status == 0 else None)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("inside = [-1, 1]\nstart = 2", 2),
        ("inside = { w = [-1, 1] }\nstart = -2", 2),
        ('inside = ["-oo", 1]\nstart = "3/2"', 2),
        ("inside = { w = [-1, 1] }\nstart = 1", 0),
        ('inside = ["-oo", "oo"]\nstart = 7', 0),
    ],
)
def test_a_start_outside_the_region_of_a_comparison_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fields: str, status: int
) -> None:
    text = f"""
[model]
loss = "x*w**2/2"
parameters = ["w"]
[data]
x = {{ law = "two-point", values = ["29/24", "-19/24"] }}
[optimizer]
name = "sgd"
learning_rate = 1
[[ask]]
question = "compare"
{fields}
"""
    answer, error = solve(tmp_path, capsys, text, status)
    if status:
        assert error.startswith("sgd-markov: ask[1].start: ") and "inside" in error
    else:
        assert [end["at"]["w"]["exact"] for end in answer["rows"][0]["ends"]] == ["0"]


def test_nested_integrals_of_a_kernel_have_variables_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else the printed density reads back as another function: `_x - _x` is 0."""
    text = """
[model]
state = ["w"]
map = { w = "w/2 + x + y + z" }
[noise]
x = { law = "arcsine", low = 0, high = 1 }
y = { law = "beta", alpha = "1/2", beta = 2 }
z = { law = "semicircle", centre = 0, radius = 1 }
[[ask]]
question = "kernel"
at = 0
"""
    answer, _ = solve(tmp_path, capsys, text, 0)
    density = sp.sympify(answer["density"])
    outer = [found for found in density.atoms(sp.Integral) if found.function.has(sp.Integral)]
    assert outer and not density.has(sp.zoo, sp.nan)
    for found in outer:
        inner = {limit[0] for nested in found.function.atoms(sp.Integral) for limit in nested.limits}
        assert not inner & {limit[0] for limit in found.limits}

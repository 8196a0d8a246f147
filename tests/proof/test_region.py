"""A sign that is proved on a region is the sign at every point of it; what is sharp is proved, what is false is not."""

from __future__ import annotations

import random

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.proof.region import sign_on

a, x = sp.symbols("a x", real=True)
root = sp.sqrt(2 - a**2)


def random_polynomial(draw: random.Random) -> sp.Expr:
    return sp.Add(*(draw.randint(-4, 4) * a**i * x**j for i in range(3) for j in range(3)))


def inside(low: sp.Expr, high: sp.Expr, share: sp.Rational) -> sp.Expr:
    if high == sp.oo:
        return low + share / (1 - share)
    return low + (high - low) * share


@pytest.mark.parametrize("seed", range(60))
def test_a_proved_sign_is_the_sign_everywhere(seed: int) -> None:
    draw = random.Random(seed)
    expr = random_polynomial(draw) + draw.choice([0, root, x * root])
    region = {
        a: (sp.Rational(-1), sp.Rational(1)),
        x: (draw.choice([sp.Integer(0), a, -root]), draw.choice([2 + a, sp.oo])),
    }
    sign = sign_on(expr, region)
    if sign is None:
        return
    for _ in range(40):
        place = inside(*region[a], sp.Rational(draw.randint(1, 99), 100))
        ends = (end.subs(a, place) for end in region[x])
        value = expr.subs(x, inside(*ends, sp.Rational(draw.randint(1, 99), 100))).subs(a, place)
        assert sp.sign(sp.N(value, 30)) == sign


@pytest.mark.parametrize(
    ("expr", "region", "sign"),
    [
        (x**2 - 2, {x: (sp.sqrt(2), sp.oo)}, 1),
        (x**2 - 2, {x: (sp.sqrt(2) - sp.Rational(1, 10**12), sp.oo)}, None),
        (x**2 - 2, {x: (-sp.sqrt(2), sp.sqrt(2))}, -1),
        (root - a, {a: (-1, 1)}, 1),
        (root - a, {a: (-1, sp.Rational(11, 10))}, None),
        (root, {a: (-2, 2)}, None),
        ((x - 1) ** 2, {x: (0, 2)}, None),
        (1 / x, {x: (-1, 1)}, None),
        (x - a, {a: (0, 1), x: (a, sp.oo)}, 1),
        (x - a, {a: (0, 1), x: (0, sp.oo)}, None),
        (x, {x: (1, 0)}, None),
        (x - x, {x: (0, 1)}, 0),
        (a, {x: (0, 1)}, None),
        (sp.sin(x), {x: (0, 1)}, None),
    ],
)
def test_known_signs(expr: sp.Expr, region: dict[sp.Symbol, tuple[object, object]], sign: int | None) -> None:
    assert sign_on(expr, {s: (sp.sympify(low), sp.sympify(high)) for s, (low, high) in region.items()}) == sign


def test_names_in_a_circle_are_refused() -> None:
    with pytest.raises(sm.StepFailed, match="circle"):
        sm.Identity("never", a, x, given={a: x, x: a}).check()


def test_a_decimal_is_the_rounded_number() -> None:
    sm.Value("rounded", sp.Rational(2, 3), "0.667").check()
    with pytest.raises(sm.StepFailed):
        sm.Value("cut off", sp.Rational(2, 3), "0.666").check()

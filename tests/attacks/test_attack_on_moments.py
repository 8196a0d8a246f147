"""Moments of affine chains against enumeration: resonances, dependent M and B, subsets of a data set."""

from __future__ import annotations

from itertools import combinations, product

import pytest
import sympy as sp

import sgd_markov as sm

w, x, y, z = sp.symbols("w x y z", real=True)
Q = sp.Rational
Maps = list[tuple[sp.Rational, sp.Expr]]


def enumerated(maps: Maps, steps: int) -> dict[sp.Expr, sp.Rational]:
    places = {Q(2, 3): Q(1)}
    for _ in range(steps):
        following: dict[sp.Expr, sp.Rational] = {}
        for place, weight in places.items():
            for probability, image in maps:
                value = sp.expand(image.subs(w, place))
                following[value] = following.get(value, Q(0)) + weight * probability
        places = following
    return places


@pytest.mark.parametrize(
    ("update", "values", "weights"),
    [
        (w * x / 2 + 1 + x, [1, -1], [Q(1, 2)] * 2),  # E M = E M^3 = 0, M and B dependent
        (w * x + 1, [2, 0], [Q(1, 2)] * 2),  # E M = 1
        (w * x + 1, [-2, 0], [Q(1, 2)] * 2),  # E M = -1
        (w * x + 1 - x, [1, 0], [Q(1, 3), Q(2, 3)]),  # E M = E M^2
        (w + x, [1, -2], [Q(1, 2)] * 2),
        (-w + x, [1, -2], [Q(1, 2)] * 2),
        (0 * w + x, [1, -2], [Q(1, 2)] * 2),
    ],
)
def test_resonances(update: sp.Expr, values: list[int], weights: list[sp.Rational]) -> None:
    chain = sm.RandomMap({w: update}, noise={x: sm.Finite(values, weights)})
    maps = [(p, update.subs(x, v)) for v, p in zip(values, weights, strict=True)]
    for order, steps in product((1, 2, 3), (0, 1, 3)):
        places = enumerated(maps, steps)
        found = sm.moments(chain, order=order, start="2/3", steps=steps)
        assert found.exact == sum(p * v**order for v, p in places.items())
        assert sp.simplify(found.closed_form.subs(sp.Symbol("n", integer=True, nonnegative=True), steps) - found.exact) == 0
        mean = sum(p * v for v, p in places.items())
        central = sm.moments(chain, order=order, start="2/3", steps=steps, central=True)
        assert central.exact == sum(p * (v - mean) ** order for v, p in places.items())


@pytest.mark.parametrize("batch", [2, 3, 4])
def test_subsets_with_repeated_rows_and_a_fresh_key(batch: int) -> None:
    rows = [(Q(1), Q(2)), (Q(1), Q(2)), (Q(1, 2), Q(-1)), (Q(3), Q(1))]
    scale = [(Q(1), Q(1, 3)), (Q(2), Q(2, 3))]
    data = {(x, y): sm.Rows(rows), z: sm.Finite([1, 2], ["1/3", "2/3"])}
    chain = sm.SGD((x * w - y) ** 2 / 2 * z, [w], "1/3", data=data, scheme="without-replacement", batch_size=batch)
    subsets = list(combinations(rows, batch))
    maps: Maps = []
    for subset, scales in product(subsets, product(scale, repeat=batch)):
        gradient = sum(s * a * (a * w - b) for (a, b), (s, _) in zip(subset, scales, strict=True)) / batch
        maps.append((sp.prod([p for _, p in scales]) / len(subsets), w - gradient / 3))
    places = enumerated(maps, 1)
    for order in (1, 2):
        expected = sum(p * v**order for v, p in places.items())
        assert sm.moments(chain, order=order, start="2/3", steps=1).exact == expected
    below = sum(p for v, p in places.items() if v <= Q(1, 4))
    assert sm.law(chain, start="2/3", steps=1, set=["-oo", "1/4"]).exact == below

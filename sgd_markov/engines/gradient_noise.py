"""Does the gradient noise vanish at a point that is no closed form?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice, product

import sympy as sp
from flint import arb
from sympy.polys.polyerrors import BasePolynomialError
from sympy.polys.rings import PolyRing

from ..balls.evaluate import evaluate
from ..balls.precision import bits_for, enclosure, precision
from ..chain.chain import Chain, Point
from ..chain.draw import Source
from ..chain.mixture import one_draw
from ..effort import Effort
from ..laws.support import HalfLattice, Interval
from ..numerics.algebraic_point import AlgebraicPoint

SAMPLES = 64


def still_without_gradient(chain: Chain, point: Point) -> bool:
    """With mean gradients 0, does the noise of the step leave the next state certain?"""
    rest = {mean: sp.Integer(0) for mean in chain.means}
    drawn = set(chain.draw.noise_symbols)
    return not any(drawn & sp.expand(expr.xreplace(rest).subs(point)).free_symbols for expr in chain.update)


def noise_at_enclosed(chain: Chain, balls: Callable[[], Mapping[sp.Symbol, arb]], effort: Effort) -> bool | None:
    """At a zero w* of the mean gradient. False where one sample of positive probability (or density, by continuity)
    has a gradient proved not to be 0; True where every entry splits as c(w) h(x): then c(w*) = 0, unless h has mean 0,
    in which case the mean gradient would be 0 for every w; None where neither is shown.
    """
    if not still_without_gradient(chain, {}):
        return False
    if all(splits(gradient, chain) for gradient in chain.gradient):
        return True
    with precision(bits_for(effort.digits)):
        at = balls()
        for values in samples(chain.draw.data):
            if any(enclosure(evaluate(gradient.xreplace(values), at)).sign for gradient in chain.gradient):
                return False
    return None


def splits(gradient: sp.Expr, chain: Chain) -> bool:
    """Is the entry c(w) h(x) with no state in h, h of a mean that is not 0 (or the mean entry would be 0 for every w)?"""
    _, statistic = sp.factor(gradient).as_independent(*chain.draw.data_symbols, as_Add=False)
    return not set(chain.weights) & statistic.free_symbols


def noise_at_algebraic(chain: Chain, point: AlgebraicPoint) -> bool | None:
    """Exact for gradients that are polynomials of the state with rational coefficients at every outcome; else None."""
    if not still_without_gradient(chain, {}):
        return False
    try:
        return all(
            point.at(coefficient) == 0
            for gradient in chain.gradient
            for component in one_draw((gradient,), chain.draw.data)
            for coefficient in coefficients(component.values[0], chain.weights)
        )
    except (BasePolynomialError, ValueError):
        return None


def coefficients(entry: sp.Expr, state: tuple[sp.Symbol, ...]) -> list[object]:
    """Of the monomials in what is drawn from a density, as polynomials of the state: all are 0 where the entry is."""
    ring = PolyRing(state, sp.QQ)
    drawn = tuple(sorted(entry.free_symbols - set(state), key=str))
    found = sp.Poly(sp.expand(entry), *drawn).coeffs() if drawn else [entry]
    return [ring.from_expr(coefficient) for coefficient in found]


def samples(sources: tuple[Source, ...]) -> list[dict[sp.Symbol, sp.Expr]]:
    """Some values that the data may take."""
    tables = [[dict(zip(source.symbols, entry, strict=True)) for entry in entries_of(source)] for source in sources]
    combined = islice(product(*tables), SAMPLES)
    return [{s: v for table in combination for s, v in table.items()} for combination in combined]


def entries_of(source: Source) -> list[tuple[sp.Expr, ...]]:
    """Atoms, or points inside the support."""
    if source.finite is not None:
        return [entry for entry, _ in source.finite]
    support = source.law.support  # type: ignore[union-attr]
    if isinstance(support, HalfLattice):
        return [(support.offset + k * support.step,) for k in range(3)]
    assert isinstance(support, Interval)
    low, high = support.low, support.high
    if low.is_finite and high.is_finite:
        return [(low + (high - low) * sp.Rational(k, 7),) for k in (1, 3, 5)]
    start = low if low.is_finite else high if high.is_finite else sp.Integer(0)
    side = -1 if high.is_finite else 1
    return [(start + side * sp.Rational(k, 3),) for k in (1, 2, 5)]

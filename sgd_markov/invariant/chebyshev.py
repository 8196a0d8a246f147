"""Chebyshev maps (the logistic map 4 w (1 - w) is one) and random mixtures of them: the arcsine law is invariant."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain
from ..effort import Effort
from ..laws.arcsine import Arcsine
from ..numerics.tidy import tidy
from ..proof import Argued, Cited, Identity, Step
from ..proof.radicals import is_zero
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw

DEGREE_LIMIT = 24
Z = sp.Symbol("z", positive=True)
"""exp(i theta), in identities of rational functions."""


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """Every step is +- T_n((w - c)/r) in the coordinate (w - c)/r, with n >= 1 and some n >= 2: arcsine on [c - r, c + r].

    Proof: w = c + r cos(theta) with theta uniform on the circle; with z = exp(i theta), cos = (z + 1/z)/2, and a step
    leads to c +- r (z^n + z^-n)/2, an identity of rational functions in z, checked for every component. z^n is uniform
    on the circle again.
    It is not the only stationary law: the two ends c - r, c + r lead to one another. With `start` the answer depends on
    that number, and is not given here; `within` must hold the whole interval.
    """
    maps = polynomial_steps(chain)
    if maps is None or place.start is not None:
        return None
    centre, radius = coordinate(max(maps, key=sp.Poly.degree))
    steps: list[Step] = []
    for poly in maps:
        step = conjugate(poly, centre, radius)
        if step is None:
            return None
        steps.append(step)
    size = sp.Abs(radius) if sp.Abs(radius).free_symbols else abs(radius)
    law = Arcsine(tidy(centre - size), tidy(centre + size))
    if place.within is not None and not covers(place.within, law):
        return None
    return Elementary(
        family="arcsine",
        state=chain.state,
        law=law,
        parameters={"low": law.low, "high": law.high},
        hypotheses=(
            Hypothesis("the law is the absolutely continuous one; the two ends of its interval carry another"),
            *([] if radius.is_nonzero else [Hypothesis(f"{radius} is not 0", "assumed")]),
        ),
        unique=False,
        proof=(
            *steps,
            Argued("z on the circle, uniform: so is z to any power n >= 1", r"z=e^{i\theta},\quad z^n\overset{d}{=}z"),
            Argued("The ends lead to the ends: T_n is 1 or -1 at 1 and -1", r"T_n(\pm1)=(\pm1)^n"),
            Cited("The invariant density of the logistic map", r"\pi(w)=\frac{1}{\pi\sqrt{w(1-w)}}", "lasota1994"),
        ),
        cite=("lasota1994",),
    )


def polynomial_steps(chain: Chain) -> list[sp.Poly] | None:
    """The finitely many maps of one step, all polynomials in w, one of degree >= 2; None for other chains."""
    if chain.dimension != 1 or updates_per_epoch(chain.draw) > 1:
        return None
    w = chain.state[0]
    if not chain.one_sample_map[0].is_polynomial(w) or sp.degree(chain.one_sample_map[0], w) < 2:
        return None
    components = chain.components
    if any(component.laws for component in components):
        return None
    maps = [sp.Poly(sp.expand(c.values[0]), w) for c in components if c.probability != 0]
    degrees = [poly.degree() for poly in maps]
    return maps if min(degrees) >= 1 and 2 <= max(degrees) <= DEGREE_LIMIT else None


def coordinate(poly: sp.Poly) -> tuple[sp.Expr, sp.Expr]:
    """(c, r) if poly is c +- r T_n((w - c)/r): from its two leading coefficients. r may be negative."""
    n = poly.degree()
    lead, second = poly.nth(n), poly.nth(n - 1)
    centre = sp.cancel(-second / (n * lead))
    if n == 2:
        return centre, sp.cancel(2 / lead)
    return centre, 2 / sp.root(sp.Abs(lead), n - 1)


def conjugate(poly: sp.Poly, centre: sp.Expr, radius: sp.Expr) -> Identity | None:
    """f(c + r (z + 1/z)/2) = c +- r (z^n + z^-n)/2, if it is so."""
    n, w = poly.degree(), poly.gen
    image = poly.as_expr().subs(w, centre + radius * (Z + 1 / Z) / 2)
    for sign in (1, -1):
        expected = centre + sign * radius * (Z**n + Z**-n) / 2
        if is_zero_quickly(image.subs(Z, 2) - expected.subs(Z, 2)) and is_zero(image - expected):
            return Identity(f"In the coordinate w = c + r (z + 1/z)/2 this step is z to the power {n}", image, expected)
    return None


def is_zero_quickly(value: sp.Expr) -> bool:
    """No for most numbers that are not 0; symbols pass."""
    if value.free_symbols:
        return True
    return bool(abs(sp.N(value, 30)) < sp.Rational(1, 10**20))


def covers(within: tuple[sp.Expr, sp.Expr], law: Arcsine) -> bool:
    return bool((within[0] - law.low).is_nonpositive and (law.high - within[1]).is_nonpositive)

"""Nonlinear chains in one dimension with points that almost every step fixes: each carries a stationary point mass."""

from __future__ import annotations

from itertools import combinations

import sympy as sp

from ..algebra import real_roots
from ..answer.answer import Hypothesis
from ..balls.adaptive import proved_sign
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain
from ..chain.mixture import Component
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive
from ..laws.constant import Constant
from ..laws.signs import sign
from ..laws.support import HalfLattice
from ..numerics.tidy import tidy
from ..proof import Argued, Identity, Step
from ..proof.radicals import is_zero
from ..proof.region import sign_on
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw

DEGREE_LIMIT = 40


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The point mass at w* with f(w*, x) = w* for almost every x, for maps that are rational functions of w.

    All such points are the real roots of one polynomial, the greatest common divisor over the samples. `start` has to be
    one of them, `within` to hold one alone; several and neither given: `HypothesisViolated`, which names them.
    `unique` is False where another stationary law is proved: at another such point, or, by an average exponent that
    is positive at each of them, on a compact interval that every step keeps (`repelled`); else it is not known.
    """
    if chain.dimension != 1 or updates_per_epoch(chain.draw) > 1:
        return None
    w = chain.state[0]
    if not chain.one_sample_map[0].is_rational_function(w):
        return None
    if chain.one_sample_map[0].is_polynomial(w) and sp.degree(chain.one_sample_map[0], w) < 2:
        return None
    drawn = chain.components
    components = tuple(component for component in drawn if component.probability != 0)
    common = common_polynomial(components, w)
    if common is None:
        return None
    found, complete = roots_of(common)
    points = [at for at in found if is_state(chain, at) and all(is_fixed(c, w, at) for c in components)]
    if not complete and place.start is None:
        raise Inconclusive("some points that every step fixes have no closed form of degree 2")
    chosen = chosen_points(points, w, place)
    if not chosen:
        return None
    if len(chosen) > 1:
        names = ", ".join(map(str, chosen))
        raise HypothesisViolated(
            "one stationary law is meant", f"point masses at {names} are stationary; give start or within"
        )
    (at,) = chosen
    others = [point for point in points if point != at]
    escape = None if others else repelled(components, w, points, effort)
    return Elementary(
        family="point mass",
        state=(w,),
        law=Constant(at),
        parameters={"at": at},
        unique=False if others or escape is not None else None,
        hypotheses=(Hypothesis("almost every step fixes the point"), *apart(at, others, w, place)),
        proof=(
            *(fixes(c, w, at) for c in components),
            *(fixes(c, w, p) for p in others for c in components),
            *(escape or ()),
        ),
        cite=(),
    )


def apart(at: sp.Expr, others: list[sp.Expr], w: sp.Symbol, place: Place) -> tuple[Hypothesis, ...]:
    """That the other points with symbols are others, and not in `within`, where that is open."""
    found = []
    for other in others:
        if not other.free_symbols and not at.free_symbols:
            continue
        if (other - at).is_nonzero is not True:
            found.append(Hypothesis(f"{other} is another point than {at}", "assumed"))
        if place.start is None and place.within is not None and not outside(other, *place.within):
            low, high = place.within
            found.append(Hypothesis(f"{other} is not in [{low}, {high}]", "assumed"))
    return tuple(found)


def outside(point: sp.Expr, low: sp.Expr, high: sp.Expr) -> bool:
    """Is the point proved to lie outside?"""
    return bool((low - point).is_positive or (point - high).is_positive)


def is_state(chain: Chain, at: sp.Expr) -> bool:
    """Does the point keep the sign that is declared for the state? Undecided signs do."""
    kept = {"positive": (1, None), "nonnegative": (1, 0, None), "negative": (-1, None)}.get(chain.domain.get(chain.state[0], ""))
    return kept is None or sign(at) in kept


def fixes(component: Component, w: sp.Symbol, at: sp.Expr) -> Step:
    return Identity(f"Every step fixes {at}", component.values[0].subs(w, at), at)


def common_polynomial(components: tuple[Component, ...], w: sp.Symbol) -> sp.Poly | None:
    """The polynomial whose real roots are the w with f(w, x) = w for every x that can be drawn; None without such w.

    A polynomial in x that is 0 on infinitely many x (a density, a half-lattice) has only coefficients 0.
    """
    common = sp.Poly(0, w)
    for component in components:
        numerator, denominator = sp.fraction(sp.together(component.values[0] - w))
        drawn = [x for x in component.laws if x in numerator.free_symbols]
        if not all(part.is_polynomial(w, *component.laws) for part in (numerator, denominator)):
            return None
        for coefficient in sp.Poly(numerator, *drawn).coeffs() if drawn else [numerator]:
            common = sp.gcd(common, sp.Poly(coefficient, w))
        if common.degree() == 0 and not common.is_zero:
            return None
    return None if common.is_zero or common.degree() > DEGREE_LIMIT else common


def is_fixed(component: Component, w: sp.Symbol, at: sp.Expr) -> bool:
    """A pole that cancels the zero of the numerator, an undecided one, and one that is drawn are no fixed points."""
    value = sp.cancel(component.values[0])
    return is_zero(value.subs(w, at) - at) and not may_draw_pole(sp.denom(sp.together(value)).subs(w, at), component)


def may_draw_pole(denominator: sp.Expr, component: Component) -> bool:
    """Can the denominator be 0 with positive probability, at an atom of a half-lattice? True where undecided."""
    lattices = [x for x in component.laws if x in denominator.free_symbols and not component.laws[x].has_density]
    if not lattices:
        return False
    support = component.laws[lattices[0]].support
    if denominator.free_symbols != {lattices[0]} or not isinstance(support, HalfLattice):
        return True
    k = sp.Dummy("k")
    poly = sp.Poly(denominator.subs(lattices[0], support.offset + support.step * k), k)
    rational = all(c.is_Rational for c in poly.all_coeffs())
    return not rational or any(root.is_Integer and root >= 0 for root in poly.ground_roots())


def roots_of(poly: sp.Poly) -> tuple[list[sp.Expr], bool]:
    """The distinct real roots that are rational, quadratic, or roots of symbolic factors w - a, w^2 - c; are they all?"""
    if all(c.is_Rational for c in poly.all_coeffs()):
        exact = [root.exact for root in real_roots(poly)]
        return [root for root in exact if root is not None], None not in exact
    found: list[sp.Expr] = []
    complete = True
    for factor, _ in sp.factor_list(poly.as_expr(), poly.gen)[1]:
        part = sp.Poly(factor, poly.gen)
        square = sp.cancel(-part.nth(0) / part.LC()) if part.degree() == 2 and part.nth(1) == 0 else sp.nan
        if part.degree() == 1:
            found.append(tidy(-part.nth(0) / part.nth(1)))
        elif square.is_positive:
            found += [-sp.sqrt(square), sp.sqrt(square)]
        elif not square.is_negative:
            complete = False
    return found, complete


def chosen_points(points: list[sp.Expr], w: sp.Symbol, place: Place) -> list[sp.Expr]:
    if place.start is not None:
        start = sp.sympify(place.start[w])
        return [p for p in points if is_zero(p - start)]
    if place.within is not None:
        low, high = place.within
        return [p for p in points if at_most(low, p) and at_most(p, high)]
    return points


def at_most(first: sp.Expr, second: sp.Expr) -> bool:
    difference = second - first
    if difference in (sp.oo, -sp.oo):
        return bool(difference == sp.oo)
    if difference.free_symbols:
        return bool(difference.is_nonnegative)
    sign = proved_sign(difference)
    if sign is None:
        raise Inconclusive(f"the order of {first} and {second} is not decided")
    return sign >= 0


# ---- is there another law, away from the points?


def repelled(
    components: tuple[Component, ...], w: sp.Symbol, points: list[sp.Expr], effort: Effort
) -> tuple[Step, ...] | None:
    """Steps that prove another stationary law on some compact interval K that every step keeps; None where not found.

    With G = product of (w - p) over the points p in K, let no H_i = G(f_i)/G vanish on K. Then phi = E log|H| is
    continuous on K. The occupation measures of a start in K off the points have limit laws (Krylov-Bogolyubov), and
    phi has mean <= 0 under them, because sum phi = log|G(w_n)| - log|G(w_0)| is bounded above. At the points phi is
    the exponent; where it is positive at all of them no such law lives on them alone.
    """
    if any(c.laws or c.values[0].free_symbols != {w} or not c.values[0].is_polynomial(w) for c in components):
        return None
    if any(not c.probability.is_number for c in components):
        return None
    for low, high in intervals(components, w, points):
        effort.check()
        inside = [p for p in points if at_most(low, p) and at_most(p, high)]
        found = escape_steps(components, w, inside, low, high)
        if inside and found is not None:
            return found
    return None


def intervals(components: tuple[Component, ...], w: sp.Symbol, points: list[sp.Expr]) -> list[tuple[sp.Expr, sp.Expr]]:
    """Intervals between fixed points and the critical values of the maps."""
    ends: set[sp.Expr] = set(points)
    for component in components:
        poly = sp.Poly(component.values[0], w)
        if not all(c.is_Rational for c in poly.all_coeffs()):
            return []
        ends |= {sp.expand(poly.as_expr().subs(w, c)) for c in roots_of(poly.diff(w))[0]}
    rational = sorted(end for end in ends if end.is_Rational)
    return [(low, high) for low, high in combinations(rational, 2)]


def escape_steps(
    components: tuple[Component, ...], w: sp.Symbol, inside: list[sp.Expr], low: sp.Expr, high: sp.Expr
) -> tuple[Step, ...] | None:
    factor = sp.expand(sp.Mul(*(w - p for p in inside)))
    steps: list[Step] = []
    drift = sp.Integer(0)
    for c in components:
        value = sp.expand(c.values[0])
        quotient = sp.cancel(factor.subs(w, value) / factor)
        if not (keeps(value, w, low, high) and nonzero(quotient, w, low, high)):
            return None
        steps.append(Identity("G after the step is H times G", factor.subs(w, value), sp.expand(quotient) * factor))
        drift += c.probability * sp.log(sp.Abs(quotient))
    exponents = [drift.subs(w, p) for p in inside]
    if not all(proved_sign(e) == 1 for e in exponents):
        return None
    steps.append(
        Argued(
            "Away from the points there is another law on the interval: the mean of log|H| is at most 0 under limits of "
            "occupation measures, and positive at the points",
            rf"\mathbb E\log|H|>0 \text{{ at the points}},\quad K=\left[{sp.latex(low)},{sp.latex(high)}\right]",
        )
    )
    return tuple(steps)


def keeps(value: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> bool:
    """low <= value <= high on [low, high]: equality is allowed at zeros of even order and at the ends."""
    return all(nonnegative(sp.expand(gap), w, low, high) for gap in (value - low, high - value))


def nonnegative(gap: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> bool:
    """Is a polynomial >= 0 on [low, high]: no zero inside but those of even order, and positive somewhere?"""
    if gap == 0:
        return True
    _, factors = sp.factor_list(gap, w)
    odd = sp.Mul(*(f for f, power in factors if power % 2)) * sp.sign(sp.LC(gap, w))
    odd = odd * sp.Mul(*(sp.sign(sp.LC(f, w)) for f, power in factors if power % 2))
    return sign_on(sp.expand(odd), {w: (low, high)}) == 1 if w in odd.free_symbols else bool(odd > 0)


def nonzero(quotient: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> bool:
    """Has the polynomial no zero on the closed interval?"""
    if w not in quotient.free_symbols:
        return bool(quotient != 0)
    ends = all(proved_sign(quotient.subs(w, end)) in (1, -1) for end in (low, high))
    return ends and sign_on(quotient, {w: (low, high)}) in (1, -1)

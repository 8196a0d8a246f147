"""Random analytic maps that contract a disc: means of analytic functions by a transfer operator with a proved error.

Moebius maps (1/(k + w), ...) with rational coefficients, parabolic members such as w/(1 + w) included: runs of such a
map are taken as one step (`Word`), with geometric weights. Other analytic maps (polynomials, exp, sin, tanh, ...) by
boxes of ball arithmetic.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import isfinite

import sympy as sp
from sympy.core.function import Application

from ..answer.answer import Hypothesis
from ..balls.evaluate import evaluate
from ..balls.precision import ball, precision
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import HypothesisViolated
from ..numerics.moebius import Span, moebius
from ..numerics.power_series import METHODS
from ..numerics.vanishing import same
from ..proof import Identity, Step, StepFailed
from ..proof.contraction import ContractsLine
from .contracted_point import at_one_point
from .contracting_law import IntervalLaw, Weighted
from .disc_contraction import WORST, boxed_law, moebius_law
from .ellipse_contraction import ellipse_law
from .stationary_law import Place, StationaryLaw

MAPS = 64
SLOPES = tuple(Fraction(n, 20) for n in (10, 15, 18, 19))
"""Bounds of the slope on the whole line that are tried."""
SEEDS = (0.5, -0.5, 2.0, -2.0, 0.1, 5.0)
EASY = 0.8
"""Contractions of a disc below this are used at once; above it an ellipse is tried before."""
LEVELS, PATHS, BITS = 30, 2000, 128
"""Steps and paths that are followed from a start outside, at that precision."""


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The stationary law on an interval, of finitely many analytic maps that contract a disc around it.

    Proof: the maps (or the runs of parabolic ones) lead a disc strictly into itself, hence contract its hyperbolic
    distance: one stationary law there (Schwarz-Pick, Hutchinson). `unique` is True where the state space that the
    problem declares is led into the disc. Several discs and neither `start` nor `within`: `HypothesisViolated`.
    """
    maps = analytic_steps(chain)
    if maps is None:
        return None
    w = chain.state[0]
    found = [law for hulled in visited(maps, w, place) if (law := on_disc(chain, maps, hulled, effort)) is not None]
    distinct: list[IntervalLaw] = []
    for law in found:
        if not any(overlap(law.span, other.span) for other in distinct) and fits(law, maps, w, place):
            distinct.append(law)
    if len(distinct) > 1:
        names = ", ".join(f"[{float(law.span[0]):.4g}, {float(law.span[1]):.4g}]" for law in distinct)
        raise HypothesisViolated("one stationary law is meant", f"laws on each of {names}; give start or within")
    if not distinct:
        return None
    law = replace(distinct[0], maps=maps)
    return at_one_point(reflected(everywhere(law, maps, w), maps, w), maps, w)


def everywhere(law: IntervalLaw, maps: Weighted, w: sp.Symbol) -> IntervalLaw:
    """The same law as the only one on the line, where every map contracts the whole line."""
    for theta in SLOPES:
        step = ContractsLine("Every map contracts the whole line: no other law", w, tuple(expr for _, expr in maps), theta)
        try:
            step.check()
        except StepFailed:
            continue
        proved = Hypothesis(f"every map contracts the whole line, by a factor of at most {theta}")
        return replace(law, unique=True, proof=(*law.proof, step), hypotheses=(proved,))
    return law


def reflected(law: IntervalLaw, maps: Weighted, w: sp.Symbol) -> IntervalLaw:
    """The same law as a symmetric one, where reflection in the middle of its interval exchanges equally likely maps."""
    middle = sp.Rational(sum(law.span) / 2)
    steps: list[Step] = []
    for chance, expr in maps:
        mirrored = 2 * middle - expr.subs(w, 2 * middle - w)
        partner = next((other for p, other in maps if p == chance and same(other, mirrored)), None)
        if partner is None:
            return law
        steps.append(Identity("Reflection in the middle of the interval exchanges the maps: the law is symmetric", partner, mirrored))
    return replace(law, symmetric=True, proof=(*law.proof, *steps))


def analytic_steps(chain: Chain) -> Weighted | None:
    """The finitely many maps of one step, analytic, not all affine, without free symbols; None for other chains."""
    if chain.dimension != 1 or updates_per_epoch(chain.draw) > 1:
        return None
    w = chain.state[0]
    one = chain.one_sample_map[0]
    if one.is_polynomial(w) and sp.degree(one, w) < 2:
        return None
    if chain.parameters:
        return None
    components = chain.components
    if len(components) > MAPS or any(c.laws or not is_elementary(c.values[0]) for c in components):
        return None
    return tuple((c.probability, c.values[0]) for c in components if c.probability != 0)


def is_elementary(expr: sp.Expr) -> bool:
    """Are all its functions among those with power series? Max and Min are applications, but no `sp.Function`."""
    return all(isinstance(node, tuple(METHODS)) for node in expr.atoms(Application))


def visited(maps: Weighted, w: sp.Symbol, place: Place) -> list[tuple[float, float]]:
    """Intervals that random orbits fill, one for each region that they end in."""
    functions = [sp.lambdify(w, expr, "math") for _, expr in maps]
    starts = [float(place.start[w])] if place.start is not None else [1.0] if w.is_positive else list(SEEDS)
    if place.within is not None and all(end.is_finite for end in place.within):
        starts = [float(sum(place.within)) / 2]
    found: list[tuple[float, float]] = []
    for start in starts:
        ends = orbit_hull(functions, start)
        if ends is not None and not any(ends[0] <= b + 1e-6 and a - 1e-6 <= ends[1] for a, b in found):
            found.append(ends)
    return found


def orbit_hull(functions: Sequence[Callable[[float], float]], start: float) -> tuple[float, float] | None:
    draw, at = random.Random(1), start
    low, high = float("inf"), -float("inf")
    try:
        for step in range(600):
            at = draw.choice(functions)(at)
            if not isfinite(at) or abs(at) > 1e6:
                return None
            if step > 100:
                low, high = min(low, at), max(high, at)
        for _ in range(200):
            low, high = (pick([low, high, *(f(end) for f in functions for end in (low, high))]) for pick in (min, max))
    except (ZeroDivisionError, OverflowError, ValueError, TypeError):  # TypeError: a root of a negative number is complex
        return None
    return (low, high) if isfinite(low) and isfinite(high) and max(abs(low), abs(high)) < 1e6 else None


def on_disc(chain: Chain, maps: Weighted, ends: tuple[float, float], effort: Effort) -> IntervalLaw | None:
    w = chain.state[0]
    effort.check()
    rational = [moebius(expr, w) for _, expr in maps]
    chosen = [m for m in rational if m is not None]
    if len(chosen) == len(maps) and all(p.is_Rational for p, _ in maps):
        return moebius_law(chain, maps, chosen, ends)
    return boxed_law(chain, maps, ends, EASY) or ellipse_law(chain, maps, ends) or boxed_law(chain, maps, ends, WORST)


def overlap(first: Span, second: Span) -> bool:
    return first[0] <= second[1] and second[0] <= first[1]


def fits(found: IntervalLaw, maps: Weighted, w: sp.Symbol, place: Place) -> bool:
    """Is this the law that `place` means: inside `within`; its disc entered from `start` by every path?"""
    if place.within is not None:
        low, high = (sp.Rational(end.numerator, end.denominator) for end in found.span)
        if not ((place.within[0] - low).is_nonpositive and (high - place.within[1]).is_nonpositive):
            return False
    return place.start is None or enters(sp.sympify(place.start[w]), maps, w, found.basin)


def enters(start: sp.Expr, maps: Weighted, w: sp.Symbol, basin: Span) -> bool:
    """Does every path from the start reach the inside of the basin within LEVELS steps? Decided in balls."""
    if start.free_symbols:
        return False
    with precision(BITS):
        low, high = (ball(end) for end in basin)
        outside = [evaluate(start)]
        for _ in range(LEVELS):
            outside = [at for at in outside if not (low < at and at < high)]
            if not outside:
                return True
            if len(outside) * len(maps) > PATHS:
                return False
            outside = [evaluate(expr, {w: at}) for at in outside for _, expr in maps]
    return False

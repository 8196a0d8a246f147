"""Random analytic maps that contract a disc: means of analytic functions by a transfer operator with a proved error.

Moebius maps (1/(k + w), ...) with rational coefficients, parabolic members such as w/(1 + w) included: runs of such a
map are taken as one step (`Word`), with geometric weights. Other analytic maps (polynomials, exp, sin, tanh, ...) by
boxes of ball arithmetic.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from cmath import exp
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product
from math import ceil, floor, isfinite, pi, sqrt

import sympy as sp
from flint import arb, arb_series

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.evaluate import evaluate, evaluate_complex
from ..balls.precision import ball
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain
from ..chain.mixture import mixture
from ..effort import Effort
from ..engines import ellipse_operator
from ..engines.ellipse_operator import EllipseMaps
from ..engines.transfer_operator import Branch, Contraction, Observable, stationary_mean
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.exact_numbers import number
from ..numerics.moebius import Moebius, Span, hull, inside, keeps, moebius
from ..numerics.power_series import METHODS, Series, power_series
from ..proof import Cited, Step, StepFailed
from ..proof.discs import AnalyticDisc, DiscKept, EllipseKept, IntervalKept, Word, ellipse_boxes, largest
from .stationary_law import Kind, Place, StationaryLaw

MAPS = 64
SEEDS = (0.5, -0.5, 2.0, -2.0, 0.1, 5.0)
MARGINS = (0.02, 0.1, 0.25, 0.5, 1.0, 2.5, 8.0, 20.0)
"""How far the disc reaches beyond what is visited, in widths of that."""
REACHES = (0.6, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.5, 8.0, 20.0)
"""Radii of discs that are no images of intervals, in the same unit."""
EASY, WORST = 0.8, 0.97
"""Contractions of a disc below the first are used at once; above it an ellipse is tried before."""
CIRCLE = 24
"""Points on half a circle for a guess."""
LEVELS = 6

ELLIPSE_MARGINS = (0.1, 0.4, 1.0)
RHOS = tuple(Fraction(n, 20) for n in (120, 80, 60, 48, 40, 34, 30, 27, 25))
ONE_LAW = Cited(
    "A strict contraction of the hyperbolic distance of the region: one stationary law on the interval",
    r"\pi=\sum_i p_i\,\pi\circ f_i^{-1}",
    "hutchinson1981",
)

Weighted = tuple[tuple[sp.Expr, sp.Expr], ...]
"""(probability, map)"""


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
    return distinct[0] if distinct else None


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
    components = mixture(chain.update, dict(zip(chain.means, chain.gradient, strict=True)), chain.draw)
    if len(components) > MAPS or any(c.laws or not is_elementary(c.values[0]) for c in components):
        return None
    return tuple((c.probability, c.values[0]) for c in components if c.probability != 0)


def is_elementary(expr: sp.Expr) -> bool:
    """Are all its functions among those with power series?"""
    return all(isinstance(node, tuple(METHODS)) for node in expr.atoms(sp.Function))


# ---- where to look: floating point, which proves nothing


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
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    return (low, high) if isfinite(low) and isfinite(high) and max(abs(low), abs(high)) < 1e6 else None


# ---- the law on one disc


def on_disc(chain: Chain, maps: Weighted, ends: tuple[float, float], effort: Effort) -> IntervalLaw | None:
    w = chain.state[0]
    effort.check()
    rational = [moebius(expr, w) for _, expr in maps]
    chosen = [m for m in rational if m is not None]
    if len(chosen) == len(maps) and all(p.is_Rational for p, _ in maps):
        return moebius_law(chain, maps, chosen, ends)
    return boxed_law(chain, maps, ends, EASY) or ellipse_law(chain, maps, ends) or boxed_law(chain, maps, ends, WORST)


def moebius_law(chain: Chain, maps: Weighted, matrices: list[Moebius], ends: tuple[float, float]) -> AnalyticLaw | None:
    chances = [Fraction(int(p.p), int(p.q)) for p, _ in maps]
    for words in (plain_words(matrices, chances), run_words(matrices, chances)):
        disc = best_disc([word for word, _, _ in words], ends)
        if disc is None:
            continue
        span, inner = disc
        kept = kept_interval(matrices, ends, inner, span)
        if kept is None:
            continue
        steps: tuple[Step, ...] = (
            DiscKept(
                "The maps, runs of parabolic ones as one step, contract a disc",
                tuple(w for w, _, _ in words),
                span,
                inner,
            ),
            IntervalKept(
                "Every step keeps a compact interval, so a stationary law exists on it", tuple(matrices), kept
            ),
        )
        chart = chart_of(span, inner)
        basin = kept if any(word.first is not None for word, _, _ in words) else span
        contraction = moebius_contraction(words, chart, inner)
        return law(chain, maps, kept, steps, contraction, partial(chart_series, chart), span, basin)
    return None


WeightedWord = tuple[Word, Fraction, Fraction]
"""(word, its probability for n = 1 or alone, the ratio from n to n + 1)"""


def plain_words(maps: list[Moebius], chances: list[Fraction]) -> list[WeightedWord]:
    return [(Word(m), p, Fraction(0)) for m, p in zip(maps, chances, strict=True)]


def run_words(maps: list[Moebius], chances: list[Fraction]) -> list[WeightedWord]:
    """Stop at the first letter, read from the outside, that is not the run of a parabolic map: X^n Y, Y not X, n >= 1."""
    found: list[WeightedWord] = []
    for (i, m), p in zip(enumerate(maps), chances, strict=True):
        if m.parabolic_point is None:
            found.append((Word(m), p, Fraction(0)))
            continue
        others = ((j, other, q) for (j, other), q in zip(enumerate(maps), chances, strict=True) if j != i)
        found += [(Word(m, other), p * q, p) for _, other, q in others]
    return found


def best_disc(words: list[Word], ends: tuple[float, float]) -> tuple[Span, Span] | None:
    """The diameter of a disc that all words contract, of those tried the most contracted, and the hull of its images."""
    width = max(ends[1] - ends[0], 1e-3)
    best: tuple[float, Span, Span] | None = None
    for below, above in product(MARGINS, MARGINS):
        span = snapped(ends[0] - below * width), snapped(ends[1] + above * width)
        images = [word.image(span) for word in words]
        if any(image is None for image in images):
            continue
        inner = hull([image for image in images if image is not None])
        if not inside(inner, span):
            continue
        cross = (inner[1] - span[0]) * (span[1] - inner[0]) / ((inner[0] - span[0]) * (span[1] - inner[1]))
        theta = (sqrt(cross) - 1) / (sqrt(cross) + 1)
        if best is None or theta < best[0]:
            best = theta, span, inner
    return None if best is None or best[0] > WORST else best[1:]


def snapped(value: float) -> Fraction:
    return Fraction(value).limit_denominator(100)


def kept_interval(maps: list[Moebius], ends: tuple[float, float], inner: Span, span: Span) -> Span | None:
    """A compact interval inside the disc that every map keeps: what was visited, rounded outwards, or all its images."""
    points = [float(m.parabolic_point) for m in maps if m.parabolic_point is not None]
    low, high = (pick([*ends, *(p for p in points if ends[0] - 0.1 <= p <= ends[1] + 0.1)]) for pick in (min, max))
    tried = [outwards(low, high, 10**k) for k in range(4)]
    return next((kept for kept in [*tried, inner] if inside(kept, span) and keeps(maps, kept)), None)


def outwards(low: float, high: float, denominator: int) -> Span:
    """Rounded to multiples of 1/denominator, outwards but for the error of floating point."""
    return (
        Fraction(floor(low * denominator + 1e-6), denominator),
        Fraction(ceil(high * denominator - 1e-6), denominator),
    )


def chart_of(span: Span, inner: Span) -> Moebius:
    """y -> w from the unit disc to the disc, with the inner one nearly centred at 0."""
    low, high = span
    to_unit = Moebius(Fraction(2), -(low + high), Fraction(0), high - low)
    a, b = (to_unit(end) for end in inner)
    # the x with (a - x)/(1 - a x) = -(b - x)/(1 - b x): a root of (a + b) x^2 - 2 (1 + a b) x + (a + b) = 0
    total, mixed = float(a + b), float(1 + a * b)
    x = 0.0 if abs(total) < 1e-12 else (mixed - sqrt(max(mixed**2 - total**2, 0.0))) / total
    centre = Fraction(x).limit_denominator(1000)
    turned = Moebius(Fraction(1), -centre, -centre, Fraction(1))
    return inverse(turned.after(to_unit))


def inverse(m: Moebius) -> Moebius:
    return Moebius(m.d, -m.b, -m.c, m.a)


def moebius_contraction(words: list[WeightedWord], chart: Moebius, inner: Span) -> Contraction:
    back = inverse(chart)
    theta = max(abs(back(end)) for end in inner)

    def branches(count: int) -> list[Branch]:
        found = []
        for word, weight, ratio in words:
            m, p = (word.letter, weight) if word.first is None else (word.letter.after(word.first), weight)
            for _ in range(count if word.first is not None else 1):
                found.append(branch(back.after(m).after(chart), p))
                m, p = word.letter.after(m), p * ratio
        return found

    def rest(count: int) -> Fraction:
        return sum((w * r**count / (1 - r) for word, w, r in words if word.first is not None), start=Fraction(0))

    return Contraction(theta, branches, rest)


def branch(m: Moebius, probability: Fraction) -> Branch:
    return Branch(lambda: ball(probability), lambda y: (ball(m.a) * y + ball(m.b)) / (ball(m.c) * y + ball(m.d)))


def chart_series(chart: Moebius, y: Series) -> Series:
    return (ball(chart.a) * y + ball(chart.b)) / (ball(chart.c) * y + ball(chart.d))


def boxed_law(chain: Chain, maps: Weighted, ends: tuple[float, float], worst: float) -> AnalyticLaw | None:
    """Other analytic maps: a disc around what was visited, proved on boxes."""
    w = chain.state[0]
    exprs = [expr for _, expr in maps]
    centre = Fraction((ends[0] + ends[1]) / 2).limit_denominator(100)
    width = max(ends[1] - ends[0], 1e-2)
    radii = [(guess, r) for guess, r in likely_radii(exprs, w, centre, width) if guess < worst]
    proved = (
        (radius, theta)
        for guess, radius in radii
        if (theta := proved_theta(exprs, w, centre, radius, guess)) is not None
    )
    radius, theta = next(proved, (None, None))
    if radius is None or theta is None:
        return None
    step = AnalyticDisc("The maps contract a disc", w, tuple(exprs), centre, radius, theta)

    def series(expr: sp.Expr, y: Series) -> Series:
        return (power_series(expr, w, ball(centre) + ball(radius) * y) - ball(centre)) / ball(radius)

    branches = [Branch(partial(evaluate, p), partial(series, expr)) for p, expr in maps]
    contraction = Contraction(theta, lambda count: branches, lambda count: Fraction(0))
    kept, disc = (centre - theta * radius, centre + theta * radius), (centre - radius, centre + radius)
    return law(chain, maps, kept, (step,), contraction, lambda y: ball(centre) + ball(radius) * y, disc, disc)


def likely_radii(exprs: list[sp.Expr], w: sp.Symbol, centre: Fraction, width: float) -> list[tuple[float, Fraction]]:
    """(theta, radius) at which values sampled on the circle say that the disc is contracted, the most contracted first."""
    functions = [sp.lambdify(w, expr, "cmath") for expr in exprs]
    middle = float(centre)
    found: list[tuple[float, Fraction]] = []
    for reach in REACHES:
        radius = Fraction(width * reach).limit_denominator(100) or Fraction(1, 100)
        points = [middle + float(radius) * exp(1j * pi * k / CIRCLE) for k in range(CIRCLE + 1)]
        try:
            theta = max(abs(f(z) - middle) for f in functions for z in points) / float(radius)
        except (ZeroDivisionError, OverflowError, ValueError):
            continue
        if theta < WORST:
            found.append((theta, radius))
    return sorted(found)


def proved_theta(
    exprs: list[sp.Expr], w: sp.Symbol, centre: Fraction, radius: Fraction, guess: float
) -> Fraction | None:
    """A rational theta < 1, little above the guess, for which the step of the proof holds; or None."""
    for slack in (1.03, 1.15):
        theta = Fraction(ceil(guess * slack * 200), 200)
        if theta > WORST:
            return None
        try:
            AnalyticDisc("", w, tuple(exprs), centre, radius, theta).check()
        except StepFailed:
            continue
        return theta
    return None


def ellipse_law(chain: Chain, maps: Weighted, ends: tuple[float, float]) -> EllipseLaw | None:
    """Maps that contract no disc, but a thinner ellipse around what was visited."""
    w = chain.state[0]
    exprs = tuple(expr for _, expr in maps)
    centre = Fraction((ends[0] + ends[1]) / 2).limit_denominator(100)
    half = max((ends[1] - ends[0]) / 2, 1e-2)
    functions = [sp.lambdify(w, expr, "cmath") for expr in exprs]
    for margin, rho in product(ELLIPSE_MARGINS, RHOS):
        radius = Fraction(half * (1 + margin)).limit_denominator(100)
        if radius == 0 or not likely_kept(functions, float(centre), float(radius), float(rho)):
            continue
        step = EllipseKept("The maps contract an ellipse", w, exprs, centre, radius, rho)
        try:
            step.check()
        except StepFailed:
            continue
        span = centre - radius, centre + radius
        interval = tuple(sp.Rational(end.numerator, end.denominator) for end in span)
        return EllipseLaw(
            family="law of contracting analytic maps",
            state=(w,),
            parameters={"low": interval[0], "high": interval[1]},
            hypotheses=(
                Hypothesis(f"the maps contract an ellipse: one stationary law on [{interval[0]}, {interval[1]}]"),
            ),
            unique=None,
            proof=(step, ONE_LAW),
            cite=("hutchinson1981",),
            span=span,
            basin=span,
            maps=maps,
            rho=rho,
        )
    return None


def likely_kept(functions: Sequence[Callable[[complex], complex]], centre: float, radius: float, rho: float) -> bool:
    """Do values sampled on the ellipse and on its axis say that the step of the proof holds?"""
    edge = [rho * exp(1j * pi * k / CIRCLE) for k in range(CIRCLE + 1)]
    points = [(z + 1 / z) / 2 for z in edge] + [complex(2 * k / CIRCLE - 1) for k in range(CIRCLE + 1)]
    try:
        images = [(f(centre + radius * x) - centre) / radius for f in functions for x in points]
    except (ZeroDivisionError, OverflowError, ValueError):
        return False
    return all(abs(y - 1) + abs(y + 1) < 0.985 * (rho + 1 / rho) for y in images) and all(
        abs(y) < 0.985
        for f in range(len(functions))
        for y in images[(2 * f + 1) * (CIRCLE + 1) : (2 * f + 2) * (CIRCLE + 1)]
    )


def law(
    chain: Chain,
    maps: Weighted,
    kept: Span,
    steps: tuple[Step, ...],
    contraction: Contraction,
    chart: Callable[[Series], Series],
    disc: Span,
    basin: Span,
) -> AnalyticLaw:
    w = chain.state[0]
    interval = tuple(sp.Rational(end.numerator, end.denominator) for end in kept)
    everywhere = covers_domain(chain, maps, basin)
    where = "" if everywhere else f" on [{interval[0]}, {interval[1]}]"
    return AnalyticLaw(
        family="law of contracting analytic maps",
        state=(w,),
        parameters={"low": interval[0], "high": interval[1]},
        hypotheses=(Hypothesis(f"the maps contract a disc: one stationary law{where}"),),
        unique=True if everywhere else None,
        proof=(
            *steps,
            ONE_LAW,
        ),
        cite=("hutchinson1981",),
        span=kept,
        disc=disc,
        basin=basin,
        contraction=contraction,
        chart=chart,
    )


def covers_domain(chain: Chain, maps: Weighted, basin: Span) -> bool:
    """Is the half-line that the problem declares led into the basin in one step, by Moebius maps without a pole there?"""
    w = chain.state[0]
    if not (w.is_nonnegative or chain.domain.get(w) in ("positive", "nonnegative")):
        return False
    for _, expr in maps:
        m = moebius(expr, w)
        if m is None or m.c == 0 or m.d / m.c <= 0:
            return False
        ends = m.b / m.d, m.a / m.c
        if min(ends) < basin[0] or max(ends) > basin[1]:
            return False
    return True


def overlap(first: Span, second: Span) -> bool:
    return first[0] <= second[1] and second[0] <= first[1]


def fits(found: IntervalLaw, maps: Weighted, w: sp.Symbol, place: Place) -> bool:
    """Is this the law that `place` means: inside `within`; its disc entered from `start` by every path?"""
    if place.within is not None:
        low, high = (sp.Rational(end.numerator, end.denominator) for end in found.span)
        if not ((place.within[0] - low).is_nonpositive and (high - place.within[1]).is_nonpositive):
            return False
    return place.start is None or enters(sp.sympify(place.start[w]), maps, w, found.basin, LEVELS)


def enters(at: sp.Expr, maps: Weighted, w: sp.Symbol, basin: Span, levels: int) -> bool:
    if not at.is_Rational:
        return False
    if basin[0] < Fraction(int(at.p), int(at.q)) < basin[1]:
        return True
    return levels > 0 and all(enters(expr.subs(w, at), maps, w, basin, levels - 1) for _, expr in maps)


@dataclass(frozen=True, kw_only=True)
class IntervalLaw(StationaryLaw):
    """The law of contracting maps on `span`, reached from every start in `basin`."""

    span: Span
    basin: Span

    @property
    def kind(self) -> Kind:
        return Kind.UNKNOWN

    def description(self) -> str:
        low, high = (sp.latex(sp.Rational(end.numerator, end.denominator)) for end in self.span)
        return rf"\pi=\sum_i p_i\,\pi\circ f_i^{{-1}} \text{{ on }} \left[{low},{high}\right]"

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """E of(w), certified, of a function that is analytic where the maps contract: polynomials, log, exp, ..."""
        what = f"E[{of}]"
        if of.free_symbols - {*self.state}:
            raise self.unknown(what)
        if not of.free_symbols:
            return number(of, effort, what)
        return Number(None, self.enclosed_mean(of, effort, what), effort.digits)

    @abstractmethod
    def enclosed_mean(self, of: sp.Expr, effort: Effort, what: str) -> Enclosure:
        """The mean of an expression in the state."""


@dataclass(frozen=True, kw_only=True)
class EllipseLaw(IntervalLaw):
    """Means by Chebyshev polynomials on `span`; `rho` is that of the ellipse."""

    maps: Weighted
    rho: Fraction

    def enclosed_mean(self, of: sp.Expr, effort: Effort, what: str) -> Enclosure:
        w = self.state[0]
        middle, half = (self.span[0] + self.span[1]) / 2, (self.span[1] - self.span[0]) / 2

        def at(expr: sp.Expr, x: arb) -> arb:
            return evaluate(expr, {w: ball(middle) + ball(half) * x})

        def image(expr: sp.Expr, x: arb) -> arb:
            return (at(expr, x) - ball(middle)) / ball(half)

        def bound() -> arb:
            largest_value = arb(0)
            for x in ellipse_boxes(self.rho, 20):
                value = evaluate_complex(of, {w: ball(middle) + ball(half) * x}, analytic=True)
                if not abs(value).is_finite():
                    raise Inconclusive(f"{of} is not proved to be analytic on the ellipse of the contraction")
                largest_value = largest_value.max(abs(value).upper())
            return largest_value

        system = EllipseMaps([(partial(evaluate, p), partial(image, expr)) for p, expr in self.maps], self.rho)
        return ellipse_operator.stationary_mean(system, partial(at, of), bound, effort, what)


@dataclass(frozen=True, kw_only=True)
class AnalyticLaw(IntervalLaw):
    """Means by the `contraction`, in the `chart` y -> w from the unit disc to the disc of the diameter `disc`."""

    disc: Span
    contraction: Contraction
    chart: Callable[[Series], Series]

    def enclosed_mean(self, of: sp.Expr, effort: Effort, what: str) -> Enclosure:
        w = self.state[0]
        observable = Observable(
            lambda y: power_series(of, w, arb_series(self.chart(y).coeffs())), lambda: self.bound(of)
        )
        return stationary_mean(self.contraction, observable, effort, what)

    def bound(self, of: sp.Expr) -> arb:
        """A bound of |of| on the disc."""
        w = self.state[0]
        if of.is_polynomial(w):
            size = ball(max(abs(self.disc[0]), abs(self.disc[1])))
            terms = sp.Poly(of, w).terms()
            return sum((abs(evaluate(c)) * size**k for (k,), c in terms), start=arb(0))
        centre, radius = (self.disc[0] + self.disc[1]) / 2, (self.disc[1] - self.disc[0]) / 2
        found = largest(of, w, centre, radius)
        if not found.is_finite():
            raise Inconclusive(f"{of} is not proved to be analytic on the disc of the contraction")
        return found

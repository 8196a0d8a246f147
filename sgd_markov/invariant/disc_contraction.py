"""Random analytic maps that contract a disc: Moebius maps exactly, runs of parabolic ones as one step; others by balls."""

from __future__ import annotations

from cmath import exp
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import product
from math import ceil, floor, pi, sqrt

import sympy as sp

from ..answer.answer import Hypothesis
from ..balls.evaluate import evaluate
from ..balls.precision import ball
from ..chain.chain import Chain
from ..engines.transfer_operator import Branch, Contraction
from ..numerics.moebius import Moebius, Span, hull, inside, keeps, moebius
from ..numerics.power_series import Series, power_series
from ..proof import Step, StepFailed
from ..proof.discs import AnalyticDisc, DiscKept, IntervalKept, Word
from .contracting_law import ONE_LAW, AnalyticLaw, Weighted, complex_function

MARGINS = (0.02, 0.1, 0.25, 0.5, 1.0, 2.5, 8.0, 20.0)
"""How far the disc reaches beyond what is visited, in widths of that."""
REACHES = (0.6, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.5, 8.0, 20.0)
"""Radii of discs that are no images of intervals, in the same unit."""
WORST = 0.97
CIRCLE = 24
"""Points on half a circle for a guess."""

WeightedWord = tuple[Word, Fraction, Fraction]
"""(word, its probability for n = 1 or alone, the ratio from n to n + 1)"""


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
        if not images or any(image is None for image in images):
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
    functions = [complex_function(expr, w) for expr in exprs]
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
        family="contracting-maps",
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

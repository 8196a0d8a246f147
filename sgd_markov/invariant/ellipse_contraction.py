"""Random analytic maps that contract a Bernstein ellipse around an interval, thinner than any disc."""

from __future__ import annotations

from cmath import exp
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import pi

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.chain import Chain
from ..proof import StepFailed
from ..proof.discs import EllipseKept
from .contracting_law import ONE_LAW, EllipseLaw, Weighted, complex_function

MARGINS = (0.1, 0.4, 1.0)
"""How far the interval reaches beyond what is visited, in half widths of that."""
RHOS = tuple(Fraction(n, 20) for n in (120, 80, 60, 48, 40, 34, 30, 27, 25))
CIRCLE = 24
"""Points on half of the edge for a guess."""


def ellipse_law(chain: Chain, maps: Weighted, ends: tuple[float, float]) -> EllipseLaw | None:
    """Maps that contract no disc, but a thinner ellipse around what was visited."""
    w = chain.state[0]
    exprs = tuple(expr for _, expr in maps)
    centre = Fraction((ends[0] + ends[1]) / 2).limit_denominator(100)
    half = max((ends[1] - ends[0]) / 2, 1e-2)
    functions = [complex_function(expr, w) for expr in exprs]
    for margin, rho in product(MARGINS, RHOS):
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
            family="contracting-maps",
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

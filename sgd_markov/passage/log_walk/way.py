"""Which walk a region or a target asks for, in units of the start."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb, fmpq, fmpq_mat

from ...algebra import exponent_vectors
from ...balls.precision import ball
from ...balls.zero_proof import fraction
from ...chain.chain import Chain, Point
from ...chain.diffusion import Diffusion
from ...chain.mixture import Component
from ...chain.region import Interval, Region
from ...engines.count_walk import CountWalk
from ...laws.signs import sign
from ...numerics.line_region import line_region, reflected
from ...numerics.multiplicative_step import Multiplicative, multiplicative_step


@dataclass(frozen=True)
class Problem:
    """|w| from 1 up to `ratio` = (L/|w_0|)^2; `parts`: the law of M, towards larger |w| (1/M where the walk goes down).

    `walk`: the paths by counts, None where M has a density. `one_sided`: 0 is on the other side.
    """

    parts: tuple[Component, ...]
    ratio: Fraction
    walk: CountWalk | None
    one_sided: bool
    out: sp.Expr
    stuck: sp.Expr
    stays: bool = False
    """The region is never left, whatever is drawn."""
    inward: bool = False
    """The walk is that of 1/|w|; taken out means come to 0 or a change of sign, which is where it is asked to go."""

    @property
    def distance(self) -> arb:
        return ball(self.ratio).log() / 2


def leaving(model: Chain | Diffusion, start: Point, inside: Region) -> Problem | None:
    """Out of [low, high] with 0 inside and symmetric (or M >= 0, or 0 an end), or with positive ends."""
    bounds = line_region(model, inside)
    if bounds is None or not isinstance(model, Chain):
        return None
    (place,) = (start[symbol] for symbol in model.state)
    step = multiplicative_step(model, *bounds)
    if step is None or place == 0 or not (place**2).is_Rational:
        return None
    if not all(at or unmet(step, place, end) for at, end in zip((step.at_low, step.at_high), bounds, strict=True)):
        return None
    low, high = bounds if sign(place) == 1 else reflected(bounds)
    place = abs(place)
    keeps_sign = all(never_negative(c) for c in step.multipliers)
    if high.is_infinite:
        return beyond_low(step.multipliers, low, place) if sign(low) == 1 else never_left(step.multipliers) if keeps_sign else None
    if not (high**2).is_Rational:
        return None
    if sign(low) == 1:
        return two_ends(step.multipliers, low, high, place, strict=False) if (low**2).is_Rational else None
    if low == 0 or keeps_sign or sp.expand(low + high) == 0:
        return one_end(step.multipliers, fraction((high / place) ** 2), flips_leave=low == 0 and not keeps_sign, strict=False)
    return None


def beyond_low(parts: tuple[Component, ...], low: sp.Expr, place: sp.Expr) -> Problem | None:
    """Out of [low, oo): downwards, by M = 0, by a change of sign."""
    if not (low**2).is_Rational:
        return None
    return downwards(parts, fraction((place / low) ** 2), flips_leave=True, strict=False)


def never_left(parts: tuple[Component, ...]) -> Problem:
    """w keeps its sign, and the region is unbounded on that side."""
    return Problem(parts, Fraction(1), None, True, sp.Integer(0), sp.Integer(0), stays=True)


def downwards(parts: tuple[Component, ...], ratio: Fraction, flips_leave: bool, strict: bool) -> Problem | None:
    """The walk towards 0 as one upwards by 1/|M|."""
    if any(c.laws for c in parts):
        return None
    zero, flips, steps = split(parts, flips_leave)
    if steps is None:
        return None
    inverse = {1 / square: p for square, p in steps.items()}
    kept = tuple(Component(p, (sp.sqrt(sp.Rational(square)),), {}) for square, p in inverse.items())
    walk = CountWalk(tuple(inverse), tuple(inverse.values()), ratio, out=zero + flips, strict=strict)
    return Problem(kept, ratio, walk, True, zero + flips, sp.Integer(0), inward=True)


def unmet(step: Multiplicative, place: sp.Expr, end: sp.Expr) -> bool:
    """Is the end of the piece never met exactly: is (end/start)^2 no product of powers of the M^2?"""
    if end.is_infinite:
        return True
    squares = [sp.expand(c.values[0] ** 2) for c in step.multipliers]
    ratio = sp.expand((end / place) ** 2)
    if not all(value.is_Rational for value in (ratio, *squares)) or ratio == 0:
        return bool(ratio == 0)
    moving = [fraction(square) for square in squares if square != 0]
    return ranks([*moving, fraction(ratio)]) > ranks(moving)


def ranks(ratios: list[Fraction]) -> int:
    """How many of the numbers are multiplicatively independent."""
    return int(fmpq_mat([[fmpq(e) for e in vector] for vector in exponent_vectors(ratios)]).rank())


def entering(model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None) -> Problem | None:
    """Into [level, oo) from below, before (-oo, e] with 0 < e if there is something to avoid; M never negative.

    Or into an interval around 0 from above it.
    """
    goal, danger = line_region(model, target), None if avoid is None else line_region(model, avoid)
    if goal is None or not isinstance(model, Chain) or (avoid is not None and danger is None):
        return None
    (place,) = (start[symbol] for symbol in model.state)
    side = sign(place)
    if side not in (1, -1) or not (place**2).is_Rational:
        return None
    if side == -1:
        goal, danger, place = reflected(goal), None if danger is None else reflected(danger), -place
    if danger is None and sign(goal[0]) in (0, -1) and sign(goal[1]) == 1:
        return into_neighbourhood(model, goal, place, side)
    level = goal[0]
    if goal[1] is not sp.oo or sign(level - place) != 1 or not (level**2).is_Rational:
        return None
    floor = danger[1] if danger is not None and sign(danger[1]) == 1 else sp.Integer(0)
    step = multiplicative_step(model, *((floor, level) if side == 1 else (-level, -floor)))
    if step is None or not all(never_negative(c) for c in step.multipliers):
        return None
    if danger is None or sign(danger[1]) == -1:
        return one_end(step.multipliers, fraction((level / place) ** 2), flips_leave=False, strict=True)
    if floor == 0 or sign(danger[0]) == 1 or not (floor**2).is_Rational:
        return None
    return two_ends(step.multipliers, floor, level, place, strict=True)


def into_neighbourhood(model: Chain, goal: Interval, place: sp.Expr, side: int) -> Problem | None:
    """The target [t1, t2] with t1 <= 0 < t2 from place > t2: symmetric, or open below, or M never negative."""
    step = multiplicative_step(model, *((goal[1], sp.oo) if side == 1 else (-sp.oo, -goal[1])))
    if step is None or not (goal[1] ** 2).is_Rational or sign(place - goal[1]) != 1:
        return None
    free = goal[0] is -sp.oo or all(never_negative(c) for c in step.multipliers)
    if not free and (sp.expand(goal[0] + goal[1]) != 0 or multiplicative_step(model, -sp.oo, sp.oo) is None):
        return None
    return downwards(step.multipliers, fraction((place / goal[1]) ** 2), goal[0] is -sp.oo, strict=True)


def never_negative(component: Component) -> bool:
    """Is M >= 0 for certain?"""
    (value,) = component.values
    if not component.laws:
        return sign(value) in (0, 1)
    stand_ins = {s: sp.Dummy(positive=True) for s, law in component.laws.items() if is_positive(law)}
    return bool(value.xreplace(stand_ins).is_nonnegative)


def is_positive(law: object) -> bool:
    low = getattr(getattr(law, "support", None), "low", None)
    return low is not None and sign(low) in (0, 1)


def one_end(parts: tuple[Component, ...], ratio: Fraction, flips_leave: bool, strict: bool) -> Problem | None:
    if any(c.laws for c in parts):
        return None if flips_leave else Problem(parts, ratio, None, True, sp.Integer(0), sp.Integer(0))
    zero, out, steps = split(parts, flips_leave)
    if steps is None:
        return None
    walk = CountWalk(tuple(steps), tuple(steps.values()), ratio, out=out, stuck=zero, strict=strict)
    return Problem(parts, ratio, walk, True, out, zero)


def two_ends(parts: tuple[Component, ...], low: sp.Expr, high: sp.Expr, place: sp.Expr, strict: bool) -> Problem | None:
    """M = 0 and M < 0 lead out."""
    if any(c.laws for c in parts):
        return None
    zero, flips, steps = split(parts, True)
    if steps is None:
        return None
    ratio, below = fraction((high / place) ** 2), fraction((low / place) ** 2)
    walk = CountWalk(tuple(steps), tuple(steps.values()), ratio, below, out=zero + flips, strict=strict)
    return Problem(parts, ratio, walk, False, zero + flips, sp.Integer(0))


def split(parts: tuple[Component, ...], flips_leave: bool) -> tuple[sp.Expr, sp.Expr, dict[Fraction, sp.Expr] | None]:
    """P(M = 0), P(M < 0) if that leaves, and M^2 -> probability of the others; None where M^2 is not rational."""
    zero = flips = sp.Integer(0)
    steps: dict[Fraction, sp.Expr] = {}
    for component in parts:
        square = sp.expand(component.values[0] ** 2)
        if not square.is_Rational:
            return zero, flips, None
        if square == 0:
            zero += component.probability
        elif flips_leave and sign(component.values[0]) == -1:
            flips += component.probability
        else:
            steps[fraction(square)] = steps.get(fraction(square), sp.Integer(0)) + component.probability
    return zero, flips, steps if steps else None

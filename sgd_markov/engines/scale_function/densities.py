"""Scale density s and speed density m of a diffusion along a line of cells, and their iterated integrals, certified.

With Phi = int 2 b/C the scale density is s = exp(-Phi) and the speed density m = 2 exp(Phi)/C. On a cell with centre c
and half-width r, in t = (q - c)/r, all of it is analytic on a disc |t| <= R once 2 b/C is; a function bounded there by B has
Taylor coefficients of size B R^-k (Cauchy), which bounds what N terms leave out on |t| <= 1. The first N coefficients
are exact balls, whatever has been cut off: coefficients of sums, products, integrals only look downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log2

import sympy as sp
from flint import acb, arb, arb_poly, arb_series, ctx

from ...balls.evaluate import evaluate, evaluate_complex
from ...errors import Inconclusive
from ...numerics.power_series import coefficients, power_series, series_length

RATIO = 2
"""Radius of the disc on which bounds are taken, in half-widths of the cell."""
WIDER = (4, 8, 16, 32)
"""The same where many words are wanted, so that few terms are enough."""
VARIATION = 4
"""log of the largest ratio of variances allowed on one cell."""
HALVINGS = 400
ONE = arb(1)
LOG_2 = 0.6931


@dataclass(frozen=True)
class Stretch:
    """A smooth part of the way, in the coordinate q that grows along it: w = origin + side q.

    `slope`: dPhi/dq; `variance`: C; both as functions of q on [first, last]. `last` is None towards an end that is
    singular: q grows to 0 (a finite end at the origin, `infinite` False) or to oo.
    """

    variable: sp.Symbol
    origin: sp.Expr
    side: int
    slope: sp.Expr
    variance: sp.Expr
    first: sp.Expr
    last: sp.Expr | None
    infinite: bool = False


@dataclass(frozen=True)
class Cell:
    """Iterated integrals over one cell, in the order of the way: the first letter lies nearest to where it starts.

    `from_m` = 1, int m, int m s, int m s m, ... and `from_s` = 1, int s, int s m, ...: int m s is the integral of m(x) s(y)
    over x before y. `level`: Phi at the end of the cell; `place`: w there.
    """

    from_m: tuple[arb, ...]
    from_s: tuple[arb, ...]
    level: arb
    place: arb

    @property
    def m(self) -> arb:
        return self.from_m[1]

    @property
    def s(self) -> arb:
        return self.from_s[1]


@dataclass(frozen=True)
class Disc:
    """A cell on the q-axis with a bound of |Phi - Phi(left)| on the disc, and one of 2/|C|; the disc is `ratio` cells wide."""

    centre: arb
    radius: arb
    rise: arb
    weight: arb
    ratio: int = RATIO


def disc(stretch: Stretch, left: arb, right: arb, limit: float) -> Disc | None:
    """The cell from left to right where slope and variance are analytic and tame enough around it, else None."""
    return around((left + right) / 2, (right - left) / 2, stretch, limit, RATIO)


def around(centre: arb, radius: arb, stretch: Stretch, limit: float, ratio: int) -> Disc | None:
    reach = (ratio * radius).upper()
    box = acb(centre + arb(0, reach), arb(0, reach))
    at = {stretch.variable: box}
    slope = abs(evaluate_complex(stretch.slope, at, analytic=True))
    rise = (slope * (ratio + 1) * radius).upper()
    if not (rise.is_finite() and rise < limit):
        return None
    variance = abs(evaluate_complex(stretch.variance, at, analytic=True))
    here = evaluate(stretch.variance, {stretch.variable: centre})
    if not (variance.is_finite() and variance.lower() > 0 and here > 0):
        return None
    spread = (here / variance.lower()).log() if here.is_finite() else arb.pos_inf()
    return Disc(centre, radius, rise, (2 / variance).upper(), ratio) if spread < VARIATION else None


def sharpened(found: Disc, stretch: Stretch, limit: float, depth: int, rate: arb) -> Disc:
    """The same cell with the disc that needs the fewest terms."""
    best, terms = found, terms_needed(found, depth, rate)
    for ratio in WIDER:
        wider = around(found.centre, found.radius, stretch, limit, ratio)
        if wider is None or terms_needed(wider, depth, rate) >= terms:
            return best
        best, terms = wider, terms_needed(wider, depth, rate)
    return best


def next_disc(
    stretch: Stretch, left: arb, right: arb | None, guess: arb, limit: float, floor: arb
) -> tuple[Disc, arb, bool]:
    """The widest cell found from `left` on, at least `floor` wide: its disc, its right end, whether that is `right`."""
    width = guess
    for _ in range(HALVINGS):
        end, last = left + width, False
        if right is not None and not end < right:
            end, last = right, True
        elif right is None and not stretch.infinite:
            end = left / 2 if not end < left / 2 else end
        end = end if last else end.mid()
        found = disc(stretch, left, end, limit)
        if found is not None:
            return found, end, last
        width = ((end - left) / 2).mid()
        if width < floor:
            break
    place = sp.Float(float((evaluate(stretch.origin) + stretch.side * left).mid()), 6)
    raise Inconclusive(f"near {place} the variance is not shown to be positive, or drift and variance are not analytic")


def terms_needed(found: Disc, depth: int, rate: arb) -> int:
    """So many that what is left out of rate^j (m s)^j, bounded as in `Line.words`, counts for nothing."""
    rise = float(found.rise.mid())
    pair = float((rate * found.weight * (found.radius * (found.ratio + 1)) ** 2).log().mid())
    excess = max((j * pair - lgamma(2 * j + 1) for j in range(1, depth // 2 + 1)), default=0.0)
    return int((ctx.prec + (3 * rise + max(0.0, excess)) / LOG_2) / log2(found.ratio)) + 16


def measure(stretch: Stretch, found: Disc, level: arb, depth: int, rate: arb = ONE) -> Cell:
    """The iterated integrals up to `depth` letters, j pairs of which come with rate^j; `level` is Phi at the left end."""
    bits = terms_needed(found, depth, rate)
    with series_length(bits):
        inner = arb_series([found.centre, found.radius])
        slope = power_series(stretch.slope, stretch.variable, inner) * found.radius
        variance = power_series(stretch.variance, stretch.variable, inner)
        line = Line(bits, found.radius, found.ratio)
        rise = line.integral(slope, found.rise)
        scale = (-rise).exp()
        speed = 2 * rise.exp() / variance
        down, up = (-level).exp(), level.exp()
        from_m = line.words((speed, scale), (found.weight, ONE), found.rise, depth)
        from_s = line.words((scale, speed), (ONE, found.weight), found.rise, depth)
        top = level + line.value(rise, found.rise)
    # every s carries exp(-level), every m exp(level): they cancel in pairs
    return Cell(
        tuple(value if n % 2 == 0 else value * up for n, value in enumerate(from_m)),
        tuple(value if n % 2 == 0 else value * down for n, value in enumerate(from_s)),
        top,
        evaluate(stretch.origin) + stretch.side * (found.centre + found.radius),
    )


@dataclass(frozen=True)
class Line:
    """Integration from t = -1 with `length` terms on a cell of half-width `radius`."""

    length: int
    radius: arb
    ratio: int

    def rest(self, bound: arb) -> arb:
        """What the terms beyond `length` of a function bounded by `bound` on the disc add at most for |t| <= 1."""
        return arb(0, (bound * arb(self.ratio) ** (-self.length) * self.ratio / (self.ratio - 1)).upper())

    def integral(self, f: arb_series, bound: arb) -> arb_series:
        """int_(-1)^t f dt; `bound` is one of the integral on the disc."""
        plain = f.integral()
        terms = coefficients(plain, self.length)
        start = arb_poly(terms)(arb(-1)) + self.rest(bound)
        return plain - arb_series([start])

    def value(self, f: arb_series, bound: arb) -> arb:
        """f(1)."""
        return arb_poly(coefficients(f, self.length))(arb(1)) + self.rest(bound)

    def words(
        self, letters: tuple[arb_series, arb_series], weights: tuple[arb, arb], rise: arb, depth: int
    ) -> list[arb]:
        """1, int f, int f g, int f g f, ... over the cell for letters f, g that are, in this order or the other,
        exp(Phi) times a weight and exp(-Phi) times a weight, of which `weights` are bounds on the disc |t| <= R.

        From -1 to a point of the disc n ordered points have the volume (R + 1)^n/n! at most, and the exponent is a sum of
        differences of Phi over separate parts of the way, but for one: at most twice the `rise`.
        """
        values, inner, bound = [arb(1)], arb_series([1]), (2 * rise).exp()
        scaled = letters[0] * self.radius, letters[1] * self.radius
        for n in range(depth):
            bound = bound * weights[n % 2] * self.radius * (self.ratio + 1) / (n + 1)
            inner = self.integral(inner * scaled[n % 2], bound)
            values.append(self.value(inner, bound))
        return values

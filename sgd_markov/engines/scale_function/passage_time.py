"""The law of the time at which a diffusion leaves an interval: P(tau > t) for t near a given time, certified.

P(tau > t) is inverted from its transform along a parabola (`contour`), the transform comes from the ladder (`resolvent`).
With A = E tau, G the Green function at the start x and M the speed measure of the interval, the resolvent identity gives
|F(z)| <= A + |z| sqrt(G(x, x) A M)/dist, dist the distance of z from the spectrum.

Where the far end is no ordinary end and paths may be lost there, or its speed measure is infinite, a point c is put before
it: V <= P(tau <= t) <= V + P(c before b, by t) P_c(b is ever reached), V = P(b before c, by t).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import log

import sympy as sp
from flint import acb, arb, ctx, fmpq

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...chain.diffusion import Diffusion
from ...effort import Effort
from ...errors import Inconclusive
from .contour import Growth, Inversion, Parabola
from .first_exit import between, one_sided, require_understood
from .resolvent import Arrival, Side, leaving, staying
from .spectrum import principal_rate
from .terrain import Way, ways
from .way import Fineness, laid_out, sums

COARSE = fmpq(6)
"""The rate times s m that cells may have here."""
FINER = 64
"""Cells that are fine enough for so many times the rate are used again."""
PLACES = 12
"""Points c that are tried."""
NEAR = arb(5) / 4
"""So many times the time of a `Survivor` it may be asked for."""
LONG = 3
"""From so many mean times on the lowest eigenvalue is wanted."""
NONE = arb(0)


@dataclass(frozen=True)
class Sides:
    """Both sides of the start, laid out for |z| <= `rate`."""

    down: Side
    up: Side
    rate: arb

    @classmethod
    def over(cls, down: Way, up: Way, rate: arb, effort: Effort) -> Sides:
        sides = []
        for way in (down, up):
            cells, rest = laid_out(way, effort, "speed", Fineness(rate, COARSE), bits=ctx.prec * 3 // 8)
            sides.append(Side.of(cells, rate, None if way.end is None else rest.bound))
        return cls(sides[0], sides[1], rate)

    def arrive(self, z: acb, steepness: arb) -> tuple[Arrival, Arrival]:
        """From below, from above."""
        return self.down.arrive(z, steepness), self.up.arrive(z, steepness)

    def ordered(self, z: acb, steepness: arb, far_side: int) -> tuple[Arrival, Arrival]:
        """From the far side, from the other."""
        below, above = self.arrive(z, steepness)
        return (below, above) if far_side < 0 else (above, below)


@dataclass(frozen=True)
class Size:
    """E tau, and the bound sqrt(G A M) of the energy."""

    mean: arb
    energy: arb

    @classmethod
    def of(cls, down: Way, up: Way, effort: Effort) -> Size:
        one, other = sums(down, effort), sums(up, effort)
        if down.end is None and up.end is None:
            mean, green = between(one, other), one.scale * other.scale / (one.scale + other.scale)
        else:
            closed, opened = (one, other) if down.end is not None else (other, one)
            mean, green = one_sided(closed, opened), opened.scale
        return cls(mean.upper(), (green * mean * (one.speed + other.speed)).sqrt().upper())


class Survivor:
    """P(tau > t) for t near the time it was made for, at the precision it was made with."""

    def at(self, time: arb) -> arb:
        middle, error = self.split(time)
        return middle + arb(0, error)

    def split(self, time: arb) -> tuple[arb, arb]:
        """(P(tau > t) up to the second, a bound of what more nats would take away)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Kept(Survivor):
    """Between two ordinary ends, or one and one from which paths come back."""

    inversion: Inversion

    def split(self, time: arb) -> tuple[arb, arb]:
        return self.inversion.rounded(time), self.inversion.error(time)


@dataclass(frozen=True)
class Lost(Survivor):
    """1 - P(b before c, by t) - what comes back from c, which is at most `share` min(1, `factor` exp(`rate` t))."""

    inversion: Inversion
    share: arb
    factor: arb
    rate: arb

    def split(self, time: arb) -> tuple[arb, arb]:
        back = coming_back(self.share, self.factor, self.rate * time)
        return 1 - self.inversion.rounded(time) - back / 2, (self.inversion.error(time) + back / 2).upper()


def coming_back(share: arb, factor: arb, growth: arb) -> arb:
    by_then = (factor * growth.exp()).upper()
    return (share * by_then if by_then < 1 else share).upper()


@dataclass(frozen=True)
class Passage:
    """The exit of a diffusion from [low, high], neither of which is the start."""

    diffusion: Diffusion
    start: sp.Expr
    low: sp.Expr
    high: sp.Expr
    effort: Effort
    known: dict[int, Sides] = field(default_factory=dict, compare=False, repr=False)
    """Sides by precision, which later times may use again."""

    @cached_property
    def both(self) -> tuple[Way, Way]:
        return ways(self.diffusion, self.start, self.low, self.high)

    @property
    def is_certain_to_stay(self) -> bool:
        """Has neither side an ordinary end? Raises `Inconclusive` where paths reach an end and nothing says what then."""
        if any(way.end is None for way in self.both):
            return False
        self.require_followed_ends()
        return True

    def require_followed_ends(self) -> None:
        for way in self.both:
            if way.end is not None:
                require_followed(way)

    @property
    def is_between(self) -> bool:
        """Are both ends ordinary?"""
        return all(way.end is None for way in self.both)

    @cached_property
    def far(self) -> Way | None:
        """The side before which a point c is put, if there is one."""
        for way in self.both:
            if way.end is not None and not (way.returns and way.end.speed.integrable):
                return way
        return None

    @cached_property
    def size(self) -> Size | None:
        """None where the mean may be infinite."""
        if self.far is not None:
            return None
        with precision(64):
            return Size.of(*self.both, self.effort)

    def scale(self) -> arb:
        """A time of the order of those at which something happens."""
        if self.size is not None:
            return self.size.mean.mid()
        opened = self.both[0] if self.both[0].end is None else self.both[1]
        with precision(64):
            distance = evaluate(opened.stop - self.start)
            return (distance**2 / self.variance).mid()

    @property
    def variance(self) -> arb:
        return evaluate(self.diffusion.variance.subs(self.diffusion.variable, self.start)).mid()

    def lowest_rate(self, time: arb) -> arb:
        """A proved lower bound of the lowest eigenvalue, close where the time is long; else 0."""
        if self.size is None or time < LONG * self.size.mean:
            return NONE
        digits = 3 + max(0, int(float((time / self.size.mean).log().mid()) / log(10)) + 1)
        try:
            found = principal_rate(self.diffusion, self.low, self.high, self.effort.with_digits(digits))
        except Inconclusive:
            self.effort.check()
            return NONE
        lower = found.lower
        return (arb(fmpq(lower.numerator, lower.denominator)) * (1 - arb(2) ** (-ctx.prec // 2))).lower()  # type: ignore[union-attr]

    def survivor(self, time: arb, nats: float) -> Survivor:
        """P(tau > t) for t near `time`, to about exp(-nats) at the current precision."""
        if self.far is not None:
            return self.lost(time, nats, self.far)
        assert self.size is not None
        path = path_for(time, Growth(self.size.mean, self.size.energy, NONE, self.lowest_rate(time)), nats)
        sides = self.sides(path.farthest)

        def transform(y: arb, z: acb) -> acb:
            self.effort.check()
            return staying(*sides.arrive(z, path.steepness(y)))

        return Kept(path.inversion(transform))

    def leaves_early(self, cut: tuple[bool, ...], rate: arb, time: arb) -> arb | None:
        """exp(rate t) E exp(-rate tau) 1(out below if cut[0], above if cut[1]); None where an end is not ordinary."""
        if not self.is_between:
            return None
        down, up = self.sides(rate).arrive(acb(rate), arb(1))
        outs = (leaving(down, up) if cut[0] else acb(0)) + (leaving(up, down) if cut[1] else acb(0))
        return ((rate * time).exp() * outs.real).upper()

    def sides(self, rate: arb) -> Sides:
        """Those at hand where they are fine enough, and not much finer."""
        found = self.known.get(ctx.prec)
        if found is None or not (found.rate / FINER < rate <= found.rate):
            found = self.known[ctx.prec] = Sides.over(*self.both, 2 * rate, self.effort)
        return found

    def lost(self, time: arb, nats: float, far: Way) -> Lost:
        """With the first c from which little comes back by then, and a little later."""
        rate = (arb(nats) / time).mid()
        for c in self.places(far, time, nats):
            self.effort.check()
            pair = ways(self.diffusion, self.start, *((c, self.high) if far.side < 0 else (self.low, c)))
            if any(way.end is not None for way in pair):
                raise Inconclusive(f"the variance vanishes or the drift has a pole before {far.stop}")
            away, goal = Sides.over(*pair, rate, self.effort).ordered(acb(rate), arb(1), far.side)
            factor, share = leaving(away, goal).real.upper(), self.returning_share(far, c)
            if coming_back(share, factor, NEAR * rate * time) < (-arb(nats)).exp():
                return Lost(self.reached(pair, far.side, time, nats), share, factor, rate)
        raise Inconclusive(f"too much comes back from beside {far.stop}")

    def places(self, far: Way, time: arb, nats: float) -> Iterator[sp.Expr]:
        """Candidates for c: farther and farther, or nearer and nearer to a finite end."""
        if far.stop.is_finite:
            return (far.stop + (self.start - far.stop) / 2 ** (2**k) for k in range(PLACES // 2))
        first = NEAR * (self.variance * time * nats / 2).sqrt().mid()
        unit = sp.Integer(2) ** round(float(first.log().mid()) / log(2))
        return (self.start + far.side * unit * 2 ** (k * (k + 1) // 2) for k in range(PLACES))

    def returning_share(self, far: Way, c: sp.Expr) -> arb:
        """A bound of P(the ordinary end is ever reached from c)."""
        assert far.end is not None
        if far.returns or not far.end.scale.integrable:
            return arb(1)
        pair = ways(self.diffusion, c, self.low, self.high)
        away, goal = (pair if far.side < 0 else pair[::-1])
        beyond, before = (sums(way, self.effort, "scale").scale for way in (away, goal))
        return (beyond / (beyond + before)).upper()

    def reached(self, pair: tuple[Way, Way], far_side: int, time: arb, nats: float) -> Inversion:
        """P(the ordinary end before c, by t)."""
        size = Size.of(*pair, self.effort)
        path = path_for(time, Growth(size.mean, size.energy, arb(1), NONE), nats)
        sides = Sides.over(*pair, path.farthest, self.effort)

        def transform(y: arb, z: acb) -> acb:
            self.effort.check()
            away, goal = sides.ordered(z, path.steepness(y), far_side)
            return leaving(goal, away) / z

        return path.inversion(transform)


def path_for(time: arb, growth: Growth, nats: float) -> Parabola:
    """With nats for the size of the transform."""
    size = 1 + (growth.mean + growth.energy) / time
    return Parabola(time, growth, nats + float(size.log().mid()))


def require_followed(way: Way) -> None:
    """Refuse an end that is reached in finite time where the diffusion does not stay."""
    require_understood(way)
    assert way.end is not None
    if way.stop.is_infinite and not way.returns and way.end.accessible:
        raise Inconclusive(f"the diffusion reaches {way.stop} in finite time, where the equation does not say how it goes on")

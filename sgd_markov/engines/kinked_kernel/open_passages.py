"""Exit times and survival on regions that reach to minus infinity, by cutting the region at an edge far below.

With tau' the time at which [edge, high] is left and U >= E tau below the edge,

    E tau' <= E tau <= E tau' + H,    H = E[U(w); the edge is passed at tau'] = (I - K)^-1 E[U(w'); w' < edge].

U comes from the drift condition of `far`: below the edge the chain comes back in a mean time of at most (cap - w)/speed, and
from there the region is left in a mean time of at most T, T <= sup E tau' + sup E[(cap - w)/speed + T; the edge is passed].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf, log10

from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.precision import ball, enclosure, precision
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.kinked_steps import Steps
from .cells import Function
from .far import Below, Return, escapes_below, return_from_below, width_of
from .kernel import kernel_of
from .passages import clipped, digits_of, exit_defect, hull, judged, tenth_power
from .passages import quantile as cut_quantile
from .places import Place, neighbours
from .rounds import Outcome, Region, rounds
from .setting import Setting
from .spectrum import Survival

TRIALS = 6
FEW = 2
"""Digits of the first trial, which tells how far the edge has to be."""
BITS = 128


@dataclass(frozen=True)
class Cut:
    """The region (-oo, high] cut at the edge; `whole`: the drift condition holds up to `high`, and bounds E tau itself."""

    steps: Steps
    back: Return
    high: Fraction
    edge: Fraction
    whole: bool

    @property
    def region(self) -> Region:
        return Region(self.steps, self.edge, self.high)


@dataclass
class Beyond:
    """What lies below the edge adds at most `extra`."""

    extra: Fraction | None = None


def exit_time(steps: Steps, start: Place, high: Fraction, effort: Effort) -> Enclosure:
    """E tau from `start` out of (-oo, high]."""
    best: Enclosure | None = None
    digits, distances = FEW, Distances(steps, start, high)
    for cut in distances:
        beyond = Beyond()
        found = cut_rounds(
            cut,
            effort.with_digits(digits),
            lambda s, d: time_attempt(s, d, cut, start, beyond),  # noqa: B023
            beyond,
            best,
        )
        best = narrowed(best, found, beyond.extra)
        if best is not None and best.reaches(effort.digits):
            return best
        distances.missed(float(beyond.extra or 0) / float(found.lower), effort.digits)
        digits = effort.digits
    raise Inconclusive("the region would have to be cut too far away", best)


def require_no_escape(steps: Steps, start: Place, high: Fraction) -> None:
    """Refuse a mean time that is proved to be infinite."""
    with precision(BITS):
        if escapes_below(kernel_of(steps), neighbours(start)[1], high):
            raise HypothesisViolated(
                "the region is left with probability 1",
                "the steps grow with the distance: with positive probability the chain goes to infinity inside the region",
            )


def quantile(steps: Steps, start: Place, high: Fraction, level: Callable[[], arb], effort: Effort) -> int:
    """The smallest n with P(tau <= n) >= level, (-oo, high]."""
    for cut in Distances(steps, start, high):
        try:
            return cut_quantile(cut.region, start, level, effort, passing)
        except Inconclusive:
            effort.check()
    raise Inconclusive("the level is too close to a value of the distribution function, or the region cut too near")


def survival(steps: Steps, start: Place, high: Fraction, count: int, effort: Effort) -> Enclosure:
    """P(tau > count) from `start`, (-oo, high]: the edge is passed before the region is left with a small probability."""
    best: Enclosure | None = None
    digits, distances, guard = FEW, Distances(steps, start, high), len(str(count + 1))
    for cut in distances:
        beyond = Beyond()

        def attempt(setting: Setting, digits: int) -> Outcome:
            beyond.extra = passing(setting, start, digits)  # noqa: B023
            return judged(Survival(setting, start, digits + guard).until(count), digits)

        found = cut_rounds(cut, effort.with_digits(digits), attempt, beyond, best)
        best = narrowed(best, found, beyond.extra)
        if best is not None and best.reaches(effort.digits):
            return clipped(best)
        distances.missed(float(beyond.extra or 0) / max(float(found.lower), 1e-300), effort.digits)
        digits = effort.digits
    raise Inconclusive("the region would have to be cut too far away", best)


def cut_rounds(
    cut: Cut, effort: Effort, attempt: Callable[[Setting, int], Outcome], beyond: Beyond, best: Enclosure | None
) -> Enclosure:
    """`rounds` on the cut region; a refusal carries an enclosure for the whole region, which is wider."""
    try:
        return rounds(cut.region, effort, attempt)
    except Inconclusive as refusal:
        if refusal.enclosure is not None:
            extra = inf if beyond.extra is None else beyond.extra
            known = Enclosure(refusal.enclosure.lower, refusal.enclosure.upper + extra)
            best = known if best is None else best.intersection(known)
        raise Inconclusive(refusal.reason, best) from None


def narrowed(best: Enclosure | None, found: Enclosure, extra: Fraction | None) -> Enclosure | None:
    if extra is None:
        return best
    total = Enclosure(found.lower, found.upper + extra)
    return total if best is None else best.intersection(total)


class Distances:
    """Cuts further and further away: what lies beyond falls exponentially with the distance."""

    def __init__(self, steps: Steps, start: Place, high: Fraction) -> None:
        self.steps, self.high = steps, high
        self.top = min(neighbours(start)[0], high)
        with precision(BITS):
            self.kernel = kernel_of(steps)
            self.distance = 8 * width_of(self.kernel) + (high - self.top)

    def __iter__(self) -> Iterator[Cut]:
        for _ in range(TRIALS):
            before = self.distance
            yield self.cut()
            if self.distance == before:
                self.distance *= 2

    def cut(self) -> Cut:
        """At the present distance; `Inconclusive` where no drift leads back."""
        with precision(BITS):
            for _ in range(TRIALS):
                edge = min([self.top, *self.kernel.places]) - self.distance
                whole = return_from_below(self.kernel, self.high)
                back = whole or return_from_below(self.kernel, edge)
                if back is not None:
                    return Cut(self.steps, back, self.high, edge, whole is not None)
                self.distance *= 4
        raise Inconclusive("no drift towards the end of the region is proved: the mean time may be infinite")

    def missed(self, share: float, digits: int) -> None:
        """The share of what lies beyond has to fall below 10^-digits."""
        reached = -log10(share) if 0 < share < 1 else 0.0
        factor = (digits + 2) / reached if reached > 0.5 else 3.0
        self.distance *= Fraction(min(max(factor * 1.1, 1.3), 12.0)).limit_denominator(8)


def time_attempt(setting: Setting, digits: int, cut: Cut, start: Place, beyond: Beyond) -> Outcome:
    v = setting.exit_time
    eps = exit_defect(setting, v, digits)
    missing = digits_of(eps) + digits + 1
    if not eps < 1:
        return Outcome(None, max(missing, 4), "no bound of the mean time is proved; perhaps the region is never left")
    value = setting.value(v, start)
    times = Times(setting, v, eps)
    extra = times.beyond(cut, start)
    beyond.extra = None if extra is None else Fraction(enclosure(extra).upper)
    found = hull(value / (1 + eps), value / (1 - eps))
    return Outcome(found, missing if extra is not None else max(missing, 4), done=extra is not None)


@dataclass(frozen=True)
class Times:
    """E tau' on the cut region, at most v/(1 - eps)."""

    setting: Setting
    v: Function
    eps: arb

    @property
    def longest(self) -> arb:
        return (self.setting.size(self.v) / (1 - self.eps)).upper()

    def beyond(self, cut: Cut, start: Place) -> arb | None:
        """A bound of H; None where no bound of T is found."""
        edge, back = cut.edge, cut.back
        slope = 1 / back.speed
        far = self.sum_over(Below(self.setting.kernel, edge, self.setting.terms, ball(back.cap - edge) * slope, slope))
        at_start = far.at(start)
        if cut.whole:
            return at_start.upper()
        passed = self.sum_over(Below(self.setting.kernel, edge, self.setting.terms, arb(1), arb(0)))
        stays = (1 - passed.most).lower()
        if not stays > 0:
            return None
        longest = (self.longest + far.size) / stays
        return (at_start + longest * passed.at(start)).upper()

    def sum_over(self, source: Below) -> Total:
        """(I - K)^-1 source, with its error."""
        f = self.setting.solution(source)
        defect = self.setting.defect(f, lambda part: source.on(*part), tenth_power(-self.setting.aim))
        return Total(self, f, defect)


@dataclass(frozen=True)
class Total:
    """A function with defect d: it is wrong by at most d E tau'."""

    times: Times
    function: Function
    defect: arb

    def at(self, place: Place) -> arb:
        setting = self.times.setting
        mean = setting.value(self.times.v, place) / (1 - self.times.eps)
        return (setting.value(self.function, place) + self.defect * mean).upper().max(arb(0))

    @property
    def size(self) -> arb:
        return self.times.setting.size(self.function) + self.defect * self.times.longest

    @property
    def most(self) -> arb:
        """A bound of the function, which is meant to be below 1."""
        setting = self.times.setting
        rest = tuple(1 - poly for poly in self.function)
        return (1 - setting.least(rest) + self.defect * self.times.longest).upper()


def passing(setting: Setting, start: Place, digits: int) -> Fraction | None:
    """A bound of the probability that the edge is passed before the region is left."""
    v = setting.exit_time
    eps = exit_defect(setting, v, 1)
    if not eps < 1:
        return None
    source = Below(setting.kernel, setting.mesh.low, setting.terms, arb(1), arb(0))
    return Fraction(enclosure(Times(setting, v, eps).sum_over(source).at(start)).upper)

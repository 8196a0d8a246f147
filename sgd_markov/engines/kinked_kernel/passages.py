"""Enclosures of mean exit times, hitting probabilities, survival factors: proved by an inequality for all w.

With r = v - 1 - K v and |r| <= eps < 1 on the region: v/(1 + eps) <= E tau <= v/(1 - eps), since K >= 0 and v is bounded.
With d = h - P(w' in goal) - K h and |d| <= delta: |h - P(goal before exit)| <= delta E tau.
With phi > 0 and |K phi - theta phi| <= delta: the survival factor is within delta/min phi of theta (Collatz, Wielandt).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, log

from flint import arb, arb_poly, fmpq

from ...answer.enclosure import Enclosure
from ...balls.precision import ball, enclosure
from ...effort import Effort
from .cells import Function
from .places import Place
from .residual import Goal, Image
from .rounds import Outcome, Region, rounds
from .setting import Setting
from .spectrum import Survival, TopPair

FARTHEST = 10**400
"""Steps after which no quantile is looked for."""


def exit_time(region: Region, start: Place, effort: Effort) -> Enclosure:
    """E tau from `start`."""

    def attempt(setting: Setting, digits: int) -> Outcome:
        v = setting.exit_time
        defect = exit_defect(setting, v, digits)
        missing = digits_of(defect) + digits + 1
        if not defect < 1:
            return Outcome(
                None, max(missing, 4), "no bound of the mean time is proved; perhaps the region is never left"
            )
        value = setting.value(v, start)
        return Outcome(hull(value / (1 + defect), value / (1 - defect)), missing)

    return rounds(region, effort, attempt)


def exit_defect(setting: Setting, v: Function, digits: int) -> arb:
    """A bound of |v - 1 - K v|, not narrowed further than the mesh aims at."""
    return setting.defect(v, lambda part: arb_poly([1]), tenth_power(-min(digits, setting.aim) - 1))


def hitting(region: Region, start: Place, goal: Goal, effort: Effort) -> Enclosure:
    """P(the first state outside the region is in the goal)."""

    def attempt(setting: Setting, digits: int) -> Outcome:
        v = setting.exit_time
        eps = exit_defect(setting, v, 1)
        if not eps < 1:
            return Outcome(None, 4, "no bound of the mean time is proved; perhaps the region is never left")
        mean = setting.value(v, start) / (1 - eps)
        source = Image(setting.mesh, setting.kernel, None, setting.terms, goal)
        h = setting.solution(source)
        value = setting.value(h, start)
        enough = value.abs_lower() * tenth_power(-digits - 1) / mean
        delta = setting.defect(h, lambda part: source.on(*part), enough)
        error = delta * mean
        found = clipped(enclosure(value + arb(0, error.upper())))
        return Outcome(found, digits_of(error / value.abs_lower()) + digits + 1 if value > 0 else digits)

    return rounds(region, effort, attempt)


def clipped(found: Enclosure) -> Enclosure:
    """Probabilities lie in [0, 1]."""
    return Enclosure(max(found.lower, Fraction(0)), min(found.upper, Fraction(1)))


def hull(low: arb, high: arb) -> Enclosure:
    return Enclosure(enclosure(low).lower, enclosure(high).upper)


def tenth_power(exponent: int) -> arb:
    return arb(fmpq(10) ** exponent) if exponent >= 0 else arb(1) / arb(10) ** (-exponent)


def digits_of(x: arb) -> int:
    """The decimal exponent of a bound, rounded up."""
    return ceil(float(x.log()) / log(10)) if x > 0 and x.is_finite() else 30


def survival(region: Region, start: Place, steps: int, effort: Effort) -> Enclosure:
    """P(tau > steps) from `start`."""
    guard = len(str(steps + 1))

    def attempt(setting: Setting, digits: int) -> Outcome:
        return judged(Survival(setting, start, digits + guard).until(steps), digits)

    return rounds(region, effort, attempt)


def judged(found: Enclosure, digits: int) -> Outcome:
    """How many digits are missing."""
    lower = Fraction(found.lower)
    if lower <= 0:
        return Outcome(found, digits)
    ratio = found.width / lower * 10**digits
    return Outcome(found, max(0, ceil(log(float(ratio)) / log(10))) if ratio else 0)


Slack = Callable[[Setting, Place, int], Fraction | None]


def quantile(region: Region, start: Place, level: Callable[[], arb], effort: Effort, slack: Slack | None = None) -> int:
    """The smallest n with P(tau <= n) >= level; `slack` bounds what survives although the region is left."""
    found: list[int] = []

    def attempt(setting: Setting, digits: int) -> Outcome:
        target, more = 1 - level(), Fraction(0) if slack is None else slack(setting, start, digits)
        if more is None:
            return Outcome(None, 6, "no bound of the mean time is proved")
        decay = Survival(setting, start, digits + 8)
        if not ball(more) < target:
            return Outcome(None, 6, "the region is cut too near")
        while decay.regime is None and not ball(decay.found[-1].upper + more) < target:
            decay.step()
            if len(decay.found) % 4 == 0:
                decay.look_for_regime()
        n = first_below(decay, target, more)
        if n is None:
            return Outcome(None, 6, "the level is too close to a value of the distribution function")
        found.append(n)
        return Outcome(Enclosure.point(n), 0)

    rounds(region, effort, attempt, digits=min(effort.digits, 12))
    return found[-1]


def first_below(decay: Survival, target: arb, slack: Fraction) -> int | None:
    """The n with P(tau > n) <= target < P(tau > n - 1), if that is proved."""

    def below(n: int) -> bool:
        return bool(ball(decay.at(n).upper + slack) <= target)

    last = len(decay.found) - 1 if decay.regime is None else None
    if below(0):
        return 0
    low, high = 0, 1
    while not below(high):
        low, high = high, 2 * high if last is None else min(2 * high, last)
        if high > FARTHEST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if below(middle) else (middle, high)
    return high if ball(decay.at(low).lower) > target else None


def quasi_stationary(region: Region, effort: Effort) -> tuple[Enclosure, Enclosure]:
    """The survival factor theta, and 1/(1 - theta), both to the digits."""
    times: list[Enclosure] = []

    def attempt(setting: Setting, digits: int) -> Outcome:
        top = TopPair(setting, tenth_power(-digits - 3))
        low, high = top.factors
        missing = digits_of(top.error / top.theta) + digits + 1
        if not high < 1:
            return Outcome(clipped(hull(low, high)), max(missing, digits), "the factor is not told from 1", done=False)
        times.append(hull(1 / (1 - low), 1 / (1 - high)))
        missing = max(missing, digits_of(top.error / (1 - high)) + digits + 1)
        return Outcome(hull(low, high), missing, done=times[-1].reaches(digits))

    factor = rounds(region, effort, attempt)
    return factor, min(times, key=lambda time: time.width)

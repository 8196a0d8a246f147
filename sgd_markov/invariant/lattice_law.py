"""The law of a birth-death chain on a lattice: exact sums where the masses are geometric far out, else in balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..answer.text import expression_latex
from ..balls.adaptive import refine
from ..balls.evaluate import evaluate
from ..balls.precision import precision
from ..effort import Effort
from ..errors import Inconclusive, InvalidInput
from ..laws.exponential import Exponential
from ..laws.law import Interval, Law
from ..laws.uniform import Uniform
from ..numerics.exact_numbers import number
from ..numerics.lattice_masses import LatticeMasses
from ..numerics.lattice_sums import Side, Summand, outward_sums
from ..proof.radicals import is_zero
from .sign_steps import SignSteps, V, known_sign, mass_beyond
from .sign_tails import Tail
from .sign_walk import Segment, Walk, symbols_of
from .stationary_law import Kind, StationaryLaw

LISTED = 400
"""Finitely many atoms are listed up to this number."""
MODE = 50_000
CONSTANTS = 2
"""Sums stay closed forms with so many different values of special functions."""


@dataclass(frozen=True, kw_only=True)
class LatticeLaw(StationaryLaw):
    """Mass proportional to prod P(up)/P(down) on the states unit (origin + k), low <= k <= high of `segment`."""

    walk: Walk
    segment: Segment

    @property
    def unit(self) -> sp.Expr:
        return self.walk.steps.unit

    @property
    def kind(self) -> Kind:
        return Kind.ATOMIC

    @property
    def is_finite(self) -> bool:
        return self.segment.low is not None and self.segment.high is not None

    @property
    def atoms(self) -> list[tuple[tuple[sp.Expr, ...], sp.Expr]]:
        if self.exact is None or not self.is_finite or len(self.exact.core) > LISTED:
            return []
        core = self.exact.core
        return [((self.at(k),), sp.factor(m / self.exact.total)) for k, m in core.items()]

    def at(self, k: int) -> sp.Expr:
        return sp.expand(self.unit * self.walk.place(k))

    def description(self) -> str:
        d = expression_latex(self.unit)
        found = self.chances
        ratio = rf"\frac{{\pi(w+{d})}}{{\pi(w)}}=\frac{{P(w\to w+{d})}}{{P(w+{d}\to w)}}"
        if found is None:
            return ratio
        up, down = (expression_latex(f.subs(V, self.state[0] / self.unit)) for f in found)
        return rf"{ratio},\quad P(w\to w+{d})={up},\quad P(w\to w-{d})={down}"

    @cached_property
    def chances(self) -> tuple[sp.Expr, sp.Expr] | None:
        return chance_formula(self.walk.steps)

    @cached_property
    def exact(self) -> LatticeMasses | None:
        return exact_sums(self.walk, self.segment)

    def require_numbers(self) -> None:
        symbols = symbols_of(self.walk)
        if symbols:
            names = ", ".join(sorted(map(str, symbols)))
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: the sum has no closed form")

    # ---- numbers

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """Polynomials in w and |w|; any expression where the states are finitely many."""
        w = self.state[0]
        what = f"E[{of}]"
        size = sp.Dummy("a", nonnegative=True)
        plain = of.xreplace({sp.Abs(w): size})
        polynomial = plain.is_polynomial(w, size)
        if not polynomial and not self.is_finite:
            raise self.unknown(what)
        if self.exact is not None:
            degree = int(sp.Poly(plain, w, size).total_degree()) if polynomial else None
            value = self.exact.mean(lambda k: of.subs(w, self.at(k)), degree)
            return number(sp.factor(value) if value.free_symbols else value, effort, what)
        self.require_numbers()
        if polynomial and sp.expand(of + of.subs(w, -w)) == 0 and self.is_symmetric:
            return number(sp.Integer(0), effort, what)
        if not polynomial:
            return self.ball_number(lambda k: evaluate(of, {w: self.ball_at(k)}), None, None, None, effort, what)
        coefficients = sp.Poly(plain, w, size)
        terms = [(int(sum(powers)), abs(evaluate(c))) for powers, c in coefficients.terms()]
        return self.ball_number(lambda k: evaluate(of, {w: self.ball_at(k)}), terms, None, None, effort, what)

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        return self.between(None, None if at == sp.oo else self.index_below(at), effort)

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        first = None if low == -sp.oo else -self.index_below(-low, mirrored=True)
        return self.between(first, None if high == sp.oo else self.index_below(high), effort)

    def mass_at(self, at: sp.Expr, effort: Effort) -> Number:
        k = sp.cancel(at / self.unit - self.walk.origin)
        if not k.is_Integer:
            if k.free_symbols:
                raise InvalidInput("set", at, "a state of the lattice")
            below = self.index_below(at)
            if known_sign(k - below) != 0:
                return number(sp.Integer(0), effort, "the mass of a point")
            k = sp.Integer(below)
        return self.between(int(k), int(k), effort)

    def index_below(self, at: sp.Expr, mirrored: bool = False) -> int:
        """The largest k with unit (origin + k) <= at, proved; mirrored: of the lattice seen as -w."""
        origin = -self.walk.origin if mirrored else self.walk.origin
        distance = sp.cancel(at / self.unit - origin)
        if distance in (sp.oo, -sp.oo):
            raise InvalidInput("set", at, "ends in the right order")
        if distance.is_Rational:
            return int(sp.floor(distance))
        if distance.free_symbols:
            names = ", ".join(sorted(map(str, distance.free_symbols)))
            raise InvalidInput(
                "values", f"free symbols {names}", f"numbers for {names}: which states are meant depends on them"
            )
        guess = int(sp.floor(sp.N(distance, 30)))
        for k in (guess, guess - 1, guess + 1):
            if known_sign(distance - k) >= 0 and known_sign(distance - k - 1) < 0:
                return k
        raise Inconclusive(f"the states up to {at} are not counted")

    def between(self, first: int | None, last: int | None, effort: Effort) -> Number:
        """The mass of first <= k <= last."""
        what = "the probability"
        low, high = self.segment.low, self.segment.high
        first = low if first is None or (low is not None and first < low) else first
        last = high if last is None or (high is not None and last > high) else last
        if first is not None and last is not None and first > last:
            return number(sp.Integer(0), effort, what)
        if first == low and last == high:
            return number(sp.Integer(1), effort, what)
        if self.exact is not None:
            return number(sp.factor(self.exact.mass(first, last)), effort, what)
        self.require_numbers()
        inside = lambda k: arb(int((first is None or k >= first) and (last is None or k <= last)))  # noqa: E731
        return self.ball_number(inside, [(0, arb(1))], first, last, effort, what)

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        """The first state at which the distribution function reaches the level, by proved comparisons."""
        if not level.is_Rational or not 0 < level < 1:
            raise InvalidInput("quantile", level, "a rational number strictly between 0 and 1")
        self.require_numbers()
        goal = Fraction(int(level.p), int(level.q))
        k = self.mode
        reaches = self.reaches(k, goal, effort)
        step = -1 if reaches else 1
        while self.reaches(k + step, goal, effort) == reaches:
            k += step
        return number(self.at(k if reaches else k + 1), effort, "the quantile")

    def reaches(self, k: int, goal: Fraction, effort: Effort) -> bool:
        if self.segment.low is not None and k < self.segment.low:
            return False
        found: Enclosure | None = self.between(None, k, effort).enclosure
        assert found is not None
        if found.lower >= goal:
            return True
        if found.upper < goal:
            return False
        raise Inconclusive(f"whether P(w <= {self.at(k)}) reaches {goal} is not decided")

    @cached_property
    def is_symmetric(self) -> bool:
        """Is the law proved to be the same seen as -w?"""
        found = self.chances
        twice = 2 * self.walk.origin
        if found is None or not twice.is_Integer or (self.segment.low, self.segment.high) != (None, None):
            return False
        difference = found[0] - found[1].subs(V, -V)
        if not all(evaluate(difference, {V: arb(k)}).contains(0) for k in (1, 2, -3)):
            return False
        return is_zero(difference)

    # ---- in balls

    @cached_property
    def mode(self) -> int:
        """A state of the class where the masses are largest, roughly: where sums begin."""
        k = self.segment.nearest(0)
        with precision(64):
            for direction in (1, -1):
                for _ in range(MODE):
                    if k == (self.segment.high if direction > 0 else self.segment.low):
                        break
                    if not self.ratio(k, direction) > 1:
                        break
                    k += direction
        return k

    def ratio(self, k: int, direction: int) -> arb:
        """The mass of the neighbour of k over the mass of k."""
        return self.ball_chance(direction, k) / self.ball_chance(-direction, k + direction)

    def ball_chance(self, move: int, k: int) -> arb:
        found = self.chances
        if found is None:
            return evaluate(self.walk.chance(move, k))
        return evaluate(found[0] if move > 0 else found[1], {V: evaluate(self.walk.place(k))})

    def ball_at(self, k: int) -> arb:
        return evaluate(self.unit) * evaluate(self.walk.place(k))

    def side(self, direction: int) -> Side:
        """The masses outwards from the mode in one direction."""
        walk = self.walk if direction > 0 else self.walk.mirrored
        end = self.segment.high if direction > 0 else self.segment.low
        tail: Tail = walk.tail

        def bound(k: int) -> arb | None:
            place = direction * (self.mode + direction * k)
            if end is not None or not walk.in_tail(place):
                return None
            found = tail.ratio_bound(walk.place(place))
            return None if found is None else evaluate(found)

        last = None if end is None else abs(end - self.mode)
        return Side(lambda k: self.ratio(self.mode + direction * k, direction), last, bound)

    def ball_number(
        self,
        f: Callable[[int], arb],
        terms: list[tuple[int, arb]] | None,
        first: int | None,
        last: int | None,
        effort: Effort,
        what: str,
    ) -> Number:
        """sum f mass / sum mass; |f| <= sum of c |w|^degree over `terms`, f = 0 outside first..last."""

        def summand(direction: int) -> Summand:
            far = last if direction > 0 else first
            degree = max((d for d, _ in terms), default=0) if terms else 0

            def distance(k: int) -> arb:
                return abs(self.ball_at(self.mode + direction * k))

            def size(k: int) -> arb:
                return sum((c * (1 + distance(k)) ** d for d, c in terms or []), start=arb(0))

            def growth(k: int) -> arb:
                """Only asked for in the tail, where a step outwards leads away from 0."""
                return (1 + evaluate(self.unit) / (1 + distance(k))) ** degree

            until = None if far is None else max(0, direction * (far - self.mode))
            return Summand(lambda k: f(self.mode + direction * k), size, growth, until)

        def compute() -> arb:
            total, weighted = arb(1), f(self.mode)
            for direction in (1, -1):
                masses, values = outward_sums(self.side(direction), summand(direction), arb(1), effort)
                total, weighted = total + masses, weighted + values
            return weighted / total

        return Number(None, refine(compute, effort, what), effort.digits)


def chance_formula(steps: SignSteps) -> tuple[sp.Expr, sp.Expr] | None:
    """P(up) and P(down) as formulas in v, where thresholds and supports need no case distinction; else None."""
    total = {1: sp.Integer(0), -1: sp.Integer(0), 0: sp.Integer(0)}
    for edge in steps.edges:
        if edge.law is None or V in edge.slope.free_symbols:
            return None
        threshold = clamped(edge.threshold, edge.law)
        if threshold is None:
            return None
        lean = known_sign(edge.slope)
        for side in (1, -1):
            total[edge.moves[side]] += edge.probability * mass_beyond(edge.law, threshold, side * lean)
    return total[1], total[-1]


def clamped(threshold: sp.Expr, law: Law) -> sp.Expr | None:
    """The threshold moved to the nearest end of the support, where distribution functions are continued to the ends."""
    support = law.support
    if support == Interval(-sp.oo, sp.oo):
        return threshold
    if isinstance(law, Exponential):
        return sp.Max(0, threshold)
    return sp.Min(law.high, sp.Max(law.low, threshold)) if isinstance(law, Uniform) else None


# ---- exactly


def exact_sums(walk: Walk, segment: Segment) -> LatticeMasses | None:
    """The masses where both tails are constant and all chances rational numbers or functions; else None."""
    ends: dict[int, int] = {}
    for direction, end, side in ((1, segment.high, walk), (-1, segment.low, walk.mirrored)):
        if end is None and not side.tail.is_constant:
            return None
        ends[direction] = end if end is not None else direction * beyond_zero(side)
    first, last = min(ends[-1], ends[1]), max(ends[1], ends[-1])
    chances = [walk.chance(move, k) for k in range(first, last + 1) for move in (1, -1)]
    if not few_constants(chances):
        return None
    core = {first: sp.Integer(1)}
    for k in range(first, last):
        core[k + 1] = sp.cancel(core[k] * walk.chance(1, k) / walk.chance(-1, k + 1))
    ratios = {
        direction: sp.cancel(walk.chance(direction, end) / walk.chance(-direction, end + direction))
        if infinite is None
        else None
        for direction, end, infinite in ((1, last, segment.high), (-1, first, segment.low))
    }
    return LatticeMasses(core, ratios)


def few_constants(chances: list[sp.Expr]) -> bool:
    """Are the chances rational functions of symbols and of a few constants such as erfc(1/2)?"""
    constants = set().union(*(c.atoms(sp.Function, sp.NumberSymbol) for c in chances))
    radicals = any(
        power.exp.is_Integer is not True for c in chances for power in c.atoms(sp.Pow) if not power.base.is_Function
    )
    nested = any(c.has(sp.Piecewise, sp.exp, sp.Min, sp.Max) for c in chances)
    return len(constants) <= CONSTANTS and not nested and (not radicals or bool(constants))


def beyond_zero(side: Walk) -> int:
    """The first k in the tail whose state is positive, so that |w| = w from there on."""
    k = side.tail_from()
    while known_sign(side.place(k)) <= 0:
        k += 1
    return k

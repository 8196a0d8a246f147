"""Windows of continuous laws: the sign of f(t) = E log|1 - t Y| proved on whole intervals.

Near 0 by the expansion -t EY - t^2 EY^2/2 with a proved remainder, towards infinity by f = log t + U(1/t), in between
on cells: by the value of the closed form on the cell, by the mean value form, by monotonicity around a change of sign,
and beside removable singularities of the closed form by the modulus of continuity of the potential U.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import inf

import sympy as sp
from flint import arb

from ..answer.enclosure import Bound
from ..balls.evaluate import evaluate
from ..balls.precision import ball, enclosure, precision
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.affine_mixture import AffineMixture
from ..numerics.cells import Cell, SignedFunction, bit_size, partition
from ..numerics.differentiable import differentiable, smooth
from ..numerics.log_terms import log_terms
from ..numerics.small_step import Curvature, at_most_apart, near_zero, near_zero_first_order
from ..numerics.windows import Window


@dataclass(frozen=True)
class Exponent(SignedFunction):
    """f as a function of the parameter t > 0: a closed form, or a certified value at single points.

    `formula`: the closed form, or None; `value`: f at a rational point, as a ball at the current precision.
    `curvature`: the law of Y where M = 1 - t Y; None if the parameter enters otherwise.
    `mixture`: M = A(t) + B(t) Z in every component; None if the parameter enters otherwise.
    """

    parameter: sp.Symbol
    formula: sp.Expr | None
    value: Callable[[Fraction], arb]
    curvature: Curvature | None
    mixture: AffineMixture | None = None

    @cached_property
    def slope_formula(self) -> sp.Expr | None:
        return None if self.formula is None else sp.diff(differentiable(self.formula), self.parameter)

    def at(self, t: Fraction) -> arb:
        return self.value(t)

    @cached_property
    def smooth_formula(self) -> sp.Expr | None:
        """The closed form in functions whose values on cells are known also where it is removably singular."""
        return None if self.formula is None else smooth(self.formula)

    def on(self, cell: arb) -> arb:
        return arb.nan() if self.smooth_formula is None else evaluate(self.smooth_formula, {self.parameter: cell})

    def upper_on(self, cell: arb) -> arb:
        """An upper bound for sum c log|R| with c > 0, which a zero of some R inside the cell does not spoil."""
        terms = None if self.formula is None else log_terms(self.formula)
        if terms is None or any(c.is_positive is not True for c, _ in terms):
            return arb.nan()
        return sum((evaluate(c) * abs(evaluate(expr, {self.parameter: cell})).upper().log() for c, expr in terms), arb(0))

    def slope_on(self, cell: arb) -> arb:
        if self.slope_formula is None:
            return arb.nan()
        return evaluate(self.slope_formula, {self.parameter: cell})

    def change_within(self, low: Fraction, high: Fraction, base: Fraction) -> arb:
        """log(high/low) + a bound of |U(1/t) - U(1/base)| for M = 1 - t Y; by the mixture otherwise."""
        if self.curvature is None:
            return arb.nan() if self.mixture is None else self.mixture.change_within(low, high, base)
        if low <= 0:
            return arb.nan()
        delta = ball(1 / low - 1 / high)
        return ball(high / low).log() + at_most_apart(self.curvature, 1 / ball(base), delta)

    @cached_property
    def scale(self) -> Fraction:
        """A power of 2 near 1/sqrt(EY^2), or near 1/|factor| where Y has no variance."""
        if self.curvature is None:
            return Fraction(1)
        with precision(64):
            size = enclosure(self.curvature.size())
        return Fraction(2) ** -bit_size(Fraction(size.upper)) if 0 < size.upper < inf else Fraction(1)

    @property
    def has_slope(self) -> bool:
        return self.formula is not None


def analytic_window(f: Exponent, domain: tuple[Bound, Bound], effort: Effort) -> Window:
    """{f < 0} in the open domain, with everything unproved listed as undecided."""
    low_sign, low = start_of(f, domain[0], domain[1], effort)
    high_sign, high = end_of(f, domain[1], low, effort)
    cells = [
        *([Cell(domain[0], low, low_sign)] if low_sign is not None or low != domain[0] else []),
        *partition(f, low, high, effort),
        *([Cell(high, domain[1], high_sign)] if high != domain[1] else []),
    ]
    return assembled(cells, effort)


def start_of(f: Exponent, low: Bound, high: Bound, effort: Effort) -> tuple[int | None, Fraction]:
    """A point beside the low end of the domain, and the proved sign of f between the two."""
    if low != 0:
        if low == -inf:
            raise Inconclusive("a window of a continuous law needs a parameter that is bounded below: give `within`")
        return None, Fraction(low)
    step = f.scale / 4 if high == inf else min(f.scale, Fraction(high)) / 4
    smallest = step / 10**6
    while step > smallest / 10**3:
        effort.check()
        sign = sign_beside_zero(f, step) if f.curvature is None else sign_near_zero(f.curvature, sp.Rational(step))
        if sign is not None:
            return sign, step
        step /= 2
    return None, smallest


def sign_beside_zero(f: Exponent, step: Fraction) -> int | None:
    sign = None if f.mixture is None else f.mixture.sign_near_zero(step)
    return regular_sign(f, step) if sign is None else sign


def regular_sign(f: Exponent, step: Fraction) -> int | None:
    """The sign on (0, step] where the closed form is regular at 0: of its value there, or of its slope if f(0) = 0."""
    if f.formula is None:
        return None
    with precision(128):
        cell = arb(0).union(ball(step))
        if is_zero_at_zero(f.formula, f.parameter):
            return enclosure(f.slope_on(cell)).sign
        return enclosure(f.on(cell)).sign


def is_zero_at_zero(formula: sp.Expr, parameter: sp.Symbol) -> bool:
    """False where it is not proved, and where sympy cannot compare inside the formula at 0 (1/0, nan)."""
    try:
        return bool(sp.simplify(formula.subs(parameter, 0)) == 0)
    except TypeError:
        return False


def sign_near_zero(curvature: Curvature, step: sp.Rational) -> int | None:
    """The sign of f on (0, step]: of f/t = -EY - t EY^2/2 + t^2 rest, or of f/t^2 where EY = 0."""
    try:
        with precision(128):
            sign = by_second_order(curvature, step)
            return by_first_order(curvature, step) if sign is None else sign
    except HypothesisViolated:
        return None  # no mean: no expansion, the part next to 0 stays undecided


def by_second_order(curvature: Curvature, step: sp.Rational) -> int | None:
    found = near_zero(curvature, step)
    if found is None:
        return None
    rest, order = found
    positive = arb(0).union(evaluate(step))
    first, second = evaluate(curvature.moment(1)), evaluate(curvature.moment(2)) / 2
    # f/t = -EY - t bend for a bend in this ball
    bend = second + evaluate(step) ** order * rest
    if curvature.moment(1) == 0 or (first > 0 and bend > 0) or (first < 0 and bend < 0):
        sign = enclosure(bend).sign
        return None if sign is None else -sign
    return enclosure(-first - positive * bend).sign


def by_first_order(curvature: Curvature, step: sp.Rational) -> int | None:
    rest = near_zero_first_order(curvature, step)
    return None if rest is None else enclosure(-evaluate(curvature.moment(1)) + rest.union(-rest)).sign


def end_of(f: Exponent, high: Bound, low: Fraction, effort: Effort) -> tuple[int | None, Fraction]:
    """A point from which on f is proved positive, for a domain that runs to infinity."""
    if high != inf:
        return None, Fraction(high)
    point = max(16 * f.scale, 4 * low)
    for _ in range(24):
        effort.check()
        sign = sign_towards_infinity(f, point) if f.curvature is None else 1 if positive_beyond(f, f.curvature, point) else None
        if sign is not None:
            return sign, point
        point *= 4
    return None, 10**6 * f.scale


def sign_towards_infinity(f: Exponent, point: Fraction) -> int | None:
    return 1 if f.mixture is not None and f.mixture.is_positive_beyond(point) else regular_sign_beyond(f, point)


def regular_sign_beyond(f: Exponent, point: Fraction) -> int | None:
    """The sign for all t >= point of sum c log|R(t)|: each R grows like |t|^d, so f = sum c (d log t + log|R/t^d|)."""
    terms = None if f.formula is None else log_terms(f.formula)
    if terms is None or not all(expr.is_polynomial(f.parameter) for _, expr in terms):
        return None
    s, total = sp.Dummy("s", positive=True), arb(0)
    with precision(128):
        for c, expr in terms:
            degree = sp.degree(expr, f.parameter) if expr.has(f.parameter) else 0
            reduced = sp.expand(expr.subs(f.parameter, 1 / s) * s**degree)
            near = evaluate(reduced, {s: arb(0).union(1 / ball(point))})
            total += evaluate(c) * (int(degree) * ball(point).log() + abs(near).log())
        growth = sp.Add(*(c * sp.degree(expr, f.parameter) for c, expr in terms if expr.has(f.parameter)))
        sign = enclosure(total).sign
        return sign if sign == 1 and growth.is_nonnegative else None


def positive_beyond(f: Exponent, curvature: Curvature, point: Fraction) -> bool:
    """Is W log t + U(1/t) > 0 for all t >= point (W the weight of Y != 0), by the closed form near 0 or by the continuity of U there?"""
    with precision(128):
        delta = 1 / ball(point)
        forms = [(weight, law.log_affine(f.parameter, -factor)) for weight, factor, law in curvature.parts]
        at_zero = [(weight, law.log_affine(sp.Integer(0), -factor)) for weight, factor, law in curvature.parts]
        if any(form is None for _, form in (*forms, *at_zero)):
            return False
        near = evaluate(sp.Add(*(w * form for w, form in forms)), {f.parameter: arb(0).union(delta)})
        apart = at_most_apart(curvature, arb(0), delta)
        by_continuity = evaluate(sp.Add(*(w * form for w, form in at_zero))) - apart
        weight = evaluate(sp.Add(*(w for w, _, _ in curvature.parts)))
        return any(enclosure(weight * ball(point).log() + bound).sign == 1 for bound in (near, by_continuity))


def assembled(cells: list[Cell], effort: Effort) -> Window:
    """Neighbouring cells of one sign joined; the ends that are roots are enclosures."""
    spans, undecided = [], []
    for run in runs(cells):
        span = (run[0].low_number(effort.digits), run[-1].high_number(effort.digits))
        if run[0].sign == -1:
            spans.append(span)
        elif run[0].sign is None and not run[0].is_root:
            undecided.append(span)
    return Window(tuple(spans), (), tuple(undecided), method="certified: the sign is proved on whole cells")


def runs(cells: list[Cell]) -> list[list[Cell]]:
    groups: list[list[Cell]] = []
    for cell in cells:
        if groups and groups[-1][-1].sign == cell.sign and not cell.is_root and not groups[-1][-1].is_root:
            groups[-1].append(cell)
        else:
            groups.append([cell])
    return link(groups)


def link(groups: list[list[Cell]]) -> list[list[Cell]]:
    """Give the cells beside a root the root as their end."""
    for k, group in enumerate(groups):
        if not group[0].is_root:
            continue
        if k > 0:
            groups[k - 1][-1] = replace(groups[k - 1][-1], high_root=group[0].root)
        if k + 1 < len(groups):
            groups[k + 1][0] = replace(groups[k + 1][0], low_root=group[0].root)
    return groups


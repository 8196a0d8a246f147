"""What the laws of contracting affine chains share: moments from the recursion, questions answered by the distribution function."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp
from flint import arb
from sympy.core.function import Application

from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import ball_of, bits_for, enclosure, precision
from ..effort import Effort
from ..engines.affine import AffineChain
from ..engines.analytic_mean import analytic_mean, binomial_sums, recursive_moments
from ..errors import Inconclusive, InvalidInput
from ..laws.signs import sign
from ..numerics.affine_frame import AffineStep, StandardForm
from ..numerics.exact_numbers import number
from ..numerics.neat import neat
from ..numerics.power_series import METHODS
from ..numerics.sign_change import rational_root, sign_change
from ..numerics.stationary_moments import stationary_moments
from ..numerics.tidy import tidy
from ..proof import Cited, Identity, Step
from ..proof.contraction import is_smooth
from .affine_form import independent_terms
from .stationary_law import StationaryLaw

SELF_SIMILAR = Cited(
    "Contractions with probabilities have exactly one invariant law",
    r"\pi=\sum_ip_i\,\pi\circ f_i^{-1},\quad F(w)=\sum_ip_i\,F\big(f_i^{-1}(w)\big)\ \text{for increasing }f_i",
    "hutchinson1981",
)
MORE_DIGITS = (4, 8, 16, 32, 64, 128, 256)


def names(text: str) -> tuple[sp.Symbol, ...]:
    """Names for a formula that are no names of the user's."""
    return sp.symbols(text, cls=sp.Dummy, real=True)  # type: ignore[no-any-return]


def kept(what: str, factor: sp.Expr, value: sp.Expr, increment: sp.Expr) -> Step:
    """factor * value + increment = value: one step of a centre (factor rho), a variance (rho^2), a spread (|rho|^alpha)."""
    r, x, y = names("r x y")
    given = {r: factor, x: value, y: increment}
    return Identity(f"{what} x = {value} is kept, with r = {factor}, y = {increment}", r * x + y, x, given=given)


def conjugation(steps: tuple[AffineStep, ...], form: StandardForm) -> tuple[Step, ...]:
    """The maps in standard form, v -> m v + b with w = c + u v, are the chain's, and their probabilities add up to 1."""
    v, slope, offset, origin, unit, m, b = names("v M B c u m b")
    frame, maps = form.frame, form.maps.maps
    return (
        *(
            Identity(
                f"Map {i}, M = {own}, B = {shift}, in standard form: m = {c.slope}, b = {c.offset}, c = {frame.origin}, u = {frame.unit}",
                slope * (origin + unit * v) + offset,
                origin + unit * (m * v + b),
                given={slope: own, offset: shift, origin: frame.origin, unit: frame.unit, m: c.slope, b: c.offset},
            )
            for i, ((own, shift, _), c) in enumerate(zip(steps, maps, strict=True), 1)
        ),
        Identity("The probabilities add up", sp.Add(*(c.probability for c in maps)), sp.Integer(1)),
    )


def without_extremes(of: sp.Expr) -> sp.Expr:
    """Larger and smaller of two as moduli: max(a, b) = (a + b + |a - b|)/2.

    >>> w = sp.Symbol("w", real=True)
    >>> without_extremes(sp.Max(w, 1))
    w/2 + Abs(w - 1)/2 + 1/2
    """
    pairs = [node for node in of.atoms(sp.Max, sp.Min) if len(node.args) == 2]
    if not pairs:
        return of
    written = {n: (sp.Add(*n.args) + (1 if isinstance(n, sp.Max) else -1) * sp.Abs(n.args[0] - n.args[1])) / 2 for n in pairs}
    return sp.expand(of.xreplace(written))


@dataclass(frozen=True, kw_only=True)
class AffineLaw(StationaryLaw):
    """The law of w' = M w + B with |M| < 1 and an increment B all of whose moments are finite; it has no atoms."""

    affine: AffineChain

    @abstractmethod
    def cdf_number(self, at: sp.Expr, effort: Effort) -> Number:
        """P(w <= at) at a finite place."""

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """Polynomials exactly; steps at a place by the distribution function; on a bounded support functions that are
        analytic around it by their power series; sums term by term."""
        w, what = self.state[0], f"E[{of}]"
        of = without_extremes(of)
        if of.is_polynomial(w):
            poly = sp.Poly(of, w)
            raw = stationary_moments(self.affine.mixed_moment, max(poly.degree(), 0))
            value = sp.Add(*(c * raw[k] for (k,), c in poly.terms()))
            return number(tidy(value) if value.free_symbols else neat(value), effort, what)
        if self.is_odd(of):
            return number(sp.Integer(0), effort, what)
        for rule in (self.mean_of_step, self.special_mean, self.mean_of_analytic):
            found = rule(of, effort)
            if found is not None:
                return found
        if of.is_Add or of.as_independent(w, as_Add=False)[0] != 1:
            return self.mean_of_sum(of, effort)
        raise self.unknown(what)

    @property
    def symmetry_centre(self) -> sp.Expr | None:
        """The c about which the law is proved to be symmetric; None where it is not known to be."""
        return None

    def is_odd(self, of: sp.Expr) -> bool:
        """Does `of`, bounded on the bounded support, change its sign under the symmetry of the law? Then its mean is 0."""
        w, centre = self.state[0], self.symmetry_centre
        if centre is None or self.bounds is None or not is_smooth(of, w):
            return False
        return bool(sp.expand(of + of.subs(w, 2 * centre - w)) == 0)

    def special_mean(self, of: sp.Expr, effort: Effort) -> Number | None:
        """What a family knows beside that; None where it does not."""
        return None

    def mean_of_step(self, of: sp.Expr, effort: Effort) -> Number | None:
        """Heaviside and sign of a + b w: the law has no atoms, so the value at the step itself does not matter."""
        w = self.state[0]
        if not isinstance(of, sp.Heaviside | sp.sign) or not of.args[0].is_polynomial(w) or sp.degree(of.args[0], w) != 1:
            return None
        line = sp.Poly(of.args[0], w)
        rising = sign(line.LC())
        if rising is None:
            return None
        below = self.cdf(sp.cancel(-line.nth(0) / line.LC()), effort.with_digits(effort.digits + 2))
        turn = sp.Symbol("p")
        above = 1 - turn if rising == 1 else turn
        return mapped(above if isinstance(of, sp.Heaviside) else 2 * above - 1, turn, below, effort)

    def mean_of_analytic(self, of: sp.Expr, effort: Effort) -> Number | None:
        """By the power series about the middle of a bounded support; numbers only."""
        w, span = self.state[0], self.bounds
        if span is None or of.free_symbols - {w} or any(end.free_symbols or end.is_infinite for end in span):
            return None
        if self.affine.draw.free_symbols - {*self.affine.draw.data_symbols, *self.affine.draw.noise_symbols}:
            return None
        if not all(isinstance(node, tuple(METHODS)) for node in of.atoms(Application)):
            return None
        what = f"E[{of}]"
        return Number(None, analytic_mean(of, w, span, self.centred_moments, effort, what), effort.digits)

    @property
    def bounds(self) -> tuple[sp.Expr, sp.Expr] | None:
        """The ends of an interval that holds the law, where it is known."""
        return None if self.support is None else (self.support[0][0], self.support[-1][1])

    def centred_moments(self, centre: Fraction, count: int) -> list[arb]:
        """E(w - c)^k for k < count, from the chain of w - c, in balls."""
        chain, c = self.affine, exact_end(centre)
        moved = replace(chain, offset=sp.expand(chain.offset + (chain.multiplier - 1) * c))
        if moved.multiplier.is_number:
            rho, steps = evaluate(moved.multiplier), [arb(1)] + [arb(0)] * (count - 1)
            for term in independent_terms(moved):  # one by one: powers of their sum have very many terms
                alone = replace(moved, offset=term)
                steps = binomial_sums(steps, [evaluate(alone.mixed_moment(0, k)) for k in range(count)])
            return recursive_moments(lambda j, k: rho**j * steps[k], count)
        pairs = moved.pairs()
        if any(pair.laws for pair in pairs):
            raise self.unknown("a mean beyond polynomials")
        atoms = [(evaluate(p.probability), evaluate(p.values[0]), evaluate(p.values[1])) for p in pairs]
        return recursive_moments(lambda j, k: sum((p * m**j * b**k for p, m, b in atoms), start=arb(0)), count)

    def mean_of_sum(self, of: sp.Expr, effort: Effort) -> Number:
        """sum of constants times means, each with more digits until the sum has enough."""
        w, terms = self.state[0], sp.Add.make_args(sp.expand(of) if of.is_Add else of)
        split = [term.as_independent(w, as_Add=False) for term in terms]
        best: Enclosure | None = None
        for more in (2, *MORE_DIGITS):
            means = [self.mean_of(rest, effort.with_digits(effort.digits + more)) for _, rest in split]
            if all(mean.exact is not None for mean in means):
                whole = sp.Add(*(c * mean.exact for (c, _), mean in zip(split, means, strict=True)))
                return number(whole, effort, f"E[{of}]")
            if any(mean.enclosure is None for mean in means) or any(c.free_symbols for c, _ in split):
                break
            with precision(bits_for(effort.digits + more) + 40):
                parts = zip(split, means, strict=True)
                total = sum((evaluate(c) * ball_of(as_enclosure(m)) for (c, _), m in parts), start=arb(0))
                best = enclosure(total)
            if best.reaches(effort.digits):
                return Number(None, best, effort.digits)
        raise Inconclusive(f"E[{of}]: the digits asked for are not reached", best)

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        if at in (sp.oo, -sp.oo):
            return number(sp.Integer(1 if at == sp.oo else 0), effort, "the distribution function")
        return self.cdf_number(at, effort)

    def mass_at(self, at: sp.Expr, effort: Effort) -> Number:
        return number(sp.Integer(0), effort, "the mass of a point")

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        """The difference of the distribution function, with as many more digits as cancellation takes."""
        best: Enclosure | None = None
        for more in (0, *MORE_DIGITS):
            below, above = (self.cdf(end, effort.with_digits(effort.digits + more)) for end in (low, high))
            if below.exact is not None and above.exact is not None:
                return number(above.exact - below.exact, effort, "the probability")
            best = difference(above.enclosure, below.enclosure)
            if best.reaches(effort.digits):
                return Number(None, best, effort.digits)
        raise Inconclusive("the probability is too small beside the distribution function", best)

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        """The root of P(w <= q) = level by bisection with proved signs; exact where it is a simple rational number at
        which the distribution function is known exactly and rises."""
        if level.free_symbols or not (level > 0 and level < 1):
            raise InvalidInput("quantile", level, "a number strictly between 0 and 1")

        def sign_at(place: Fraction) -> int | None:
            return self.side(sp.Rational(place.numerator, place.denominator), level, effort)

        found = sign_change(sign_at, *self.bracket(sign_at), effort)
        root = rational_root(found, sign_at)
        if root is not None and self.rises_to(exact_end(root)):
            return number(exact_end(root), effort, "the quantile")
        return Number(None, found, effort.digits)

    def rises_to(self, at: sp.Expr) -> bool:
        """Has every interval that ends at this place mass? Where the support is known and it lies inside."""
        return any(proved_sign(at - low) == 1 and proved_sign(high - at) in (0, 1) for low, high in self.support or ())

    def bracket(self, sign_at: object) -> tuple[Fraction, Fraction]:
        """Two places with opposite signs."""
        ends = []
        for direction in (-1, 1):
            place = next(p for p in doublings(direction) if sign_at(p) == direction)  # type: ignore[operator]
            ends.append(place)
        return ends[0], ends[1]

    def side(self, at: sp.Expr, level: sp.Expr, effort: Effort) -> int | None:
        """The proved sign of P(w <= at) - level."""
        for digits in MORE_DIGITS:
            try:
                found = self.cdf_number(at, effort.with_digits(digits))
            except Inconclusive as error:
                if error.enclosure is None:
                    raise
                found = Number(None, error.enclosure)
            if found.exact is not None:
                return proved_sign(found.exact - level)
            assert found.enclosure is not None
            for end, side in ((found.enclosure.lower, 1), (found.enclosure.upper, -1)):
                if proved_sign(exact_end(end) - level) == side:
                    return side
        return None


def as_enclosure(found: Number) -> Enclosure:
    assert found.enclosure is not None
    return found.enclosure


def mapped(formula: sp.Expr, symbol: sp.Symbol, found: Number, effort: Effort) -> Number:
    """An increasing or decreasing linear formula of a number."""
    if found.exact is not None:
        return number(formula.subs(symbol, found.exact), effort, "the mean")
    at = as_enclosure(found)
    ends = [Fraction(str(formula.subs(symbol, exact_end(end)))) for end in (at.lower, at.upper)]
    return Number(None, Enclosure(min(ends), max(ends)), effort.digits)


def exact_end(end: Bound) -> sp.Expr:
    return sp.Rational(Fraction(end).numerator, Fraction(end).denominator)


def doublings(direction: int) -> Iterator[Fraction]:
    place = Fraction(direction)
    while True:
        yield place
        place *= 2


def difference(above: Enclosure | None, below: Enclosure | None) -> Enclosure:
    assert above is not None and below is not None
    return Enclosure(max(above.lower - below.upper, Fraction(0)), min(above.upper - below.lower, Fraction(1)))

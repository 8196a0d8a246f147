"""What the laws of contracting affine chains share: moments from the recursion, questions answered by the distribution function."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..balls.adaptive import proved_sign
from ..effort import Effort
from ..engines.affine import AffineChain
from ..errors import Inconclusive, InvalidInput
from ..numerics.affine_frame import AffineStep, StandardForm
from ..numerics.exact_numbers import number
from ..numerics.neat import neat
from ..numerics.sign_change import rational_root, sign_change
from ..numerics.stationary_moments import stationary_moments
from ..numerics.tidy import tidy
from ..proof import Cited, Identity, Step
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


@dataclass(frozen=True, kw_only=True)
class AffineLaw(StationaryLaw):
    """The law of w' = M w + B with |M| < 1 and an increment B all of whose moments are finite; it has no atoms."""

    affine: AffineChain

    @abstractmethod
    def cdf_number(self, at: sp.Expr, effort: Effort) -> Number:
        """P(w <= at) at a finite place."""

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """Polynomials, exactly."""
        w = self.state[0]
        if not of.is_polynomial(w):
            raise self.unknown(f"E[{of}]")
        poly = sp.Poly(of, w)
        raw = stationary_moments(self.affine.mixed_moment, max(poly.degree(), 0))
        value = sp.Add(*(c * raw[k] for (k,), c in poly.terms()))
        return number(tidy(value) if value.free_symbols else neat(value), effort, f"E[{of}]")

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
            for end, sign in ((found.enclosure.lower, 1), (found.enclosure.upper, -1)):
                if proved_sign(exact_end(end) - level) == sign:
                    return sign
        return None


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

"""What every law of a real sample owes to the engines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import sympy as sp

from ..errors import HypothesisViolated, InvalidInput
from ..expressions import exact
from .signs import sign
from .support import Finite, HalfLattice, Interval, Support

if TYPE_CHECKING:
    import numpy as np
    from flint import arb
    from numpy.typing import NDArray

    Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Law(ABC):
    """The law of one real random variable X; every field is an exact sympy expression and may hold symbols.

    A family is one file: a frozen dataclass whose fields are the parameters of the problem file, in order.
    What a family does not know in closed form it leaves at the default (None): engines then take another route.
    """

    name: ClassVar[str]

    def __post_init__(self) -> None:
        for entry in fields(self):
            field = f"{self.name}.{entry.name}"
            object.__setattr__(self, entry.name, real(exact(getattr(self, entry.name), field), field))
        self.check()

    def check(self) -> None:  # noqa: B027  a family without conditions has nothing to refuse
        """Raise `InvalidInput` for numeric parameters outside the family (see `require_positive`)."""

    @property
    def uniforms(self) -> int:
        """How many uniform numbers one draw consumes."""
        return 1

    @property
    @abstractmethod
    def support(self) -> Support:
        """Interval with a density, finitely many atoms, or a half-lattice."""

    @abstractmethod
    def moment(self, order: int) -> sp.Expr:
        """E X^order, exact. Raises `HypothesisViolated` where it does not exist."""

    def density(self, x: sp.Expr) -> sp.Expr | None:
        """The density at x inside the support (an analytic expression there); None for atomic laws.

        Where it is analytic only piece by piece (Laplace, means of uniforms) see `pieces`.
        """
        return None

    def pieces(self, x: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...] | None:
        """(low, high, density at x there), analytic on each interval, together the support; None where not known."""
        support, density = self.support, self.density(x)
        if density is None or not isinstance(support, Interval):
            return None
        return ((support.low, support.high, density),)

    def probability(self, k: sp.Expr) -> sp.Expr | None:
        """P(X = offset + step*k) on a half-lattice; None for other laws."""
        return None

    def cdf(self, x: sp.Expr) -> sp.Expr | None:
        """P(X <= x) for x inside the support, in closed form, or None."""
        return None

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        """The q with P(X <= q) = level, 0 < level < 1, in closed form, or None."""
        return None

    def mean_exp(self, rate: sp.Expr) -> sp.Expr | None:
        """E exp(rate X) in closed form, or None. Raises `HypothesisViolated` where it is infinite."""
        return None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr | None:
        """E exp(i t X) for real t, in closed form, or None."""
        return None

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """E log|shift + factor X| in closed form, natural logarithm, or None. `factor` is not 0."""
        return None

    def log_ball(self, shift: sp.Expr, factor: sp.Expr) -> arb | None:
        """E log|shift + factor X| in balls, where the family has a better integral than that of its density."""
        return None

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """E |shift + factor X|^order for real order > 0, in closed form, or None.

        Here for even integer orders, from the moments; a family overrides it for the orders it knows.
        Raises `HypothesisViolated` where it is infinite.
        """
        if not (order.is_Integer and order.is_even and order.is_positive):
            return None
        n = int(order)
        terms = (sp.binomial(n, k) * shift ** (n - k) * factor**k * self.moment(k) for k in range(n + 1))
        return sp.expand(sum(terms))

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        """The law of shift + factor X if it is in a family of this package, else None. `factor` is not 0."""
        return None

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        """(shift, factor, law) with X = shift + factor Z, Z of the law, from which location and scale are taken out."""
        return sp.Integer(0), sp.Integer(1), self

    def batch_mean(self, size: int) -> Law | None:
        """The exact law of the mean of `size` independent copies, or None if no family here holds it."""
        return self if size == 1 else None

    def square(self) -> Law | None:
        """The exact law of X^2 if it is in a family of this package, else None."""
        return None

    @property
    def moment_limit(self) -> sp.Expr:
        """The supremum of the q with E|X|^q < oo; `oo` when all moments exist."""
        return sp.oo

    def tail_constants(self) -> tuple[sp.Expr, sp.Expr] | None:
        """The limits of t^a P(X > t) and t^a P(X < -t), a = `moment_limit`; None where they are not known or a is oo."""
        return None

    @abstractmethod
    def from_uniforms(self, u: Reals) -> Reals:
        """Floating-point samples from independent uniforms; `u` has shape (uniforms, ...), the result (...)."""

    # ---- what certified quadrature asks of a density; see balls/quadrature.py

    def concentration(self, point: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """(C, a, r) with P(0 < |X - point| <= s) <= C s^a for all 0 < s <= r; None where the density is
        bounded near `point`, so that ball arithmetic finds C with a = 1 by itself. Only needed at ends of
        the support where the density is unbounded or its expression is singular."""
        return None

    def tail(self, cut: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """(C, a, t0) with P(|X| > t) <= C t^-a for every t >= max(cut, t0), for some a > 0 that the family
        chooses as large as is useful; None for bounded supports. For light tails see `light_tail`."""
        return None

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """(C, c, t0) with P(|X| > t) <= C exp(-c t) for every t >= t0 (c > 0); None if there is none."""
        return None

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """(C, c, t0) with density(x) <= C exp(-c |x|) for |x| >= t0, c > 0; None if no such bound is given."""
        return None

    def density_power_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """(C, a, t0) with density(x) <= C |x|^-a for |x| >= t0 > 0, a > 1; None if no such bound is given."""
        return None

    # ---- the same for every law

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> Self:
        """The law with symbols replaced."""
        return replace(self, **{entry.name: getattr(self, entry.name).subs(values) for entry in fields(self)})

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return set().union(*(getattr(self, entry.name).free_symbols for entry in fields(self)))

    @property
    def expectation(self) -> sp.Expr:
        return self.moment(1)

    @property
    def variance(self) -> sp.Expr:
        return sp.factor(sp.expand(self.moment(2) - self.moment(1) ** 2))

    @property
    def atoms(self) -> tuple[tuple[sp.Expr, sp.Expr], ...] | None:
        """The atoms of a finite law, else None."""
        support = self.support
        return support.atoms if isinstance(support, Finite) else None

    @property
    def has_density(self) -> bool:
        return isinstance(self.support, Interval)

    def require_positive(self, *names: str) -> None:
        """Refuse parameters that are proved not to be positive."""
        for name in names:
            value = getattr(self, name)
            if sign(value) in (0, -1) or value.is_positive is False:
                raise InvalidInput(f"{self.name}.{name}", value, "a positive number")

    def require_order(self, low: str, high: str) -> None:
        """Refuse ends of an interval that are proved to be in the wrong order."""
        left, right = getattr(self, low), getattr(self, high)
        if sign(right - left) in (0, -1) or (right - left).is_positive is False:
            raise InvalidInput(f"{self.name}.{high}", right, f"a number above {low} = {left}")

    def require_probability(self, name: str, *, inside: bool = False) -> None:
        """Refuse a parameter that is proved to lie outside [0, 1], or with `inside` outside (0, 1)."""
        value = getattr(self, name)
        refused = (-1, 0) if inside else (-1,)
        if sign(value) in refused or sign(1 - value) in refused:
            allowed = "a number strictly between 0 and 1" if inside else "a number between 0 and 1"
            raise InvalidInput(f"{self.name}.{name}", value, allowed)

    def infinite_moment(self, order: Any, limit: Any) -> HypothesisViolated:
        """The error for a moment that does not exist."""
        power = order if str(order).isdecimal() else f"({order})"
        return HypothesisViolated(f"E|x|^{power} < oo", f"a {self.name} law has moments below order {limit} only")

    def infinite_exponential(self, rate: sp.Expr) -> HypothesisViolated:
        """The error for an exponential moment that is infinite."""
        return HypothesisViolated(f"E exp({rate} x) < oo", f"a {self.name} law")


def real(value: sp.Expr, field: str) -> sp.Expr:
    """The value itself; refuses numbers that are not finite and real."""
    if value.is_Rational:
        return value
    if value.has(sp.oo, sp.zoo, sp.nan) or value.is_extended_real is False:
        raise InvalidInput(field, value, "a finite real number")
    return value


__all__ = ["Finite", "HalfLattice", "Interval", "Law", "Support"]

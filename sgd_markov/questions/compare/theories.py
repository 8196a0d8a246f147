"""The exponents that four theories give to a chain at a point where its mean step vanishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from ...answer.number import Number
from ...answer.warrant import Warrant
from ...chain.chain import Chain, Point
from ...chain.linearisation import require_fixed
from ...chain.one_sided import derivative_at
from ...effort import Effort
from ...errors import HypothesisViolated, SGDMarkovError
from ...numerics.exact_numbers import number
from ...numerics.signs_of_symbols import known_sign
from ...numerics.step_moments import multiplier_moments, step_moments
from ...numerics.tidy import tidy
from ...proof.radicals import is_zero
from ..registry import verb_of

THEORIES = ("sgd", "gradient-descent", "langevin", "sde")
PERSISTS = "the noise persists at the point: nearby paths do not settle there"


@dataclass(frozen=True)
class Slopes:
    """The chain near a point: mean and variance of the multiplier M of one step; `variance` None where noise persists."""

    mean: sp.Expr
    variance: sp.Expr | None


@dataclass(frozen=True)
class Exponent:
    """The exponent of a theory at a point; `number` None where there is none or it is not known, then with a `note`."""

    number: Number | None = None
    warrant: Warrant | None = None
    cite: tuple[str, ...] = ()
    note: str | None = None

    @property
    def sign(self) -> int | None:
        """The proved sign."""
        if self.number is None or self.warrant == Warrant.SAMPLED:
            return None
        if self.number.enclosure is None:
            return None if self.number.exact is None else known_sign(self.number.exact)
        return self.number.enclosure.sign

    @property
    def attracts(self) -> bool | None:
        """True where it is proved negative, False where it is proved not to be."""
        return None if self.sign is None else self.sign < 0


def slopes_at(chain: Chain, point: Point) -> Slopes:
    """Mean and variance of the multiplier; raises `HypothesisViolated` where the mean step does not vanish."""
    w = chain.state[0]
    try:
        require_fixed(chain, point)
    except HypothesisViolated:
        drift, _ = step_moments(chain)
        pull = drift.subs(point)
        if not is_zero(pull):
            raise HypothesisViolated(
                f"the mean step vanishes at {w} = {point[w]}", f"it is {sp.simplify(pull)}"
            ) from None
        return Slopes(sp.expand(1 + derivative_at(drift, w, point[w])), None)
    first, second = multiplier_moments(chain, point)
    return Slopes(first, sp.factor(sp.expand(second - first**2)))


def exponent(theory: str, chain: Chain, point: Point, slopes: Slopes, effort: Effort) -> Exponent:
    """What the theory says at the point."""
    return EXPONENTS[theory](chain, point, slopes, effort)


def exponent_of_sgd(chain: Chain, point: Point, slopes: Slopes, effort: Effort) -> Exponent:
    if slopes.variance is None:
        return Exponent(note=PERSISTS)
    try:
        answer = verb_of("lyapunov")(chain, at=point, effort=effort)
    except SGDMarkovError as error:
        return Exponent(note=str(error))
    return Exponent(Number(answer.exact, answer.enclosure, effort.digits), answer.warrant, answer.cite)


def exponent_of_descent(chain: Chain, point: Point, slopes: Slopes, effort: Effort) -> Exponent:
    value = -sp.oo if is_zero(slopes.mean) else sp.log(sp.Abs(sp.factor(slopes.mean)))
    return Exponent(number(value, effort, "the exponent of gradient descent"), Warrant.EXACT)


def exponent_of_langevin(chain: Chain, point: Point, slopes: Slopes, effort: Effort) -> Exponent:
    return Exponent(number(tidied(slopes.mean - 1), effort, "the exponent of the gradient flow"), Warrant.EXACT)


def exponent_of_sde(chain: Chain, point: Point, slopes: Slopes, effort: Effort) -> Exponent:
    if slopes.variance is None:
        return Exponent(note=PERSISTS)
    value = tidied(slopes.mean - 1 - slopes.variance / 2)
    return Exponent(number(value, effort, "the exponent of the equation"), Warrant.EXACT, ("ito1951",))


def tidied(value: sp.Expr) -> sp.Expr:
    return tidy(sp.expand(value)) if value.free_symbols else sp.expand(value)


EXPONENTS: dict[str, Callable[[Chain, Point, Slopes, Effort], Exponent]] = {
    "sgd": exponent_of_sgd,
    "gradient-descent": exponent_of_descent,
    "langevin": exponent_of_langevin,
    "sde": exponent_of_sde,
}

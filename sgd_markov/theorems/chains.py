"""The chains that several claims are about, built as a user would, and the proved exponents at their fixed point 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..balls.adaptive import refine, refine_expression
from ..chain.chain import Chain
from ..chain.draw import Source
from ..effort import Effort
from ..errors import Inconclusive
from ..expressions import exact
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.two_point import TwoPoint
from ..optimizers.sgd import SGD
from ..questions.lyapunov import lyapunov
from .claim import Reading

w, x = sp.symbols("w x", real=True)


def quadratic(law: Law, lr: object, **sampling: object) -> Chain:
    """SGD on l(w; x) = x w^2/2, so that w' = M w with M = 1 - lr x."""
    return SGD(x * w**2 / 2, [w], lr, data={x: law}, **sampling)  # type: ignore[arg-type]


def two_point(a: object, lr: object, **sampling: object) -> Chain:
    """The same with x = a + 1 or a - 1, probability 1/2 each: L = a w^2/2, a strict local maximum at 0 for a < 0."""
    centre = exact(a, "a")
    return quadratic(TwoPoint(centre + 1, centre - 1), lr, **sampling)


def feature_chain(lr: object) -> Chain:
    """SGD on (x w)^2/2 with x standard normal: M = 1 - lr x^2."""
    return SGD(x**2 * w**2 / 2, [w], lr, data={x: Normal(0, 1)})


def noisy(chain: Chain, law: Law) -> Chain:
    """The same updates with independent noise added in every step: w' = M w + z."""
    z = sp.Dummy("z", real=True)
    draw = replace(chain.draw, noise=(*chain.draw.noise, Source((z,), law)))
    return replace(chain, update=(chain.update[0] + z,), draw=draw, loss=None)


def exponent(chain: Chain, effort: Effort) -> Reading:
    """The Lyapunov exponent at 0, by the question."""
    return Reading.of(lyapunov(chain, at=dict.fromkeys(chain.state, 0), effort=effort))


def attracts(chain: Chain, effort: Effort) -> bool:
    """Is the exponent at 0 proved negative (True), or proved not to be (False)?"""
    return decided(lyapunov(chain, at=dict.fromkeys(chain.state, 0), effort=effort).extra["attracts"], "the exponent")


def decided(verdict: bool | None, what: str) -> bool:
    """A proved yes or no; `Inconclusive` where the sign is open."""
    if verdict is None:
        raise Inconclusive(f"the sign of {what} is not decided")
    return verdict


def closed_form(text: str, effort: Effort) -> Reading:
    """A number given as a formula in the grammar of problem files, enclosed."""
    return Reading(refine_expression(exact(text, "formula"), effort, text), Warrant.CERTIFIED)


def mean_of_logs(terms: list[tuple[sp.Expr, sp.Expr]], effort: Effort) -> Reading:
    """sum of probability * log|multiplier|, written out: a route that shares no code with the question."""
    formula = sp.Add(*(p * sp.log(sp.Abs(m)) for p, m in terms))
    return Reading(refine_expression(formula, effort, "the sum of logarithms"), Warrant.CERTIFIED)


def integral(law: Law, multiplier: sp.Expr, effort: Effort) -> Reading:
    """E log|multiplier(x)| by certified quadrature of the density, split at the singularity."""
    from ..numerics.kernel_functions import LogModulus
    from ..numerics.law_integral import expectation

    poly = sp.Poly(multiplier, x)
    return Reading(refine(lambda: expectation(law, poly, LogModulus()), effort, "the integral"), Warrant.CERTIFIED)


def sign_change(sign_at: Callable[[sp.Rational, Effort], int | None], near: str, effort: Effort) -> Reading:
    """The root of a continuous function next to the decimal `near`: two points, opposite proved signs between.

    `near` may come from anywhere and need only be right to half the distance of the two points.
    """
    middle = sp.Rational(near)
    reach = abs(middle) / (4 * sp.Integer(10) ** (effort.digits + 1))
    signs = sign_at(middle - reach, effort), sign_at(middle + reach, effort)
    if None in signs or signs[0] == signs[1]:
        raise Inconclusive(f"no proved change of sign within {sp.N(reach, 3)} of {near}")
    return Reading(interval(middle - reach, middle + reach), Warrant.CERTIFIED)


def interval(low: sp.Rational, high: sp.Rational) -> Enclosure:
    return Enclosure(Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q)))


def exponent_sign(chain_at: Callable[[sp.Rational], Chain]) -> Callable[[sp.Rational, Effort], int | None]:
    """The proved sign of the exponent at 0 as a function of a parameter.

    Next to a root the exponent is as small as the distance, so few of its digits are enough.
    """

    def sign(value: sp.Rational, effort: Effort) -> int | None:
        answer = lyapunov(chain_at(value), at=0, effort=effort.with_digits(3))
        return None if answer.enclosure is None else answer.enclosure.sign

    return sign

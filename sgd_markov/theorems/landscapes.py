"""Landscapes on which SGD ends at different places, built as a user would, and what `limit` says about them."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from ..answer.answer import Answer
from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..chain.chain import Chain
from ..chain.random_map import RandomMap
from ..effort import Effort
from ..laws.rademacher import Rademacher
from ..laws.two_point import TwoPoint
from ..optimizers.sgd import SGD
from ..questions.limit import limit
from .chains import decided, w, x
from .claim import Reading

xi = sp.Symbol("xi", real=True)
FLAT, NOISE, SHARP, PLACE = (sp.Rational(text) for text in ("5/24", "35/24", "9/10", "7/5"))
"""Curvature a_f and noise b around the flat minimum 0; curvature k_s of the sharp minima at +-c."""


ANSWERS: dict[tuple[Chain, str], Answer] = {}


def quartic(a: str, lr: str, c: str = "1") -> Chain:
    """l = x w^2/2 + c w^4/4 with x = a +- 1: for a < 0 a strict local maximum of L at 0, minima at +-sqrt(-a/c)."""
    centre = sp.Rational(a)
    return SGD(x * w**2 / 2 + sp.Rational(c) * w**4 / 4, [w], lr, data={x: TwoPoint(centre + 1, centre - 1)})


def periodic(a: str, lr: str) -> Chain:
    """l = x (1 - cos w) with x = a +- 1: for a < 0 maxima of L = a (1 - cos w) at 0, minima at pi."""
    centre = sp.Rational(a)
    return SGD(x * (1 - sp.cos(w)), [w], lr, data={x: TwoPoint(centre + 1, centre - 1)})


def two_valleys(lr: str) -> Chain:
    """A flat noisy minimum at 0 for |w| < 1, sharp quiet ones at +-c beyond; the step of SGD on this loss."""
    inner = (FLAT + NOISE * xi) * w
    slope = sp.Piecewise((inner, sp.Abs(w) < 1), (SHARP * (w - PLACE * sp.sign(w)), True))
    return RandomMap({w: w - sp.Rational(lr) * slope}, noise={xi: Rademacher()})


def smooth_valleys(noise: str) -> Chain:
    """L' = w (w^2 - 3/2)(w^2 - 4)/(16 (1 + w^4/16)), noise b xi w (1 - w^2/4)^2/(1 + w^4/16) for |w| < 2, lr = 1."""
    height = 1 + w**4 / 16
    mean = w * (w**2 - sp.Rational(3, 2)) * (w**2 - 4) / (16 * height)
    kick = sp.Rational(noise) * xi * w * (1 - w**2 / 4) ** 2 / height
    return RandomMap({w: w - mean - sp.Piecewise((kick, sp.Abs(w) < 2), (0, True))}, noise={xi: Rademacher()})


def mass_at(chain: Chain, start: object, places: tuple[sp.Expr, ...], effort: Effort, digits: int) -> Reading:
    """P(the chain converges to one of the places), by the question; `digits` in the place of those of the effort.

    Where these are all places but one side of masses that sum to 1, the enclosure is that of the complement.
    """
    answer = answered(chain, start, effort.with_digits(digits))
    masses = answer.extra["masses"]
    wanted = [entry["probability"] for entry in masses if is_one_of(entry, places)]
    low = sum((Fraction(number.enclosure.lower) for number in wanted), Fraction(0))
    high = min(Fraction(1), sum((Fraction(number.enclosure.upper) for number in wanted), Fraction(0)))
    if len(wanted) == len(masses) and certain(answer):
        return Reading(Enclosure.point(1), Warrant.CERTIFIED)
    return Reading(Enclosure(low, high), Warrant.CERTIFIED)


def answered(chain: Chain, start: object, effort: Effort) -> Answer:
    """The answer of `limit`, remembered: the quantities and the control of a claim ask the same question."""
    key = (chain, str(start))
    if key not in ANSWERS or ANSWERS[key].digits < effort.digits:
        ANSWERS[key] = limit(chain, start, effort=effort)
    return ANSWERS[key]


def is_certain(found: Reading) -> bool:
    """Is the probability 1? A proved yes or no: an enclosure that leaves it open is no answer."""
    ends = found.enclosure
    return decided(True if ends.lower == 1 else False if ends.upper < 1 else None, "1 - P(the chain ends there)")


def is_strictly_between(found: Reading) -> bool:
    """Is the probability neither 0 nor 1? Likewise."""
    ends = found.enclosure
    some, certain = ends.lower > 0 and ends.upper < 1, ends.upper == 0 or ends.lower == 1
    return decided(True if some else False if certain else None, "P(the chain ends there) and of 1 minus it")


def is_one_of(entry: dict[str, object], places: tuple[sp.Expr, ...]) -> bool:
    place = entry.get("at")
    return isinstance(place, dict) and any(number.exact in places for number in place.values())


def certain(answer: object) -> bool:
    """Is it proved that the masses sum to 1?"""
    from ..passage.basins import CERTAIN

    return any(h.statement == CERTAIN and h.state == "proved" for h in answer.hypotheses)  # type: ignore[attr-defined]

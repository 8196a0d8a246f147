"""AMSGrad with a moving average of squares (beta2 > 0): bounds for the chance of w -> 0, by paths alone.

With rho = v/vhat the state is (rate, s, rho): q = beta2 rho + (1 - beta2) x^2 s^2, Q = max(1, q), rate' = rate/sqrt(Q),
s' = s |1 - x rate'|/sqrt(Q), rho' = q/Q. Below X s = 1 no moving average of squares exceeds vhat, so that Ville's inequality
holds as without it. Paths do not merge, since rho knows the order of the draws: the bounds are coarse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction

import numpy as np

from ...answer.enclosure import Enclosure
from ...effort import Effort
from .curvature_law import ROUNDING, CurvatureLaw
from .excursions import SAFE, shares
from .exponents import HIGHEST, Powers, first_attracting, powers
from .solution import SPAN, Start, between, first_rates, outward

PATHS = (1 << 12, 1 << 15, 1 << 17)
"""Ever more paths are followed at once; the others are left to Ville's inequality."""
STEPS = 120
SETTLED = 1e-3
UP, DOWN = 1 + 4 * ROUNDING, 1 - 4 * ROUNDING
"""More than the errors of a dozen operations."""


@dataclass(frozen=True)
class Boxes:
    """Arrays over paths: ends of rate, s and rho, and lower bounds of the masses."""

    low_rate: np.ndarray
    high_rate: np.ndarray
    low_s: np.ndarray
    high_s: np.ndarray
    low_rho: np.ndarray
    high_rho: np.ndarray
    mass: np.ndarray

    def part(self, which: np.ndarray) -> Boxes:
        return Boxes(*(getattr(self, entry.name)[which] for entry in fields(self)))

    @classmethod
    def joined(cls, parts: list[Boxes]) -> Boxes:
        return cls(*(np.concatenate([getattr(part, entry.name) for part in parts]) for entry in fields(cls)))


def bounds(law: CurvatureLaw, beta2: Enclosure, start: Start, rho: Enclosure, effort: Effort) -> Iterator[Enclosure]:
    """P(w -> 0), ever narrower; `rho` = v/vhat at a start with vhat > 0. Without vhat, v is 0 and `start.scaled` is |w|/lr."""
    beta = outward(beta2)
    boxes = first_boxes(law, beta, start, rho)
    highest = float(boxes.high_rate.max()) * UP
    lowest = first_attracting(law, highest)
    if lowest >= highest:
        yield Enclosure(Fraction(0), Fraction(0))
        return
    known = powers(law, lowest if lowest > 0 else highest * SPAN, highest, repelling_below=lowest > 0)
    for paths in PATHS:
        yield followed(law, known, lowest, beta, boxes, paths, effort)


def followed(
    law: CurvatureLaw, known: Powers, lowest: float, beta: tuple[float, float], boxes: Boxes, paths: int, effort: Effort
) -> Enclosure:
    """With so many paths at once, those kept of which most is open."""
    frozen = fallen = 0.0
    for _ in range(STEPS):
        effort.check()
        below = boxes.high_rate < lowest
        fallen += float(boxes.mass[below].sum()) * SAFE
        boxes = boxes.part(~below)
        credit = credits(law, known, boxes)
        order = np.argsort(-boxes.mass * (1 - credit), kind="stable")
        going = np.zeros(len(order), bool)
        going[order[:paths]] = True
        going &= credit < 1 - SETTLED
        frozen += float((boxes.mass * credit)[~going].sum()) * SAFE
        boxes = boxes.part(going)
        if not len(boxes.mass):
            break
        boxes = Boxes.joined([after(law, value, beta, boxes) for value in range(len(law))])
    frozen += float((boxes.mass * credits(law, known, boxes)).sum()) * SAFE
    return between(frozen * SAFE, fallen * SAFE)


def first_boxes(law: CurvatureLaw, beta: tuple[float, float], start: Start, rho: Enclosure) -> Boxes:
    """The start itself, or without vhat the states after the first step: rho = 1."""
    if start.rate is not None:
        a, b, least_s, most_s, least_rho, most_rho = (
            np.array([max(end, 0.0)]) for pair in (start.rate, start.scaled, rho) for end in outward(pair)
        )
        return Boxes(a, b, least_s, most_s, least_rho, most_rho, np.ones(1))
    roots = np.sqrt((1 - beta[1]) * DOWN) * DOWN, np.sqrt((1 - beta[0]) * UP) * UP
    rates = np.array([outward(rate) for rate in first_rates(law, start.scaled)])
    low, high = rates[:, 0] / roots[1] * DOWN, rates[:, 1] / roots[0] * UP
    size, one = np.abs(law.x), np.ones(len(law))
    least, most = factor(law.x, low, high)
    return Boxes(low, high, least / (size * roots[1]) * DOWN, most / (size * roots[0]) * UP, one, one, law.p)


def factor(x: np.ndarray | float, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ends of |1 - x rate| for rates in [low, high]; the error of 1 - x rate is small beside 1 + |x| rate."""
    one, other = 1 - x * low, 1 - x * high
    error = ROUNDING * (1 + np.abs(x) * high)
    least = np.where(one * other > 0, np.minimum(np.abs(one), np.abs(other)) - error, 0)
    return np.maximum(least, 0), np.maximum(np.abs(one), np.abs(other)) + error


def after(law: CurvatureLaw, value: int, beta: tuple[float, float], boxes: Boxes) -> Boxes:
    """The boxes after a draw of x[value]."""
    x = float(law.x[value])
    low_q = averaged(beta, boxes.low_rho, x * x * boxes.low_s**2)[0] * DOWN
    high_q = averaged(beta, boxes.high_rho, x * x * boxes.high_s**2)[1] * UP
    low_root, high_root = np.sqrt(np.maximum(1, low_q)), np.sqrt(np.maximum(1, high_q))
    low_rate = np.where(high_q <= 1, boxes.low_rate, boxes.low_rate / high_root * DOWN)
    high_rate = np.minimum(boxes.high_rate, boxes.high_rate / low_root * UP)
    least, most = factor(x, low_rate, high_rate)
    return Boxes(
        low_rate, high_rate, boxes.low_s * least / high_root * DOWN, boxes.high_s * most / low_root * UP,
        np.minimum(low_q, 1), np.minimum(high_q, 1), boxes.mass * law.p[value],
    )  # fmt: skip


def averaged(beta: tuple[float, float], old: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ends of beta old + (1 - beta) new over the ends of beta."""
    ends = [b * old + (1 - b) * new for b in beta]
    return np.minimum(*ends), np.maximum(*ends)


def credits(law: CurvatureLaw, known: Powers, boxes: Boxes) -> np.ndarray:
    """At least the chance to freeze for ever from each box with rho <= 1."""
    low, _ = known.at(boxes.low_rate, boxes.high_rate)
    unknown = np.full(len(low), HIGHEST + 1)
    sure, _ = shares(law.largest * boxes.high_s, np.zeros(len(low)), low, unknown)
    return np.where(boxes.high_rho <= 1, sure, 0)

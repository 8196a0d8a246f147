"""Sums over the masses of a birth-death chain, w_(k+1) = w_k p_k/q_(k+1), with proved bounds of what is cut off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flint import arb, ctx

from ..effort import Effort
from ..errors import Inconclusive

TERMS = 100_000

Ratio = Callable[[int], arb]


@dataclass(frozen=True)
class Side:
    """The masses on one side of the reference, counted outwards.

    `ratio(k)`: the mass at step k + 1 over that at step k. `last`: the last step, None on an infinite side.
    `bound(k)`: a number r with ratio(j) <= r for all j >= k, or None before such a bound is known.
    """

    ratio: Ratio
    last: int | None
    bound: Callable[[int], arb | None]


@dataclass(frozen=True)
class Summand:
    """f(k) outwards, with |f(k)| <= size(k), size(k + 1)/size(k) <= growth(k) for all later k as well; f(k) = 0 for
    k > `until` unless that is None."""

    value: Callable[[int], arb]
    size: Callable[[int], arb]
    growth: Callable[[int], arb]
    until: int | None = None


def outward_sums(side: Side, summand: Summand, weight: arb, effort: Effort) -> tuple[arb, arb]:
    """(sum of masses, sum of f masses) over the steps 1, 2, ... of one side, tails included as balls.

    `weight` is the mass at the reference. Stops where both tails are below the working precision, relatively.
    """
    total, weighted, mass, k = arb(0), arb(0), weight, 0
    while side.last is None or k < side.last:
        if k > TERMS:
            raise Inconclusive(f"more than {TERMS} states are needed")
        if k % 64 == 0:
            effort.check()
        rest = (
            None
            if side.last is not None and side.last - k < 8
            else remainder(side, summand, mass, k, weight + total, weighted)
        )
        if rest is not None:
            return total + rest[0], weighted + rest[1]
        mass = mass * side.ratio(k)
        k += 1
        total += mass
        if summand.until is None or k <= summand.until:
            weighted += mass * summand.value(k)
    return total, weighted


def remainder(side: Side, summand: Summand, mass: arb, k: int, total: arb, weighted: arb) -> tuple[arb, arb] | None:
    """Balls around what lies beyond step k, where they are small enough; else None."""
    if (summand.until is not None and k < summand.until) or not mass * arb(2) ** (ctx.prec // 2) < total:
        return None
    ratio = side.bound(k)
    if ratio is None or not ratio < 1:
        return None
    masses = mass * ratio / (1 - ratio)
    small = arb(2) ** (-ctx.prec)
    if not masses <= small * total:
        return None
    if summand.until is not None:
        return arb(0).union(masses), arb(0)
    faster = ratio * summand.growth(k + 1)
    if not faster < 1:
        return None
    values = mass * ratio * summand.size(k + 1) / (1 - faster)
    if not values <= small * (abs(weighted) + total * summand.size(0)):
        return None
    return arb(0).union(masses), values.union(-values)

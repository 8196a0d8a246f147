"""Probabilities of finitely many outcomes, checked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import lcm

import sympy as sp

from ..errors import InvalidInput
from ..expressions import exact
from .phrase import Phrase
from .signs import sign

Entries = tuple[tuple[sp.Expr, sp.Expr], ...]
"""Pairs (value, probability)."""


def checked_weights(given: Sequence[object] | None, count: int, field: str) -> tuple[sp.Expr, ...]:
    """The probabilities of `count` outcomes as exact numbers: equal if not given; none negative; of sum 1.

    >>> checked_weights(None, 4, "data.x.probabilities")
    (1/4, 1/4, 1/4, 1/4)
    """
    if given is None:
        return (sp.Rational(1, count),) * count
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise InvalidInput(field, given, "a list of probabilities")
    if len(given) != count:
        raise InvalidInput(field, Phrase(f"a list of {len(given)}"), f"{count} probabilities, one for each outcome")
    weights = tuple(exact(weight, field) for weight in given)
    for weight in weights:
        if sign(weight) == -1 or weight.is_extended_real is False:
            raise InvalidInput(field, weight, "probabilities that are not negative")
    if not sums_to_one(weights):
        total = sp.simplify(sum(weights))
        raise InvalidInput(field, Phrase(f"a sum of {total}"), "probabilities whose sum is exactly 1")
    return weights


def sums_to_one(weights: Sequence[sp.Expr]) -> bool:
    """Is the sum proved to be 1?"""
    if all(weight.is_Rational for weight in weights):
        common = lcm(*(int(weight.q) for weight in weights))
        return sum(int(weight.p) * (common // int(weight.q)) for weight in weights) == common
    rest = sp.Add(*weights) - 1
    return bool(sign(rest) == 0 or sp.simplify(rest) == 0)


def merged(entries: Entries) -> Entries:
    """Equal values joined, in the order of first appearance; values of probability 0 dropped.

    >>> half = sp.Rational(1, 4)
    >>> merged(((sp.Integer(1), half), (sp.Integer(2), 2 * half), (sp.Integer(1), half)))
    ((1, 1/2), (2, 1/2))
    """
    totals: dict[sp.Expr, list[sp.Expr]] = {}
    written: dict[sp.Expr, sp.Expr] = {}
    for value, weight in entries:
        if weight == 0:
            continue
        key = value if value.is_Rational else sp.expand(value)
        written.setdefault(key, value)
        totals.setdefault(key, []).append(weight)
    for first, others in _equal_numbers(list(totals)):
        for other in others:
            totals[first] += totals.pop(other)
    return tuple((written[key], sp.Add(*weights)) for key, weights in totals.items())


def _equal_numbers(keys: list[sp.Expr]) -> list[tuple[sp.Expr, list[sp.Expr]]]:
    """Numbers that are equal though written differently, in groups: the first in the list, and the others."""
    if all(key.is_Rational or key.free_symbols for key in keys):
        return []
    place = {key: index for index, key in enumerate(keys)}
    numbers = sorted((key for key in keys if not key.free_symbols), key=lambda key: (sp.N(key, 30), place[key]))
    groups = [numbers[:1]]
    for left, right in pairwise(numbers):
        if sign(right - left) == 0:
            groups[-1].append(right)
        else:
            groups.append([right])
    ordered = (sorted(group, key=place.__getitem__) for group in groups if len(group) > 1)
    return [(group[0], group[1:]) for group in ordered]

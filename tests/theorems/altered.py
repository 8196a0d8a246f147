"""A step of a proof with its formula altered, so that it must fail."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import sympy as sp

from sgd_markov.proof import (
    Argued,
    Cited,
    Definition,
    Enclosed,
    Identity,
    Limit,
    MeanLog,
    Negative,
    Positive,
    Roots,
    Step,
    Value,
)
from sgd_markov.proof.balance import Balance
from sgd_markov.proof.discs import DiscKept, IntervalKept

SEVENTH = sp.Rational(1, 7)
UNCHECKED = (Argued, Cited, Definition)


def altered(step: Step) -> Step:
    """The same step with another formula, generically false where the first is true."""
    if isinstance(step, Identity):
        return replace(step, right=step.right + SEVENTH)
    if isinstance(step, Roots):
        return replace(step, roots=(*step.roots[:-1], step.roots[-1] + SEVENTH))
    if isinstance(step, Positive | Negative):
        return replace(step, expr=-step.expr)
    if isinstance(step, Value):
        return replace(step, decimal=another_decimal(step.decimal))
    if isinstance(step, Limit | MeanLog):
        return replace(step, value=step.value + SEVENTH)
    if isinstance(step, Enclosed):
        return replace(step, lower=step.lower + 1, upper=step.upper + 1)
    if isinstance(step, Balance):
        return replace(step, masses=(step.masses[0] + SEVENTH, *step.masses[1:]))
    if isinstance(step, DiscKept):
        return replace(step, inner=(step.inner[0], (step.inner[0] + step.inner[1]) / 2))
    if isinstance(step, IntervalKept):
        return replace(step, span=(step.span[0], (step.span[0] + step.span[1]) / 2))
    raise TypeError(f"no alteration is known for {type(step).__name__}")


def another_decimal(text: str) -> str:
    """The decimal with its last digit changed by 2."""
    places = len(text.partition(".")[2])
    moved = Fraction(text) + Fraction(2, 10**places)
    return f"{'-' if moved < 0 else ''}{abs(moved) // 1}." + f"{int(abs(moved) % 1 * 10**places):0{places}d}"

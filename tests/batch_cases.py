"""Batches and their exact laws by enumeration, for the tests of binned convolutions."""

from fractions import Fraction
from functools import cache
from math import inf
from pathlib import Path

import sympy as sp
from flint import arb, fmpq

from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.balls.precision import enclosure, precision
from sgd_markov.chain.batch import with_replacement, without_replacement
from sgd_markov.chain.batch_slope import Batch

ENGEL = Path(__file__).parents[1] / "examples" / "engel.csv"


def exact_law(batch: Batch) -> list[tuple[Fraction, Fraction]]:
    """(mean, probability), by enumeration."""
    if batch.replacement:
        one = {(sp.Rational(v),): sp.Rational(c, batch.total) for v, c in zip(batch.values, batch.counts, strict=True)}
        atoms = with_replacement(one, batch.size)
    else:
        entries = [{(sp.Rational(v),): sp.Integer(1)} for v, c in zip(batch.values, batch.counts, strict=True) for _ in range(c)]
        atoms = without_replacement(entries, batch.size)
    return [(Fraction(int(m.p), int(m.q)), Fraction(int(p.p), int(p.q))) for (m,), p in atoms.items()]


def exact_mean(batch: Batch, shift: Fraction, factor: Fraction, function: object) -> Enclosure:
    with precision(256):
        total = arb(0)
        for mean, p in exact_law(batch):
            value = abs(shift + factor * mean)
            if value == 0 and function == "log":
                return Enclosure.point(-inf)
            if value:
                d = arb(fmpq(value.numerator, value.denominator))
                term = d.log() if function == "log" else d ** arb(fmpq(function.numerator, function.denominator))
                total += arb(fmpq(p.numerator, p.denominator)) * term
        return enclosure(total)


@cache
def engel(size: int, replacement: bool) -> Batch:
    rows = [line.split(",") for line in ENGEL.read_text().splitlines() if line and not line.startswith("#")]
    column = rows[0].index("income")
    values = [Fraction(row[column]) for row in rows[1:]]
    assert len(values) == 235
    return Batch.of([(value**2, 1) for value in values], size, replacement)

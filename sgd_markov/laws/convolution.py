"""The law of a mean of independent copies of a finite law, atom by atom."""

from __future__ import annotations

from fractions import Fraction
from math import comb, gcd, lcm

import sympy as sp

from .weights import Entries, merged

MOST_ATOMS = 20000
WIDEST_LATTICE = 200000


def mean_of_copies(atoms: Entries, size: int) -> Entries | None:
    """The atoms of (X_1 + ... + X_size)/size; None where there are more than 20000.

    Rational atoms on a lattice v_0 + g k: the weights are the coefficients of (sum_k p_k z^k)^size.
    Others: one atom for each way to choose how often each value occurs, with its multinomial weight.

    >>> half = sp.Rational(1, 2)
    >>> mean_of_copies(((sp.Integer(-1), half), (sp.Integer(1), half)), 2)
    ((-1, 1/4), (0, 1/2), (1, 1/4))
    """
    if (len(atoms) - 1) * size + 1 > MOST_ATOMS:
        return None
    if all(value.is_Rational and weight.is_Rational for value, weight in atoms):
        return _rational_mean(atoms, size)
    return _symbolic_mean(atoms, size)


def _rational_mean(atoms: Entries, size: int) -> Entries | None:
    values = [Fraction(int(value.p), int(value.q)) for value, _ in atoms]
    weights = [Fraction(int(weight.p), int(weight.q)) for _, weight in atoms]
    lowest, unit = min(values), Fraction(1, lcm(*(value.denominator for value in values)))
    steps = [int((value - lowest) / unit) for value in values]
    divisor = gcd(*steps) or 1
    steps, unit = [step // divisor for step in steps], unit * divisor
    common = lcm(*(weight.denominator for weight in weights))
    counts = {step: int(weight * common) for step, weight in zip(steps, weights, strict=True)}
    powers = _dense_power(counts, size) if max(steps) * size <= WIDEST_LATTICE else _sparse_power(counts, size)
    if powers is None or len(powers) > MOST_ATOMS:
        return None
    total = sp.Integer(common) ** size
    return tuple((_rational(lowest + unit * step / size), count / total) for step, count in sorted(powers.items()))


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)


def _dense_power(counts: dict[int, int], size: int) -> dict[int, sp.Integer]:
    from flint import fmpz_poly

    coefficients = (fmpz_poly([counts.get(step, 0) for step in range(max(counts) + 1)]) ** size).coeffs()
    return {step: sp.Integer(int(count)) for step, count in enumerate(coefficients) if count != 0}


def _sparse_power(counts: dict[int, int], size: int) -> dict[int, sp.Integer] | None:
    power = {0: 1}
    for _ in range(size):
        following: dict[int, int] = {}
        for place, weight in power.items():
            for step, count in counts.items():
                following[place + step] = following.get(place + step, 0) + weight * count
        power = following
        if len(power) > MOST_ATOMS:
            return None
    return {step: sp.Integer(count) for step, count in power.items()}


def _symbolic_mean(atoms: Entries, size: int) -> Entries | None:
    kinds = len(atoms)
    if comb(size + kinds - 1, kinds - 1) > MOST_ATOMS:
        return None
    entries = []
    for counts in _compositions(size, kinds):
        value = sp.Add(*(count * value for count, (value, _) in zip(counts, atoms, strict=True))) / size
        weight = sp.Mul(*(weight**count for count, (_, weight) in zip(counts, atoms, strict=True)))
        entries.append((sp.expand(value), _multinomial(counts) * weight))
    return merged(tuple(entries))


def _compositions(total: int, parts: int) -> list[tuple[int, ...]]:
    """All ways to write `total` as an ordered sum of `parts` numbers that are not negative."""
    if parts == 1:
        return [(total,)]
    return [(first, *rest) for first in range(total + 1) for rest in _compositions(total - first, parts - 1)]


def _multinomial(counts: tuple[int, ...]) -> sp.Integer:
    product, total = 1, 0
    for count in counts:
        total += count
        product *= comb(total, count)
    return sp.Integer(product)

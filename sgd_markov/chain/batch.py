"""The exact finite law of a batch mean: multinomial counts, hypergeometric subsets, blocks of a cyclic order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from math import comb, factorial, lcm, prod
from operator import add as add_numbers

import sympy as sp

from ..errors import Inconclusive
from .draw import Draw, Scheme, Source

Vector = tuple[sp.Expr, ...]
Atoms = dict[Vector, sp.Expr]
"""value of the vector -> probability"""

ATOM_LIMIT = 60_000


class TooManyAtoms(Inconclusive):
    """An exact enumeration would exceed the limit; a binned convolution may still answer."""

    def __init__(self, needed: str) -> None:
        super().__init__(f"the law of the batch mean has {needed} atoms; exact enumeration stops at {ATOM_LIMIT}")


def batch_mean_atoms(statistics: Vector, sources: tuple[Source, ...], draw: Draw) -> Atoms:
    """The law of the vector of batch means of `statistics`, which depend on the finite `sources` only."""
    dataset = data_set(draw)
    if draw.batch_size == 1 or draw.scheme is Scheme.WITH_REPLACEMENT or dataset not in sources:
        return with_replacement(sample_atoms(statistics, sources), draw.batch_size)
    others = tuple(source for source in sources if source is not dataset)
    entries = [entry_atoms(statistics, dataset, entry, others) for entry in data_entries(dataset)]
    if draw.scheme is Scheme.CYCLIC:
        return cyclic(entries, draw.batch_size)
    return without_replacement(entries, draw.batch_size)


def data_set(draw: Draw) -> Source | None:
    """The source from which batches are drawn under the schemes other than with-replacement."""
    candidates = data_sets(draw)
    return candidates[0] if candidates else None


def data_sets(draw: Draw) -> list[Source]:
    """The sources that are data sets: `rows`, and `finite` laws, with equal probabilities."""
    return [source for source in draw.data if getattr(source.law, "equal", False)]


def updates_per_epoch(draw: Draw) -> int:
    """Under reshuffling and cyclic order the updates of an epoch, which depend on one another; elsewhere 1."""
    dataset = data_set(draw)
    if dataset is None or draw.scheme not in (Scheme.RESHUFFLING, Scheme.CYCLIC):
        return 1
    return len(data_entries(dataset)) // draw.batch_size


def data_entries(source: Source) -> list[Vector]:
    """The data set as it stands: repeated entries count as often as they stand."""
    entries = source.law.entries  # type: ignore[union-attr]
    return [value if isinstance(value, tuple) else (value,) for value, _ in entries]


def sample_atoms(statistics: Vector, sources: tuple[Source, ...]) -> Atoms:
    """The law of the statistics of one sample."""
    atoms: Atoms = {}
    supports = [source.finite or () for source in sources]
    if prod(map(len, supports)) > ATOM_LIMIT:
        raise TooManyAtoms(str(prod(map(len, supports))))
    for outcome in product(*supports):
        values = {s: v for source, (entry, _) in zip(sources, outcome, strict=True) for s, v in zip(source.symbols, entry, strict=True)}
        add(atoms, substituted(statistics, values), sp.prod([p for _, p in outcome]))
    return atoms


def entry_atoms(statistics: Vector, dataset: Source, entry: Vector, others: tuple[Source, ...]) -> Atoms:
    """The law of the statistics of one sample whose data-set entry is given."""
    return sample_atoms(substituted(statistics, dict(zip(dataset.symbols, entry, strict=True))), others)


def substituted(statistics: Vector, values: Mapping[sp.Symbol, sp.Expr]) -> Vector:
    return tuple(sp.expand(expr.subs(values)) for expr in statistics)


def add(atoms: Atoms, value: Vector, probability: sp.Expr) -> None:
    atoms[value] = atoms.get(value, sp.Integer(0)) + probability


def with_replacement(one: Atoms, size: int) -> Atoms:
    """Multinomial: the mean of `size` independent copies."""
    if size == 1:
        return one
    if is_rational(one):
        return rational_power(one, size)
    values, probabilities = list(one), list(one.values())
    if comb(size + len(values) - 1, len(values) - 1) > ATOM_LIMIT:
        raise TooManyAtoms(str(comb(size + len(values) - 1, len(values) - 1)))
    atoms: Atoms = {}
    for counts in compositions(size, len(values)):
        weight = sp.Integer(factorial(size) // prod(map(factorial, counts)))
        weight *= sp.prod([p**c for p, c in zip(probabilities, counts, strict=True)])
        add(atoms, weighted_mean(values, counts, size), weight)
    return atoms


def weighted_mean(values: list[Vector], counts: Iterable[int], size: int) -> Vector:
    terms = list(zip(values, counts, strict=True))
    return tuple(sp.expand(sum(c * v[i] for v, c in terms) / size) for i in range(len(values[0])))


def compositions(total: int, parts: int) -> Iterable[tuple[int, ...]]:
    """All ways to write `total` as an ordered sum of `parts` non-negative integers."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def without_replacement(entries: list[Atoms], size: int) -> Atoms:
    """Uniform over subsets of `size` entries: one pass over the data set, sums merged as they coincide."""
    if 2 * size > len(entries) and all(len(entry) == 1 for entry in entries):
        return by_complement(entries, size)
    if all(is_rational(entry) for entry in entries):
        return rational_subsets(entries, size)
    width = len(next(iter(entries[0])))
    zero: Vector = (sp.Integer(0),) * width
    sums: list[Atoms] = [{zero: sp.Integer(1)}] + [{} for _ in range(size)]
    for index, entry in enumerate(entries):
        for count in range(min(size, index + 1), 0, -1):
            for value, weight in list(sums[count - 1].items()):
                for increment, probability in entry.items():
                    add(sums[count], plus(value, increment), weight * probability)
            if sum(map(len, sums)) > ATOM_LIMIT:
                raise TooManyAtoms(f"more than {ATOM_LIMIT}")
    total = comb(len(entries), size)
    return scaled(sums[size], size, sp.Rational(1, total))


def by_complement(entries: list[Atoms], size: int) -> Atoms:
    """A large subset is the whole data set less a small one."""
    values = [next(iter(entry)) for entry in entries]
    whole = tuple(sp.expand(sum(column)) for column in zip(*values, strict=True))
    left_out = len(entries) - size
    if left_out == 0:
        return {tuple(entry / size for entry in whole): sp.Integer(1)}
    atoms: Atoms = {}
    for value, weight in without_replacement(entries, left_out).items():
        add(atoms, tuple((w - left_out * v) / size for w, v in zip(whole, value, strict=True)), weight)
    return atoms


def cyclic(entries: list[Atoms], size: int) -> Atoms:
    """The blocks of the data set in the order in which it stands, each with the share 1/(number of blocks).

    An average along the cycle; not the law of independent draws.
    """
    blocks = [entries[start : start + size] for start in range(0, len(entries), size)]
    atoms: Atoms = {}
    for block in blocks:
        sums: Atoms = {(sp.Integer(0),) * len(next(iter(block[0]))): sp.Integer(1)}
        for entry in block:
            sums = convolved(sums, entry)
        for value, weight in scaled(sums, size, sp.Rational(1, len(blocks))).items():
            add(atoms, value, weight)
    return atoms


def convolved(first: Atoms, second: Atoms) -> Atoms:
    if len(first) * len(second) > 64 * ATOM_LIMIT:
        raise TooManyAtoms(f"up to {len(first) * len(second)}")
    atoms: Atoms = {}
    for (u, p), (v, q) in product(first.items(), second.items()):
        add(atoms, plus(u, v), p * q)
    if len(atoms) > ATOM_LIMIT:
        raise TooManyAtoms(str(len(atoms)))
    return atoms


def plus(u: Vector, v: Vector) -> Vector:
    return tuple(sp.expand(a + b) for a, b in zip(u, v, strict=True))


def scaled(sums: Atoms, size: int, share: sp.Expr) -> Atoms:
    atoms: Atoms = {}
    for value, weight in sums.items():
        add(atoms, tuple(entry / size for entry in value), weight * share)
    return atoms


def is_rational(atoms: Atoms) -> bool:
    return all(entry.is_Rational for value in atoms for entry in value) and all(p.is_Rational for p in atoms.values())


def rational_power(one: Atoms, size: int) -> Atoms:
    """`size`-fold convolution in integers over common denominators, by repeated squaring."""
    length = lcm(*(int(entry.q) for value in one for entry in value))
    whole = lcm(*(int(p.q) for p in one.values()))
    base = {tuple(int(entry * length) for entry in value): int(p * whole) for value, p in one.items()}
    power: dict[tuple[int, ...], int] | None = None
    remaining = size
    while remaining:
        if remaining & 1:
            power = base if power is None else integer_convolution(power, base)
        remaining >>= 1
        if remaining:
            base = integer_convolution(base, base)
    assert power is not None
    return {
        tuple(sp.Rational(entry, length * size) for entry in value): sp.Rational(weight, whole**size)
        for value, weight in power.items()
    }


def rational_subsets(entries: list[Atoms], size: int) -> Atoms:
    """`without_replacement` in integers over common denominators."""
    length = lcm(*(int(e.q) for entry in entries for value in entry for e in value))
    whole = lcm(*(int(p.q) for entry in entries for p in entry.values()))
    scaled_entries = [[(tuple(int(e * length) for e in v), int(p * whole)) for v, p in entry.items()] for entry in entries]
    sums: list[dict[tuple[int, ...], int]] = [{(0,) * len(scaled_entries[0][0][0]): 1}] + [{} for _ in range(size)]
    for index, entry in enumerate(scaled_entries):
        for count in range(min(size, index + 1), 0, -1):
            found = sums[count]
            for value, weight in sums[count - 1].items():
                for increment, probability in entry:
                    key = tuple(map(add_numbers, value, increment))
                    found[key] = found.get(key, 0) + weight * probability
        if sum(map(len, sums)) > ATOM_LIMIT:
            raise TooManyAtoms(f"more than {ATOM_LIMIT}")
    total = comb(len(entries), size) * whole**size
    return {tuple(sp.Rational(e, length * size) for e in v): sp.Rational(w, total) for v, w in sums[size].items()}


def integer_convolution(first: dict[tuple[int, ...], int], second: dict[tuple[int, ...], int]) -> dict[tuple[int, ...], int]:
    if len(first) * len(second) > 64 * ATOM_LIMIT:
        raise TooManyAtoms(f"up to {len(first) * len(second)}")
    result: dict[tuple[int, ...], int] = {}
    for (u, p), (v, q) in product(first.items(), second.items()):
        key = tuple(map(add_numbers, u, v))
        result[key] = result.get(key, 0) + p * q
    if len(result) > ATOM_LIMIT:
        raise TooManyAtoms(str(len(result)))
    return result

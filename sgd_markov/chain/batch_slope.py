"""The multiplier of a mini-batch step as a + b * mean(h(x_i)) over a data set too large to enumerate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import sympy as sp

from .batch import Vector, data_entries, data_set, sample_atoms, substituted
from .chain import Chain, Point
from .draw import Draw, Scheme
from .linearisation import mean_slopes, noise_vanishes


@dataclass(frozen=True)
class Batch:
    """`size` draws from a data set in which values[i] stands counts[i] times; the batch mean is their average.

    `values` are distinct and increasing. With replacement only the proportions of the counts matter.
    """

    values: tuple[Fraction, ...]
    counts: tuple[int, ...]
    size: int
    replacement: bool = True

    @classmethod
    def of(cls, entries: Iterable[tuple[Fraction, int]], size: int, replacement: bool = True) -> Batch:
        """From pairs (value, count) in any order, equal values joined."""
        totals: dict[Fraction, int] = {}
        for value, count in entries:
            totals[value] = totals.get(value, 0) + count
        values = tuple(sorted(totals))
        return cls(values, tuple(totals[value] for value in values), size, replacement)

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> Fraction:
        return sum((value * count for value, count in zip(self.values, self.counts, strict=True)), Fraction(0)) / self.total

    @property
    def lattice_step(self) -> Fraction:
        """The largest q such that all differences of values are multiples of q.

        >>> Batch.of([(Fraction(1, 2), 1), (Fraction(2), 1), (Fraction(5), 3)], 2).lattice_step
        Fraction(3, 2)
        """
        offsets = [value - self.values[0] for value in self.values]
        common = lcm(*(offset.denominator for offset in offsets))
        return Fraction(gcd(*(int(offset * common) for offset in offsets)), common)

    @property
    def extreme_means(self) -> tuple[Fraction, Fraction]:
        """The least and the largest possible batch mean."""
        return self.mean_of_first(1), self.mean_of_first(-1)

    def mean_of_first(self, direction: int) -> Fraction:
        """The mean of the batch that takes the smallest (1) or the largest (-1) entries."""
        pairs = list(zip(self.values, self.counts, strict=True))[::direction]
        if self.replacement:
            return pairs[0][0]
        left, total = self.size, Fraction(0)
        for value, count in pairs:
            taken = min(left, count)
            total, left = total + taken * value, left - taken
        return total / self.size

    def some_means(self, limit: int) -> list[Fraction]:
        """Some possible batch means, at most `limit`."""
        if self.replacement:
            return list(self.values[:limit])
        entries = [value for value, count in zip(self.values, self.counts, strict=True) for _ in range(count)]
        starts = range(min(limit, len(entries) - self.size + 1))
        return [sum(entries[start : start + self.size], Fraction(0)) / self.size for start in starts]

    def scaled(self, factor: Fraction) -> Batch:
        """The same draws with every value multiplied."""
        pairs = ((value * factor, count) for value, count in zip(self.values, self.counts, strict=True))
        return Batch.of(pairs, self.size, self.replacement)

    def complement(self) -> Batch:
        """The entries that a batch without replacement leaves out."""
        return Batch(self.values, self.counts, self.total - self.size, False)


@dataclass(frozen=True)
class BatchSlope:
    """M = shift + factor * (mean of the batch); shift and factor may hold parameters."""

    shift: sp.Expr
    factor: sp.Expr
    batch: Batch

    @property
    def numbers(self) -> tuple[Fraction, Fraction] | None:
        """shift and factor where both are rational."""
        if not (self.shift.is_Rational and self.factor.is_Rational):
            return None
        return rational(self.shift), rational(self.factor)


def rational(value: sp.Expr) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def batch_slope(chain: Chain, at: Point | None = None) -> BatchSlope | None:
    """The form a + b * mean(h(x_i)) of the multiplier at a fixed point, or None where it has another form.

    Without `at` the chain must be affine in its state, and the multiplier is the same everywhere.
    One dimension, a finite law of the samples, every h(x_i) rational, no noise in the multiplier, and batches that are
    exchangeable: under reshuffling a batch has the law of a draw without replacement.
    """
    if chain.dimension != 1 or not chain.means:
        return None
    if at is None and not is_affine(chain):
        return None
    if at is not None and not noise_vanishes(chain, at):
        return None
    (entry,), slopes = mean_slopes(chain, {chain.state[0]: sp.Integer(0)} if at is None else at)
    return slope_form(entry, slopes, chain.draw)


def slope_form(entry: sp.Expr, slopes: Mapping[sp.Symbol, sp.Expr], draw: Draw) -> BatchSlope | None:
    """The same from the multiplier in placeholders of batch means; `slopes[p]` is the statistic that p averages."""
    used = [placeholder for placeholder in slopes if placeholder in entry.free_symbols]
    if draw.scheme is Scheme.CYCLIC or len(used) != 1 or entry.free_symbols & set(draw.noise_symbols):
        return None
    (placeholder,) = used
    # parameters of the statistic belong into the factor: the mean of c x^2 is c times the mean of x^2
    outer, inner = sp.factor(slopes[placeholder]).as_independent(*draw.data_symbols, as_Add=False)
    if inner.free_symbols - set(draw.data_symbols) or not entry.is_polynomial(placeholder):
        return None
    poly = sp.Poly(entry, placeholder)
    batch = batch_of(inner, draw)
    if poly.degree() != 1 or batch is None or len(batch.values) < 2:
        return None
    return BatchSlope(poly.coeff_monomial(1), sp.expand(poly.coeff_monomial(placeholder) * outer), batch)


def is_affine(chain: Chain) -> bool:
    """Is the update affine in state and means together, and every gradient affine in the state?"""
    symbols = (*chain.state, *chain.means)
    return all(has_degree_one(expr, symbols) for expr in chain.update) and all(
        has_degree_one(gradient, chain.state) for gradient in chain.gradient
    )


def has_degree_one(expr: sp.Expr, symbols: tuple[sp.Symbol, ...]) -> bool:
    return bool(expr.is_polynomial(*symbols)) and sp.Poly(expr, *symbols).total_degree() <= 1


def batch_of(statistic: sp.Expr, draw: Draw) -> Batch | None:
    """The batch of the values of the statistic, where they are rational."""
    sources = tuple(source for source in draw.data if set(source.symbols) & statistic.free_symbols)
    if not sources or any(source.finite is None for source in sources):
        return None
    dataset = data_set(draw)
    if draw.scheme is not Scheme.WITH_REPLACEMENT and dataset in sources:
        if len(sources) > 1 or dataset is None:
            return None
        tables = (dict(zip(dataset.symbols, entry, strict=True)) for entry in data_entries(dataset))
        return rational_batch(((substituted((statistic,), table), sp.Integer(1)) for table in tables), draw.batch_size, False)
    return rational_batch(sample_atoms((statistic,), sources).items(), draw.batch_size, True)


def rational_batch(weighted: Iterable[tuple[Vector, sp.Expr]], size: int, replacement: bool) -> Batch | None:
    pairs = [(value, weight) for (value,), weight in weighted]
    if not all(value.is_Rational and weight.is_Rational for value, weight in pairs):
        return None
    common = lcm(*(int(weight.q) for _, weight in pairs))
    return Batch.of(((rational(value), int(weight * common)) for value, weight in pairs), size, replacement)


"""Exact expectations of polynomials in the drawn variables, for one sample and for batch means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product
from math import comb

import sympy as sp

from ..chain.batch import data_entries, data_set
from ..chain.draw import Draw, Scheme, Source
from ..errors import Inconclusive
from ..laws.law import Law

Exponents = tuple[int, ...]
Moments = dict[Exponents, sp.Expr]
"""exponents -> E of the product of powers"""


def mean(expr: sp.Expr, sources: tuple[Source, ...]) -> sp.Expr:
    """E expr over independent sources: finite sources by enumeration, the others through their moments.

    Raises `Inconclusive` where the expression is no polynomial in a variable that is not finite, and
    `HypothesisViolated` where a moment does not exist.
    """
    for source in sources:
        if set(source.symbols) & expr.free_symbols:
            expr = mean_over(expr, source)
    return sp.expand(expr)


def mean_over(expr: sp.Expr, source: Source) -> sp.Expr:
    if source.finite is not None:
        tables = [(p, dict(zip(source.symbols, v, strict=True))) for v, p in source.finite]
        return sp.Add(*(p * expr.xreplace(table) for p, table in tables))
    (symbol,) = source.symbols
    assert isinstance(source.law, Law)
    if not expr.is_polynomial(symbol):
        raise Inconclusive(
            f"no exact expectation of {expr} under the {source.law.name} law: it is no polynomial in {symbol}"
        )
    poly = sp.Poly(expr, symbol)
    return sp.Add(*(c * (source.law.moment(k) if k else 1) for (k,), c in poly.terms()))


def batch_moments(statistics: tuple[sp.Expr, ...], draw: Draw, wanted: int | Collection[Exponents]) -> Moments:
    """E prod (batch mean of statistic_i)^(e_i), exact, for the wanted exponents e (and all below them), or for all of
    total at most a number."""
    if not statistics:
        return {(): sp.Integer(1)}
    exponents = exponents_up_to(len(statistics), wanted) if isinstance(wanted, int) else downwards(wanted)
    size, dataset = draw.batch_size, data_set(draw)
    if size == 1 or draw.scheme is Scheme.WITH_REPLACEMENT:
        sums = power(one_sample(statistics, draw.data, exponents), size)
    elif draw.scheme is Scheme.WITHOUT_REPLACEMENT and dataset is not None:
        sums = subset_sums(statistics, draw, dataset, exponents)
    else:
        raise Inconclusive(
            f"moments under {draw.scheme} sampling are known for a batch that is the whole data set only"
        )
    return {e: value / size ** sum(e) for e, value in sums.items()}


def exponents_up_to(width: int, order: int) -> list[Exponents]:
    """All exponents of total at most `order`."""
    if width == 0:
        return [()]
    return [(k, *rest) for k in range(order + 1) for rest in exponents_up_to(width - 1, order - k)]


def downwards(wanted: Collection[Exponents]) -> list[Exponents]:
    """The exponents and all that are nowhere larger: what the binomial theorem makes of them."""
    return sorted({part for e in wanted for part in product(*(range(k + 1) for k in e))})


def one_sample(
    statistics: tuple[sp.Expr, ...], sources: tuple[Source, ...], exponents: Collection[Exponents]
) -> Moments:
    return {e: mean(sp.Mul(*(s**k for s, k in zip(statistics, e, strict=True))), sources) for e in exponents}


def power(one: Moments, size: int) -> Moments:
    """Moments of the sum of `size` independent copies, by repeated doubling."""
    result: Moments = {e: sp.Integer(0 if any(e) else 1) for e in one}
    base, remaining = one, size
    while remaining:
        if remaining & 1:
            result = added(result, base)
        remaining >>= 1
        if remaining:
            base = added(base, base)
    return result


def added(first: Moments, second: Moments) -> Moments:
    """Moments of the sum of two independent vectors: the binomial theorem in every coordinate."""
    return {e: sp.expand(sp.Add(*split_terms(first, second, e))) for e in first}


def split_terms(first: Moments, second: Moments, e: tuple[int, ...]) -> list[sp.Expr]:
    terms = []
    for part in product(*(range(k + 1) for k in e)):
        rest = tuple(k - j for k, j in zip(e, part, strict=True))
        weight = 1
        for k, j in zip(e, part, strict=True):
            weight *= comb(k, j)
        terms.append(weight * first[part] * second[rest])
    return terms


def subset_sums(
    statistics: tuple[sp.Expr, ...], draw: Draw, dataset: Source, exponents: Collection[Exponents]
) -> Moments:
    """Moments of the sum over a uniform subset: one pass over the data, subsets of every size kept apart."""
    others = tuple(source for source in draw.data if source is not dataset)
    zero: Moments = {e: sp.Integer(0 if any(e) else 1) for e in exponents}
    sums: list[Moments | None] = [zero] + [None] * draw.batch_size
    entries = data_entries(dataset)
    for index, entry in enumerate(entries):
        table: Mapping[sp.Symbol, sp.Expr] = dict(zip(dataset.symbols, entry, strict=True))
        one = one_sample(tuple(s.xreplace(table) for s in statistics), others, exponents)
        for count in range(min(draw.batch_size, index + 1), 0, -1):
            smaller = sums[count - 1]
            assert smaller is not None
            grown, known = added(smaller, one), sums[count]
            sums[count] = grown if known is None else {e: known[e] + grown[e] for e in grown}
    total = comb(len(entries), draw.batch_size)
    final = sums[draw.batch_size]
    assert final is not None
    return {e: value / total for e, value in final.items()}

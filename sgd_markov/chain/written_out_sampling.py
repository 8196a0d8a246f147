"""Schemes of sampling that are another law of the data in disguise, written out as that law.

Nothing behind this file knows them: importance sampling becomes rows with a weight, a Poisson batch becomes one sample
of as many coins as the data set has entries.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sympy as sp

from ..errors import InvalidInput
from ..laws.bernoulli import Bernoulli
from ..laws.finite import Finite
from ..laws.law import Law
from ..laws.rows import Rows
from ..laws.weights import checked_weights
from .batch import data_entries, data_set
from .draw import Draw, Importance, Source

LARGEST = 2000
"""Entries of a data set of which a Poisson batch is written out."""


@dataclass(frozen=True)
class Sampled:
    """Gradients and loss of one sample, and how samples are drawn."""

    gradient: tuple[sp.Expr, ...]
    loss: sp.Expr | None
    draw: Draw


def importance_sampled(
    gradient: tuple[sp.Expr, ...], loss: sp.Expr | None, draw: Draw, importance: Importance
) -> Sampled:
    """Entry i is drawn with p_i, and its gradient (and loss) multiplied by 1/(N p_i): the mean is that of the data set.

    >>> w, x = sp.symbols("w x", real=True)
    >>> draw = Draw((Source((x,), Finite([2, 6])),))
    >>> importance_sampled((x * w,), None, draw, Importance(("1/4", "3/4"))).draw.data[0].law.rows
    ((2, 2), (6, 2/3))
    """
    dataset = required_data_set(draw)
    entries = data_entries(dataset)
    chances = checked_importance(importance, len(entries))
    weight = sp.Dummy("weight", real=True)
    rows = [(*entry, 1 / (len(entries) * chance)) for entry, chance in zip(entries, chances, strict=True)]
    weighted = Source((*dataset.symbols, weight), Rows(rows, chances))
    data = tuple(weighted if source is dataset else source for source in draw.data)
    return Sampled(
        tuple(weight * entry for entry in gradient),
        None if loss is None else weight * loss,
        Draw(data, draw.noise, draw.batch_size),
    )


def checked_importance(importance: Importance, size: int) -> tuple[sp.Expr, ...]:
    chances = checked_weights(importance.probabilities, size, "sampling.importance")
    for chance in chances:
        if chance.is_zero:
            raise InvalidInput("sampling.importance", chance, "probabilities that are positive, one for each entry")
    return chances


def poisson_sampled(gradient: tuple[sp.Expr, ...], loss: sp.Expr | None, draw: Draw) -> Sampled:
    """Every entry enters with probability S/N, independent of the others; the sum of its gradients is divided by S.

    Equal entries are one entry with a binomial count; sources beside the data set are drawn afresh for each entry.

    >>> w, x = sp.symbols("w x", real=True)
    >>> poisson_sampled((x * w,), None, Draw((Source((x,), Finite([2, 6, 6])),), batch_size=2)).gradient
    (_b_1*w + 3*_b_2*w,)
    """
    dataset, size = required_data_set(draw), draw.batch_size
    entries = data_entries(dataset)
    if len(entries) > LARGEST:
        raise InvalidInput("sampling.scheme", "poisson", f"a data set of at most {LARGEST} entries")
    others = tuple(source for source in draw.data if source is not dataset)
    counted = [(entry, 1) for entry in entries] if others else list(Counter(entries).items())
    sources: list[Source] = []
    terms: list[dict[sp.Symbol, sp.Expr]] = []
    for place, (entry, count) in enumerate(counted, start=1):
        coin = sp.Dummy(f"b_{place}", real=True)
        fresh = {s: sp.Dummy(f"{s}_{place}", real=True) for source in others for s in source.symbols}
        sources.append(Source((coin,), binomial(count, sp.Rational(size, len(entries)))))
        sources += [Source(tuple(fresh[s] for s in source.symbols), source.law) for source in others]
        terms.append({**dict(zip(dataset.symbols, entry, strict=True)), **fresh, FACTOR: coin})

    def total(expr: sp.Expr) -> sp.Expr:
        return sp.Add(*(term[FACTOR] * expr.xreplace(term) for term in terms)) / size

    return Sampled(
        tuple(sp.expand(total(entry)) for entry in gradient),
        None if loss is None else total(loss),
        Draw(tuple(sources), draw.noise),
    )


FACTOR = sp.Dummy("factor")
"""Stands for the coin of an entry."""


def binomial(count: int, chance: sp.Rational) -> Law:
    """How many of `count` coins fall on their side."""
    if count == 1:
        return Bernoulli(chance)
    weights = [sp.binomial(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(count + 1)]
    return Finite(list(range(count + 1)), weights)


def required_data_set(draw: Draw) -> Source:
    source = data_set(draw)
    assert source is not None, "checked where the draw was made"
    return source

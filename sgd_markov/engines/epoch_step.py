"""One epoch as one step: the law of the state after every batch of a shuffled or cyclic pass over the data set."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import comb

import sympy as sp

from ..chain.batch import data_entries, data_set
from ..chain.chain import Chain
from ..chain.draw import Scheme, Source
from ..chain.mixture import Component, one_draw
from ..effort import Effort
from ..errors import Inconclusive

PATH_LIMIT = 5000
"""Different states inside an epoch; a data set of 8 in batches of 1 has at most 40320 orders."""

State = tuple[sp.Expr, ...]
Left = tuple[int, ...]
"""The entries that are still to come, equal ones under one number."""
Inside = dict[tuple[State, Left], sp.Rational]


def epoch_components(chain: Chain, start: State, effort: Effort) -> tuple[Component, ...]:
    """The law of the state at the end of an epoch that begins at `start` (numbers or the state symbols).

    Noise is drawn afresh in every step. Raises `Inconclusive` where the data set is not the only source of data, and
    beyond 5000 different states.
    """
    dataset = data_set(chain.draw)
    if dataset is None or chain.draw.data != (dataset,):
        raise Inconclusive("the kernel of an epoch needs the data set as the only source of data")
    entries = data_entries(dataset)
    numbered = tuple(entries.index(entry) for entry in entries)
    inside: Inside = {(start, numbered): sp.Integer(1)}
    noise: list[Source] = []
    for _ in range(len(entries) // chain.draw.batch_size):
        renamed = {s: sp.Dummy(str(s), real=True) for s in chain.draw.noise_symbols}
        noise += [Source(tuple(renamed[s] for s in source.symbols), source.law) for source in chain.draw.noise]
        inside = one_batch(chain, dataset, inside, renamed, effort)
    return tuple(
        Component(weight * part.probability, part.values, part.laws)
        for (state, _), weight in inside.items()
        for part in one_draw(state, tuple(noise))
    )


def one_batch(
    chain: Chain, dataset: Source, inside: Inside, renamed: dict[sp.Symbol, sp.Symbol], effort: Effort
) -> Inside:
    entries, after = data_entries(dataset), Inside()
    for (state, left), weight in inside.items():
        effort.check()
        for batch, share in batches(left, chain.draw.batch_size, chain.draw.scheme):
            tables = [dict(zip(dataset.symbols, entries[number], strict=True)) for number in batch]
            means = {
                mean: sp.Add(*(gradient.xreplace(table) for table in tables)) / len(tables)
                for mean, gradient in zip(chain.means, chain.gradient, strict=True)
            }
            now = dict(zip(chain.state, state, strict=True))
            moved = (expr.xreplace(means).xreplace({**now, **renamed}) for expr in chain.update)
            key = (tuple(sp.expand(value) for value in moved), without(left, batch))
            after[key] = after.get(key, sp.Integer(0)) + weight * share
    if len(after) > PATH_LIMIT:
        raise Inconclusive(f"an epoch with more than {PATH_LIMIT} different states")
    return after


def batches(left: Left, size: int, scheme: Scheme) -> list[tuple[Left, sp.Rational]]:
    """The next batch with its probability: a uniform subset, or the next entries in order."""
    if scheme is Scheme.CYCLIC:
        return [(left[:size], sp.Integer(1))]
    if comb(len(left), size) > PATH_LIMIT:
        raise Inconclusive(f"a batch has {comb(len(left), size)} subsets to choose from; the limit is {PATH_LIMIT}")
    counts = Counter(combinations(left, size))
    return [(batch, sp.Rational(count, comb(len(left), size))) for batch, count in counts.items()]


def without(left: Left, batch: Left) -> Left:
    rest = list(left)
    for number in batch:
        rest.remove(number)
    return tuple(rest)

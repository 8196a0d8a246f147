"""One step's randomness reduced to a finite mixture over independent continuous (or infinite) variables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations_with_replacement, product
from math import comb, factorial, prod

import sympy as sp

from ..errors import HypothesisViolated, Inconclusive
from ..laws.law import Law
from .batch import ATOM_LIMIT, TooManyAtoms, batch_mean_atoms
from .draw import Draw, Scheme, Source

COPIES_LIMIT = 4
"""Batches whose mean has no law of its own are expanded into at most so many independent copies."""


@dataclass(frozen=True)
class Component:
    """With `probability`, the expressions equal `values`, in independent variables with the given `laws`."""

    probability: sp.Expr
    values: tuple[sp.Expr, ...]
    laws: Mapping[sp.Symbol, Law]


def mixture(
    outer: tuple[sp.Expr, ...], means: Mapping[sp.Symbol, sp.Expr], draw: Draw
) -> tuple[Component, ...]:
    """The law of `outer`, expressions in the placeholders of `means` and in noise symbols.

    `means[p]` is the per-sample expression whose mean over the batch the placeholder p stands for. Components with
    equal values are merged; their probabilities sum to 1.
    """
    if draw.batch_size == 1:
        whole = tuple(expr.xreplace(dict(means)) for expr in outer)
        return one_draw(whole, (*draw.data, *draw.noise))
    linear, parts = batched(means, draw)
    exprs = tuple(expr.xreplace(linear) for expr in outer)
    return merged(exprs, [*parts, *(noise_part(source, exprs) for source in draw.noise if touches(source, exprs))])


def touches(source: Source, exprs: tuple[sp.Expr, ...]) -> bool:
    return any(set(source.symbols) & expr.free_symbols for expr in exprs)


def one_draw(exprs: tuple[sp.Expr, ...], sources: tuple[Source, ...]) -> tuple[Component, ...]:
    """Enumerate the finite sources that occur, keep the others as variables."""
    return merged(exprs, [noise_part(source, exprs) for source in sources if touches(source, exprs)])


@dataclass(frozen=True)
class Part:
    """An independent piece of the randomness: outcomes (probability, replacements), and variables with laws."""

    outcomes: tuple[tuple[sp.Expr, Mapping[sp.Symbol, sp.Expr]], ...]
    laws: Mapping[sp.Symbol, Law]


CERTAIN: tuple[tuple[sp.Expr, Mapping[sp.Symbol, sp.Expr]], ...] = ((sp.Integer(1), {}),)


def noise_part(source: Source, exprs: tuple[sp.Expr, ...]) -> Part:
    """A source drawn once."""
    if source.finite is None:
        assert isinstance(source.law, Law)
        return Part(CERTAIN, {source.symbols[0]: source.law})
    return Part(tuple((p, dict(zip(source.symbols, v, strict=True))) for v, p in source.finite), {})


def merged(exprs: tuple[sp.Expr, ...], parts: list[Part]) -> tuple[Component, ...]:
    """The product of independent parts, equal values collected."""
    if prod(len(part.outcomes) for part in parts) > ATOM_LIMIT:
        raise TooManyAtoms(str(prod(len(part.outcomes) for part in parts)))
    laws = {symbol: law for part in parts for symbol, law in part.laws.items()}
    collected: dict[tuple[sp.Expr, ...], sp.Expr] = {}
    for combination in product(*(part.outcomes for part in parts)):
        values = {symbol: value for _, table in combination for symbol, value in table.items()}
        key = tuple(expr.xreplace(values) for expr in exprs)
        if any(value.has(sp.zoo, sp.nan) or is_not_real(value) for value in key):
            raise HypothesisViolated("every step is defined", f"it is no real number{places(values)}")
        collected[key] = collected.get(key, sp.Integer(0)) + sp.prod([p for p, _ in combination])
    return tuple(
        in_squares(probability, values, {s: law for s, law in laws.items() if any(s in v.free_symbols for v in values)})
        for values, probability in collected.items()
    )


def is_not_real(value: sp.Expr) -> bool:
    """Has the value an imaginary part, such as sqrt(x) w at x = -1? False where that is left open."""
    if value.is_number:
        return value.is_extended_real is False
    if not value.has(sp.I):
        return False
    part = sp.im(value)
    return bool(part.free_symbols) or part.is_zero is False


def places(values: Mapping[sp.Symbol, sp.Expr]) -> str:
    listed = ", ".join(f"{symbol} = {value}" for symbol, value in values.items())
    return f" where {listed}" if listed else ""


def in_squares(probability: sp.Expr, values: tuple[sp.Expr, ...], laws: dict[sp.Symbol, Law]) -> Component:
    """A variable that occurs only as x^2 is replaced by its square where the square has a law of its own."""
    for symbol, law in list(laws.items()):
        square = None if values == (symbol,) else law.square()
        if square is None or not all(even_quadratic(value, symbol) for value in values):
            continue
        stand_in = sp.Dummy(f"{symbol}_squared", nonnegative=True)
        values = tuple(sp.expand(value).subs(symbol**2, stand_in) for value in values)
        del laws[symbol]
        laws[stand_in] = square
    return Component(probability, values, laws)


def even_quadratic(value: sp.Expr, symbol: sp.Symbol) -> bool:
    """Is the value a + b x^2 with a, b free of x (or free of x altogether)?"""
    if symbol not in value.free_symbols:
        return True
    if not value.is_polynomial(symbol):
        return False
    return {degree for (degree,) in sp.Poly(value, symbol).monoms()} <= {0, 2}


def batched(means: Mapping[sp.Symbol, sp.Expr], draw: Draw) -> tuple[dict[sp.Symbol, sp.Expr], list[Part]]:
    """Every placeholder as a sum over batch means of statistics, and the law of those, in independent groups."""
    terms = {placeholder: separated(expr, draw) for placeholder, expr in means.items()}
    statistics = list(dict.fromkeys(s for table in terms.values() for s in table if s != 1))
    stand_in = {statistic: sp.Dummy(f"mean_{i}", real=True) for i, statistic in enumerate(statistics)}
    parts = [group_part(group, sources, stand_in, draw) for group, sources in independent_groups(statistics, draw)]
    linear = {
        placeholder: sp.Add(*(factor * (stand_in[s] if s != 1 else 1) for s, factor in table.items()))
        for placeholder, table in terms.items()
    }
    return linear, parts


def separated(expr: sp.Expr, draw: Draw) -> dict[sp.Expr, sp.Expr]:
    """expr = sum of factor * statistic, the statistics in data symbols (and, where they do not split, the state)."""
    table: dict[sp.Expr, sp.Expr] = {}
    data = set(draw.data_symbols)
    for term in sp.Add.make_args(sp.expand(expr)):
        factor, statistic = term.as_independent(*data, as_Add=False)
        table[statistic] = table.get(statistic, sp.Integer(0)) + factor
    return table


def independent_groups(statistics: list[sp.Expr], draw: Draw) -> list[tuple[list[sp.Expr], tuple[Source, ...]]]:
    """Statistics grouped so that different groups depend on different sources."""
    groups: list[tuple[list[sp.Expr], list[Source]]] = []
    for statistic in statistics:
        touched = [source for source in draw.data if touches(source, (statistic,))]
        sharing = [group for group in groups if any(source in group[1] for source in touched)]
        members = [statistic, *(s for group in sharing for s in group[0])]
        sources = [*touched, *(s for group in sharing for s in group[1] if s not in touched)]
        groups = [group for group in groups if group not in sharing] + [(members, sources)]
    return [(members, tuple(sources)) for members, sources in groups]


def group_part(
    group: list[sp.Expr], sources: tuple[Source, ...], stand_in: Mapping[sp.Expr, sp.Symbol], draw: Draw
) -> Part:
    """The joint law of the batch means of one group."""
    if all(source.finite is not None for source in sources):
        atoms = batch_mean_atoms(tuple(group), sources, draw)
        return Part(
            tuple((p, {stand_in[s]: v for s, v in zip(group, value, strict=True)}) for value, p in atoms.items()), {}
        )
    if len(group) == 1 and len(sources) == 1:
        law = mean_law(group[0], sources[0], draw.batch_size)
        if law is not None:
            return law_part(stand_in[group[0]], law)
    return copies_part(group, sources, stand_in, draw)


def mean_law(statistic: sp.Expr, source: Source, size: int) -> Law | None:
    """The exact law of the batch mean of x or x^2, if it is in a family."""
    symbol = source.symbols[0]
    assert isinstance(source.law, Law)
    if statistic == symbol:
        return source.law.batch_mean(size)
    if statistic == symbol**2:
        square = source.law.square()
        return None if square is None else square.batch_mean(size)
    return None


def law_part(symbol: sp.Symbol, law: Law) -> Part:
    if law.atoms is not None:
        return Part(tuple((p, {symbol: v}) for v, p in law.atoms), {})
    return Part(CERTAIN, {symbol: law})


def copies_part(
    group: list[sp.Expr], sources: tuple[Source, ...], stand_in: Mapping[sp.Expr, sp.Symbol], draw: Draw
) -> Part:
    """No family holds the mean: independent copies of every continuous variable, for small batches only.

    The finite sources are enumerated; which copy has which values makes no difference, so only counts matter.
    """
    finite, others = (tuple(s for s in sources if (s.finite is not None) == side) for side in (True, False))
    if draw.batch_size > COPIES_LIMIT or (finite and draw.scheme is not Scheme.WITH_REPLACEMENT):
        names = ", ".join(map(str, group))
        raise Inconclusive(f"no closed law is known for the mean of {draw.batch_size} copies of {names}")
    laws: dict[sp.Symbol, Law] = {}
    renamings: list[dict[sp.Symbol, sp.Symbol]] = []
    for copy in range(draw.batch_size):
        renamings.append({s: sp.Dummy(f"{s}_{copy + 1}", real=True) for source in others for s in source.symbols})
        laws |= {renamings[-1][source.symbols[0]]: source.law for source in others if isinstance(source.law, Law)}
    outcomes = []
    for chosen, weight in samples_by_count(finite, draw.batch_size):
        tables = [{**table, **renaming} for table, renaming in zip(chosen, renamings, strict=True)]
        means = {stand_in[s]: sp.Add(*(s.xreplace(table) for table in tables)) / draw.batch_size for s in group}
        outcomes.append((weight, means))
    return Part(tuple(outcomes), laws)


def samples_by_count(
    sources: tuple[Source, ...], size: int
) -> Iterator[tuple[tuple[dict[sp.Symbol, sp.Expr], ...], sp.Expr]]:
    """Unordered draws of `size` joint samples of finite sources, with their multinomial probabilities."""
    supports = [source.finite or () for source in sources]
    kinds = prod(map(len, supports))
    if comb(kinds + size - 1, size) > ATOM_LIMIT:
        raise TooManyAtoms(str(comb(kinds + size - 1, size)))
    joint: list[tuple[dict[sp.Symbol, sp.Expr], sp.Expr]] = []
    for outcome in product(*supports):
        pairs = (zip(source.symbols, entry, strict=True) for source, (entry, _) in zip(sources, outcome, strict=True))
        joint.append((dict(chain.from_iterable(pairs)), sp.Mul(*(p for _, p in outcome))))
    for places in combinations_with_replacement(range(len(joint)), size):
        orders = factorial(size) // prod(factorial(count) for count in Counter(places).values())
        yield tuple(joint[k][0] for k in places), orders * sp.Mul(*(joint[k][1] for k in places))

"""The expected loss E l(w; x) in closed form, term by term."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Source
from ..errors import Inconclusive, InvalidInput
from ..laws.law import Law
from ..numerics.transforms import Transform, transform

OUTCOME_LIMIT = 20_000


@dataclass(frozen=True)
class ExpectedLoss:
    """`gradient` in the state; `loss` likewise, None where only the gradient is at hand.

    Both are finite exactly where every expression of `positive` is above 0.
    """

    loss: sp.Expr | None
    gradient: tuple[sp.Expr, ...]
    positive: tuple[sp.Expr, ...] = ()


def expected_loss(chain: Chain) -> ExpectedLoss:
    """E l(w; x) over one sample; finite laws by enumeration, the others by moments and transforms.

    Raises `InvalidInput` for a bare map, `HypothesisViolated` where a term has no finite mean for any w,
    `Inconclusive` (which names the term) where no closed form is known.
    """
    if chain.loss is None:
        raise InvalidInput("model", "a bare map", "a loss: a map alone has no critical points")
    unknown = chain.loss.free_symbols - {*chain.state, *chain.draw.data_symbols}
    if chain.means and not chain.draw.data and unknown - chain.parameters:
        return ExpectedLoss(None, averaged_gradient(chain))
    positive: list[sp.Expr] = []
    loss = mean(prepared(chain.loss, chain.draw.data_symbols), chain.draw.data, positive)
    return ExpectedLoss(loss, tuple(sp.diff(loss, w) for w in chain.weights), tuple(dict.fromkeys(positive)))


def sample_mean(chain: Chain, entry: sp.Expr) -> sp.Expr:
    """The mean of an expression in the data alone, over one sample. Raises as `expected_loss`."""
    return sp.expand(mean(prepared(entry, chain.draw.data_symbols), chain.draw.data, []))


def averaged_gradient(chain: Chain) -> tuple[sp.Expr, ...]:
    """A batch that is the whole data set: the chain holds the averaged gradient already."""
    clipping = (sp.Min, sp.Max)
    if any(entry.has(*clipping) for entry in chain.gradient) and not chain.loss.has(*clipping):  # type: ignore[union-attr]
        raise Inconclusive("the expected loss of a whole-data batch whose gradients are clipped per sample")
    return chain.gradient


def prepared(loss: sp.Expr, data: tuple[sp.Symbol, ...]) -> sp.Expr:
    """Hyperbolic functions as exponentials, products of sines and cosines as sums, Min and Max by absolute values."""
    from sympy.simplify.fu import TR8

    drawn = set(data)
    loss = loss.replace(
        lambda e: isinstance(e, sp.sinh | sp.cosh) and bool(e.free_symbols & drawn), lambda e: e.rewrite(sp.exp)
    )
    return TR8(loss) if loss.has(sp.sin, sp.cos) and drawn & loss.free_symbols else loss


def mean(expr: sp.Expr, sources: tuple[Source, ...], positive: list[sp.Expr]) -> sp.Expr:
    """E expr: a sum over terms of factor (free of data) times the mean of the rest."""
    symbols = {s for source in sources for s in source.symbols}
    if not symbols & expr.free_symbols:
        return expr
    whole = enumerated(expr, sources)
    if whole is not None:
        return whole
    means: dict[sp.Expr, sp.Expr] = {}
    total = []
    for term in sp.Add.make_args(sp.expand(expr)):
        factor, statistic = term.as_independent(*symbols, as_Add=False)
        if statistic not in means:
            means[statistic] = product_mean(statistic, sources, positive)
        total.append(factor * means[statistic])
    return sp.Add(*total)


def enumerated(expr: sp.Expr, sources: tuple[Source, ...]) -> sp.Expr | None:
    """The mean over finite sources of an expression that does not split; None for polynomials and other laws."""
    used = touched(expr, sources)
    if any(source.finite is None for source in used) or expr.is_polynomial(*(s for u in used for s in u.symbols)):
        return None
    return enumeration(expr, used)


def enumeration(expr: sp.Expr, used: list[Source]) -> sp.Expr:
    supports = [source.finite or () for source in used]
    if prod(map(len, supports)) > OUTCOME_LIMIT:
        raise Inconclusive(f"the mean of {expr} has {prod(map(len, supports))} terms; the limit is {OUTCOME_LIMIT}")
    terms = []
    for outcome in product(*supports):
        table = {
            s: v
            for source, (entry, _) in zip(used, outcome, strict=True)
            for s, v in zip(source.symbols, entry, strict=True)
        }
        terms.append(sp.Mul(*(p for _, p in outcome)) * expr.xreplace(table))
    return sp.Add(*terms)


def touched(expr: sp.Expr, sources: tuple[Source, ...]) -> list[Source]:
    return [source for source in sources if set(source.symbols) & expr.free_symbols]


def product_mean(statistic: sp.Expr, sources: tuple[Source, ...], positive: list[sp.Expr]) -> sp.Expr:
    """Factors of different sources are independent: the product of their means."""
    groups: list[tuple[list[Source], sp.Expr]] = []
    for factor in sp.Mul.make_args(statistic):
        own, rest = touched(factor, sources), factor
        for group in [g for g in groups if any(s in g[0] for s in own)]:
            groups.remove(group)
            own, rest = [*own, *(s for s in group[0] if s not in own)], rest * group[1]
        groups.append((own, rest))
    return sp.Mul(*(group_mean(expr, used, positive) for used, expr in groups))


def group_mean(expr: sp.Expr, used: list[Source], positive: list[sp.Expr]) -> sp.Expr:
    finite = [source for source in used if source.finite is not None]
    others = [source for source in used if source.finite is None]
    if not others:
        return enumeration(expr, finite)
    if len(others) > 1:
        raise Inconclusive(f"no closed expectation of {expr} is known: several variables do not separate")
    if not finite:
        return one_variable_mean(expr, others[0], positive)
    total = []
    for outcome in product(*(source.finite or () for source in finite)):
        table = {
            s: v
            for source, (entry, _) in zip(finite, outcome, strict=True)
            for s, v in zip(source.symbols, entry, strict=True)
        }
        inner = mean(expr.xreplace(table), (others[0],), positive)
        total.append(sp.Mul(*(p for _, p in outcome)) * inner)
    return sp.Add(*total)


def one_variable_mean(expr: sp.Expr, source: Source, positive: list[sp.Expr]) -> sp.Expr:
    """E expr(X) for one law without finite support."""
    (x,), law = source.symbols, source.law
    assert isinstance(law, Law)
    if expr.is_polynomial(x):
        return sp.Add(*(c * (law.moment(k) if k else 1) for (k,), c in sp.Poly(expr, x).terms()))
    expr, x, law = through_square(expr, x, law)
    power, rest = monomial_part(expr, x)
    found: Transform | None = transform(rest, x, law, power)
    if found is None:
        raise Inconclusive(f"no closed expectation of {expr} under the {law.name} law is known")
    positive.extend(found.positive)
    return found.value


def through_square(expr: sp.Expr, x: sp.Symbol, law: Law) -> tuple[sp.Expr, sp.Symbol, Law]:
    """x only through x^2, whose law is known: exp(t x^2) of a normal x."""
    square = law.square()
    if square is None:
        return expr, x, law
    variable = sp.Dummy(f"{x}_squared", nonnegative=True)
    replaced = expr.xreplace({x**power: variable ** (power // 2) for power in range(2, 21, 2)})
    return (expr, x, law) if x in replaced.free_symbols else (replaced, variable, square)


def monomial_part(expr: sp.Expr, x: sp.Symbol) -> tuple[int, sp.Expr]:
    """expr = x^power * rest."""
    power, rest = 0, []
    for factor in sp.Mul.make_args(expr):
        base, exponent = factor.as_base_exp()
        if base == x and exponent.is_Integer and exponent > 0:
            power += int(exponent)
        else:
            rest.append(factor)
    return power, sp.Mul(*rest)

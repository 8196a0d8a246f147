"""Whether E log^+|f(X)| is finite."""

from __future__ import annotations

import sympy as sp

from ..balls.adaptive import proved_sign
from ..chain.draw import Source
from ..laws.law import Interval, Law


def log_moment_is_finite(expr: sp.Expr, sources: tuple[Source, ...]) -> bool | None:
    """Is E log^+|expr| < oo for independent sources? None where the rules do not decide.

    Every law of this package has E|X|^q < oo for some q > 0, hence log-moments of all polynomials; exp(c X + d) has one
    exactly where the mean of the positive part of c X is finite.

    >>> from sgd_markov.laws.cauchy import Cauchy
    >>> z = sp.Symbol("z", real=True)
    >>> source = (Source((z,), Cauchy(0, 1)),)
    >>> log_moment_is_finite(z**3, source), log_moment_is_finite(sp.exp(z), source)
    (True, False)
    """
    sources = tuple(s for s in sources if s.finite is None and set(s.symbols) & expr.free_symbols)
    drawn = {symbol for source in sources for symbol in source.symbols}
    if expr.is_polynomial(*drawn):
        return True
    terms = [term_verdict(term, drawn, sources) for term in sp.Add.make_args(sp.expand(expr))]
    return combined(terms)


def combined(verdicts: list[bool | None]) -> bool | None:
    """Of a sum or a product: finite where all parts are; a single part that is not decides, several might cancel."""
    if all(verdicts):
        return True
    return False if verdicts.count(False) == 1 and verdicts.count(True) == len(verdicts) - 1 else None


def term_verdict(term: sp.Expr, drawn: set[sp.Symbol], sources: tuple[Source, ...]) -> bool | None:
    """The same for a product of powers of drawn symbols and of exponentials."""
    verdicts: list[bool | None] = []
    for factor in sp.Mul.make_args(term):
        if factor.is_polynomial(*drawn):
            verdicts.append(True)
        elif isinstance(factor, sp.exp):
            verdicts.append(exponential_verdict(factor.args[0], drawn, sources))
        else:
            verdicts.append(None)
    return combined(verdicts)


def exponential_verdict(exponent: sp.Expr, drawn: set[sp.Symbol], sources: tuple[Source, ...]) -> bool | None:
    """E (exponent)^+ < oo for an affine function of one drawn symbol."""
    used = sorted(exponent.free_symbols & drawn, key=str)
    if len(used) != 1 or not exponent.is_polynomial(used[0]) or sp.degree(exponent, used[0]) != 1:
        return None
    law = next(source.law for source in sources if used[0] in source.symbols)
    if not isinstance(law, Law):
        return None
    above = sp.sympify(law.moment_limit) - 1
    if above.free_symbols:
        return None
    if above.is_infinite or proved_sign(above) == 1:
        return True
    support, slope = law.support, exponent.coeff(used[0], 1)
    sign = None if slope.free_symbols else proved_sign(slope)
    if not isinstance(support, Interval) or sign is None:
        return None
    reached = support.high if sign > 0 else support.low
    return not reached.is_infinite

"""The moments of the stationary law of w' = M w + B, from the mixed moments of one step."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import sympy as sp

from .tidy import tidy


def stationary_moments(mixed: Callable[[int, int], sp.Expr], order: int) -> list[sp.Expr]:
    """m_0, ..., m_order with m_k (1 - E M^k) = sum_(j<k) binom(k, j) E[M^j B^(k-j)] m_j; `mixed(j, l)` = E M^j B^l.

    They are the moments where E|M|^order < 1 and E|B|^order < oo, which the caller has to know.

    >>> stationary_moments(lambda j, l: sp.Rational(1, 3) ** j * (1 - l % 2), 2)
    [1, 0, 9/8]
    """
    found = [sp.Integer(1)]
    for k in range(1, order + 1):
        forcing = sp.Add(*(comb(k, j) * mixed(j, k - j) * found[j] for j in range(k)))
        value = sp.cancel(forcing / (1 - mixed(k, 0)))
        found.append(tidy(value) if value.free_symbols else value)
    return found

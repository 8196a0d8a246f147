"""The independent route: expectations by mpmath quadrature of the density, split where the integrand is singular."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import sympy as sp

from sgd_markov.laws.law import Law

DIGITS = 20
X = sp.Symbol("x", real=True)
Integrand = Callable[[mp.mpf], mp.mpf]


def number(expr: object) -> mp.mpc:
    """A sympy number as mpmath sees it, to 30 digits."""
    with mp.workdps(30):
        value = sp.sympify(expr)
        if value in (sp.oo, -sp.oo):
            return mp.inf if value == sp.oo else -mp.inf
        return mp.mpmathify(sp.N(value, 30))


def function(expr: sp.Expr) -> Integrand:
    """A formula in X as an mpmath function."""
    return sp.lambdify(X, expr, "mpmath")


def expectation(law: Law, g: Integrand, *splits: object) -> tuple[mp.mpc, mp.mpf]:
    """(E g(X), mpmath's estimate of the error) for a law with a density; `splits` are where g is singular."""
    total, error = mp.mpf(0), mp.mpf(0)
    with mp.workdps(DIGITS):
        for low, high, density in law.pieces(X):
            weight = function(density)
            nodes = panel_ends(number(low), number(high), [number(split) for split in splits])
            value, off = mp.quad(lambda x: g(x) * weight(x), nodes, error=True, maxdegree=8)  # noqa: B023
            total, error = total + value, error + abs(off)
    return total, error


def panel_ends(low: mp.mpf, high: mp.mpf, splits: list[mp.mpf]) -> list[mp.mpf]:
    """The ends of the panels: singular places, and a ladder on infinite intervals."""
    inner = {split for split in splits if low < split < high}
    base = [end for end in (low, high) if mp.isfinite(end)] + sorted(inner)
    middle = base or [mp.mpf(0)]
    ladder = {
        sign * mp.mpf(size) + place for place in (min(middle), max(middle)) for size in (1, 6, 40) for sign in (-1, 1)
    }
    if not mp.isfinite(low) or not mp.isfinite(high):
        inner |= {rung for rung in ladder if low < rung < high}
    elif not inner:
        inner.add((low + high) / 2)
    return sorted({low, high} | inner)


def close(value: object, reference: tuple[mp.mpc, mp.mpf], digits: int = 8) -> bool:
    """Do the closed form and the quadrature agree to `digits` digits? A quadrature that is less sure fails."""
    expected, error = reference
    assert error <= mp.mpf(10) ** -digits * (1 + abs(expected)), f"the quadrature itself is off by {error}"
    return bool(abs(number(value) - expected) <= 2 * mp.mpf(10) ** -digits * (1 + abs(expected)))

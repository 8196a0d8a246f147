"""Integrals of f(y - m) v(y) over an interval of y, f a sum of x^l exp(-r x) with x = y - m, v a polynomial.

With S g the solution of W' - r W = g without exponential part (r = 0: that with W = 0 at the centre of the cell) and
R_j = S^(j+1) v,

    d/dy [ exp(-r x) sum_j (-1)^j l!/(l-j)! x^(l-j) R_j(y) ] = x^l exp(-r x) v(y):

the bracket, at the upper end minus at the lower one, is the integral, whether an end is fixed or moves with m.
"""

from __future__ import annotations

from math import factorial
from typing import Any

from flint import arb, arb_poly

from .cells import Cell
from .kernel import Term


def power(x: Any, exponent: int) -> Any:
    """x^exponent of a ball or a polynomial; FLINT's own power of a ball around 0 is nan."""
    result = x * 0 + 1
    for _ in range(exponent):
        result = result * x
    return result


def falling(power: int, j: int) -> int:
    """(-1)^j l!/(l-j)!, the weight of R_j."""
    size = factorial(power) // factorial(power - j)
    return -size if j % 2 else size


def antiderivatives(v: arb_poly, cell: Cell, term: Term) -> list[arb_poly]:
    """R_0, ..., R_l of a polynomial in the cell's u."""
    found = []
    for _ in range(term.power + 1):
        v = solved(v, cell.balls[1], term.rate)
        found.append(v)
    return found


def solved(v: arb_poly, half: arb, rate: arb | None) -> arb_poly:
    """The W with dW/dy - r W = v; y = centre + half u."""
    if rate is None:
        return half * v.integral()
    coefficients, above = list(v.coeffs()), arb(0)
    for q in range(len(coefficients) - 1, -1, -1):
        coefficients[q] = above = ((q + 1) * above / half - coefficients[q]) / rate
    return arb_poly(coefficients)


def monomial_ladder(u: arb, cell: Cell, term: Term) -> list[list[arb]]:
    """R_j of u^k at u: rows j = 0..l, columns k < size; R_j(k) = (-R_(j-1)(k) + (k/half) R_j(k-1))/r."""
    half, size = cell.balls[1], cell.size
    row = [arb(1)]
    for _ in range(size - 1):
        row.append(row[-1] * u)
    if term.rate is None:
        return powers_ladder(row, u, half, term.power)
    found = []
    inverse = 1 / term.rate
    for _ in range(term.power + 1):
        last, above, row = arb(0), row, []
        for k in range(size):
            last = (last * k / half - above[k]) * inverse
            row.append(last)
        found.append(row)
    return found


def powers_ladder(row: list[arb], u: arb, half: arb, power: int) -> list[list[arb]]:
    """The same for r = 0: half^(j+1) k!/(k+j+1)! u^(k+j+1)."""
    found = []
    for j in range(power + 1):
        row = [half * u * entry / (k + j + 1) for k, entry in enumerate(row)]
        found.append(row)
    return found


def constant_ladder(term: Term) -> list[arb]:
    """R_j of the constant 1, r > 0 or < 0: (-1/r)^(j+1); for r = 0 see `constant_bracket`."""
    assert term.rate is not None
    return [power(-1 / term.rate, j + 1) for j in range(term.power + 1)]


def bracket(x: arb, ladder: list[arb], term: Term) -> arb:
    """exp(-r x) sum_j (-1)^j l!/(l-j)! x^(l-j) R_j, without the factor of the term."""
    total = arb(0)
    for j, entry in enumerate(ladder):
        total += falling(term.power, j) * power(x, term.power - j) * entry
    return total if term.rate is None else total * (-term.rate * x).exp()


def constant_bracket(x: arb, term: Term) -> arb:
    """The antiderivative in x of x^l exp(-r x)."""
    if term.rate is None:
        return power(x, term.power + 1) / (term.power + 1)
    return bracket(x, constant_ladder(term), term)


def brackets_of_monomials(x: arb, ladder: list[list[arb]], term: Term) -> list[arb]:
    """`bracket` for every column of the ladder, with the factor of the term."""
    weight = term.factor if term.rate is None else term.factor * (-term.rate * x).exp()
    if term.power == 0:
        return [weight * entry for entry in ladder[0]]
    weights = [weight * falling(term.power, j) * power(x, term.power - j) for j in range(term.power + 1)]
    columns = zip(*ladder, strict=True)
    return [sum((a * entry for a, entry in zip(weights, rows, strict=True)), start=arb(0)) for rows in columns]

"""Garsia's entropy of the Bernoulli convolution of the golden ratio, to any number of digits, proved.

Two sums of n fair digits in 0, 1 with the ratio 1/phi agree exactly where the digits are joined by 100 <-> 011. By the
greedy (Zeckendorf) form of a sum the number of its digit strings is a product over blocks: a block is a word V in
L = ((1, 0), (1, 1)), R = ((1, 1), (0, 1)), has 2|V| + 3 digits and r_V = (1, 1) V (1, 1)^T strings. The shares
r_V 2^-(2|V|+3) sum to 1, the mean length is 9, and the entropy a digit is (Alexander and Zagier 1991)

    H = log 2 - (1/72) sum_V 4^-|V| r_V log r_V.

Words by runs: let e(x) be the sum of 4^-|V| s log s, s = (1, x) V (1, 1)^T, over the empty word and all V that begin
with a given one of the letters. After a run of m letters (1, x) is (m + x)(1/(m + x), 1), so that, with psi(s) = s log s,

    e(x) = psi(1 + x) + sum_(m>=1) 4^-m (m + x) [e(1/(m + x)) + log(m + x) w(1/(m + x))],   w(x) = 3 + 2 x,

and the sum over all V is 2 e(1) - psi(2). The operator f -> sum 4^-m (m + x) f(1/(m + x)) has norm 7/9 on C[0, 1]: a
polynomial that solves the equation up to a residual below eps is e up to 9/2 eps. The residual is bounded by its Taylor
coefficients at 1/2 and by Cauchy's estimate on |x - 1/2| <= 1 for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, arb_mat, arb_poly, arb_series, ctx, fmpq

HALF = fmpq(1, 2)


def golden_entropy(digits: int) -> arb:
    """H in nats a digit, to about `digits` digits at the working precision (which should exceed it by a third).

    >>> from sgd_markov.balls.precision import precision
    >>> with precision(80):
    ...     print(golden_entropy(9).str(9, radius=False))
    0.479148931
    """
    sizes = Sizes.for_digits(digits)
    solution = collocated(sizes)
    at_one = value_at_one(solution) + symmetric(residual_bound(solution, sizes) * fmpq(9, 2))
    return arb(2).log() - (2 * at_one - 2 * arb(2).log()) / 72


@dataclass(frozen=True)
class Sizes:
    """How many coefficients the solution has, how many runs are summed, how many Taylor terms of the residual bound it."""

    degree: int
    runs: int
    terms: int

    @classmethod
    def for_digits(cls, digits: int) -> Sizes:
        """The coefficients fall like 3^-n on [0, 1], the runs like 4^-m, the residual like 2^-n."""
        return cls(8 + int(2.1 * digits), 6 + int(1.7 * digits), 12 + int(3.35 * digits))


def collocated(sizes: Sizes) -> list[arb]:
    """Coefficients in powers of x - 1/2 of a polynomial that satisfies the equation at Chebyshev points, without radii.

    Nothing is claimed of it: the residual decides.
    """
    n = sizes.degree
    points = [(1 + (arb(2 * i + 1) * arb.pi() / (2 * n)).cos()) / 2 for i in range(n)]
    matrix, right = arb_mat(n, n), arb_mat(n, 1)
    for row, x in enumerate(points):
        entries = powers(x - HALF, n)
        forcing = (1 + x) * (1 + x).log()
        weight = arb(1)
        for m in range(1, sizes.runs + 1):
            weight /= 4
            place = m + x
            image = powers(1 / place - HALF, n)
            entries = [e - weight * place * p for e, p in zip(entries, image, strict=True)]
            forcing += weight * place.log() * (3 * place + 2)
        for column, entry in enumerate(entries):
            matrix[row, column] = entry.mid()
        right[row, 0] = forcing.mid()
    found = matrix.solve(right, algorithm="approx")
    return [found[i, 0].mid() for i in range(n)]


def powers(x: arb, count: int) -> list[arb]:
    found = [arb(1)]
    for _ in range(count - 1):
        found.append(found[-1] * x)
    return found


def value_at_one(solution: list[arb]) -> arb:
    return arb_poly(solution)(arb(1) / 2)


def residual_bound(solution: list[arb], sizes: Sizes) -> arb:
    """A bound on [0, 1] of |p - F - A p|, the sums over runs beyond `sizes.runs` included."""
    terms = sizes.terms
    coefficients = residual_series(solution, sizes)
    inside = sum((abs(c) / arb(2) ** k for k, c in enumerate(coefficients)), arb(0))
    # on |x - 1/2| <= 1: 1/2 <= |m + x| <= m + 3/2, and 1/(m + x) stays within 3/2 of 1/2
    size = sum((abs(c) * (arb(3) / 2) ** k for k, c in enumerate(solution)), arb(0))
    logs = [(arb(m) + arb(3) / 2).log() + 2 for m in range(sizes.runs + 1)]  # |log z| <= |log|z|| + pi/2 on Re z >= 1/2
    forcing = arb(5) / 2 * logs[1]
    transported = arb(0)
    for m in range(1, sizes.runs + 1):
        reach = arb(m) + arb(3) / 2
        forcing += logs[m] * (3 * reach + 2) / arb(4) ** m
        transported += reach * size / arb(4) ** m
    beyond = (size + forcing + transported) / arb(2) ** (terms - 1)
    return inside + beyond + left_out(size, sizes.runs)


def left_out(size: arb, runs: int) -> arb:
    """A bound on [0, 1] of the runs m > M: each is at most 4^-m (m + 1)(size + 5 log(m + 1)), and halves at least."""
    m = runs + 1
    return 2 * arb(m + 1) * (size + 5 * arb(m + 1).log()) / arb(4) ** m


def residual_series(solution: list[arb], sizes: Sizes) -> list[arb]:
    """The Taylor coefficients at 1/2 of p - F - A p with the runs up to `sizes.runs`."""
    before, ctx.cap = ctx.cap, sizes.terms
    try:
        x = arb_series([HALF, 1])
        total = arb_series(solution) - (1 + x) * (1 + x).log()
        weight = arb(1)
        for m in range(1, sizes.runs + 1):
            weight /= 4
            place = x + m
            total -= weight * (place * composed(solution, 1 / place - HALF) + place.log() * (3 * place + 2))
        return [total[k] for k in range(sizes.terms)]
    finally:
        ctx.cap = before


def composed(solution: list[arb], inner: arb_series) -> arb_series:
    total = arb_series([solution[-1]])
    for coefficient in reversed(solution[:-1]):
        total = total * inner + coefficient
    return total


def symmetric(bound: arb) -> arb:
    """The ball [-bound, bound]."""
    return (-bound).union(bound)

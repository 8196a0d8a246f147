"""Random Fibonacci sequences x_(n+1) = lambda x_n +- x_(n-1), lambda = 2 cos(pi/k), and what is conjugate to them.

With a = [[lambda, 1], [1, 0]] and D = diag(1, -1) up to sign the matrix of the minus sign is b = aD, which turns: b^k = +-1,
so that b^(k-1) a = +-D. What is left of a word after this reduction is a product of c_j = b^j a, j = 0, ..., k - 2,
which are not negative. Let p = 1 - q be the probability of the plus sign, let r in (0, 1) solve
p (1 + r + ... + r^(k-2)) + q r^(k-1) = 1, and let T be the stationary law of the ratio under independent c_j with
probabilities beta_j = r^j/(1 + r + ... + r^(k-2)). The law of |x_(n+1)/x_n| is T, and the exponent is
(1 - r)/(r + beta_0) times that of the c_j (notes/matrix_products.md; Janvresse, Rittaud and de la Rue).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .matrix_law import MatrixLaw
from .method import Method
from .planar import changed, rational_atoms, rung

METHOD_TEXT = (
    "reduction of random Fibonacci words to positive matrices on the Stern-Brocot tree; these certified by induction"
)
if TYPE_CHECKING:
    from flint import arb

TURNS = {Fraction(1): 3, Fraction(2): 4, Fraction(3): 6}
"""(trace)^2/det = 4 cos(pi/k)^2, where that is rational, and k."""
MATRICES = 8
HALF = sp.Rational(1, 2)


@dataclass(frozen=True)
class Walk:
    """A law on D^i a D^j up to factors: the bits between two a are independent, 0 with probability `plus`."""

    a: sp.ImmutableMatrix
    b: sp.ImmutableMatrix
    order: int
    plus: sp.Expr


class RandomFibonacci(Method):
    """The top exponent of random Fibonacci sequences, for k = 3, 4, 6; here the logarithm of Viswanath's constant.

    >>> law = MatrixLaw.finite([(HALF, sp.Matrix([[1, 1], [1, 0]])), (HALF, sp.Matrix([[1, -1], [1, 0]]))])
    >>> found = METHOD.top(law, Effort(digits=12))
    >>> found.warrant.label, round(float(found.enclosure.middle), 12)
    ('certified', 0.123975598803)
    """

    warrants = (Warrant.CERTIFIED, Warrant.ESTIMATED)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        atoms = rational_atoms(law)
        if atoms is None or len(atoms) > MATRICES:
            return None
        matrices = [
            (p, sp.ImmutableMatrix(2, 2, [sp.Rational(x.numerator, x.denominator) for x in m])) for p, _, m in atoms
        ]
        walk = next(walks(matrices), None)
        if walk is None:
            return None
        sizes = zip(atoms, matrices, strict=True)
        factors = sp.Add(*(p * sp.log(scale**2 * abs(m.det())) for (p, scale, _), (_, m) in sizes)) / 2
        found = exponent(walk, factors, effort)
        if found is None:
            return None
        known = Hypothesis(
            f"the matrices are those of a random Fibonacci sequence with lambda = 2 cos(pi/{walk.order}), up to a basis"
        )
        return Finding(rung(effort), METHOD_TEXT, None, found, (known,), ("janvresse2008", "viswanath2000"))


def walks(matrices: Sequence[tuple[sp.Expr, sp.ImmutableMatrix]]) -> Iterator[Walk]:
    """All ways of reading the law as such a walk with 0 < p < 1."""
    for (_, a), (_, b) in permutations(matrices, 2):
        turn = turning(b)
        order = None if turn is None else TURNS.get(turn)
        if order is None or a.det() * b.det() >= 0 or a.trace() ** 2 * b.det() != -(b.trace() ** 2) * a.det():
            continue
        mirror = b ** (order - 1) * a
        if mirror.trace() == 0 and (plus := chance_of_plus(matrices, a, mirror)) is not None:
            yield Walk(a, b, order, plus)


def turning(matrix: sp.ImmutableMatrix) -> Fraction | None:
    """(trace)^2/det."""
    if matrix.det() <= 0:
        return None
    ratio = matrix.trace() ** 2 / matrix.det()
    return rational(ratio)


def chance_of_plus(
    matrices: Sequence[tuple[sp.Expr, sp.ImmutableMatrix]], a: sp.ImmutableMatrix, mirror: sp.ImmutableMatrix
) -> sp.Expr | None:
    """P(j = i') for independent copies, where all matrices are multiples of D^i a D^j.

    The bits j + i' between two a are independent where i and j are, and where one of them is fair: then they are fair.
    """
    chances = {(i, j): sp.Integer(0) for i in (0, 1) for j in (0, 1)}
    for probability, matrix in matrices:
        bits = next((bits for bits in chances if parallel(matrix, mirror ** bits[0] * a * mirror ** bits[1])), None)
        if bits is None:
            return None
        chances[bits] += probability
    left, right = chances[0, 0] + chances[0, 1], chances[0, 0] + chances[1, 0]
    dependent = sp.expand(chances[0, 0] * chances[1, 1] - chances[0, 1] * chances[1, 0]) != 0
    if dependent and HALF not in (left, right):
        return None
    plus = sp.expand(left * right + (1 - left) * (1 - right))
    return plus if plus.is_Rational and 0 < plus < 1 else None


def parallel(left: sp.ImmutableMatrix, right: sp.ImmutableMatrix) -> bool:
    """Is one a multiple of the other?"""
    return all(left[i] * right[j] == left[j] * right[i] for i in range(4) for j in range(i))


def exponent(walk: Walk, factors: sp.Expr, effort: Effort) -> Enclosure | None:
    """The exponent of the walk and the mean logarithm of the factors, which make the determinants +-1."""
    from ..engines.projective_arcs.positive_words import exponent_by_words  # late: flint
    from ..engines.projective_arcs.quadrant import in_quadrant

    finer = effort.with_digits(effort.digits + 4)
    for letters, scales in in_quadrant([fractions(walk.b**j * walk.a) for j in range(walk.order - 1)]):
        change = partial(combined, walk, scales=mean_log(walk, scales), factors=factors, effort=finer)
        found = changed(partial(exponent_by_words, letters, lambda: probabilities(walk), finer), change)
        if found is not None:
            return found
    return None


def combined(walk: Walk, positive: Enclosure, scales: Callable[[], arb], factors: sp.Expr, effort: Effort) -> Enclosure:
    """share (exponent of the letters + their scales) + factors."""
    from ..balls.evaluate import evaluate
    from ..balls.precision import ball_of, bits_for, enclosure, precision

    with precision(2 * bits_for(effort.digits) + 64):
        ratio = decay(walk.order, walk.plus)
        share = (1 - ratio) / (ratio + probabilities(walk)[0])
        return enclosure(share * (ball_of(positive) + scales()) + evaluate(factors))


def mean_log(walk: Walk, scales: Sequence[Fraction]) -> Callable[[], arb]:
    """E log of the factors that were taken out of the letters b^j a, made of determinant +-1, at the current precision."""
    from ..balls.precision import ball

    squares = [Fraction(s) ** 2 / abs(rational((walk.b**j * walk.a).det())) for j, s in enumerate(scales)]
    return lambda: sum((p * ball(s).log() / 2 for p, s in zip(probabilities(walk), squares, strict=True)), ball(0))


def probabilities(walk: Walk) -> list[arb]:
    """beta_j."""
    ratio = decay(walk.order, walk.plus)
    powers = [ratio**j for j in range(walk.order - 1)]
    return [power / sum(powers) for power in powers]


def decay(order: int, plus: sp.Expr) -> arb:
    """The root r in (0, 1) of p (1 + ... + r^(k-2)) + q r^(k-1) = 1, which increases, at the current precision."""
    from flint import fmpz_poly

    p, q = int(plus.p), int(plus.q)
    roots = fmpz_poly([p - q, *[p] * (order - 2), q - p]).complex_roots()
    return next(root.real for root, _ in roots if root.imag.is_zero() and root.real > 0)


def rational(value: sp.Expr) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def fractions(matrix: sp.ImmutableMatrix) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    a, b, c, d = (rational(entry) for entry in matrix)
    return a, b, c, d


METHOD = RandomFibonacci()

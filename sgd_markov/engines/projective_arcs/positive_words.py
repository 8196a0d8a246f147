"""Non-negative 2 x 2 matrices that contract the quadrant after a random number of steps only: words until they are positive.

T is the first time at which the product is strictly positive, but at most `depth`. Blocks between such times are
independent, so that by Wald's identity the exponent is E(growth over a block)/E T. R is the residual of Poisson's
equation for blocks, with h continued from the arc C by its value at the nearer end. Positive blocks lead the whole quadrant into C,
the others have probability mu: the exponent of blocks lies between inf_C R and sup_C R but for mu times what R may be elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import gcd, log, log10

from flint import arb, fmpz

from ...answer.enclosure import Enclosure
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .exponent import narrowed
from .poisson import Bracket, poisson_bracket
from .transitions import Basis, Transition, Vector, in_basis, leads_inside, times

Whole = tuple[int, int, int, int]
"""A matrix of non-negative whole numbers, row by row."""

Letters = Sequence[Whole]
Weights = Callable[[], Sequence[arb]]

PROBE = 40
"""The depth at which it is seen how fast words get positive."""

WORDS = 12_000
"""So many different blocks are summed at most."""

LIVE = 600
"""So many different words that are not yet positive are followed at most."""


@dataclass(frozen=True)
class Blocks:
    """The law of a block: positive matrices with their probabilities; `mu` is that of the rest, `mean_time` is E T.

    `scale`: the mean of the logarithms of the factors that were taken out of the matrices of a block.
    """

    positive: Sequence[tuple[arb, Whole]]
    mu: arb
    mean_time: arb
    scale: arb
    depth: int


def exponent_by_words(letters: Letters, weights: Weights, effort: Effort) -> Enclosure | None:
    """The top exponent of letters with non-negative entries; None where columns or words do not get positive."""
    with precision(64):
        if any(0 in (a + c, b + d) for a, b, c, d in letters):
            letters = [(a, c, b, d) for a, b, c, d in letters]  # transposes have the same exponent
        if any(0 in (a + c, b + d) for a, b, c, d in letters):
            return None
        sample = blocks(letters, weights(), PROBE, effort)
        if not sample.mu < 0.9 or not sample.positive:
            return None
    return narrowed(lambda digits: bracket(letters, weights, digits, effort), effort)


def bracket(letters: Letters, weights: Weights, digits: int, effort: Effort) -> Bracket:
    """The exponent to about 10^-digits; where there are too many words, `Inconclusive` with what those in reach give."""
    with precision(64):
        coarse = blocks(letters, weights(), depth_for(letters, weights(), digits + 3, effort), effort)
        reachable = digits if coarse.mu < arb(10) ** -(digits + 2) else max(1, int(-log10(float(coarse.mu.mid()))) - 1)
    basis = arc_of([matrix for _, matrix in coarse.positive])
    law: list[Blocks] = []

    def build() -> list[Transition]:
        law.append(blocks(letters, weights(), coarse.depth, effort))
        return block_transitions(law[-1], basis)

    found = poisson_bracket(build, 1, reachable, effort)
    with precision(int(digits * 3.33) + 64):
        whole = of_steps(found, law[-1], *growth_of_blocks(letters, basis))
        if reachable < digits:
            raise Inconclusive(f"more than {WORDS} different words before they get positive", enclosure(whole.ball()))
    return whole


def of_steps(found: Bracket, law: Blocks, least: arb, fast: arb) -> Bracket:
    """From the residual on C of the positive blocks to the exponent of single steps.

    On C the other blocks add to R; off C, with probability at most mu, R is anything between its crude bounds.
    """
    size = found.size
    upper = found.upper + law.mu * (law.depth * fast + size).abs_upper()
    lower = found.lower - law.mu * (size - least).abs_upper()
    upper += law.mu * (law.mean_time * fast + 2 * size - upper).abs_upper()
    lower -= law.mu * (lower - least + 2 * size).abs_upper()
    return Bracket((lower + law.scale) / law.mean_time, (upper + law.scale) / law.mean_time, size)


def depth_for(letters: Letters, weights: Sequence[arb], digits: int, effort: Effort) -> int:
    """How deep the words have to go until the rest has a probability below 10^-digits, or there are too many."""
    probe = blocks(letters, weights, PROBE, effort)
    rest = float(probe.mu.abs_upper())
    if rest == 0 or probe.depth < PROBE:
        return probe.depth
    return max(6, int(PROBE * (digits + 2) * log(10) / -log(rest)) + 2)


def blocks(letters: Letters, weights: Sequence[arb], depth: int, effort: Effort) -> Blocks:
    """All products up to the first positive one, equal products collected."""
    live: dict[Whole, arb] = {(1, 0, 0, 1): arb(1)}
    positive: dict[Whole, arb] = {}
    mean_time, scale, reached = arb(0), arb(0), 0
    while live and reached < depth and len(positive) < WORDS and len(live) < LIVE:
        effort.check()
        following: dict[Whole, arb] = {}
        mean_time += sum(live.values(), arb(0))
        reached += 1
        for word, mass in live.items():
            for letter, weight in zip(letters, weights, strict=True):
                factor, matrix = primitive(product_of(letter, word))
                if factor > 1:
                    scale += mass * weight * arb(factor).log()
                found = positive if 0 not in matrix else following
                found[matrix] = found.get(matrix, arb(0)) + mass * weight
        live = following
    mu = sum(live.values(), arb(0))
    return Blocks([(mass, word) for word, mass in positive.items()], mu, mean_time, scale, reached)


def product_of(left: Whole, right: Whole) -> Whole:
    a, b, c, d = left
    p, q, r, s = right
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s


def primitive(matrix: Whole) -> tuple[int, Whole]:
    """The greatest common divisor of the entries, and the matrix divided by it."""
    factor = gcd(*matrix)
    a, b, c, d = (entry // factor for entry in matrix)
    return factor, (a, b, c, d)


def arc_of(words: Sequence[Whole]) -> Basis:
    """An arc slightly larger than the hull of the images of the quadrant under positive words."""
    slopes = [slope for a, b, c, d in words for slope in (c / a, d / b)]
    low, high = min(slopes) * (1 - 1e-3), max(slopes) * (1 + 1e-3)
    before, after = (1.0, 0.0), (0.0, 1.0)
    return Basis.of_ends(direction(low), direction(high), before, after)


def direction(slope: float) -> Vector:
    return (1.0, slope) if slope <= 1 else (1 / slope, 1.0)


def block_transitions(law: Blocks, basis: Basis) -> list[Transition]:
    """The positive blocks from the arc to itself; it is proved that they lead the whole quadrant into the arc."""
    found = []
    for weight, matrix in law.positive:
        entries = balls(matrix)
        axes = in_basis(entries, basis)
        if not (in_arc(axes[0], axes[2]) and in_arc(axes[1], axes[3])):
            raise Inconclusive("the images of the quadrant are not proved to lie in the arc")
        a, b, c, e = in_basis(times(entries, basis.balls()), basis)
        if not leads_inside(a, b, c, e):
            raise Inconclusive("the precision does not prove that the arc is kept")
        found.append(Transition(weight, 0, 0, a, b, c, e))
    return found


def in_arc(first: arb, second: arb) -> bool:
    """Is the direction with these coordinates proved to lie in the arc, with a positive first one?"""
    return bool(first - second > 0) and bool(first + second > 0)


def balls(matrix: Whole) -> tuple[arb, arb, arb, arb]:
    a, b, c, d = (arb(fmpz(entry)) for entry in matrix)
    return a, b, c, d


def growth_of_blocks(letters: Letters, basis: Basis) -> tuple[arb, arb]:
    """Least logarithm by which a block multiplies the first coordinate p x + q y on the quadrant, largest for a letter.

    A matrix of whole numbers without a column 0 leads (1, 0) and (0, 1) to vectors of at least min(p, q).
    """
    m0, d0, m1, d1 = basis.balls()
    det = m0 * d1 - m1 * d0
    p, q = d1 / det, -d0 / det
    if not (p > 0 and q > 0):
        raise Inconclusive("the first coordinate is not proved to be positive on the quadrant")
    ratios = [ratio for a, b, c, d in letters for ratio in ((p * a + q * c) / p, (p * b + q * d) / q)]
    fast = ratios[0].upper()
    for ratio in ratios[1:]:
        fast = ratio.upper() if ratio.upper() > fast else fast
    return -abs((p / q).log()).upper(), fast.log().upper()

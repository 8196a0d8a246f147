"""S03: the dimension of the Bernoulli convolution of the golden ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

LENGTH = 14


def chain(ratio: object = "(sqrt(5) - 1)/2") -> Chain:
    """w' = ratio w + z with z = 1 or -1."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.rademacher import Rademacher
    from .chains import w

    z = sp.Symbol("z", real=True)
    return RandomMap({w: exact(ratio, "ratio") * w + z}, noise={z: Rademacher()})


def dimension_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, dimension=True)


def dimension_by_counting(effort: Effort) -> Reading:
    """Between (H_n - log 5)/n and H_n/n over log phi, H_n the entropy of a sum of n digits: sums add up to one of at most five."""
    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..balls.precision import enclosure, precision

    with precision(80):
        low, high = map(enclosure, entropy_bounds())
    return Reading(Enclosure(low.lower, high.upper), Warrant.CERTIFIED)


def entropy_bounds() -> tuple[Any, Any]:
    from collections import Counter

    from flint import arb

    counts = {(0, 0): 1}
    for _ in range(LENGTH):
        following: Counter[tuple[int, int]] = Counter()
        for (rational, multiple), count in counts.items():
            for digit in (0, 1):
                following[(multiple + digit, rational + multiple)] += count
        counts = dict(following)
    shares = [arb(count) / 2**LENGTH for count in counts.values()]
    entropy = -sum((share * share.log() for share in shares), arb(0))
    rate = ((1 + arb(5).sqrt()) / 2).log() * LENGTH
    return (entropy - arb(5).log()) / rate, entropy / rate


def dimension_by_simulation(effort: Effort, chains: int) -> Reading:
    """H = log 2 - E[sum of log(1 + i v) up to a renewal]/9, v' = k + s v/(1 + i v), P(i) = P(k) = 3/4^., s = 0, 1, -1.

    The growth of the number of digit strings with the same sum along fair digits; s = 0 (probability 4/9) renews.
    """
    import numpy as np

    from .sampling import sample_mean, widened

    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    place, total = rng.geometric(0.75, chains).astype(float), np.zeros(chains)
    alive = np.ones(chains, dtype=bool)
    for _ in range(64):
        run, start = rng.geometric(0.75, chains), rng.geometric(0.75, chains)
        total += alive * np.log(1 + run * place)
        turn = rng.choice([0, 1, -1], p=[4 / 9, 1 / 9, 4 / 9], size=chains)
        place = start + turn * place / (1 + run * place)
        alive &= turn != 0
    return widened(sample_mean((np.log(2) - total / 9) / np.log((1 + 5**0.5) / 2)), "1e-6", "1e-6")


def is_below_one(effort: Effort, ratio: str) -> bool:
    """Is the dimension proved to be below 1?"""
    from .stationary_laws import asked

    return bool(asked(chain(ratio), effort.with_digits(6), dimension=True).enclosure.upper < 1)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Cited, Definition, Identity
    from .stationary_laws import steps_of

    x, phi = sp.Symbol("x", positive=True), (1 + sp.sqrt(5)) / 2
    series = 1 / (1 - x)

    def at(expr: sp.Expr) -> sp.Expr:
        return expr.subs(x, sp.Rational(3, 4))

    left, right, one = sp.Matrix([[1, 0], [1, 1]]), sp.Matrix([[1, 1], [0, 1]]), sp.Matrix([[1], [1]])
    total = (one.T * (left + right) * one)[0]
    return (
        *steps_of(chain(), "overlapping"),
        Identity("Digits 100 and 011 have the same sum", phi**2, sp.expand(phi + 1)),
        Cited(
            "so that the strings with one sum are counted by words V in L and R between renewals",
            r"r_V=(1,1)V(1,1)^T,\\quad L=\\begin{pmatrix}1&0\\\\1&1\\end{pmatrix},\\ R=\\begin{pmatrix}1&1\\\\0&1\\end{pmatrix}",
            "alexanderzagier1991",
        ),
        Identity("(1, 1) is an eigenvector of L + R", total, 3 * (one.T * one)[0]),
        Definition("With the geometric series, x = 3/4", sp.Symbol("g"), series),
        Identity("the shares 2 x^n/8 of the blocks add up to 1", at(series) / 4, sp.Integer(1)),
        Identity("and their mean length, of 2 n + 3, is", at(2 * x * sp.diff(series, x) + 3 * series) / 4, sp.Integer(9)),
        Cited("The dimension is entropy over log phi", r"\\dim=\\frac{H}{\\log\\varphi}", "lalley1998"),
    )


CLAIM = Claim(
    id="S03",
    slug="golden-dimension",
    title="The Bernoulli convolution of the golden ratio has dimension 0.9957...",
    statement=(
        r"For $w'=\rho w\pm1$ with $\rho=\tfrac{\sqrt5-1}2$ the stationary law is singular, of dimension "
        r"$\frac1{\log\varphi}\big(\log2-\tfrac1{72}\sum_V4^{-|V|}r_V\log r_V\big)$ over all words $V$ in two "
        r"matrices, $r_V=(1,1)V(1,1)^T$."
    ),
    hypotheses=(r"$\rho=1/\varphi$",),
    cite=("alexanderzagier1991", "lalley1998", "erdos1939",),
    example=r"$\dim=0.995713126685555\ldots$",
    quantities=(
        Quantity(
            "dimension",
            "0.995713126685555",
            (
                Route("question", dimension_by_question),
                Route("independent", dimension_by_counting, None, True),
                Route("monte carlo", dimension_by_simulation, 40_000),
            ),
            "Alexander and Zagier 1991",
        ),
    ),
    control=Control(
        "the ratio 2^(-1/2): dimension 1",
        is_below_one,
        {"ratio": "(sqrt(5) - 1)/2"},
        ({"ratio": "1/sqrt(2)"},),
    ),
    problem=chain,
    proof=proof,
)

"""R11: in one dimension reshuffling leaves the exponent as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .batches import DATA, LR, A, chain, exponent_by_question, exponent_by_simulation
from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..effort import Effort
    from ..proof import Step

RESHUFFLING, SIZE, EPOCHS = "reshuffling", 2, 3


def by_orders(effort: Effort) -> Reading:
    """The mean over all orders of an epoch: the 70 places of the four data a + 1."""
    from itertools import combinations

    import sympy as sp

    from .chains import mean_of_logs

    orders = list(combinations(range(DATA), DATA // 2))
    weight = sp.Rational(SIZE, len(orders) * DATA)
    terms = [(weight, multiplier(order, first)) for order in orders for first in range(0, DATA, SIZE)]
    return mean_of_logs(terms, effort)


def multiplier(order: tuple[int, ...], first: int) -> sp.Rational:
    """Of the batch that starts at place `first`, when the data a + 1 stand at the places of `order`."""
    import sympy as sp

    high = sum(place in order for place in range(first, first + SIZE))
    return 1 - sp.Rational(LR) * (sp.Rational(A) + sp.Rational(2 * high - SIZE, SIZE))


def order_does_not_matter(effort: Effort, matrices: str) -> bool:
    """Is the mean log size of a product the same for shuffled pairs and for independent draws of two matrices?

    Sizes are those of the first column, over three epochs; all are rational, so equal means are equal products.
    """
    import sympy as sp

    pair = [sp.Matrix([[sp.Rational(e) for e in row.split()] for row in text.split(";")]) for text in matrices.split("|")]
    effort.check()
    shuffled = product_of_sizes(pair, [(0, 1), (1, 0)], EPOCHS)
    independent = product_of_sizes(pair, [(0,), (1,)], 2 * EPOCHS)
    words = 2**EPOCHS, 2 ** (2 * EPOCHS)
    return bool(shuffled ** (words[1] // words[0]) == independent)


def product_of_sizes(pair: list[sp.Matrix], blocks: list[tuple[int, ...]], count: int) -> sp.Rational:
    """Over all words of `count` blocks, the product of the sizes of the matrix products."""
    from itertools import product

    import sympy as sp

    total = sp.Integer(1)
    for word in product(blocks, repeat=count):
        column = sp.eye(pair[0].rows)[:, 0]
        for letter in (letter for block in word for letter in block):
            column = pair[letter] * column
        total *= max(abs(entry) for entry in column)
    return total


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity, Value

    a, lr = sp.symbols("a lambda", real=True)
    one, two = 1 - lr * (a + 1), 1 - lr * (a - 1)
    shift, merge = sp.Matrix([[0, 0, 0], [1, 0, 0], [0, 1, 0]]), sp.Matrix([[1, 1, 1], [0, 0, 0], [0, 0, 0]])
    value = (3 * sp.log(sp.Rational(1, 5)) + 8 * sp.log(sp.Rational(6, 5)) + 3 * sp.log(sp.Rational(11, 5))) / 14
    return (
        Argued(
            "In a shuffled epoch each batch by itself is a uniform subset; means do not ask for independence",
            r"\mathbb E\log\Big|\prod_bM_b\Big|=\sum_b\mathbb E\log|M_b|=\tfrac NS\,\gamma_S^{\text{without}}",
        ),
        Identity("The weights of batches of 2 of 8: both a + 1", sp.binomial(4, 2) / sp.binomial(8, 2), sp.Rational(3, 14)),
        Identity("one of each", sp.Integer(4) * 4 / sp.binomial(8, 2), sp.Rational(8, 14)),
        Value("so at the example", value, "-0.0717406572755610"),
        Identity("For S = 1 the product over an epoch does not depend on the order", one * two, (1 - a * lr) ** 2 - lr**2),
        Argued("Matrices need not commute. A shift that loses a vector after three steps, and one that brings it back:",
               r"A=\begin{pmatrix}0&0&0\\1&0&0\\0&1&0\end{pmatrix},\quad B=\begin{pmatrix}1&1&1\\0&0&0\\0&0&0\end{pmatrix}"),
        Identity("three shifts in a row give 0: independent draws have exponent -oo", sum((shift**3)[:]), sp.Integer(0)),
        Identity("shuffled pairs hold at most two in a row, and come back", (merge * shift**2)[0, 0], sp.Integer(1)),
    )


COMMUTING, SHIFTS = "-1/5|9/5", "0 0 0;1 0 0;0 1 0|1 1 1;0 0 0;0 0 0"

CLAIM = Claim(
    id="R11",
    slug="reshuffling",
    title="Reshuffling leaves a one-dimensional exponent as it is",
    statement=(
        r"In one dimension the exponent per update of random reshuffling with batches of $S$, $S\mid N$, equals that of "
        r"batches drawn without replacement. For $S=1$ the product over an epoch is deterministic."
    ),
    hypotheses=(r"one dimension", r"$S\mid N$", r"the data set is shuffled anew in every epoch"),
    cite=("ziyin2022",),
    example=r"$a=-\tfrac15$, $\lambda=1$, $N=8$, $S=2$",
    quantities=(
        Quantity(
            "exponent of batches of 2",
            "-0.0717406572755610",
            (
                Route("question", lambda effort: exponent_by_question(SIZE, RESHUFFLING, effort)),
                Route("independent", lambda effort: exponent_by_question(SIZE, "without-replacement", effort)),
                Route("further", by_orders),
                Route("monte carlo", lambda effort, chains: exponent_by_simulation(SIZE, RESHUFFLING, effort, chains), 20_000),
            ),
            "theory.md R11",
        ),
    ),
    control=Control(
        "matrices that do not commute, a shift and a return: exponent 0 when reshuffled, -oo for independent draws",
        order_does_not_matter,
        {"matrices": COMMUTING},
        ({"matrices": SHIFTS},),
    ),
    problem=lambda: chain(SIZE, RESHUFFLING),
    proof=proof,
)

"""R10: batches without replacement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .batches import (
    DATA,
    LR,
    A,
    binomial,
    chain,
    exponent_by_counts,
    exponent_by_question,
    exponent_by_simulation,
    hypergeometric,
)
from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..effort import Effort
    from ..proof import Step

WITHOUT = "without-replacement"
WEIGHTS = {"hypergeometric": hypergeometric, "binomial": binomial}


def by_enumeration(effort: Effort) -> Reading:
    """All 56 batches of 3, one by one."""
    from itertools import combinations

    import sympy as sp

    from .chains import mean_of_logs

    values = [sp.Rational(A) + 1] * (DATA // 2) + [sp.Rational(A) - 1] * (DATA // 2)
    batches = list(combinations(values, 3))
    weight = sp.Rational(1, len(batches))
    return mean_of_logs([(weight, 1 - sp.Rational(LR) * sp.Add(*batch) / 3) for batch in batches], effort)


def by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(f"log(Abs(1 - {LR}*({A})))", effort)


def weights_are_right(effort: Effort, weights: str) -> bool:
    """Do these weights of the counts give the exponent of batches of 3?"""
    found = exponent_by_counts(3, WEIGHTS[weights], effort).enclosure
    return found.meets(exponent_by_question(3, WITHOUT, effort).enclosure)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity, Value

    a, lr = sp.symbols("a lambda", real=True)
    counts = [(hypergeometric(3, k), 1 - lr * (a + sp.Rational(2 * k - 3, 3))) for k in range(4)]
    mean = sp.Add(*(p * m for p, m in counts))
    example = {a: sp.Rational(A), lr: sp.Rational(LR)}
    return (
        Argued("A batch is a uniform subset", r"P(k)=\binom{N/2}k\binom{N/2}{S-k}\Big/\binom NS"),
        Identity("Vandermonde: for N = 8, S = 3 the weights sum to 1", sp.Add(*(p for p, _ in counts)), sp.Integer(1)),
        Identity("The mean of the multiplier", mean, 1 - lr * a),
        Identity(
            "Its variance has the factor (N - S)/(N - 1)",
            sp.Add(*(p * m**2 for p, m in counts)) - mean**2, lr**2 / 3 * sp.Rational(8 - 3, 8 - 1),
        ),
        Value(
            "At the example",
            sp.Add(*(p * sp.log(sp.Abs(m.subs(example))) for p, m in counts)), "0.0632198910748405",
        ),
        Argued("The batch that is the data set is gradient descent", r"S=N:\ \gamma=\log|1-\lambda a|"),
        Value("that is", sp.log((1 - lr * a).subs(example)), "0.182321556793955"),
    )


CLAIM = Claim(
    id="R10",
    slug="batch-without-replacement",
    title="Batches without replacement: hypergeometric weights, and gradient descent at the end",
    statement=(
        r"Let $N$ data, half $a+1$ and half $a-1$, be drawn in batches of $S$ without replacement. Then "
        r"$\gamma_S=\sum_k\binom{N/2}k\binom{N/2}{S-k}\binom NS^{-1}\log\big|1-\lambda(a+\tfrac{2k-S}S)\big|$, and for "
        r"$S=N$, $\gamma=\log|1-\lambda a|$."
    ),
    hypotheses=(r"$1\le S\le N$, $N$ even", "batches are independent"),
    cite=("ziyin2022",),
    example=r"$a=-\tfrac15$, $\lambda=1$, $N=8$, $S=3$ and $S=8$",
    quantities=(
        Quantity(
            "exponent of batches of 3",
            "0.0632198910748405",
            (
                Route("question", lambda effort: exponent_by_question(3, WITHOUT, effort)),
                Route("independent", lambda effort: exponent_by_counts(3, hypergeometric, effort)),
                Route("further", by_enumeration),
                Route("monte carlo", lambda effort, chains: exponent_by_simulation(3, WITHOUT, effort, chains), 20_000),
            ),
            "theory.md R10",
        ),
        Quantity(
            "exponent of the full batch",
            "0.182321556793955",
            (
                Route("question", lambda effort: exponent_by_question(DATA, WITHOUT, effort)),
                Route("independent", by_formula),
                Route("monte carlo", lambda effort, chains: exponent_by_simulation(DATA, WITHOUT, effort, chains), 16),
            ),
            "theory.md R10",
        ),
    ),
    control=Control(
        "binomial weights, those of batches with replacement: they give 0.0040 instead",
        weights_are_right,
        {"weights": "hypergeometric"},
        ({"weights": "binomial"},),
    ),
    problem=lambda: chain(3, WITHOUT),
    proof=proof,
)

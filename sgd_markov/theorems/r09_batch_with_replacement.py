"""R09: larger batches do not converge to the maximum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .batches import LR, A, binomial, chain, exponent_by_counts, exponent_by_question, exponent_by_simulation
from .claim import Claim, Control, Quantity, Route

if TYPE_CHECKING:
    from ..effort import Effort
    from ..proof import Step

WITH = "with-replacement"


def is_critical(effort: Effort, size: str) -> bool:
    """Is this the smallest batch whose exponent is positive?"""
    from .chains import attracts

    smaller = all(attracts(chain(s), effort) for s in range(1, int(size)))
    return smaller and not attracts(chain(int(size)), effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity, Limit, Value

    a, lr = sp.symbols("a lambda", real=True)
    example = {a: sp.Rational(A), lr: sp.Rational(LR)}

    def terms(size: int) -> list[tuple[sp.Rational, sp.Expr]]:
        return [(binomial(size, k), 1 - lr * (a + sp.Rational(2 * k - size, size))) for k in range(size + 1)]

    def exponent(size: int) -> sp.Expr:
        return sp.Add(*(p * sp.log(sp.Abs(m.subs(example))) for p, m in terms(size)))

    mean = sp.Add(*(p * m for p, m in terms(3)))
    square = sp.Add(*(p * m**2 for p, m in terms(3)))
    step = sp.Symbol("lambda", positive=True)
    small = sp.Add(*(p * sp.log(m.subs(lr, step)) for p, m in terms(3)))
    return (
        Argued("The number of a + 1 in a batch of S is binomial", r"P(k)=2^{-S}\binom Sk"),
        Identity("The weights of S = 3 sum to 1", sp.Add(*(p for p, _ in terms(3))), sp.Integer(1)),
        Identity("The mean of the multiplier is that of gradient descent", mean, 1 - lr * a),
        Identity("and its variance falls like 1/S", square - mean**2, lr**2 / 3),
        Limit("so for small rates", (small + step * a) / step**2, step, sp.Integer(0), -(a**2 + sp.Rational(1, 3)) / 2),
        Value("At the example the exponent of S = 1", exponent(1), "-0.410490276034915"),
        Value("of S = 2", exponent(2), "-0.114084359620480"),
        Value("and of S = 3, the first that is positive", exponent(3), "0.00400612018612108"),
    )


CLAIM = Claim(
    id="R09",
    slug="batch-with-replacement",
    title="A critical batch size: larger batches leave the maximum",
    statement=(
        r"Let $\ell=xw^2/2$ with $x=a\pm1$, probability $\tfrac12$ each, in batches of $S$ drawn with replacement. Then "
        r"$\gamma_S=2^{-S}\sum_k\binom Sk\log\big|1-\lambda(a+\tfrac{2k-S}S)\big|$. For $a<0$ it tends to "
        r"$\log|1-\lambda a|>0$, so there is a critical batch $S^*=\min\{S:\gamma_S>0\}$."
    ),
    hypotheses=(r"$a<0$ for the critical batch", "samples are independent"),
    cite=("ziyin2022",),
    example=r"$a=-\tfrac15$, $\lambda=1$: $S^*=3$",
    quantities=(
        Quantity(
            "exponent of batches of 3",
            "0.00400612018612108",
            (
                Route("question", lambda effort: exponent_by_question(3, WITH, effort)),
                Route("independent", lambda effort: exponent_by_counts(3, binomial, effort)),
                Route("monte carlo", lambda effort, chains: exponent_by_simulation(3, WITH, effort, chains), 40_000),
            ),
            "theory.md R09",
        ),
        Quantity(
            "exponent of batches of 2",
            "-0.11408435962048",
            (
                Route("question", lambda effort: exponent_by_question(2, WITH, effort)),
                Route("independent", lambda effort: exponent_by_counts(2, binomial, effort)),
                Route("monte carlo", lambda effort, chains: exponent_by_simulation(2, WITH, effort, chains), 40_000),
            ),
            "theory.md R09",
        ),
    ),
    control=Control(
        "S = 2 is not the critical batch: it still converges; nor is 4, for 3 does not converge",
        is_critical,
        {"size": "3"},
        ({"size": "2"}, {"size": "4"}),
    ),
    problem=lambda: chain(3),
    proof=proof,
)

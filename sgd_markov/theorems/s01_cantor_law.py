"""S01: two-valued noise at the ratio 1/3, the Cantor law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

def chain(ratio: object = "1/3") -> Chain:
    """SGD on (w - x)^2/2 with x = 0 or 1 and the learning rate 1 - ratio: w' = ratio w + (1 - ratio) x."""
    import sympy as sp

    from ..expressions import exact
    from ..laws.finite import Finite
    from ..optimizers.sgd import SGD
    from .chains import w, x

    return SGD((w - x) ** 2 / 2, [w], sp.Integer(1) - exact(ratio, "ratio"), data={x: Finite([0, 1])})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at="1/10")


def share_by_formula(effort: Effort) -> Reading:
    """The ternary digits of 1/10 are 0022 0022 ...: halved, the binary digits 0011 0011 ..., which is 1/5."""
    from fractions import Fraction

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant

    place, total, weight = Fraction(1, 10), Fraction(0), Fraction(1)
    for _ in range(4 * (effort.digits + 2)):
        place, weight = 3 * place, weight / 2
        digit = place.numerator // place.denominator
        assert digit != 1
        total, place = total + weight * (digit // 2), place - digit
    return Reading(Enclosure(total, total + weight), Warrant.CERTIFIED)


def move(rng: Any, state: Any) -> Any:
    return state / 3 + rng.choice([0.0, 2 / 3], size=len(state))


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 0.1, effort, chains)


def is_singular(effort: Effort, ratio: str) -> bool:
    """Is the law proved to be singular?"""
    from ..questions.stationary import stationary

    return bool(stationary(chain(ratio), effort=effort).kind == "singular")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Value
    from .stationary_laws import steps_of

    return (
        *steps_of(chain(), "digit_law"),
        Value("Its dimension, entropy over exponent", sp.log(2) / sp.log(3), "0.630929753571457"),
    )


CLAIM = Claim(
    id="S01",
    slug="cantor-law",
    title="A data set of two points and the learning rate 2/3: the Cantor law",
    statement=(
        r"SGD on $\tfrac12(w-x)^2$ with $x\in\{0,1\}$ equally likely and $\lambda=\tfrac23$ has the Cantor law as "
        r"its only stationary law: it is singular, of dimension $\log2/\log3$, and $P(w\le q)$ is rational at every "
        r"rational $q$."
    ),
    hypotheses=(r"$\lambda=\tfrac23$",),
    cite=("hutchinson1981",),
    example=r"$P(w\le\tfrac1{10})=\tfrac15$",
    quantities=(
        Quantity(
            "P(w <= 1/10)",
            "0.2",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "ternary digits",
        ),
    ),
    control=Control(
        "the ratio 1/2: the uniform law",
        is_singular,
        {"ratio": "1/3"},
        ({"ratio": "1/2"},),
    ),
    problem=chain,
    proof=proof,
)

"""S44: moments of Minkowski's question-mark measure, stationary under two maps of which one is parabolic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

SECOND = "0.29092647642930873638069776273912029008"
DEPTH, ROUNDING = 16, "1e-9"


def question_mark(share: object = "1/2") -> Chain:
    """w' = w/(1 + w) with probability `share`, else 1/(1 + w)."""
    from ..chain.random_map import RandomMap
    from ..laws.two_point import TwoPoint
    from .chains import w, x

    return RandomMap({w: x * w / (1 + w) + (1 - x) / (1 + w)}, noise={x: TwoPoint(1, 0, share)})


def by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(question_mark(), effort, of=w**2)


def by_words(effort: Effort) -> Reading:
    """The images of [0, 1] under the words of 16 letters carry 2^-16 each: sums of the least and greatest squares.

    65536 additions of doubles below 1 err by less than 10^-9.
    """
    import numpy as np

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from .exact_numbers import fraction

    ends = [np.array([0.0]), np.array([1.0])]
    for _ in range(DEPTH):
        ends = [np.concatenate([end / (1 + end), 1 / (1 + end)]) for end in ends]
    low, high = (float(np.mean(f(*ends) ** 2)) for f in (np.minimum, np.maximum))
    import sympy as sp

    error = fraction(sp.Rational(ROUNDING))
    return Reading(
        Enclosure(fraction(sp.Rational(low)) - error, fraction(sp.Rational(high)) + error), Warrant.CERTIFIED
    )


def move(rng: Any, state: Any) -> Any:
    import numpy as np

    return np.where(rng.random(len(state)) < 0.5, state, 1.0) / (1 + state)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """After 48 steps the start shows by less than 10^-6 in the mean: the words of 48 letters are that short on average."""
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state**2, effort, chains)


def second_is(effort: Effort, share: str) -> bool:
    """Is E w^2 the stated number?"""
    from .chains import w
    from .stationary_laws import agrees, asked

    few = effort.with_digits(4)
    return agrees(asked(question_mark(share), few, of=w**2), SECOND, few)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity
    from .stationary_laws import steps_of

    w = sp.Symbol("w", positive=True)
    n = sp.Symbol("n", integer=True, positive=True)
    return (
        *steps_of(question_mark(), "analytic_maps"),
        Identity(
            "Runs of the parabolic map: if n of them lead w to w/(1 + n w), one more leads it",
            run(run(w, n), 1),
            run(w, n + 1),
        ),
        Identity(
            "The two maps are mirror images: a step leads to w/(1 + w) or to 1 minus it", 1 - w / (1 + w), 1 / (1 + w)
        ),
        Identity("so the mean is one half", (w / (1 + w) + 1 / (1 + w)) / 2, sp.Rational(1, 2)),
    )


def run(w: Any, n: Any) -> Any:
    return w / (1 + n * w)


CLAIM = Claim(
    id="S44",
    slug="question-mark-moments",
    title="The second moment of Minkowski's question-mark measure",
    statement=(
        r"Let $w'=\frac w{1+w}$ or $\frac1{1+w}$, with probability $\tfrac12$ each. The stationary law on $[0,1]$ is the measure of "
        r"Minkowski's function $?$, singular and without atoms. Its mean is $\tfrac12$. Runs of the parabolic map taken as one step, "
        r"$w'=\frac1{n+1+w}$ with probability $2^{-n-1}$, contract a disc: every moment follows to any digits."
    ),
    hypotheses=(r"$w_0\ge0$",),
    cite=("hutchinson1981",),
    example=r"$\mathbb Ew^2=0.29092647642930873638\ldots$",
    quantities=(
        Quantity(
            "second moment",
            SECOND,
            (
                Route("question", by_question),
                Route("independent", by_words, bounds=True),
                Route("monte carlo", by_simulation, 20_000),
            ),
            "issue 3",
        ),
    ),
    control=Control("the parabolic map with probability 1/3", second_is, {"share": "1/2"}, ({"share": "1/3"},)),
    problem=question_mark,
    proof=proof,
)

"""R44: the mean exit time of Laplace steps from an interval is a quadratic polynomial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

FORMULA = "(1 + 2*b + 2*b**2 - x**2)/(2*b**2)"


def problem() -> Chain:
    from .laplace_walk import walk

    return walk()


def by_question(effort: Effort) -> Reading:
    from ..questions.exit_time import exit_time
    from .laplace_walk import INSIDE

    return Reading.of(exit_time(problem(), start=0, inside=INSIDE, effort=effort))


def by_formula(effort: Effort) -> Reading:
    from .chains import closed_form
    from .laplace_walk import SCALE

    return closed_form(FORMULA.replace("b", f"({SCALE})").replace("x", "0"), effort)


def by_polynomials(effort: Effort) -> Reading:
    """Piecewise polynomials with a bounded residual, which know nothing of lack of memory."""
    from ..passage.kinked_kernel import METHOD
    from .laplace_walk import region

    chain = problem()
    found = METHOD.exit_time(chain, chain.point(0), region(chain), effort)
    assert found is not None and found.enclosure is not None
    return Reading(found.enclosure, found.warrant)


def by_simulation(effort: Effort, chains: int) -> Reading:
    from .laplace_walk import exit_times
    from .sampling import sample_mean

    return sample_mean(exit_times(effort, chains))


def has_the_mean_time(effort: Effort, steps: str) -> bool:
    """Is the formula the mean exit time of steps of that law and the same variance?"""
    from ..questions.exit_time import exit_time
    from .laplace_walk import INSIDE, gaussian_walk, walk

    chain = walk() if steps == "laplace" else gaussian_walk()
    found = exit_time(chain, start=0, inside=INSIDE, effort=effort.with_digits(8))
    assert found.enclosure is not None
    return found.enclosure.meets(by_formula(effort).enclosure)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity, Value

    x, y = sp.symbols("x y", real=True)
    b = sp.Symbol("b", positive=True)
    time = (1 + 2 * b + 2 * b**2 - y**2) / (2 * b**2)
    first, second = sp.diff(time, y), sp.diff(time, y, 2)
    right = -sp.exp((x - y) / b) * (time + b * first + b**2 * second) / 2
    left = sp.exp((y - x) / b) * (time - b * first + b**2 * second) / 2
    return (
        Identity(
            "Beyond x the integrand of one step has this antiderivative",
            sp.Derivative(right, y),
            time * sp.exp((x - y) / b) / (2 * b),
        ),
        Identity("which vanishes at the right end: the overshoot has no memory", right.subs(y, 1), sp.Integer(0)),
        Identity("before x this one", sp.Derivative(left, y), time * sp.exp((y - x) / b) / (2 * b)),
        Identity("which vanishes at the left end", left.subs(y, -1), sp.Integer(0)),
        Identity("So one step lowers it by 1 in the mean", left.subs(y, x) - right.subs(y, x), time.subs(y, x) - 1),
        Argued(
            "A bounded solution of v = 1 + K v is the mean time, since the walk leaves the interval almost surely",
            r"v(x)=\mathbb E_x\Bigl[\sum_{k<n\wedge\tau}1\Bigr]+\mathbb E_x[v(w_n);\tau>n]\to\mathbb E_x\tau",
        ),
        Value("At b = 2/5 from 0", time.subs({b: sp.Rational(2, 5), y: 0}), "6.625"),
    )


CLAIM = Claim(
    id="R44",
    slug="laplace-exit-time",
    title="Laplace steps leave an interval after a quadratic mean time",
    statement=(
        r"On a flat loss let $w'=w+z$ with $z$ of the Laplace law of scale $b$. From $x\in[-1,1]$ the mean number of "
        r"steps until $|w|>1$ is $\frac{1+2b+2b^2-x^2}{2b^2}$."
    ),
    hypotheses=(r"$z$ is Laplace of scale $b>0$, independent in every step", r"$|x|\le1$"),
    cite=("feller1971",),
    example=r"$b=\tfrac25$, $x=0$: $6.625$",
    quantities=(
        Quantity(
            "mean exit time",
            "6.62500000000000",
            (
                Route("question", by_question),
                Route("independent", by_formula),
                Route("further", by_polynomials),
                Route("monte carlo", by_simulation, 40_000),
            ),
            "theory.md R44",
        ),
    ),
    control=Control(
        "normal steps of the same variance: their overshoot remembers where it came from",
        has_the_mean_time,
        {"steps": "laplace"},
        ({"steps": "normal"},),
    ),
    problem=problem,
    proof=proof,
)

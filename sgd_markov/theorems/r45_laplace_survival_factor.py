"""R45: the quasi-stationary law of Laplace steps on an interval is a cosine."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

OMEGA = "1.14222685478235"
EARLY, LATE = 16, 20
BIAS = "1e-5"
"""From 0 only even eigenfunctions count; the next factor is below 1/3, and (0.4)^16 is below 1e-6."""


def problem() -> Chain:
    from .laplace_walk import walk

    return walk()


def by_question(effort: Effort) -> Reading:
    from ..questions.quasi_stationary import quasi_stationary
    from .laplace_walk import INSIDE

    return Reading.of(quasi_stationary(problem(), inside=INSIDE, effort=effort))


def by_polynomials(effort: Effort) -> Reading:
    """A positive piecewise polynomial and a bound of K v - theta v, by the method for all kinked densities."""
    from ..passage.kinked_kernel import METHOD
    from .laplace_walk import region

    chain = problem()
    found = METHOD.quasi_stationary(chain, region(chain), effort)
    assert found is not None and found.enclosure is not None
    return Reading(found.enclosure, found.warrant)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """(P(tau > 20)/P(tau > 16))^(1/4)."""
    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from .laplace_walk import exit_times
    from .sampling import sample_share, widened

    times = exit_times(effort, chains)
    share = sample_share(times[times > EARLY] > LATE).enclosure
    low, high = (Fraction(float(end) ** (1 / (LATE - EARLY))) for end in (share.lower, share.upper))
    return widened(Reading(Enclosure(low, high), Warrant.SAMPLED), BIAS, BIAS)


def frequency(factor: Enclosure, effort: Effort) -> Enclosure:
    """omega = sqrt(1/theta - 1)/b from an enclosure of theta."""
    from ..balls.precision import ball_of, bits_for, enclosure, precision
    from .laplace_walk import SCALE

    with precision(2 * bits_for(effort.digits)):
        b = ball_of(closed(str(SCALE), effort))
        return enclosure((1 / ball_of(factor) - 1).sqrt() / b)


def closed(text: str, effort: Effort) -> Enclosure:
    from .chains import closed_form

    return closed_form(text, effort).enclosure


def frequency_by_question(effort: Effort) -> Reading:
    reading = by_question(effort.with_digits(effort.digits + 2))
    return Reading(frequency(reading.enclosure, effort), reading.warrant)


def frequency_by_sign(effort: Effort) -> Reading:
    """The change of sign of b omega sin(omega) - cos(omega)."""
    from .chains import sign_change

    return sign_change(boundary_sign, root_decimals(effort), effort)


def boundary_sign(omega: sp.Rational, effort: Effort) -> int | None:
    import sympy as sp

    from ..balls.adaptive import proved_sign
    from .laplace_walk import SCALE

    return proved_sign(SCALE * omega * sp.sin(omega) - sp.cos(omega), effort)


def root_decimals(effort: Effort) -> str:
    """Decimals of the zero from nowhere in particular: the signs on both sides prove it."""
    import sympy as sp

    from .laplace_walk import SCALE

    t = sp.Symbol("t")
    return str(sp.nsolve(SCALE * t * sp.sin(t) - sp.cos(t), t, sp.Rational(OMEGA), prec=effort.digits + 12))


def frequency_by_simulation(effort: Effort, chains: int) -> Reading:
    reading = by_simulation(effort, chains)
    return Reading(frequency(reading.enclosure, effort), reading.warrant)


def has_the_factor(effort: Effort, ends: str) -> bool:
    """Is theta = 1/(1 + b^2 omega^2) with the frequency that belongs to that condition at the ends?"""
    from ..balls.precision import ball, ball_of, bits_for, enclosure, precision
    from .laplace_walk import SCALE

    omega = frequency_by_sign(effort).enclosure if ends == "b omega tan(omega) = 1" else closed("pi/2", effort)
    with precision(2 * bits_for(effort.digits)):
        scale = ball(Fraction(int(SCALE.p), int(SCALE.q)))
        claimed = enclosure(1 / (1 + (scale * ball_of(omega)) ** 2))
    return by_polynomials(effort).enclosure.meets(claimed)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity

    x, y = sp.symbols("x y", real=True)
    b, omega = sp.symbols("b omega", positive=True)
    factor = 1 / (1 + b**2 * omega**2)
    right = factor * sp.exp((x - y) / b) * (b * omega * sp.sin(omega * y) - sp.cos(omega * y)) / 2
    left = factor * sp.exp((y - x) / b) * (b * omega * sp.sin(omega * y) + sp.cos(omega * y)) / 2
    condition = {b: sp.cos(omega) / (omega * sp.sin(omega))}
    return (
        Identity(
            "Beyond x the integrand of one step has this antiderivative",
            sp.Derivative(right, y),
            sp.cos(omega * y) * sp.exp((x - y) / b) / (2 * b),
        ),
        Identity("before x this one", sp.Derivative(left, y), sp.cos(omega * y) * sp.exp((y - x) / b) / (2 * b)),
        Identity(
            "With b = cos(omega)/(omega sin(omega)) what the right end cuts off vanishes",
            b * omega * sp.sin(omega) - sp.cos(omega),
            sp.Integer(0),
            given=condition,
        ),
        Identity(
            "and what the left end cuts off",
            b * omega * sp.sin(-omega) + sp.cos(-omega),
            sp.Integer(0),
            given=condition,
        ),
        Identity("So the cosine is an eigenfunction", left.subs(y, x) - right.subs(y, x), factor * sp.cos(omega * x)),
        Argued(
            "For omega below pi/2 it is positive on the interval; b omega tan(omega) increases from 0 to infinity there",
            r"\cos(\omega x)>0\ (|x|\le1),\qquad b\,\omega\tan\omega=1\text{ has one solution in }(0,\tfrac\pi2)",
        ),
        Cited("A positive eigenfunction belongs to the survival factor", r"P_x(\tau>n)\asymp\theta^n", "collatz1942"),
    )


CLAIM = Claim(
    id="R45",
    slug="laplace-survival-factor",
    title="The quasi-stationary law of Laplace steps is a cosine",
    statement=(
        r"On a flat loss let $w'=w+z$ with $z$ of the Laplace law of scale $b$. On $[-1,1]$ the quasi-stationary density is "
        r"proportional to $\cos\omega w$ with $b\,\omega\tan\omega=1$, $0<\omega<\tfrac\pi2$, and the survival factor per "
        r"step is $\theta=\frac1{1+b^2\omega^2}$."
    ),
    hypotheses=(r"$z$ is Laplace of scale $b>0$, independent in every step",),
    cite=("collatz1942", "feller1971"),
    example=r"$b=\tfrac25$: $\omega=1.14222685478235$, $\theta=0.827301512445444$",
    quantities=(
        Quantity(
            "survival factor",
            "0.827301512445444",
            (
                Route("question", by_question),
                Route("further", by_polynomials),
                Route("monte carlo", by_simulation, 60_000),
            ),
            "theory.md R45",
        ),
        Quantity(
            "frequency",
            OMEGA,
            (
                Route("question", frequency_by_question),
                Route("independent", frequency_by_sign),
                Route("monte carlo", frequency_by_simulation, 60_000),
            ),
            "theory.md R45",
        ),
    ),
    control=Control(
        "the frequency pi/2 of a function that vanishes at the ends, as it would for a diffusion",
        has_the_factor,
        {"ends": "b omega tan(omega) = 1"},
        ({"ends": "zero"},),
    ),
    problem=problem,
    proof=proof,
)

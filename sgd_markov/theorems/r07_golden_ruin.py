"""R07: an excursion whose probability is a power of the golden ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR, LEVEL = "-1/7", "7/8", 3
KAPPA = "0.694241913630617301738790266899"
PROBABILITY = f"(2/(1+sqrt(5)))**{LEVEL}"
GONE = "1e-10"
"""From here a path comes back with probability below 10^-7."""


def problem() -> Chain:
    from .chains import two_point

    return two_point(A, LR)


def by_question(effort: Effort) -> Reading:
    """M is positive, so that the level is met where w >= 8."""
    from ..questions.hitting import hitting

    return Reading.of(hitting(problem(), start=1, target=[2**LEVEL, "oo"], effort=effort))


def by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(PROBABILITY, effort)


def by_walk(effort: Effort) -> Reading:
    from .walk import ruin_probability

    return ruin_probability(1, 2, LEVEL, effort.digits)


def by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_share, widened

    conditions = [sp.Abs(w) >= 2**LEVEL, sp.Abs(w) <= sp.Rational(GONE)]
    return widened(sample_share(first_passage(problem(), conditions, 20_000, effort, chains).which == 0), "0", "1e-7")


def root_by_question(effort: Effort) -> Reading:
    from ..laws.normal import Normal
    from ..questions.tail_index import tail_index
    from .chains import noisy

    return Reading.of(tail_index(noisy(problem(), Normal(0, 1)), effort=effort))


def root_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form("log((1+sqrt(5))/2)/log(2)", effort)


def root_by_simulation(effort: Effort, chains: int) -> Reading:
    from .moment_roots import by_simulation

    return by_simulation(problem(), "2/5", "1", effort, chains)


def golden(effort: Effort, up: str, down: str) -> bool:
    """Does the walk with steps +up, -down reach 3 with probability phi^-3?"""
    from .walk import ruin_probability

    found = ruin_probability(int(up), int(down), LEVEL, effort.digits).enclosure
    return found.meets(by_formula(effort).enclosure)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity, Roots, Value

    z, m = sp.Symbol("z", positive=True), sp.Symbol("m", integer=True, positive=True)
    phi = (1 + sp.sqrt(5)) / 2
    lr, a = sp.Rational(LR), sp.Rational(A)
    return (
        Identity("The multipliers are", (1 - lr * (a - 1)), sp.Integer(2)),
        Identity("and", (1 - lr * (a + 1)), sp.Rational(1, 4)),
        Argued("so log2|w| is a walk with steps +1 and -2", r"\log_2|w_{t+1}|-\log_2|w_t|\in\{1,-2\}"),
        Identity("The exponential martingales solve", (z + z**-2) / 2 - 1, (z - 1) * (z**2 - z - 1) / (2 * z**2)),
        Roots("The second factor", z**2 - z - 1, z, (phi, 1 - phi)),
        Identity("So this is harmonic", phi ** (-m), (phi ** (-(m - 1)) + phi ** (-(m + 2))) / 2),
        Argued(
            "The walk goes up by 1, so it meets a level exactly; below it the martingale is bounded and tends to 0",
            r"P(\sup_t|w_t/w_0|\ge2^m)=\varphi^{-m}",
        ),
        Value("For m = 3", phi**-3, "0.236067977499790"),
        Value("and kappa is", sp.log(phi) / sp.log(2), "0.694241913630617"),
    )


CLAIM = Claim(
    id="R07",
    slug="golden-ruin",
    title="Ruin with the golden ratio",
    statement=(
        r"Let $\ell=xw^2/2$ with $x=a\pm1$, $a=-\tfrac17$, $\lambda=\tfrac78$, so that $M\in\{2,\tfrac14\}$. Then "
        r"$P(\sup_t|w_t/w_0|\ge2^m)=\varphi^{-m}$ for $m=0,1,2,\dots$, with $\varphi=\frac{1+\sqrt5}2$, and "
        r"$\kappa=\log_2\varphi$."
    ),
    hypotheses=(r"$M\in\{2,\tfrac14\}$ with probability $\tfrac12$ each", "samples are independent"),
    cite=("feller1968",),
    example=r"$m=3$",
    quantities=(
        Quantity(
            "P(sup >= 8)",
            "0.236067977499790",
            (
                Route("question", by_question),
                Route("independent", by_formula),
                Route("further", by_walk),
                Route("monte carlo", by_simulation, 24_000),
            ),
            "theory.md R07",
        ),
        Quantity(
            "Cramer root",
            "0.694241913630617",
            (
                Route("question", root_by_question),
                Route("independent", root_by_formula),
                Route("monte carlo", root_by_simulation, 100_000),
            ),
            "theory.md R07",
        ),
    ),
    control=Control(
        "multipliers 4 and 1/2: the exponent is positive and the level is reached for certain",
        golden,
        {"up": "1", "down": "2"},
        ({"up": "2", "down": "1"},),
    ),
    problem=problem,
    proof=proof,
)

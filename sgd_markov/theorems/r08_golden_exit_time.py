"""R08: a mean exit time with the golden ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR, LEVEL = "-5/7", "7/4", 5
WITH_OVERSHOOT = "2*(m + (2/(1+sqrt(5)))**2 * (1 - (-2/(1+sqrt(5)))**m))"
WITHOUT = "2*m"


def problem() -> Chain:
    from .chains import two_point

    return two_point(A, LR)


def by_question(effort: Effort) -> Reading:
    """Powers of 2: |w| >= 1 is outside of [-9/10, 9/10]."""
    import sympy as sp

    from ..questions.exit_time import exit_time

    return Reading.of(exit_time(problem(), start=sp.Rational(1, 2**LEVEL), inside=["-9/10", "9/10"], effort=effort))


def formula_value(formula: str, effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(formula.replace("m", str(LEVEL)), effort)


def by_walk(effort: Effort) -> Reading:
    from .walk import exit_time

    return exit_time(2, 1, LEVEL, effort.digits)


def by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_mean

    times = first_passage(problem(), [sp.Abs(w) >= 1], 5_000, effort, chains, sp.Rational(1, 2**LEVEL))
    return sample_mean(times.time.astype(np.float64))


def is_the_mean_time(effort: Effort, formula: str) -> bool:
    """Does the certified mean time agree with the formula?"""
    return by_walk(effort).enclosure.meets(formula_value(formula, effort).enclosure)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Roots, Value

    m, z = sp.Symbol("m", integer=True), sp.Symbol("z", positive=True)
    phi = (1 + sp.sqrt(5)) / 2
    overshoot = (1 - (-1) ** m * phi ** (-m)) / phi**2
    lr, a = sp.Rational(LR), sp.Rational(A)
    return (
        Identity("The multipliers are", 1 - lr * (a - 1), sp.Integer(4)),
        Identity("and", 1 - lr * (a + 1), sp.Rational(1, 2)),
        Argued("so log2|w| is a walk with steps +2 and -1, of drift 1/2", r"\log_2|w_{t+1}|-\log_2|w_t|\in\{2,-1\}"),
        Cited("Wald's identity", r"\tfrac12\,\mathbb E\tau=m+\mathbb E[\text{overshoot}]", "wald1944"),
        Roots(
            "The overshoot is harmonic in the distance m to the level; its characteristic equation",
            (z**3 - 2 * z + 1), z, (sp.Integer(1), 1 / phi, -phi),
        ),
        Identity(
            "The bounded solution",
            overshoot, (overshoot.subs(m, m - 2) + overshoot.subs(m, m + 1)) / 2,
        ),
        Identity("vanishes on the level", overshoot.subs(m, 0), sp.Integer(0)),
        Identity("and is 1 just above", overshoot.subs(m, -1), sp.Integer(1)),
        Value("For m = 5", 2 * (5 + overshoot.subs(m, 5)), "10.8328157299975"),
    )


CLAIM = Claim(
    id="R08",
    slug="golden-exit-time",
    title="The mean time to escape, exactly: the overshoot counts",
    statement=(
        r"Let $\ell=xw^2/2$ with $x=a\pm1$, $a=-\tfrac57$, $\lambda=\tfrac74$, so that $M\in\{4,\tfrac12\}$. From "
        r"$|w_0|=2^{-m}L$ the first time with $|w_t|\ge L$ has mean "
        r"$\mathbb E\tau=2\big(m+\varphi^{-2}(1-(-\varphi)^{-m})\big)$, $m=0,1,2,\dots$"
    ),
    hypotheses=(r"$M\in\{4,\tfrac12\}$ with probability $\tfrac12$ each", "samples are independent"),
    cite=("wald1944", "ziyin2022"),
    example=r"$m=5$",
    quantities=(
        Quantity(
            "mean exit time",
            "10.8328157299975",
            (
                Route("question", by_question),
                Route("independent", lambda effort: formula_value(WITH_OVERSHOOT, effort)),
                Route("further", by_walk),
                Route("monte carlo", by_simulation, 60_000),
            ),
            "theory.md R08",
        ),
    ),
    control=Control(
        "the same formula without the overshoot, distance over exponent: 10",
        is_the_mean_time,
        {"formula": WITH_OVERSHOOT},
        ({"formula": WITHOUT},),
    ),
    problem=problem,
    proof=proof,
)

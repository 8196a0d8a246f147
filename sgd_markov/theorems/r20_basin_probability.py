"""R20: on a periodic landscape SGD ends at a maximum or at a minimum, each with a probability that is enclosed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR = "-1/5", "4/5"
NEAR = "1e-12"
NODES, FAR = 6001, 30.0


def problem() -> Chain:
    from .landscapes import periodic

    return periodic(A, LR)


def mass_by_question(effort: Effort) -> Reading:
    import sympy as sp

    from .landscapes import mass_at

    return mass_at(problem(), sp.pi / 2, (sp.Integer(0),), effort, digits=2)


def mass_by_rounding(effort: Effort) -> Reading:
    """p = P p on a grid in log tan(w/2): both maps increase, so rounding all images one way gives a bound; in doubles."""
    from fractions import Fraction

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant

    low, high = (rounded_solution(side) for side in (1, -1))
    return Reading(Enclosure(Fraction(low), Fraction(high)), Warrant.ESTIMATED)


def rounded_solution(side: int) -> float:
    """p at pi/2 with images rounded towards pi (side 1, a lower bound) or towards 0 (side -1)."""
    import numpy as np

    places = np.linspace(-FAR, FAR, NODES)
    step = places[1] - places[0]
    w = 2 * np.arctan(np.exp(places))
    targets = []
    for x in (0.8, -1.2):
        # beyond FAR/2 the maps are linear at the ends, in log tan(w/2), up to 10^-12
        image = w - 0.8 * x * np.sin(w)
        moved = np.where(places < -15, places + np.log(1 - 0.8 * x), np.where(places > 15, places - np.log(1 + 0.8 * x), 0))
        inner = np.abs(places) <= 15
        moved[inner] = np.log(np.tan(image[inner] / 2))
        index = (moved + FAR) / step
        targets.append(np.clip(np.ceil(index) if side > 0 else np.floor(index), 0, NODES - 1).astype(int))
    p = np.where(places < 0, 1.0, 0.0)
    for _ in range(900):
        p = (p[targets[0]] + p[targets[1]]) / 2
        p[0], p[-1] = 1.0, 0.0
    return float(p[NODES // 2])


def mass_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_share, widened

    conditions = [sp.Abs(w) <= sp.Rational(NEAR), sp.Abs(w - sp.pi) <= sp.Rational(NEAR)]
    times = first_passage(problem(), conditions, 20_000, effort, chains, sp.pi / 2)
    return widened(sample_share(times.which == 0), "1e-5", "1e-5")


def exponent_at_minimum(effort: Effort) -> Reading:
    import sympy as sp

    from ..questions.lyapunov import lyapunov

    return Reading.of(lyapunov(problem(), at=sp.pi, effort=effort))


def exponent_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(f"log(Abs((1 + ({LR})*({A}))**2 - ({LR})**2))/2", effort)


def exponent_by_simulation(effort: Effort, chains: int) -> Reading:
    """One step from pi - 10^-4: log|(w_1 - pi)/(w_0 - pi)| differs from log|M| by less than 10^-7."""
    import numpy as np
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_mean, widened

    distance = sp.Rational(1, 10**4)
    run = simulate(problem(), {w: sp.pi - distance}, 1, chains, effort)
    return widened(sample_mean(np.log(np.abs(np.pi - run.final[0]) * 1e4)), "1e-6", "1e-6")


def both_ends_have_mass(effort: Effort, a: str, lr: str) -> bool:
    """Does the chain from pi/2 end at the maximum and elsewhere, each with positive probability?"""
    import sympy as sp

    from .landscapes import is_strictly_between, mass_at, periodic

    return is_strictly_between(mass_at(periodic(a, lr), sp.pi / 2, (sp.Integer(0),), effort, digits=2))


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Limit, Negative, Positive, Value

    w = sp.Symbol("w", positive=True)
    x, lr, s = sp.symbols("x lambda s", real=True)
    update = w - lr * sp.Derivative(x * (1 - sp.cos(w)), w)
    steep, gentle = sp.Rational(LR) * sp.Rational(6, 5), sp.Rational(LR) * sp.Rational(4, 5)
    return (
        Identity("One step of SGD", update, w - lr * x * sp.sin(w)),
        Limit("fixes 0 and multiplies by, near it,", 1 - lr * x * sp.sin(w) / w, w, sp.Integer(0), 1 - lr * x),
        Identity("and likewise pi; there, in s = pi - w,", sp.pi - (sp.pi - s - lr * x * sp.sin(sp.pi - s)), s + lr * x * sp.sin(s)),
        Positive("Its derivative 1 - lr x cos(w) is at least 1 - 6/5 lr in size", 1 - steep, {}),
        Positive("and 1 - 4/5 lr: both maps increase, from 0 at 0 to pi at pi", 1 - gentle, {}),
        Negative("The exponent at 0 is negative", sp.log((1 + steep) * (1 - gentle)) / 2, {}),
        Value("and at pi, even more,", sp.log((1 - steep) * (1 + gentle)) / 2, "-1.36208979151605"),
        Argued("So each end attracts its neighbourhood with positive probability (A1-loc)",
               r"p(w)=P_w(w_t\to0)\to1\ (w\to0),\qquad p(w)\to0\ (w\to\pi)"),
        Argued("From everywhere in between, one map alone leads to each end, so paths end almost surely (A1-abs)",
               r"P_w(w_t\to0)+P_w(w_t\to\pi)=1"),
        Argued("Conditioning on the first step", r"p(w)=\tfrac12\big(p(f_1(w))+p(f_2(w))\big)"),
        Cited("A bounded solution with these limits is a bounded martingale along the chain, hence p",
              r"p(w_t)\to1_{\{w_s\to0\}}\ \text{a.s.}", "williams1991"),
        Argued("On cells [a, b): the largest values over all cells that the images touch give an upper solution, the smallest a "
               "lower one",
               r"v\ge K^+v\ \Rightarrow\ p\le v,\qquad v\le K^-v\ \Rightarrow\ p\ge v"),
    )


CLAIM = Claim(
    id="R20",
    slug="basin-probability",
    title="The probability to end at a maximum",
    statement=(
        r"Let $\ell=x(1-\cos w)$ with $x=a\pm1$, probability $\tfrac12$ each, $a<0$, $\lambda(1+|a|)<1$: the expected loss has its "
        r"maximum at $0$ and its minimum at $\pi$. If both exponents $\gamma_0=\tfrac12\log|(1-\lambda a)^2-\lambda^2|$ and "
        r"$\gamma_\pi=\tfrac12\log|(1+\lambda a)^2-\lambda^2|$ are negative, then $w_t\to0$ or $w_t\to\pi$ almost surely from every "
        r"$0<w_0<\pi$, and $p(w)=P_w(w_t\to0)$ is the one bounded solution of "
        r"$p(w)=\tfrac12\big(p(f_1(w))+p(f_2(w))\big)$ with $p(0^+)=1$, $p(\pi^-)=0$."
    ),
    hypotheses=(r"$\lambda(1+|a|)<1$: both maps increase", r"$\gamma_0<0$, $\gamma_\pi<0$"),
    cite=("chemnitz2024", "norris1997", "williams1991"),
    example=r"$a=-\tfrac15$, $\lambda=\tfrac45$, $w_0=\tfrac\pi2$: $p\approx0.226$",
    quantities=(
        Quantity(
            "P(limit is the maximum)",
            "0.226",
            (
                Route("question", mass_by_question, bounds=True),
                Route("further", mass_by_rounding, bounds=True),
                Route("monte carlo", mass_by_simulation, 60_000),
            ),
            "theory.md R20",
        ),
        Quantity(
            "exponent at the minimum",
            "-1.36208979151605",
            (
                Route("question", exponent_at_minimum),
                Route("independent", exponent_by_formula),
                Route("monte carlo", exponent_by_simulation, 200_000),
            ),
            "theory.md R20",
        ),
    ),
    control=Control(
        "a = -9/10 and learning rate 1/2: the exponent at the maximum is positive, and all mass ends at the minimum",
        both_ends_have_mass,
        {"a": A, "lr": LR},
        ({"a": "-9/10", "lr": "1/2"},),
    ),
    problem=problem,
    proof=proof,
)

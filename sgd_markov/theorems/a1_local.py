"""A1-loc: a negative exponent attracts in a nonlinear landscape, with a probability that is bounded below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR = "-1/5", "4/5"
START, DELTA, KAPPA = "1/400", "1/4", "12/25"
NEAR = "1e-12"
"""Closer than this to 0 or pi a path is taken to stay; by the theorem it errs with probability below 10^-5."""


def landscape(lr: str) -> Chain:
    """l = x (1 - cos w) with x = a +- 1: the maxima of L = a (1 - cos w) are at 0, its minima at pi."""
    import sympy as sp

    from ..laws.two_point import TwoPoint
    from ..optimizers.sgd import SGD
    from .chains import w, x

    centre = sp.Rational(A)
    return SGD(x * (1 - sp.cos(w)), [w], lr, data={x: TwoPoint(centre + 1, centre - 1)})


def problem() -> Chain:
    return landscape(LR)


def exponent_by_question(effort: Effort) -> Reading:
    from .chains import exponent

    return exponent(problem(), effort)


def exponent_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(f"log(Abs((1 - ({LR})*({A}))**2 - ({LR})**2))/2", effort)


def exponent_by_simulation(effort: Effort, chains: int) -> Reading:
    """One step from 10^-6: log|w_1/w_0| differs from log|M| by less than 10^-12, the curvature there."""
    import numpy as np
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_mean

    start = sp.Rational("1e-6")
    run = simulate(problem(), {w: start}, 1, chains, effort)
    return sample_mean(np.log(np.abs(run.final[0]) / float(start)))


def proved_bound(effort: Effort) -> Reading:
    """[1 - (w_0/delta)^kappa, 1], after proving E exp(kappa m_delta) <= 1."""
    from fractions import Fraction

    from ..answer.enclosure import Enclosure
    from ..errors import Inconclusive
    from .chains import closed_form

    if closed_form(exponential_moment(), effort).enclosure.upper > 1:
        raise Inconclusive("E exp(kappa m_delta) <= 1 is not proved")
    bound = closed_form(f"1 - (({START})/({DELTA}))**({KAPPA})", effort)
    return Reading(Enclosure(bound.enclosure.lower, Fraction(1)), bound.warrant)


def exponential_moment() -> str:
    """E exp(kappa m_delta), m_delta(x) = sup over |w| <= delta of log|1 - lr x sin(w)/w|."""
    steep, gentle = f"1 - ({LR})*({A} - 1)", f"1 - ({LR})*({A} + 1)*sin({DELTA})/({DELTA})"
    return f"(({steep})**({KAPPA}) + ({gentle})**({KAPPA}))/2"


def convergence_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_share, widened

    # near pi the double nearest to pi is as close as a path comes: 10^-12 is well above that
    conditions = [sp.Abs(w) <= sp.Rational(NEAR), sp.Abs(w - sp.pi) <= sp.Rational(NEAR)]
    times = first_passage(problem(), conditions, 20_000, effort, chains, sp.Rational(START))
    return widened(sample_share(times.which == 0), "1e-5", "1e-5")


def attracts_locally(effort: Effort, lr: str) -> bool:
    """Is the exponent of the nonlinear chain at its maximum negative?"""
    from .chains import attracts

    return attracts(landscape(lr), effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..expressions import exact
    from ..proof import Argued, Cited, Identity, Limit, Negative, Positive, Value

    w, x, lr = sp.symbols("w x lambda", real=True)
    update = w - lr * sp.Derivative(x * (1 - sp.cos(w)), w)
    positive = sp.Symbol("w", positive=True)
    moment = exact(exponential_moment(), "moment")
    return (
        Identity("One step of SGD", update, w - lr * x * sp.sin(w)),
        Limit("fixes 0 and multiplies by, near it,",
              1 - lr * x * sp.sin(positive) / positive, positive, sp.Integer(0), 1 - lr * x),
        Negative("The exponent there is negative", sp.log(sp.Rational(441, 625)) / 2, {}),
        Argued("While |w| <= delta the logarithm lies below a walk",
               r"\log|w_t|\le\log|w_0|+\sum_{s<t}m_\delta(x_s),\qquad m_\delta(x)=\sup_{0<|w|\le\delta}\log|f_x(w)/w|"),
        Argued("By monotone convergence its drift is negative for small delta", r"\mathbb Em_\delta\downarrow\gamma<0"),
        Positive("At delta = 1/4 the exponential moment of order 12/25 is below 1", 1 - moment, {}),
        Cited("Ville's inequality for this supermartingale", r"P\Big(\sup_t\sum_{s<t}m_\delta(x_s)\ge\log\tfrac\delta{|w_0|}\Big)"
              r"\le\Big(\frac{|w_0|}\delta\Big)^{\kappa_\delta}", "ville1939"),
        Argued("and on the complement the walk, with its negative drift, takes w to 0", r"|w_t|\le|w_0|e^{S_t}\to0"),
        Value("From 1/400 with probability at least",
              1 - (sp.Rational(START) / sp.Rational(DELTA)) ** sp.Rational(KAPPA), "0.890352"),
    )


CLAIM = Claim(
    id="A1-loc",
    slug="local-attraction",
    title="A negative exponent attracts in a nonlinear landscape",
    statement=(
        r"Let $f_x(w)=w-\lambda\,\partial_w\ell(w;x)$ fix $0$ almost surely and be $C^1$ near $0$, "
        r"$m_\delta(x)=\sup_{0<|w|\le\delta}\log|f_x(w)/w|$, $\mathbb Em_{\delta_0}^+<\infty$ and "
        r"$\gamma=\mathbb E\log|f_x'(0)|<0$. Then $\mathbb Em_\delta<0$ for small $\delta$, and "
        r"$P_{w_0}(w_t\to0)\ge1-(|w_0|/\delta)^{\kappa_\delta}$ whenever $\mathbb Em_\delta<0$ and "
        r"$\mathbb Ee^{\kappa_\delta m_\delta}\le1$, $\kappa_\delta>0$. If $\gamma>0$ and "
        r"$\mathbb E\inf_{0<|w|\le\delta}\log|f_x(w)/w|>-\infty$, then $P(w_t\to0,\ w_t\ne0\ \forall t)=0$."
    ),
    hypotheses=(r"$f_x(0)=0$ almost surely, $f_x\in C^1$ near $0$", r"$\mathbb Em_{\delta_0}^+<\infty$", r"$\gamma<0$",
                r"$\mathbb Em_\delta<0$ for the bound"),
    cite=("chemnitz2024", "ville1939"),
    example=r"$\ell=x(1-\cos w)$, $x=a\pm1$, $a=-\tfrac15$, $\lambda=\tfrac45$, $w_0=\tfrac1{400}$, $\delta=\tfrac14$, "
    r"$\kappa_\delta=\tfrac{12}{25}$",
    quantities=(
        Quantity(
            "exponent at the maximum",
            "-0.174353387144778",
            (
                Route("question", exponent_by_question),
                Route("independent", exponent_by_formula),
                Route("monte carlo", exponent_by_simulation, 400_000),
            ),
            "theory.md A1-per",
        ),
        Quantity(
            "P(w_t -> 0) from 1/400",
            "0.968",
            (
                Route("independent", proved_bound, bounds=True),
                Route("monte carlo", convergence_by_simulation, 16_000),
            ),
            "by simulation",
        ),
    ),
    control=Control(
        "learning rate 3/10: the exponent at the maximum is positive, and it repels",
        attracts_locally,
        {"lr": LR},
        ({"lr": "3/10"},),
    ),
    problem=problem,
    proof=proof,
)

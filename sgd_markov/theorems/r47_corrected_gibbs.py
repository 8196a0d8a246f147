"""R47: the Gibbs density of a chain with small steps, corrected to the first order in the learning rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

LR, T = "1/10", "1/2"
STEPS = 240
CUT, REST = 12, "1e-40"
"""Beyond CUT the density is below exp(-4 w^2/5): L >= w^2/2, |L'| <= 2|w| and L'' > 0; REST bounds what is left out."""


def langevin() -> Chain:
    """w' = w - lr L' + sqrt(2 lr T) z with L = w^2/2 + log(1 + w^2)/2."""
    import sympy as sp

    from ..optimizers.langevin import Langevin
    from .chains import w

    return Langevin(w**2 / 2 + sp.log(1 + w**2) / 2, [w], LR, T)


def by_question(effort: Effort) -> Reading:
    """E w^2 of the corrected density: that of a diffusion with this zero-flux density."""
    import sympy as sp

    from ..chain.diffusion import Diffusion
    from ..engines.small_step_gibbs import gibbs_density
    from ..questions.stationary import stationary
    from .chains import w

    slope = sp.cancel(sp.diff(gibbs_density(langevin()).log_density, w))
    return Reading.of(stationary(Diffusion(slope / 2, 1, w), of=w**2, effort=effort))


def by_integral(effort: Effort) -> Reading:
    """The same by a plain certified integral of the formula of the statement over [-CUT, CUT]."""
    from flint import acb, arb, fmpq

    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine
    from ..balls.quadrature import contour, symmetric

    def density(w: acb, analytic: bool) -> acb:
        lr, slope, square = arb(fmpq(1, 10)), w + w / (1 + w**2), 1 + w**2
        loss = w**2 / 2 + square.log(analytic=analytic) / 2
        return (-2 * (loss - lr / 4 * slope**2) - lr / 2 * (1 + (1 - w**2) / square**2)).exp()

    def mean() -> arb:
        ends = arb(-CUT), arb(CUT)
        rest = symmetric(arb(REST))
        top = contour(lambda w, analytic: w**2 * density(w, analytic), *ends) + rest
        return top / (contour(density, *ends) + rest)

    return Reading(refine(mean, effort, "the second moment"), Warrant.CERTIFIED)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """The chain itself, whose second moment differs by the square of the learning rate."""
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_mean

    run = simulate(langevin(), {w: sp.Integer(0)}, STEPS, chains, effort, (w**2,))
    return sample_mean(run.observed[0])


def exact_for_quadratics(effort: Effort, sign: str) -> bool:
    """Is exp(-(L + sign lr L'^2/4)/T) with L = w^2/2 normal with the variance that one step keeps?"""
    import sympy as sp

    from ..proof.radicals import is_zero

    w, lr, t = sp.Symbol("w", real=True), sp.Rational(LR), sp.Rational(T)
    exponent = -(w**2 / 2 + sp.Rational(sign) * lr / 4 * w**2) / t
    variance = -1 / sp.diff(exponent, (w, 2))
    return is_zero((1 - lr) ** 2 * variance + 2 * lr * t - variance)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..engines.small_step_gibbs import correction_steps
    from ..proof import Cited, Identity

    k, lr, t = sp.symbols("k lambda T", positive=True)
    w = sp.Symbol("w", real=True)
    corrected = -(k * w**2 / 2 - lr / 4 * (k * w) ** 2) / t
    variance = -1 / sp.diff(corrected, (w, 2))
    return (
        *correction_steps(),
        Identity("For a quadratic loss the corrected density has the variance", variance, t / (k * (1 - lr * k / 2))),
        Identity("which is exact", (1 - lr * k) ** 2 * variance + 2 * lr * t, variance),
        Cited(
            "That the rest is of the second order is the Kramers-Moyal expansion, without a bound here",
            r"\pi_\lambda=\pi_0(1+\lambda\rho)+O(\lambda^2)",
            "risken1989",
        ),
    )


CLAIM = Claim(
    id="R47",
    slug="corrected-gibbs",
    title="The Gibbs density with the correction of the first order, and its sign",
    statement=(
        r"For $w'=w-\lambda L'(w)+\sqrt{2\lambda T}\,z$ the stationary density is "
        r"$\exp\bigl\{-\tfrac1T(L-\tfrac\lambda4L'^2)-\tfrac\lambda2L''\bigr\}(1+O(\lambda^2))$ up to its normalisation, at fixed $T$; "
        r"for quadratic $L$ without the rest. The sign of $L'^2$ is opposite to that of backward error analysis."
    ),
    hypotheses=(
        r"$\lambda\to0$ at fixed $T$",
        r"$L'$ is smooth and Lipschitz, $L$ grows (else the chain may run away)",
    ),
    cite=("risken1989",),
    example=r"$L=\tfrac12w^2+\tfrac12\log(1+w^2)$, $\lambda=\tfrac1{10}$, $T=\tfrac12$: the second moment",
    quantities=(
        Quantity(
            "second moment of the corrected density",
            "0.349684354513881",
            (
                Route("question", by_question),
                Route("independent", by_integral),
                Route("monte carlo", by_simulation, 20_000),
            ),
            "the formula of the statement",
        ),
    ),
    control=Control(
        "the sign of backward error analysis, which is not even right for a quadratic loss",
        exact_for_quadratics,
        {"sign": "-1"},
        ({"sign": "1"},),
    ),
    problem=langevin,
    proof=proof,
    kind="heuristic",
)

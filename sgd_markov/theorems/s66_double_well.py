"""S66: a diffusion whose stationary law has no family: a double well, by certified quadrature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.diffusion import Diffusion
    from ..effort import Effort
    from ..proof import Step

TEMPERATURE = "1/4"
REACH, REST = 4, "1e-60"
"""Beyond REACH the density is below exp(-4 (w^4/4 - w^2/2)) <= exp(-220)."""


def double_well(sign: str = "1") -> Diffusion:
    """dw = sign (w - w^3) dt + sqrt(2 T) dB."""
    import sympy as sp

    from ..chain.diffusion import Diffusion

    w = sp.Symbol("w", real=True)
    return Diffusion(sp.Rational(sign) * (w - w**3), 2 * sp.Rational(TEMPERATURE), w)


def by_question(effort: Effort) -> Reading:
    from ..questions.stationary import stationary

    diffusion = double_well()
    return Reading.of(stationary(diffusion, of=diffusion.variable**2, effort=effort))


def by_bessel(effort: Effort) -> Reading:
    """Z(b) = int exp(b w^2 - a w^4) = (pi/2) sqrt(b/(2 a)) exp(z) (I_(-1/4)(z) + I_(1/4)(z)), z = b^2/(8 a); E w^2 = Z'/Z.

    With a = 1/(4 T) = 1 and b = 1/(2 T) = 2: E w^2 = 1/(2 b) + (b/(4 a)) (1 + S'(z)/S(z)), S the sum, at z = 1/2.
    """
    from flint import arb, fmpq

    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine

    def mean() -> arb:
        z, quarter = arb(fmpq(1, 2)), arb(fmpq(1, 4))
        total, slope = arb(0), arb(0)
        for order in (quarter, -quarter):
            total += z.bessel_i(order)
            slope += (z.bessel_i(order - 1) + z.bessel_i(order + 1)) / 2
        return quarter + (1 + slope / total) / 2

    return Reading(refine(mean, effort, "the second moment"), Warrant.CERTIFIED)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """Points drawn under the density by rejection on [-REACH, REACH]."""
    import numpy as np

    from .sampling import sample_mean, widened

    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    w = rng.uniform(-REACH, REACH, 8 * chains)
    height = np.exp(-4 * (w**4 / 4 - w**2 / 2 + 0.25))
    kept = w[rng.uniform(0, 1, len(w)) < height]
    return widened(sample_mean(kept**2), REST, REST)


def has_a_law(effort: Effort, sign: str) -> bool:
    """Is there a stationary law?"""
    from ..errors import HypothesisViolated
    from ..questions.stationary import stationary

    try:
        return bool(stationary(double_well(sign), effort=effort).family)
    except HypothesisViolated:
        return False


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Cited, Identity, Negative, Positive

    w, t = sp.Symbol("w", real=True), sp.Symbol("T", positive=True)
    log_density = -(w**4 / 4 - w**2 / 2) / t
    return (
        Identity("The density carries no flux", 2 * t * sp.diff(log_density, w), 2 * (w - w**3)),
        Negative("Beyond 2 its logarithm falls faster than -w/T", sp.diff(log_density, w) * t + w, {w: (2, sp.oo)}),
        Positive("and on the other side rises as fast", sp.diff(log_density, w) * t + w, {w: (-sp.oo, -2)}),
        Cited(
            "so it is that of a stationary law", r"\int Af\,d\pi=0\ \forall f\Rightarrow\pi P_t=\pi", "echeverria1982"
        ),
        Cited("of a diffusion that never reaches infinity", r"\int^{\infty}e^{(w^4/4-w^2/2)/T}dw=\infty", "feller1952"),
    )


CLAIM = Claim(
    id="S66",
    slug="double-well-diffusion",
    title="Langevin's equation in a double well: the Gibbs law, to any number of digits",
    statement=(
        r"$dw=(w-w^3)\,dt+\sqrt{2T}\,dB$ has the stationary density $Z^{-1}e^{-(w^4/4-w^2/2)/T}$; at $T=\tfrac14$, with "
        r"$S=I_{-1/4}+I_{1/4}$, $\mathbb Ew^2=\tfrac14+\tfrac12\bigl(1+S'(\tfrac12)/S(\tfrac12)\bigr)$."
    ),
    hypotheses=(r"$T>0$",),
    cite=("feller1952", "echeverria1982"),
    example=r"$T=\tfrac14$: $\mathbb Ew^2=0.8327\ldots$",
    quantities=(
        Quantity(
            "second moment",
            "0.832745487128380",
            (
                Route("question", by_question),
                Route("independent", by_bessel),
                Route("monte carlo", by_simulation, 20_000),
            ),
            "certified quadrature, Bessel functions",
        ),
    ),
    control=Control(
        "the drift reversed: the diffusion runs away",
        has_a_law,
        {"sign": "1"},
        ({"sign": "-1"},),
    ),
    problem=double_well,
    proof=proof,
)

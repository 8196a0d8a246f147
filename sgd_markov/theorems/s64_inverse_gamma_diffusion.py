"""S64: the stationary law of a linear drift with purely multiplicative noise is inverse gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control
from .pearson_routes import Example, moment_formula, routes

if TYPE_CHECKING:
    from ..effort import Effort
    from ..proof import Step

EXAMPLE = Example(("1", "2"), ("0", "0", "1/2"), "gamma")


def second_moment_is(effort: Effort, claimed: str) -> bool:
    """Is the claimed number the second moment of the example?"""
    return moment_formula(EXAMPLE.drift, EXAMPLE.variance, claimed, effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Value

    w = sp.Symbol("w", real=True)
    a, k, s = sp.symbols("a k sigma", positive=True)
    shape, scale = 1 + 2 * k / s**2, 2 * a / s**2
    noise = s**2 * w**2
    log_density = -(shape + 1) * sp.log(w) - scale / w
    flux = sp.diff(noise, w) + (noise) * sp.diff(log_density, w)
    return (
        Identity("The density carries no flux", flux, 2 * (a - k * w)),
        Argued(
            "It is integrable and its ends are not reached, or left at once: the law is stationary",
            r"\int\Bigl(bf'+\tfrac12Cf''\Bigr)\pi\,dw=0",
        ),
        Cited("by the criterion", r"\int Af\,d\pi=0\ \forall f\Rightarrow\pi P_t=\pi", "echeverria1982"),
        Identity("The mean of the inverse gamma law", scale / (shape - 1), a / k),
        Identity("and its second moment", scale**2 / ((shape - 1) * (shape - 2)), 2 * a**2 / (k * (2 * k - s**2))),
        Value(
            "At the example", (2 * a**2 / (k * (2 * k - s**2))).subs({a: 1, k: 2, s: 1 / sp.sqrt(2)}), "0.2857142857"
        ),
    )


CLAIM = Claim(
    id="S64",
    slug="inverse-gamma-diffusion",
    title="Linear drift away from 0 with multiplicative noise: the inverse gamma law",
    statement=(
        r"The diffusion $dw=(a-kw)\,dt+\sigma w\,dB$ on $w>0$ has the inverse gamma law of shape $1+2k/\sigma^2$ and scale "
        r"$2a/\sigma^2$ as its stationary law (Dufresne's perpetuity): $P(w>t)\sim ct^{-1-2k/\sigma^2}$."
    ),
    hypotheses=(r"$a,k,\sigma>0$",),
    cite=("pearson1895", "echeverria1982"),
    example=r"$a=1$, $k=2$, $\sigma^2=\tfrac12$: $\mathbb Ew^2=\tfrac27$",
    quantities=(routes(EXAMPLE, "0.285714285714286"),),
    control=Control(
        "the square of the mean",
        second_moment_is,
        {"claimed": "2/7"},
        ({"claimed": "1/4"},),
    ),
    problem=EXAMPLE.diffusion,
    proof=proof,
)

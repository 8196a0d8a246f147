"""S64: the stationary law of a linear drift with purely multiplicative noise is inverse gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim
from .pearson_routes import Example, routes, second_moment, zero_flux

if TYPE_CHECKING:
    from ..proof import Step

EXAMPLE = Example(("1", "2"), ("0", "0", "1/2"), "gamma")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Value

    w = sp.Symbol("w", real=True)
    a, k, s = sp.symbols("a k sigma", positive=True)
    shape, scale = 1 + 2 * k / s**2, 2 * a / s**2
    noise = s**2 * w**2
    log_density = -(shape + 1) * sp.log(w) - scale / w
    return (
        *zero_flux(a - k * w, noise, log_density, w),
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
    control=second_moment(EXAMPLE, "the square of the mean", "2/7", "1/4"),
    problem=EXAMPLE.diffusion,
    proof=proof,
)

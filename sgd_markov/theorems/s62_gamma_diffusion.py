"""S62: the stationary law of the square-root diffusion is a gamma law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim
from .pearson_routes import Example, routes, second_moment, zero_flux

if TYPE_CHECKING:
    from ..proof import Step

EXAMPLE = Example(("1", "2"), ("0", "1", "0"), "gamma")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Value

    w = sp.Symbol("w", real=True)
    a, k, s = sp.symbols("a k sigma", positive=True)
    shape, scale = 2 * a / s**2, s**2 / (2 * k)
    noise = s**2 * w
    log_density = (shape - 1) * sp.log(w) - w / scale
    return (
        *zero_flux(a - k * w, noise, log_density, w),
        Identity("The second moment of the gamma law", shape * (shape + 1) * scale**2, a * (2 * a + s**2) / (2 * k**2)),
        Value("At the example", (a * (2 * a + s**2) / (2 * k**2)).subs({a: 1, k: 2, s: 1}), "0.375"),
    )


CLAIM = Claim(
    id="S62",
    slug="gamma-diffusion",
    title="Linear drift and a variance that is linear in the state: the gamma law",
    statement=(
        r"The diffusion $dw=(a-kw)\,dt+\sigma\sqrt w\,dB$ on $w>0$ has the gamma law of shape $2a/\sigma^2$ and scale "
        r"$\sigma^2/(2k)$ as its stationary law, whether or not it reaches $0$ (it does for $2a<\sigma^2$, and leaves it at once)."
    ),
    hypotheses=(r"$a,k,\sigma>0$",),
    cite=("pearson1895", "echeverria1982"),
    example=r"$a=1$, $k=2$, $\sigma=1$: $\mathbb Ew^2=\tfrac38$",
    quantities=(routes(EXAMPLE, "0.375"),),
    control=second_moment(EXAMPLE, "the square of the mean", "3/8", "1/4"),
    problem=EXAMPLE.diffusion,
    proof=proof,
)

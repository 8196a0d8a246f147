"""S65: the stationary law of a linear drift with the variance w (1 + w) is beta-prime, an F law up to scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim
from .pearson_routes import Example, routes, second_moment, zero_flux

if TYPE_CHECKING:
    from ..proof import Step

EXAMPLE = Example(("1", "2"), ("0", "1/2", "1/2"), "gamma")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Value

    w = sp.Symbol("w", real=True)
    a, k, s = sp.symbols("a k sigma", positive=True)
    alpha, beta = 2 * a / s**2, 1 + 2 * k / s**2
    noise = s**2 * w * (1 + w)
    log_density = (alpha - 1) * sp.log(w) - (alpha + beta) * sp.log(1 + w)
    return (
        *zero_flux(a - k * w, noise, log_density, w),
        Identity("The mean of the beta-prime law", alpha / (beta - 1), a / k),
        Identity(
            "and its second moment",
            alpha * (alpha + 1) / ((beta - 1) * (beta - 2)),
            a * (2 * a + s**2) / (k * (2 * k - s**2)),
        ),
        Value(
            "At the example",
            (a * (2 * a + s**2) / (k * (2 * k - s**2))).subs({a: 1, k: 2, s: 1 / sp.sqrt(2)}),
            "0.3571428571",
        ),
    )


CLAIM = Claim(
    id="S65",
    slug="beta-prime-diffusion",
    title="Linear drift and a variance with two real zeros, outside them: the beta-prime law",
    statement=(
        r"The diffusion $dw=(a-kw)\,dt+\sigma\sqrt{w(1+w)}\,dB$ on $w>0$ has the stationary law beta-prime"
        r"$(2a/\sigma^2,\,1+2k/\sigma^2)$; $w\beta/\alpha$ then has an $F$ law."
    ),
    hypotheses=(r"$a,k,\sigma>0$",),
    cite=("pearson1895", "echeverria1982"),
    example=r"$a=1$, $k=2$, $\sigma^2=\tfrac12$: $\mathbb Ew^2=\tfrac5{14}$",
    quantities=(routes(EXAMPLE, "0.357142857142857"),),
    control=second_moment(EXAMPLE, "the square of the mean", "5/14", "1/4"),
    problem=EXAMPLE.diffusion,
    proof=proof,
)

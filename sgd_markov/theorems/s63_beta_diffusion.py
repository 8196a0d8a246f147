"""S63: the stationary law of the diffusion of Wright and Fisher with mutation is a beta law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim
from .pearson_routes import Example, routes, second_moment, zero_flux

if TYPE_CHECKING:
    from ..proof import Step

EXAMPLE = Example(("1/2", "3/2"), ("0", "1/2", "-1/2"), "beta")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Value

    w = sp.Symbol("w", real=True)
    k, r, s = sp.symbols("k r sigma", positive=True)
    alpha, beta = 2 * k * r / s**2, 2 * k * (1 - r) / s**2
    noise = s**2 * w * (1 - w)
    log_density = (alpha - 1) * sp.log(w) + (beta - 1) * sp.log(1 - w)
    return (
        *zero_flux(k * (r - w), noise, log_density, w),
        Identity("The mean of the beta law", alpha / (alpha + beta), r),
        Identity(
            "and its second moment",
            alpha * (alpha + 1) / ((alpha + beta) * (alpha + beta + 1)),
            r * (2 * k * r + s**2) / (2 * k + s**2),
        ),
        Value(
            "At the example",
            (r * (2 * k * r + s**2) / (2 * k + s**2)).subs(
                {k: sp.Rational(3, 2), r: sp.Rational(1, 3), s: 1 / sp.sqrt(2)}
            ),
            "0.1428571429",
        ),
    )


CLAIM = Claim(
    id="S63",
    slug="beta-diffusion",
    title="Linear drift on an interval whose ends the noise does not cross: the beta law",
    statement=(
        r"The diffusion $dw=k(r-w)\,dt+\sigma\sqrt{w(1-w)}\,dB$ on $(0,1)$, $0<r<1$, has the stationary law "
        r"beta$(2kr/\sigma^2,\,2k(1-r)/\sigma^2)$."
    ),
    hypotheses=(
        r"$k,\sigma>0$",
        r"$0<r<1$",
    ),
    cite=("pearson1895", "echeverria1982"),
    example=r"$k=\tfrac32$, $r=\tfrac13$, $\sigma^2=\tfrac12$: $\mathbb Ew^2=\tfrac17$",
    quantities=(routes(EXAMPLE, "0.142857142857143"),),
    control=second_moment(EXAMPLE, "the square of the mean", "1/7", "1/9"),
    problem=EXAMPLE.diffusion,
    proof=proof,
)

"""S61: the stationary law of a linear drift with additive and multiplicative noise is Student's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim
from .pearson_routes import Example, routes, second_moment, zero_flux

if TYPE_CHECKING:
    from ..proof import Step

EXAMPLE = Example(("0", "1"), ("1", "0", "1/2"), "normal")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Value

    w = sp.Symbol("w", real=True)
    k, s0, s1 = sp.symbols("k sigma_0 sigma_1", positive=True)
    noise = s0**2 + s1**2 * w**2
    df = 1 + 2 * k / s1**2
    log_density = -(df + 1) / 2 * sp.log(1 + s1**2 * w**2 / s0**2)
    return (
        *zero_flux(-k * w, noise, log_density, w),
        Identity("Its scale as that of a Student variable", s0**2 / s1**2 / df, s0**2 / (s1**2 + 2 * k)),
        Identity(
            "The variance of that law, finite for df > 2", (s0**2 / s1**2 / df) * df / (df - 2), s0**2 / (2 * k - s1**2)
        ),
        Value("At the example", (s0**2 / (2 * k - s1**2)).subs({k: 1, s0: 1, s1: 1 / sp.sqrt(2)}), "0.6666666667"),
    )


CLAIM = Claim(
    id="S61",
    slug="student-diffusion",
    title="Linear drift with a noise floor and noise that grows: Student's law",
    statement=(
        r"The diffusion $dw=-kw\,dt+\sqrt{\sigma_0^2+\sigma_1^2w^2}\,dB$ has the stationary law of Student with "
        r"$1+2k/\sigma_1^2$ degrees of freedom, so that $P(|w|>t)\sim ct^{-1-2k/\sigma_1^2}$ and the variance is "
        r"$\sigma_0^2/(2k-\sigma_1^2)$, infinite from $\sigma_1^2=2k$ on."
    ),
    hypotheses=(r"$k,\sigma_0,\sigma_1>0$",),
    cite=("pearson1895", "echeverria1982"),
    example=r"$k=1$, $\sigma_0^2=1$, $\sigma_1^2=\tfrac12$: $\mathbb Ew^2=\tfrac23$",
    quantities=(routes(EXAMPLE, "0.666666666666667"),),
    control=second_moment(EXAMPLE, "the variance without the multiplicative noise", "1/(2 - 1/2)", "1/2"),
    problem=EXAMPLE.diffusion,
    proof=proof,
)

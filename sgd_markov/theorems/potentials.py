"""Three routes to E log|M| for a law of the data with a density: the question, the integral, the simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .claim import Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..laws.law import Law

CHAINS = 40_000


class Setting(NamedTuple):
    """A chain that fixes 0, and its multiplier there as a polynomial in a variable x with the law."""

    chain: Chain
    law: Law
    multiplier: sp.Expr


def three_routes(setting: Callable[[], Setting], chains: int = CHAINS) -> tuple[Route, ...]:
    """`question`: a closed form; `independent`: certified quadrature of log|M| against the density; `monte carlo`."""
    return (
        Route("question", lambda effort: by_question(setting(), effort)),
        Route("independent", lambda effort: by_integral(setting(), effort)),
        Route("monte carlo", lambda effort, chains: by_simulation(setting(), effort, chains), chains),
    )


def by_question(setting: Setting, effort: Effort) -> Reading:
    from .chains import exponent

    return exponent(setting.chain, effort)


def by_integral(setting: Setting, effort: Effort) -> Reading:
    from .chains import integral

    return integral(setting.law, setting.multiplier, effort)


def by_simulation(setting: Setting, effort: Effort, chains: int) -> Reading:
    from .sampling import log_growth

    return log_growth(setting.chain, effort, chains)


def quadratic_setting(law: Law, lr: str) -> Setting:
    """SGD on x w^2/2: M = 1 - lr x."""
    import sympy as sp

    from .chains import quadratic, x

    return Setting(quadratic(law, lr), law, 1 - sp.Rational(lr) * x)

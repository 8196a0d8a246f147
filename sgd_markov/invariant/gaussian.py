"""w' = rho w + B with rho fixed and B a sum of independent normal variables: the stationary law is normal."""

from __future__ import annotations

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..laws.normal import Normal
from ..numerics.tidy import tidy
from ..proof import Definition, Identity, Step
from .affine_form import UNIQUE, affine_steps, fixed_multiplier, one_law
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """N(m/(1 - rho), s^2/(1 - rho^2)) for B ~ N(m, s^2) and |rho| < 1.

    Proof: the logarithm of the characteristic function f of that law satisfies f(t) = f(rho t) + log E exp(i t B).
    """
    affine = affine_steps(chain, effort)
    form = None if affine is None else fixed_multiplier(affine)
    if form is None or not form.terms:
        return None
    mean, variance = form.shift, sp.Integer(0)
    for term in form.terms:
        found = one_law(term)
        if found is None:
            return None
        shift, factor, law = found
        if not isinstance(law, Normal):
            return None
        mean += shift + factor * law.mean
        variance += (factor * law.std) ** 2
    condition = form.contraction
    rho, mean, variance = form.rho, sp.factor(mean), sp.factor(variance)
    centre, spread = tidy(mean / (1 - rho)), tidy(variance / (1 - rho**2))
    return Elementary(
        family="normal",
        state=chain.state,
        law=Normal(centre, sp.sqrt(spread)),
        parameters={"mean": centre, "variance": spread},
        hypotheses=(condition,),
        proof=invariance(rho, mean, variance, centre, spread),
        cite=("vervaat1979",),
        tail=(sp.oo, sp.Integer(0), sp.Integer(0)),
    )


def invariance(rho: sp.Expr, mean: sp.Expr, variance: sp.Expr, centre: sp.Expr, spread: sp.Expr) -> tuple[Step, ...]:
    t = sp.Symbol("t", real=True)
    exponent = sp.I * centre * t - spread * t**2 / 2
    noise = sp.I * mean * t - variance * t**2 / 2
    return (
        Definition("The logarithm of the characteristic function of the law", sp.Symbol("f"), exponent),
        Identity("One step keeps it: f(t) = f(rho t) + log E exp(i t B)", exponent, exponent.subs(t, rho * t) + noise),
        UNIQUE,
    )

"""Steps modulo h: w' = m w + g modulo h with a whole number m: the uniform law on one period is invariant."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain
from ..chain.mixture import Component
from ..effort import Effort
from ..laws.law import Interval
from ..laws.uniform import Uniform
from ..numerics.tidy import tidy
from ..proof import Argued, Identity, Step
from ..proof.radicals import is_zero
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w' = v - h floor((v - A)/h) with v = m w + g, m a whole number other than 0, g drawn (or fixed): uniform on [A, A + h).

    Proof: exp(2 pi i k w'/h) = exp(2 pi i k m w/h) exp(2 pi i k g/h), whose mean under the uniform law is 0 for every
    k other than 0. It is the only stationary law where g has a density, and one of several where the states A + h j/N
    map to one another; then with `start` the answer depends on that number, and is not given here.
    """
    if chain.dimension != 1 or updates_per_epoch(chain.draw) > 1 or not chain.update[0].has(sp.floor):
        return None
    w = chain.state[0]
    components = chain.components
    found = [residue(component, w) for component in components if component.probability != 0]
    if not found or any(r is None for r in found):
        return None
    residues = [r for r in found if r is not None]
    low, period = residues[0].low, residues[0].period
    if not all(is_zero(r.low - low) and is_zero(r.period - period) for r in residues):
        return None
    unique = uniqueness(residues, w)
    high = tidy(low + period)
    if place.start is not None and unique is not True:
        return None
    if place.within is not None and not (
        (place.within[0] - low).is_nonpositive and (high - place.within[1]).is_nonpositive
    ):
        return None
    return Elementary(
        family="uniform",
        state=chain.state,
        law=Uniform(low, high),
        parameters={"low": low, "high": high},
        unique=unique,
        hypotheses=(Hypothesis("a step is affine with a whole slope other than 0, modulo the period"),),
        proof=proof(residues, w),
        cite=("lasota1994",),
    )


@dataclass(frozen=True)
class Residue:
    """value = inner - period floor((inner - low)/period), inner = slope w + what does not depend on w."""

    value: sp.Expr
    inner: sp.Expr
    low: sp.Expr
    period: sp.Expr
    slope: sp.Integer
    component: Component


def residue(component: Component, w: sp.Symbol) -> Residue | None:
    value = sp.expand(component.values[0])
    floors = [node for node in value.atoms(sp.floor) if w in node.free_symbols]
    if len(floors) != 1:
        return None
    stand_in = sp.Dummy("k")
    linear = value.xreplace({floors[0]: stand_in})
    if linear.has(sp.floor) or not linear.is_polynomial(stand_in, w):
        return None
    poly = sp.Poly(linear, stand_in)
    if poly.degree() != 1:
        return None
    inner, period = sp.expand(poly.nth(0)), -poly.nth(1)
    fixed = {w, *component.laws}
    if not period.is_positive or period.free_symbols & fixed:
        return None
    low = sp.expand(inner - period * floors[0].args[0])
    slope = sp.expand(sp.diff(inner, w))
    if low.free_symbols & fixed or not slope.is_Integer or slope == 0:
        return None
    return Residue(value, inner, tidy(low), period, slope, component)


def proof(residues: list[Residue], w: sp.Symbol) -> tuple[Step, ...]:
    steps: list[Step] = []
    for r in residues:
        whole = sp.floor(sp.expand((r.inner - r.low) / r.period))
        steps.append(Identity("The step, modulo the period", r.value, r.inner - r.period * whole))
        steps.append(
            Identity("is affine in the state with a whole slope", sp.expand(r.inner.subs(w, w + 1) - r.inner), r.slope)
        )
    steps.append(
        Argued(
            "For every whole number k other than 0 the mean of the k-th wave stays 0, because k m is not 0",
            r"\mathbb E\,e^{2\pi ikw'/h}=\mathbb E\,e^{2\pi ikg/h}\cdot\mathbb E\,e^{2\pi ikmw/h}=0",
        )
    )
    return tuple(steps)


def uniqueness(residues: list[Residue], w: sp.Symbol) -> bool | None:
    """True where g has a density in some component; False where finitely many states are kept; else None."""
    if any(has_density(r, w) for r in residues):
        return True
    if any(r.component.laws for r in residues):
        return None
    shifts = [sp.cancel((r.inner.subs(w, r.low) - r.low) / r.period) for r in residues]
    return False if all(shift.is_Rational for shift in shifts) else None


def has_density(r: Residue, w: sp.Symbol) -> bool:
    """Is g a polynomial, not constant, in one variable that has a density?"""
    offset = sp.expand(r.inner - r.slope * w)
    return any(
        isinstance(law.support, Interval) and offset.is_polynomial(x) and sp.degree(offset, x) >= 1
        for x, law in r.component.laws.items()
        if not offset.free_symbols & ({*r.component.laws} - {x})
    )

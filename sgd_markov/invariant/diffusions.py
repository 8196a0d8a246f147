"""Which stationary law a diffusion has: its candidates, the one that is meant, and the recognisers in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..engines.diffusion import Component, Landscape, landscape
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..laws.constant import Constant
from ..numerics.signs_of_symbols import known_sign
from ..proof import Argued, Identity, check_all
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw

RECOGNISERS = ("pearson", "laplace_diffusion", "zero_flux")
"""Modules of this folder with `recognise(diffusion, component, effort)`, asked in this order; the last knows all."""


@dataclass(frozen=True)
class Candidate:
    """The closed set that carries a stationary law: a component, or a fixed point."""

    low: sp.Expr
    high: sp.Expr
    component: Component | None = None

    @property
    def name(self) -> str:
        return f"at {self.low}" if self.component is None else f"on {self.component.name}"


def diffusion_law(diffusion: Diffusion, place: Place, effort: Effort) -> StationaryLaw:
    """The stationary law of the diffusion, its proof checked step by step.

    Every stationary law is a mixture of the zero-flux laws of the components and of point masses where drift and
    variance vanish: the flux through every point is 0. Raises `HypothesisViolated` where none exists or where
    several do and `place` does not say which.
    """
    found = landscape(diffusion)
    candidates = candidates_of(found)
    chosen = choose(diffusion, found, candidates, place)
    law = law_on(diffusion, chosen, effort)
    check_all(law.proof)
    return replace(law, unique=len(candidates) == 1, hypotheses=(*found.hypotheses, *law.hypotheses))


def candidates_of(found: Landscape) -> list[Candidate]:
    """Components whose conditions are not proved to be false, and fixed points."""
    intervals = [Candidate(c.low, c.high, c) for c in found.components if c.failed is None]
    return [*intervals, *(Candidate(at, at) for at in found.fixed_points)]


def choose(diffusion: Diffusion, found: Landscape, candidates: list[Candidate], place: Place) -> Candidate:
    if place.start is not None:
        reached = reached_from(diffusion, found, candidates, place.start[diffusion.variable])
        require_inside(reached, place)
        return reached
    if not candidates:
        raise no_law(found)
    if place.within is not None:
        low, high = place.within
        everything, candidates = candidates, inside(candidates, low, high)
        if not candidates:
            raise none_within(everything, low, high)
    if len(candidates) > 1:
        listed = "; ".join(candidate.name for candidate in candidates)
        raise HypothesisViolated(
            "one stationary law is meant", f"there are several: {listed}; give `start` or `within`"
        )
    return candidates[0]


def require_inside(reached: Candidate, place: Place) -> None:
    """Refuse a `start` from which the diffusion goes to a law outside `within`."""
    if place.within is not None and not inside([reached], *place.within):
        raise none_within([reached], *place.within)


def none_within(candidates: list[Candidate], low: sp.Expr, high: sp.Expr) -> HypothesisViolated:
    """`within` is the set that has to carry the whole law; it does not cut a law off or reflect the paths."""
    listed = "; ".join(candidate.name for candidate in candidates)
    return HypothesisViolated(
        f"a stationary law keeps to [{low}, {high}]", f"the paths leave it, the law lives {listed} (`within` cuts nothing off)"
    )


def no_law(found: Landscape) -> HypothesisViolated:
    first = next(component.failed for component in found.components if component.failed is not None)
    return HypothesisViolated(f"a stationary law exists: {first.meaning}", first.breach)


def inside(candidates: list[Candidate], low: sp.Expr, high: sp.Expr) -> list[Candidate]:
    """Those whose support lies in [low, high]; one that fills it comes before all others."""
    kept = [c for c in candidates if not_above(low, c.low) and not_above(c.high, high)]
    whole = [c for c in kept if c.low == low and c.high == high]
    return whole or kept


def not_above(first: sp.Expr, second: sp.Expr) -> bool:
    if first == second or first == -sp.oo or second == sp.oo:
        return True
    if first.is_infinite or second.is_infinite:
        return False
    sign = known_sign(second - first)
    if sign is None:
        names = ", ".join(sorted(map(str, (second - first).free_symbols)))
        raise InvalidInput(
            "values", f"free symbols {names}", f"numbers for {names}: which law is meant depends on them"
        )
    return sign >= 0


def reached_from(diffusion: Diffusion, found: Landscape, candidates: list[Candidate], start: sp.Expr) -> Candidate:
    low, high = diffusion.state_space
    if not (not_above(low, start) and not_above(start, high)):
        raise InvalidInput("start", start, f"a state, from {low} to {high}")
    for candidate in candidates:
        if candidate.component is None and not_above(start, candidate.low) and not_above(candidate.low, start):
            return candidate
    for component in found.components:
        if holds(diffusion, component, start):
            for candidate in candidates:
                if candidate.component is component:
                    return candidate
            failed = component.failed
            assert failed is not None
            raise HypothesisViolated(
                f"a stationary law exists on {component.name}: {failed.meaning}", failed.breach
            )
    raise Inconclusive(f"where the diffusion goes from {start} is not decided; give `within`")


def holds(diffusion: Diffusion, component: Component, start: sp.Expr) -> bool:
    """Is the start in the component, or at an end from which the drift leads into it?"""
    if not (not_above(component.low, start) and not_above(start, component.high)):
        return False
    for end, inwards in ((component.low, 1), (component.high, -1)):
        if end.is_finite and not_above(start, end) and not_above(end, start):
            return known_sign(inwards * diffusion.drift.subs(diffusion.variable, end)) == 1
    return True


def law_on(diffusion: Diffusion, chosen: Candidate, effort: Effort) -> StationaryLaw:
    if chosen.component is None:
        return point_law(diffusion, chosen.low)
    for name in RECOGNISERS:
        effort.check()
        law: StationaryLaw | None = import_module(f".{name}", __package__).recognise(
            diffusion, chosen.component, effort
        )
        if law is not None:
            return law
    raise Inconclusive("no closed form of the stationary law of this diffusion is known")


def point_law(diffusion: Diffusion, at: sp.Expr) -> StationaryLaw:
    """The point mass where drift and variance vanish."""
    w, zero = diffusion.variable, sp.Integer(0)
    return Elementary(
        family="point mass",
        state=diffusion.state,
        law=Constant(at),
        parameters={"at": at},
        hypotheses=(Hypothesis("drift and variance vanish at the point"),),
        proof=(
            Identity("The drift vanishes", diffusion.drift.subs(w, at), zero),
            Identity("and so does the variance", diffusion.variance.subs(w, at), zero),
            Argued("so the point is never left", r"w_0=w^*\Rightarrow w_t=w^*"),
        ),
        cite=(),
    )

"""Affine chains with a point that almost every step fixes: its point mass is stationary."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.affine import AffineChain
from ..errors import HypothesisViolated
from ..laws.constant import Constant
from ..proof import Argued, Identity, Step
from .affine_form import affine_steps, common_fixed_points, is_modulus_one
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The point mass at w* where M w* + B = w* almost surely.

    It is the only stationary law unless |M| = 1 almost surely: log|w - w*| is a random walk, which has none.
    """
    affine = affine_steps(chain, effort)
    if affine is None:
        return None
    points = common_fixed_points(affine)
    if points is None:
        return None
    if points is True:
        raise HypothesisViolated("one stationary law is meant", "every point is fixed: every law is stationary")
    at = points
    w = chain.state[0]
    alone = not is_modulus_one(affine)
    steps: list[Step] = [
        Identity("The point is fixed by every step", sp.expand(c.values[0] * at + c.values[1]), at) for c in affine.pairs()
    ]
    steps.append(
        Argued("Away from it log|w - w*| is a random walk, which has no stationary law", r"\log|w'-w^*|=\log|w-w^*|+\log|M|")
        if alone
        else Argued("|M| = 1: the distance from it never changes", r"|w'-w^*|=|w-w^*|")
    )
    return Elementary(
        family="point mass",
        state=(w,),
        law=Constant(at),
        parameters={"at": at},
        unique=alone,
        hypotheses=(Hypothesis("almost every step fixes the point"), *hypotheses_of_uniqueness(affine, alone)),
        proof=tuple(steps),
    )


def hypotheses_of_uniqueness(affine: AffineChain, alone: bool) -> tuple[Hypothesis, ...]:
    """That |M| is not 1 almost surely, where symbols leave it open."""
    free = affine.multiplier.xreplace(dict(affine.means)).free_symbols | affine.draw.free_symbols
    drawn = {*affine.draw.data_symbols, *affine.draw.noise_symbols}
    return (Hypothesis("P(|M| = 1) < 1", "assumed"),) if alone and free - drawn else ()

"""Constant variance and a drift of constant size towards one point: the stationary law is Laplace's."""

from __future__ import annotations

import sympy as sp

from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..engines.diffusion import Component
from ..engines.zero_flux_proof import SOURCES, flux_steps, stated
from ..laws.laplace import Laplace
from ..proof.radicals import is_zero
from .elementary import Elementary
from .stationary_law import StationaryLaw


def recognise(diffusion: Diffusion, component: Component, effort: Effort) -> StationaryLaw | None:
    """dw = -k sign(w - m) dt + sqrt(C) dB with constant k, C > 0: Laplace(m, C/(2 k)).

    Proof: C' + C (log f)' = 2 b on both sides of m, and no jump there.
    """
    if len(component.pieces) != 2 or not (component.low == -component.high == -sp.oo):
        return None
    w, (left, right) = diffusion.variable, component.pieces
    constant = not any(w in e.free_symbols for e in (left.drift, right.drift, left.variance, right.variance))
    if not constant or not is_zero(left.drift + right.drift) or not is_zero(left.variance - right.variance):
        return None
    centre, scale = left.high, sp.cancel(left.variance / (2 * left.drift))
    sides = [-sp.log(2 * scale) + side * (w - centre) / scale for side in (1, -1)]
    return Elementary(
        family="Laplace",
        state=diffusion.state,
        law=Laplace(centre, scale),
        parameters={"mean": centre, "scale": scale},
        hypotheses=stated(component),
        proof=flux_steps(component.pieces, sides, w),
        cite=SOURCES,
    )

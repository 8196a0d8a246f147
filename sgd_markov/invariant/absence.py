"""Affine chains without a stationary law, with the reason."""

from __future__ import annotations

from math import inf

from ..answer.number import Number
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.affine import AffineChain
from ..engines.log_potential import LogMean, expected_log
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.log_moment import log_moment_is_finite
from .affine_form import affine_steps, common_fixed_points
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """Raises `HypothesisViolated` for w' = M w + B with E log|M| >= 0 where no point is fixed by almost every step.

    Goldie and Maller (2000), theorem 3.1: without a common fixed point a stationary law needs M_1 ... M_n -> 0
    almost surely, and that fails for E log|M| >= 0. A chain that is not affine, or whose exponent is negative or not
    decided, passes.
    """
    affine = affine_steps(chain, effort)
    if affine is None or common_fixed_points(affine) is not None:
        return None
    try:
        exponent = expected_log(affine.multipliers(), effort)
    except Inconclusive:
        return None
    sign = None if exponent.enclosure is None else exponent.enclosure.sign
    if sign is not None and sign >= 0:
        raise HypothesisViolated("a stationary law exists: E log|M| < 0", f"E log|M| = {shown(exponent)}")
    if sign == -1 and exponent.enclosure is not None and exponent.enclosure.lower > -inf:
        require_log_moment(affine)
    return None


def require_log_moment(affine: AffineChain) -> None:
    """With a finite negative exponent the law exists exactly if E log^+|B| < oo (Goldie and Maller, corollary 4.1)."""
    offset = affine.offset.xreplace(dict(affine.means))
    if log_moment_is_finite(offset, (*affine.draw.data, *affine.draw.noise)) is False:
        raise HypothesisViolated("a stationary law exists: E log^+|B| < oo", f"B = {offset} has E log^+|B| = oo")


def shown(exponent: LogMean) -> str:
    assert exponent.enclosure is not None
    return str(Number(exponent.exact, exponent.enclosure))

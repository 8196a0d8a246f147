"""Regions of chains in one dimension, as intervals."""

from __future__ import annotations

from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..chain.region import Interval, Region
from ..laws.signs import sign


def line_region(model: Chain | Diffusion, region: Region) -> Interval | None:
    """The ends of the region; None for diffusions, in several dimensions, and where symbols have no values."""
    if not isinstance(model, Chain) or model.dimension != 1 or region.free_symbols or model.parameters:
        return None
    return region.interval(model.state[0])


def reflected(bounds: Interval) -> Interval:
    """The image under w -> -w."""
    return -bounds[1], -bounds[0]


def holds_zero(bounds: Interval) -> bool:
    return sign(bounds[0]) in (0, -1) and sign(bounds[1]) in (0, 1)

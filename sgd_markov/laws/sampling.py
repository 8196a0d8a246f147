"""Floating-point samples stay finite."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .law import Reals


def not_too_small(u: Reals) -> Reals:
    """Uniform numbers of at least 2^-64, for scipy's inverse functions, which return nan for much smaller ones."""
    import numpy as np

    return np.maximum(u, 2.0**-64)


def within_doubles(samples: Reals) -> Reals:
    """The samples, with values beyond the range of doubles moved to its ends."""
    import numpy as np

    largest = np.finfo(np.float64).max
    return np.clip(samples, -largest, largest)

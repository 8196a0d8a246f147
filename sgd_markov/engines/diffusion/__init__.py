"""One-dimensional diffusions with drift b and variance C: where they live, and which ends they keep."""

from .landscape import Component, Landscape, landscape

__all__ = ["Component", "Landscape", "landscape"]

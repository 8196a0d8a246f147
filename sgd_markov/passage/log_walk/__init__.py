"""Multiplicative chains whose log|M| is not arithmetic: certified enclosures by Wald, Lundberg, and following paths."""

from .method import METHOD

__all__ = ["METHOD"]

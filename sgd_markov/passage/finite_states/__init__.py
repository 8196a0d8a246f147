"""Chains that meet finitely many states before they stop: sign steps, stochastic rounding, lattices, dropout."""

from .method import METHOD

__all__ = ["METHOD"]

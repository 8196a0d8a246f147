"""First passage of chains whose density has kinks or jumps."""

from .method import METHOD

__all__ = ["METHOD"]

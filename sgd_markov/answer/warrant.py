"""How far an answer can be trusted."""

from __future__ import annotations

from enum import IntEnum


class Warrant(IntEnum):
    """Ordered: combining answers takes the weaker, `min(a, b)`.

    >>> min(Warrant.EXACT, Warrant.SAMPLED).name
    'SAMPLED'
    """

    SAMPLED = 1
    """Monte Carlo; the bounds are a 99.9 % confidence interval."""
    ESTIMATED = 2
    """Floating point, or a formula without a proved bound, with an honest error estimate."""
    CERTIFIED = 3
    """A proved enclosure."""
    EXACT = 4
    """A closed form, every step symbolic or decided by ball arithmetic."""

    @property
    def label(self) -> str:
        return self.name.lower()

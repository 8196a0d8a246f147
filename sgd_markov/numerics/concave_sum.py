"""What the search for windows between singular points asks of a function."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

from flint import arb

from ..effort import Effort


class ConcaveSum(Protocol):
    """A function that is concave between its singular points, at which it is -oo, and grows like growth log|t|."""

    def at(self, t: arb) -> arb: ...
    def slope(self, t: arb) -> arb: ...
    def slope_sign(self, t: Fraction) -> int: ...
    def sign_at(self, t: Fraction, effort: Effort) -> int: ...
    def is_zero_at(self, t: Fraction) -> bool: ...
    @property
    def singular(self) -> list[Fraction]: ...
    @property
    def growth(self) -> Fraction: ...

"""One number inside an answer: its decimal value, its closed form, its enclosure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .decimals import bounds_text, value_text
from .enclosure import Enclosure

if TYPE_CHECKING:
    import sympy as sp


@dataclass(frozen=True)
class Number:
    """A value with `exact` (closed form or None) and `enclosure` (None while symbols are free)."""

    exact: sp.Expr | None
    enclosure: Enclosure | None
    digits: int = 15

    @property
    def value(self) -> str | None:
        return None if self.enclosure is None else value_text(self.enclosure, self.digits)

    def to_dict(self) -> dict[str, str | None]:
        """The number object of an answer: `value`, `exact`, `lower`, `upper`."""
        from .text import expression_text

        lower, upper = (None, None) if self.enclosure is None else bounds_text(self.enclosure, self.digits)
        exact = None if self.exact is None else expression_text(self.exact)
        return {"value": self.value, "exact": exact, "lower": lower, "upper": upper}

    def __str__(self) -> str:
        from .text import expression_text

        if self.exact is not None and (self.enclosure is None or len(expression_text(self.exact)) <= 24):
            return expression_text(self.exact)
        return self.value or "undecided"

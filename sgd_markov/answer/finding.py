"""What a method found: a number with its warrant and all that the answer says beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .answer import Answer, Hypothesis
from .enclosure import Enclosure
from .warrant import Warrant

if TYPE_CHECKING:
    import sympy as sp


@dataclass(frozen=True)
class Finding:
    """A value as closed form (`exact`), enclosure, or both; how it was got, what it rests on, where that is from.

    `enclosure` is None while symbols are free. `extra`: the question's own fields, as in `Answer`.
    `integer`: the value is a whole number (of steps) and is printed as one.
    """

    warrant: Warrant
    method: str
    exact: sp.Expr | None = None
    enclosure: Enclosure | None = None
    hypotheses: tuple[Hypothesis, ...] = ()
    cite: tuple[str, ...] = ()
    formula: str | None = None
    integer: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    def reaches(self, digits: int) -> bool:
        """Is the enclosure narrow enough for so many digits? A formula with free symbols is."""
        return self.enclosure is None or self.enclosure.reaches(digits)

    def answer(self, question: str, digits: int) -> Answer:
        """The finding as the answer to a question."""
        return Answer(
            question=question,
            exact=self.exact,
            enclosure=self.enclosure,
            warrant=self.warrant,
            method=self.method,
            hypotheses=self.hypotheses,
            cite=self.cite,
            digits=digits,
            formula=self.formula,
            integer=self.integer,
            extra=self.extra,
        )

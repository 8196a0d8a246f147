"""Finitely many values with probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import sympy as sp

from ..errors import InvalidInput
from ..expressions import exact
from .atomic import Atomic
from .law import real
from .phrase import Phrase
from .weights import Entries, checked_weights


@dataclass(frozen=True, init=False)
class Finite(Atomic):
    """X = values[i] with probabilities[i] (equal if not given).

    Repeated values stay in `entries`, which is the data set that batches without replacement draw from.

    >>> law = Finite([1, 1, -2])
    >>> law.atoms, len(law.entries)
    (((1, 2/3), (-2, 1/3)), 3)
    """

    name = "finite"

    values: tuple[sp.Expr, ...]
    probabilities: tuple[sp.Expr, ...]

    def __init__(self, values: Iterable[object], probabilities: Sequence[object] | None = None) -> None:
        field = f"{self.name}.values"
        if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
            raise InvalidInput(field, values, "a list of values")
        exact_values = tuple(real(exact(value, field), field) for value in values)
        if not exact_values:
            raise InvalidInput(field, Phrase("an empty list"), "at least one value")
        object.__setattr__(self, "values", exact_values)
        weights = checked_weights(probabilities, len(exact_values), f"{self.name}.probabilities")
        object.__setattr__(self, "probabilities", weights)

    @property
    def entries(self) -> Entries:
        return tuple(zip(self.values, self.probabilities, strict=True))

    @property
    def equal(self) -> bool:
        """Are all probabilities as written equal? Then the law is a data set."""
        return len(set(self.probabilities)) == 1

    @property
    def size(self) -> int:
        """The number of values as written."""
        return len(self.values)

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> Self:
        outcomes = tuple(value.subs(values) for value in self.values)
        return type(self)(outcomes, tuple(weight.subs(values) for weight in self.probabilities))

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return set().union(*(entry.free_symbols for entry in (*self.values, *self.probabilities)))
